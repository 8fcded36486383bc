/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/answers.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/rand.h>

#include "certcheck/facts_parts.h"
#include "certcheck/ocsp_answer.h"
#include "certcheck/openssl_own.h"
#include "certcheck/refresh/fetch.h"
#include "certcheck/refresh/plan.h"
#include "certcheck/refresh/tidy.h"
#include "common/io.h"

#define NONCE_LEN   32 /* RFC 8954 2.1 */
#define REQUEST_MAX 4096

DEFINE_AUTO(OCSP_REQUEST, OCSP_REQUEST_free)
DEFINE_AUTO(OCSP_RESPONSE, OCSP_RESPONSE_free)
DEFINE_AUTO(OCSP_BASICRESP, OCSP_BASICRESP_free)
DEFINE_AUTO(OCSP_CERTID, OCSP_CERTID_free)

/* One certificate that is asked about. */
struct asking {
    struct refresh *refresh;
    const struct want *want;
    X509 *issuer; /* borrowed */
    unsigned char nonce[NONCE_LEN];
    char name[CACHE_NAME_SIZE]; /* of the answer in the cache */
    const char *address;
    enum report_result result;
    int64_t until;
    struct problem why;
};

/* SHA-1 names the issuer here, it signs nothing: every responder knows it. */
static enum vsc_err make_request(struct asking *asking, struct buf *ret_request)
{
    auto_by(OCSP_REQUEST_free) OCSP_REQUEST *request = OCSP_REQUEST_new();
    auto_by(OCSP_CERTID_free) OCSP_CERTID *id =
        OCSP_cert_to_id(EVP_sha1(), asking->want->cert, asking->issuer);
    auto_by(openssl_free) unsigned char *der = NULL;
    int len;

    if (request == NULL || id == NULL || OCSP_request_add0_id(request, id) == NULL)
        return VSC_MEMORY;
    id = NULL; /* the request's own */
    if (RAND_bytes(asking->nonce, NONCE_LEN) != 1 ||
        OCSP_request_add1_nonce(request, asking->nonce, NONCE_LEN) != 1)
        return VSC_SYSTEM;
    len = i2d_OCSP_REQUEST(request, &der);
    if (len <= 0)
        return VSC_MEMORY;
    buf_init(ret_request, REQUEST_MAX);
    buf_put(ret_request, der, (size_t)len);
    return buf_status(ret_request);
}

/* When it was made, and whether it has a nonce; false for one that cannot be read. */
static bool look_into(const struct buf *answer, int64_t *ret_made, bool *ret_has_nonce)
{
    const unsigned char *next = answer->data;
    auto_by(OCSP_RESPONSE_free) OCSP_RESPONSE *response =
        d2i_OCSP_RESPONSE(NULL, &next, (long)answer->len);
    auto_by(OCSP_BASICRESP_free) OCSP_BASICRESP *basic =
        response != NULL ? OCSP_response_get1_basic(response) : NULL;
    struct tm tm;

    ERR_clear_error();
    if (basic == NULL || ASN1_TIME_to_tm(OCSP_resp_get0_produced_at(basic), &tm) != 1)
        return false;
    *ret_made = timegm(&tm);
    *ret_has_nonce = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1) >= 0;
    return true;
}

static bool is_older_than_cached(const struct asking *asking, int64_t made)
{
    const struct refresh *refresh = asking->refresh;
    auto_buf struct buf old;
    int64_t old_made = 0;
    bool has_nonce;

    buf_init(&old, 0);
    return cache_read_file(refresh->cache, refresh->parts[CACHE_OCSP], asking->name,
                           OCSP_ANSWER_MAX, &old) == VSC_OK &&
           look_into(&old, &old_made, &has_nonce) && old_made > made;
}

/* Is it an answer? A responder that makes its answers beforehand returns no nonce (RFC 6960 4.4.1);
 * one that returns another has been asked by somebody else. */
static enum vsc_err verify(struct asking *asking, const struct buf *answer, int64_t *ret_made)
{
    struct refresh *refresh = asking->refresh;
    struct ocsp_question question = {
        .cert = asking->want->cert,
        .issuer = asking->issuer,
        .at = refresh->now,
        .min_rsa_bits = refresh->conf->policy.min_rsa_bits,
    };
    auto_by(X509_free) X509 *responder = NULL;
    struct revocation_answer result;
    bool has_nonce = false;

