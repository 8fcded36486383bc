/* SPDX-License-Identifier: BSD-2-Clause */
/* OCSP answers: whose, about what, how old; one thing is wrong in each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/ocsp.h>

#include "certcheck/ocsp_answer.h"
#include "tests/support/mill.h"

#define FOR_OCSP "extendedKeyUsage=OCSPSigning\n"
#define NO_CHECK "noCheck=ignored\n"

enum signer {
    THE_CA,
    DELEGATE,
    CHECKED,
    NO_EKU,
    OTHER_EKU,
    WRONG_KU,
    EXPIRED,
    SHA1_CERT,
    FOREIGN,
    SIGNERS
};

static struct mill_one ca, other_ca, end, other, signers[SIGNERS];
static X509 *responder;

/* How an answer differs from a good one. */
struct recipe {
    enum signer signer;
    int status;                      /* V_OCSP_CERTSTATUS_... */
    int from_minutes, until_minutes; /* from now; 0: -60 and 60; until 9999: none */
    bool by_key, other_serial, other_issuer, id_by_sha256, strange, strange_single, spoiled;
    bool both;           /* also good, in a second SingleResponse */
    const EVP_MD *md;    /* of the signature; NULL: SHA-256 */
    const char *nonce;   /* in the answer */
    const char *asked;   /* the nonce of the request */
    int response_status; /* of the whole */
    unsigned max_stale;
};

static ASN1_TIME *minutes(int from_now)
{
    return ASN1_TIME_adj(NULL, (time_t)mill_now, 0, from_now * 60L);
}

static void add_single(OCSP_BASICRESP *basic, const struct recipe *recipe, int status)
{
    const EVP_MD *md = recipe->id_by_sha256 ? EVP_sha256() : EVP_sha1();
    OCSP_CERTID *id = OCSP_cert_to_id(md, recipe->other_serial ? other.cert : end.cert,
                                      recipe->other_issuer ? other_ca.cert : ca.cert);
    int until = recipe->until_minutes;
    ASN1_TIME *from = minutes(recipe->from_minutes != 0 ? recipe->from_minutes : -60);
    ASN1_TIME *next = until == 9999 ? NULL : minutes(until != 0 ? until : 60);
    ASN1_TIME *since = minutes(-600);
    OCSP_SINGLERESP *single = OCSP_basic_add1_status(
        basic, id, status, OCSP_REVOKED_STATUS_KEYCOMPROMISE, since, from, next);

    assert_non_null(single);
    if (recipe->strange_single)
        assert_int_equal(
            OCSP_SINGLERESP_add1_ext_i2d(single, NID_id_pkix_OCSP_archiveCutoff, since, 1, 0), 1);
    ASN1_TIME_free(from);
    ASN1_TIME_free(next);
    ASN1_TIME_free(since);
    OCSP_CERTID_free(id);
}

static OCSP_BASICRESP *make_basic(const struct recipe *recipe)
{
    OCSP_BASICRESP *basic = OCSP_BASICRESP_new();
    const struct mill_one *signer = &signers[recipe->signer];

    if (recipe->both)
        add_single(basic, recipe, V_OCSP_CERTSTATUS_GOOD);
    add_single(basic, recipe, recipe->status);
    if (recipe->nonce != NULL)
        assert_int_equal(OCSP_basic_add1_nonce(basic, (unsigned char *)(uintptr_t)recipe->nonce,
                                               (int)strlen(recipe->nonce)),
                         1);
    if (recipe->strange) {
        ASN1_NULL *nothing = ASN1_NULL_new();

        assert_int_equal(
            OCSP_BASICRESP_add1_ext_i2d(basic, NID_id_pkix_OCSP_noCheck, nothing, 1, 0), 1);
        ASN1_NULL_free(nothing);
    }
    assert_int_equal(OCSP_basic_sign(basic, signer->cert, signer->key,
                                     recipe->md != NULL ? recipe->md : EVP_sha256(), NULL,
                                     (recipe->by_key ? OCSP_RESPID_KEY : 0) |
                                         (recipe->signer == THE_CA ? OCSP_NOCERTS : 0)),
                     1);
    return basic;
}

static struct revocation_answer ask(struct recipe recipe)
{
    OCSP_BASICRESP *basic = make_basic(&recipe);
    OCSP_RESPONSE *response = OCSP_response_create(recipe.response_status, basic);
    const struct ocsp_question question = {
        .cert = end.cert,
        .issuer = ca.cert,
        .nonce = (const unsigned char *)recipe.asked,
        .nonce_len = recipe.asked != NULL ? strlen(recipe.asked) : 0,
        .at = mill_now,
        .max_stale = recipe.max_stale,
        .min_rsa_bits = 2048,
    };
    struct revocation_answer answer;
    unsigned char *der = NULL;
    int len = i2d_OCSP_RESPONSE(response, &der);

