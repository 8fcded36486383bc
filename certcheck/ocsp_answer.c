/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/ocsp_answer.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/err.h>
#include <openssl/ocsp.h>
#include <openssl/x509v3.h>

#include "common/der.h"
#include "certcheck/openssl_own.h"
#include "certcheck/revocation_words.h"
#include "certcheck/strength.h"

DEFINE_AUTO(OCSP_RESPONSE, OCSP_RESPONSE_free)
DEFINE_AUTO(OCSP_BASICRESP, OCSP_BASICRESP_free)
DEFINE_AUTO(OCSP_CERTID, OCSP_CERTID_free)

/* What one SingleResponse says, and until when. */
struct single {
    int status; /* V_OCSP_CERTSTATUS_... */
    int64_t since;
    int reason;
    int64_t updated, next;
    const char *flaw; /* why it is no answer unless it says revoked */
};

/* ---- the answer as a whole ------------------------------------------------------------------- */

static OCSP_BASICRESP *parse(const unsigned char *der, size_t len)
{
    auto_by(OCSP_RESPONSE_free) OCSP_RESPONSE *response = NULL;
    const unsigned char *next = der;

    if (der == NULL || len == 0 || len > OCSP_ANSWER_MAX)
        return NULL;
    response = d2i_OCSP_RESPONSE(NULL, &next, (long)len);
    if (response == NULL || next != der + len ||
        OCSP_response_status(response) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
        return NULL;
    return OCSP_response_get1_basic(response);
}

/* RFC 6960 4.4.1: an OCTET STRING in the extension's; OpenSSL's decoder leaves it wrapped. */
static bool nonce_fits(const struct ocsp_question *question, OCSP_BASICRESP *basic)
{
    int at = OCSP_BASICRESP_get_ext_by_NID(basic, NID_id_pkix_OCSP_Nonce, -1);
    const ASN1_OCTET_STRING *value;
    struct der_span rest;
    struct der_element nonce;

    if (question->nonce == NULL)
        return true;
    if (at < 0)
        return false;
    value = X509_EXTENSION_get_data(OCSP_BASICRESP_get_ext(basic, at));
    rest = (struct der_span){ASN1_STRING_get0_data(value), (size_t)ASN1_STRING_length(value)};
    return der_take_tag(&rest, DER_OCTET_STRING, &nonce) && rest.len == 0 &&
           nonce.content.len == question->nonce_len &&
           memcmp(nonce.content.bytes, question->nonce, question->nonce_len) == 0;
}

static bool has_strange_extension(OCSP_BASICRESP *basic)
{
    for (int i = 0; i < OCSP_BASICRESP_get_ext_count(basic); i++) {
        X509_EXTENSION *extension = OCSP_BASICRESP_get_ext(basic, i);

        if (X509_EXTENSION_get_critical(extension) &&
            OBJ_obj2nid(X509_EXTENSION_get_object(extension)) != NID_id_pkix_OCSP_Nonce)
            return true;
    }
    return false;
}

/* ---- who signed it --------------------------------------------------------------------------- */

static bool is_valid_at(const X509 *cert, int64_t at)
{
    time_t moment = (time_t)at;

    return X509_cmp_time(X509_get0_notBefore(cert), &moment) < 0 &&
           X509_cmp_time(X509_get0_notAfter(cert), &moment) > 0;
}

/* extendedKeyUsage must stand there: a certificate for everything is none for this. */
static bool may_sign_answers(X509 *signer)
{
    uint32_t flags = X509_get_extension_flags(signer);

    return (flags & EXFLAG_XKUSAGE) != 0 &&
           (X509_get_extended_key_usage(signer) & XKU_OCSP_SIGN) != 0 &&
           (X509_get_key_usage(signer) & KU_DIGITAL_SIGNATURE) != 0 &&
           (flags & (EXFLAG_CRITICAL | EXFLAG_INVALID)) == 0;
}

/* RFC 6960 4.2.2.2: certified for this directly by the CA that the question is about. */
static const char *delegate_flaw(const struct ocsp_question *question, X509 *signer)
{
    EVP_PKEY *issuer_key = X509_get0_pubkey(question->issuer);

    if (X509_NAME_cmp(X509_get_issuer_name(signer), X509_get_subject_name(question->issuer)) != 0 ||
        issuer_key == NULL || X509_verify(signer, issuer_key) != 1)
        return "its signer is not the issuer's";
    if (!may_sign_answers(signer))
        return "its signer may not sign OCSP answers";
    if (!is_valid_at(signer, question->at))
        return "its signer's certificate is not valid at the time";
    if (!strength_signature_is_enough(signer))
        return "its signer's certificate has too weak a signature";
    return NULL;
}

static bool is_issuer(const struct ocsp_question *question, const X509 *signer)
{
    return EVP_PKEY_eq(X509_get0_pubkey(signer), X509_get0_pubkey(question->issuer)) == 1;
}

/* The signature under the signer's key, and the signer under the issuer's. */
static const char *signer_flaw(const struct ocsp_question *question, OCSP_BASICRESP *basic,
                               X509 **ret_responder)
{
    auto_by(x509_view_free) STACK_OF(X509) *more = sk_X509_new_null();
    X509 *signer = NULL;
    const char *flaw = NULL;

    if (more == NULL || sk_X509_push(more, question->issuer) <= 0)
        return "memory ran out";
    if (OCSP_resp_get0_signer(basic, &signer, more) != 1)
        return "its signer is not known";
    if (OCSP_basic_verify(basic, more, NULL, OCSP_NOVERIFY) != 1)
        return "its signature does not verify";
    if (!strength_key_is_enough(signer, question->min_rsa_bits) ||
        !strength_algorithm_is_enough(OCSP_resp_get0_tbs_sigalg(basic)))
        return "its signature is too weak";
    if (is_issuer(question, signer))
        return NULL;
    flaw = delegate_flaw(question, signer);
    if (flaw == NULL && X509_get_ext_by_NID(signer, NID_id_pkix_OCSP_noCheck, -1) < 0) {
        (void)X509_up_ref(signer);
        *ret_responder = signer;
    }
    return flaw;
}

/* ---- about which certificate ----------------------------------------------------------------- */

/* By the hash that the answer itself uses: SHA-1 names here, it does not sign. */
static bool is_about(const OCSP_SINGLERESP *single, const struct ocsp_question *question)
{
    /* OpenSSL takes what it only reads as not const. */
    OCSP_CERTID *id = (OCSP_CERTID *)(uintptr_t)OCSP_SINGLERESP_get0_id(single);
    auto_by(OCSP_CERTID_free) OCSP_CERTID *wanted = NULL;
    ASN1_OBJECT *algorithm = NULL;
    const EVP_MD *digest;

    if (OCSP_id_get0_info(NULL, &algorithm, NULL, NULL, id) != 1)
        return false;
    digest = EVP_get_digestbyobj(algorithm);
    if (digest == NULL)
        return false;
    wanted = OCSP_cert_to_id(digest, question->cert, question->issuer);
    return wanted != NULL && OCSP_id_cmp(wanted, id) == 0;
}

static struct single read_single(OCSP_SINGLERESP *response, int64_t at)
{
    ASN1_GENERALIZEDTIME *revoked = NULL, *updated = NULL, *next = NULL;
    struct single single = {.reason = -1};

    single.status = OCSP_single_get0_status(response, &single.reason, &revoked, &updated, &next);
    if (!words_read_time(revoked, &single.since))
        single.since = 0;
    if (OCSP_SINGLERESP_get_ext_by_critical(response, 1, -1) >= 0)
        single.flaw = "something critical in it is not known";
    else if (!words_read_time(updated, &single.updated) || single.updated > at + OCSP_CLOCK_SKEW)
        single.flaw = "it is from the future";
    else if (!words_read_time(next, &single.next))
        single.flaw = "it does not say until when it holds";
    else if (single.status != V_OCSP_CERTSTATUS_GOOD)
        single.flaw = "it says that the certificate is not known";
    return single;
}

static void conclude(const struct ocsp_question *question, const struct single *single,
                     struct revocation_answer *answer, const char **flaw)
{
    enum revocation_status status;

    if (single->status == V_OCSP_CERTSTATUS_REVOKED) {
        answer->status = ANSWER_REVOKED;
        words_revoked(answer->detail, sizeof(answer->detail), single->since, single->reason);
        return;
    }
    if (single->flaw != NULL) {
        *flaw = single->flaw;
        return;
    }
    status = words_of_age(single->next, question->at, question->max_stale);
    if (status > answer->status) {
        answer->status = status;
        answer->next_update = single->next;
    }
}

/* Everything that it says about the certificate; revoked counts before good. */
static const char *read_answers(const struct ocsp_question *question, OCSP_BASICRESP *basic,
                                struct revocation_answer *answer)
{
    const char *flaw = "it is about another certificate";
    int count = OCSP_resp_count(basic);

    if (count > OCSP_ANSWERS_MAX)
        return "it is about too many certificates";
    for (int i = 0; i < count; i++) {
        OCSP_SINGLERESP *response = OCSP_resp_get0(basic, i);
        struct single single;

        if (!is_about(response, question))
            continue;
        single = read_single(response, question->at);
        conclude(question, &single, answer, &flaw);
    }
    return flaw;
}

void ocsp_answer_check(const struct ocsp_question *question, const unsigned char *der, size_t len,
                       struct revocation_answer *ret_answer, X509 **ret_responder)
{
    auto_by(OCSP_BASICRESP_free) OCSP_BASICRESP *basic = parse(der, len);
    struct revocation_answer answer = {.status = ANSWER_NONE};
    const char *flaw;

    *ret_responder = NULL;
    if (basic == NULL)
        flaw = "it cannot be read";
    else if (!nonce_fits(question, basic))
        flaw = "its nonce is another one";
    else if (has_strange_extension(basic))
        flaw = "something critical in it is not known";
    else
        flaw = signer_flaw(question, basic, ret_responder);
    if (flaw == NULL)
        flaw = read_answers(question, basic, &answer);
    if (answer.status == ANSWER_NONE)
        (void)snprintf(answer.detail, sizeof(answer.detail), "the OCSP answer is no use, %s", flaw);
    ERR_clear_error();
    *ret_answer = answer;
}