    if (!look_into(answer, ret_made, &has_nonce))
        return problem_set(&asking->why, VSC_INPUT, "no OCSP answer, or the responder's refusal");
    if (has_nonce) {
        question.nonce = asking->nonce;
        question.nonce_len = NONCE_LEN;
    }
    ocsp_answer_check(&question, answer->data, answer->len, &result, &responder);
    if (result.status == ANSWER_NONE)
        return problem_set(&asking->why, VSC_INPUT, "%s", result.detail);
    if (result.status != ANSWER_GOOD && result.status != ANSWER_REVOKED)
        return problem_set(&asking->why, VSC_INPUT, "the answer is past its nextUpdate");
    asking->until = result.next_update;
    if (result.status == ANSWER_REVOKED)
        (void)problem_set(&asking->why, VSC_OK, "revoked, %s", result.detail);
    /* Its own list will be asked for. */
    return responder != NULL ? pool_add(&refresh->pool, responder, POOL_ISSUER) : VSC_OK;
}

static enum vsc_err keep(struct asking *asking, const struct buf *answer, int64_t made)
{
    const struct refresh *refresh = asking->refresh;
    enum vsc_err err;

    if (is_older_than_cached(asking, made)) {
        asking->result = REPORT_KEPT;
        return problem_set(&asking->why, VSC_INPUT, "older than the one in the cache");
    }
    err = io_write_at(refresh->parts[CACHE_OCSP], asking->name, answer->data, answer->len, 0644);
    if (err != VSC_OK)
        return problem_set(&asking->why, err, "%s: cannot be written: %m", asking->name);
    asking->result = REPORT_STORED;
    return VSC_OK;
}

/* Ask one responder. VSC_INPUT: it was of no use. */
static enum vsc_err ask(struct asking *asking)
{
    auto_buf struct buf request;
    auto_buf struct buf answer;
    int64_t made = 0;
    enum vsc_err err;

    buf_init(&request, 0);
    buf_init(&answer, 0);
    err = make_request(asking, &request);
    if (err == VSC_OK)
        err =
            fetch_ocsp(&asking->refresh->network, asking->address, &request, &answer, &asking->why);
    if (err == VSC_OK)
        err = verify(asking, &answer, &made);
    return err == VSC_OK ? keep(asking, &answer, made) : err;
}

static void tell(const struct asking *asking)
{
    char subject[FACTS_TEXT_MAX];

    facts_subject(asking->want->cert, subject, sizeof(subject));
    report_tell(asking->refresh->report, &(struct report_line){
                                             .result = asking->result,
                                             .kind = want_kind_word(WANT_OCSP),
                                             .source = asking->address,
                                             .subject = subject,
                                             .text = asking->why.text,
                                             .until = asking->until,
                                         });
}

static enum vsc_err ask_about(struct refresh *refresh, const struct want *want)
{
    struct asking asking = {
        .refresh = refresh,
        .want = want,
        .issuer = pool_issuer_of(&refresh->pool, want->cert, true),
        .address = "",
        .result = REPORT_FAILED,
    };
    enum vsc_err err = cache_name_of_cert(want->cert, asking.name);

    if (want->flaw != NULL)
        (void)problem_set(&asking.why, VSC_INPUT, "%s", want->flaw);
    for (size_t i = 0; i < want->count && asking.result == REPORT_FAILED; i++) {
        asking.address = want->addresses[i];
        asking.why = (struct problem){""};
        err = ask(&asking);
        if (err != VSC_OK && err != VSC_INPUT)
            return err;
    }
    tell(&asking);
    return err == VSC_INPUT ? VSC_OK : err;
}

enum vsc_err answers_fetch(struct refresh *refresh)
{
    auto_plan struct plan plan = {.count = 0};
    auto_names struct names keep_names = {.count = 0};
    enum vsc_err err = VSC_OK;

    for (size_t i = 0; err == VSC_OK && i < refresh->pool.count; i++) {
        const struct pool_cert *item = &refresh->pool.items[i];
        char name[CACHE_NAME_SIZE];

        if (item->role != POOL_CARD || !item->anchored)
            continue;
        err = cache_name_of_cert(item->cert, name);
        if (err == VSC_OK)
            err = names_add(&keep_names, name);
        if (err == VSC_OK)
            err = plan_add_ocsp(&plan, item->cert);
    }
    if (err == VSC_OK)
        err = tidy_part(refresh->parts[CACHE_OCSP], ".der", &keep_names);
    for (size_t i = 0; err == VSC_OK && i < plan.count; i++)
        err = ask_about(refresh, &plan.items[i]);
    pool_settle(&refresh->pool);
    return err;
}