    assert_true(len > 0);
    X509_free(responder);
    responder = NULL;
    if (recipe.spoiled)
        der[len - 1] ^= 1; /* without certificates behind it the signature is last */
    ocsp_answer_check(&question, der, (size_t)len, &answer, &responder);
    OPENSSL_free(der);
    OCSP_RESPONSE_free(response);
    OCSP_BASICRESP_free(basic);
    return answer;
}

static enum revocation_status status(struct recipe recipe)
{
    return ask(recipe).status;
}

static void says(struct recipe recipe, const char *flaw)
{
    struct revocation_answer answer = ask(recipe);

    assert_int_equal(answer.status, ANSWER_NONE);
    assert_non_null(strstr(answer.detail, flaw));
}

static void test_ocsp_of_the_issuer_good_revoked_unknown(void **state)
{
    struct revocation_answer answer;

    (void)state;
    assert_int_equal(status((struct recipe){.status = V_OCSP_CERTSTATUS_GOOD}), ANSWER_GOOD);
    assert_int_equal(status((struct recipe){.by_key = true}), ANSWER_GOOD);
    assert_int_equal(status((struct recipe){.id_by_sha256 = true}), ANSWER_GOOD);
    answer = ask((struct recipe){.status = V_OCSP_CERTSTATUS_REVOKED});
    assert_int_equal(answer.status, ANSWER_REVOKED);
    assert_non_null(strstr(answer.detail, "key compromise"));
    says((struct recipe){.status = V_OCSP_CERTSTATUS_UNKNOWN}, "not known");
    assert_int_equal(status((struct recipe){.status = V_OCSP_CERTSTATUS_REVOKED, .both = true}),
                     ANSWER_REVOKED);
}

static void test_ocsp_of_a_delegated_responder(void **state)
{
    (void)state;
    assert_int_equal(status((struct recipe){.signer = DELEGATE}), ANSWER_GOOD);
    assert_null(responder);
    assert_int_equal(status((struct recipe){.signer = DELEGATE, .by_key = true}), ANSWER_GOOD);
    /* Without id-pkix-ocsp-nocheck it is to be asked about. */
    assert_int_equal(status((struct recipe){.signer = CHECKED}), ANSWER_GOOD);
    assert_non_null(responder);
    assert_int_equal(X509_cmp(responder, signers[CHECKED].cert), 0);
}

static void test_ocsp_of_a_wrong_signer_is_no_answer(void **state)
{
    const struct {
        enum signer signer;
        const char *flaw;
    } rows[] = {
        {NO_EKU, "may not sign OCSP answers"},   {OTHER_EKU, "may not sign OCSP answers"},
        {WRONG_KU, "may not sign OCSP answers"}, {EXPIRED, "not valid at the time"},
        {SHA1_CERT, "too weak a signature"},     {FOREIGN, "not the issuer's"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        says((struct recipe){.signer = rows[i].signer}, rows[i].flaw);
        says((struct recipe){.signer = rows[i].signer, .status = V_OCSP_CERTSTATUS_REVOKED},
             rows[i].flaw);
    }
}

static void test_ocsp_that_does_not_verify_or_is_weak_is_no_answer(void **state)
{
    (void)state;
    says((struct recipe){.spoiled = true}, "does not verify");
    says((struct recipe){.spoiled = true, .status = V_OCSP_CERTSTATUS_REVOKED}, "does not verify");
    says((struct recipe){.md = EVP_sha1()}, "too weak");
    says((struct recipe){.response_status = OCSP_RESPONSE_STATUS_TRYLATER}, "cannot be read");
}

static void test_ocsp_about_another_certificate_is_no_answer(void **state)
{
    (void)state;
    says((struct recipe){.other_serial = true}, "another certificate");
    says((struct recipe){.other_issuer = true}, "another certificate");
    says((struct recipe){.other_serial = true, .status = V_OCSP_CERTSTATUS_REVOKED},
         "another certificate");
}

static void test_ocsp_by_its_age(void **state)
{
    struct recipe old = {.from_minutes = -120, .until_minutes = -60};

    (void)state;
    assert_int_equal(status(old), ANSWER_TOO_OLD);
    old.max_stale = 3700;
    assert_int_equal(status(old), ANSWER_GOOD_STALE);
    old.max_stale = 3500;
    assert_int_equal(status(old), ANSWER_TOO_OLD);
    old.status = V_OCSP_CERTSTATUS_REVOKED;
    assert_int_equal(status(old), ANSWER_REVOKED);
    says((struct recipe){.until_minutes = 9999}, "until when");
    says((struct recipe){.from_minutes = 10}, "from the future");
    assert_int_equal(status((struct recipe){.from_minutes = 4}), ANSWER_GOOD);
}

static void test_ocsp_with_something_critical_is_no_answer(void **state)
{
    (void)state;
    says((struct recipe){.strange = true}, "critical");
    says((struct recipe){.strange_single = true}, "critical");
    assert_int_equal(
        status((struct recipe){.strange_single = true, .status = V_OCSP_CERTSTATUS_REVOKED}),
        ANSWER_REVOKED);
}

static void test_ocsp_nonce_must_be_the_one_that_was_sent(void **state)
{
    (void)state;
    assert_int_equal(status((struct recipe){.nonce = "0123456789", .asked = "0123456789"}),
                     ANSWER_GOOD);
    assert_int_equal(status((struct recipe){.nonce = "0123456789"}), ANSWER_GOOD);
    says((struct recipe){.nonce = "0123456789", .asked = "0123456780"}, "nonce");
    says((struct recipe){.nonce = "0123456789", .asked = "012345678"}, "nonce");
    says((struct recipe){.asked = "0123456789"}, "nonce");
}

static void test_ocsp_that_is_none_is_no_answer(void **state)
{
    static const unsigned char junk[] = {0x30, 0x03, 0x0a, 0x01, 0x00, 0x00};
    const struct ocsp_question question = {
        .cert = end.cert, .issuer = ca.cert, .at = mill_now, .min_rsa_bits = 2048};
    struct revocation_answer answer;
    X509 *none = NULL;

    (void)state;
    for (size_t len = 0; len <= sizeof(junk); len++) {
        ocsp_answer_check(&question, junk, len, &answer, &none);
        assert_int_equal(answer.status, ANSWER_NONE);
        assert_null(none);
    }
}

static void make_signers(void)
{
    const struct mill_cert rows[SIGNERS] = {
        [DELEGATE] = {.name = "OCSP",
                      .issuer = &ca,
                      .key_usage = "digitalSignature",
                      .extensions = FOR_OCSP NO_CHECK},
        [CHECKED] = {.name = "OCSP",
                     .issuer = &ca,
                     .key_usage = "digitalSignature",
                     .extensions = FOR_OCSP},
        [NO_EKU] = {.name = "OCSP", .issuer = &ca, .key_usage = "digitalSignature"},
        [OTHER_EKU] = {.name = "OCSP",
                       .issuer = &ca,
                       .key_usage = "digitalSignature",
                       .extensions = "extendedKeyUsage=clientAuth\n"},
        [WRONG_KU] = {.name = "OCSP",
                      .issuer = &ca,
                      .key_usage = "keyEncipherment",
                      .extensions = FOR_OCSP NO_CHECK},
        [EXPIRED] = {.name = "OCSP",
                     .issuer = &ca,
                     .key_usage = "digitalSignature",
                     .until_days = -1,
                     .from_days = -9,
                     .extensions = FOR_OCSP NO_CHECK},
        [SHA1_CERT] = {.name = "OCSP",
                       .issuer = &ca,
                       .key_usage = "digitalSignature",
                       .md = EVP_sha1(),
                       .extensions = FOR_OCSP NO_CHECK},
        [FOREIGN] = {.name = "OCSP",
                     .issuer = &other_ca,
                     .key_usage = "digitalSignature",
                     .extensions = FOR_OCSP NO_CHECK},
    };

    for (int i = DELEGATE; i < SIGNERS; i++)
        signers[i] = mill_cert(&rows[i]);
}

static int set_up(void **state)
{
    (void)state;
    mill_now = time(NULL);
    ca = mill_cert(&(struct mill_cert){.name = "CA", .ca = true, .key_usage = "keyCertSign"});
    /* The same name, another key. */
    other_ca = mill_cert(&(struct mill_cert){.name = "CA", .ca = true});
    end = mill_cert(&(struct mill_cert){.name = "end", .issuer = &ca});
    other = mill_cert(&(struct mill_cert){.name = "other", .issuer = &ca});
    signers[THE_CA] = ca;
    make_signers();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    X509_free(responder);
    for (int i = THE_CA; i < SIGNERS; i++)
        mill_done(&signers[i]);
    mill_done(&other_ca);
    mill_done(&end);
    mill_done(&other);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ocsp_of_the_issuer_good_revoked_unknown),
        cmocka_unit_test(test_ocsp_of_a_delegated_responder),
        cmocka_unit_test(test_ocsp_of_a_wrong_signer_is_no_answer),
        cmocka_unit_test(test_ocsp_that_does_not_verify_or_is_weak_is_no_answer),
        cmocka_unit_test(test_ocsp_about_another_certificate_is_no_answer),
        cmocka_unit_test(test_ocsp_by_its_age),
        cmocka_unit_test(test_ocsp_with_something_critical_is_no_answer),
        cmocka_unit_test(test_ocsp_nonce_must_be_the_one_that_was_sent),
        cmocka_unit_test(test_ocsp_that_is_none_is_no_answer),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
