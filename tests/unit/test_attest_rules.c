/* SPDX-License-Identifier: BSD-2-Clause */
/* The verifier of bundles: each rule about keys, policies, certificates and requests, broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "card/attest/verify.h"
#include "card/tpm/layout.h"
#include "tests/support/forged_bundle.h"

static int start(void **state)
{
    forged_open(*state);
    return 0;
}

static int stop(void **state)
{
    forged_close(*state);
    return 0;
}

static void test_attest_key_of_another_card_is_refused(void **state)
{
    struct forged *forged = *state;

    forged->bundle->keys[0].creation.creationData.outsideInfo.buffer[3] ^= 1;
    forged_state(forged);
    forged_refused(forged, ATTEST_CREATION);
}

static void test_attest_every_other_attribute_of_a_key_is_refused(void **state)
{
    struct forged *forged = *state;
    TPMT_PUBLIC *area = &forged->bundle->keys[0].area.publicArea;

    for (int bit = 0; bit < 32; bit++) {
        area->objectAttributes ^= (TPMA_OBJECT)(1u << bit);
        forged_state(forged);
        forged_refused(forged, ATTEST_KEY);
        area->objectAttributes ^= (TPMA_OBJECT)(1u << bit);
    }
    area->authPolicy.buffer[0] ^= 1;
    forged_state(forged);
    forged_refused(forged, ATTEST_KEY);
    area->authPolicy.size = 0;
    forged_state(forged);
    forged_refused(forged, ATTEST_KEY);
}

static void test_attest_every_other_attribute_of_the_ak_is_refused(void **state)
{
    struct forged *forged = *state;
    TPMT_PUBLIC *area = &forged->bundle->ak.publicArea;

    for (int bit = 0; bit < 32; bit++) {
        area->objectAttributes ^= (TPMA_OBJECT)(1u << bit);
        forged_refused(forged, ATTEST_AK);
        area->objectAttributes ^= (TPMA_OBJECT)(1u << bit);
    }
    forged_accepted(forged);
}

/* The whole of A and P follows from K: a PIN index of the attacker's own is none. */
static void test_attest_pin_index_that_could_be_reset_is_refused(void **state)
{
    struct forged *forged = *state;
    TPMS_NV_PUBLIC *area = &forged->bundle->objects.pin.area.nvPublic;
    TPMT_PUBLIC *key = &forged->bundle->keys[0].area.publicArea;

    area->attributes |= TPMA_NV_OWNERWRITE;
    forged_refresh(forged);
    assert_int_equal(layout_key_policy(&forged->bundle->objects.pin.name, &key->authPolicy),
                     VSC_OK);
    forged_state(forged);
    forged_refused(forged, ATTEST_PIN);
}

static void test_attest_endorsement_certificate_rules(void **state)
{
    static const struct {
        enum forged_cert kind;
        enum attest_check check;
    } cases[] = {
        {FORGED_CERT_NO_EKU, ATTEST_EK_CERTIFICATE},
        {FORGED_CERT_CA, ATTEST_EK_CERTIFICATE},
        {FORGED_CERT_NO_SAN, ATTEST_EK_CERTIFICATE},
        {FORGED_CERT_SAN_OF_SOMETHING_ELSE, ATTEST_EK_CERTIFICATE},
        {FORGED_CERT_SAN_NOT_CRITICAL, ATTEST_EK_CERTIFICATE},
        {FORGED_CERT_NO_KEY_USAGE, ATTEST_EK_CERTIFICATE},
        {FORGED_CERT_SIGNING, ATTEST_EK_CERTIFICATE},
        {FORGED_CERT_EXPIRED, ATTEST_EK_CHAIN},
        {FORGED_CERT_OTHER_KEY, ATTEST_EK},
    };
    struct forged *forged = *state;

    assert_int_equal(sizeof cases / sizeof cases[0], FORGED_CERT_COUNT - 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        forged_certify(forged, cases[i].kind);
        forged_refused(forged, cases[i].check);
    }
    forged_certify(forged, FORGED_CERT_GOOD);
    forged_accepted(forged);
}

static void test_attest_other_roots_are_refused(void **state)
{
    struct forged *forged = *state, other;
    struct attest_expected expected;
    struct attest_verdict verdict;

    forged_open(&other);
    forged_expect(forged, &expected);
    expected.roots = other.roots;
    attest_verify(forged->bundle, &expected, &verdict);
    assert_false(verdict.accepted);
    assert_true(forged_has_failed(&verdict, ATTEST_EK_CHAIN));
    forged_close(&other);
}

static void test_attest_without_roots_an_ak_is_needed(void **state)
{
    struct forged *forged = *state;
    struct attest_expected expected;
    struct attest_verdict verdict;

    forged_expect(forged, &expected);
    expected.roots = NULL;
    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(verdict.accepted && verdict.ak_proven);
    expected.has_ak = false;
    attest_verify(forged->bundle, &expected, &verdict);
    assert_false(verdict.accepted);
    /* And a bundle without an endorsement certificate does not pass where one is asked for. */
    forged_expect(forged, &expected);
    forged->bundle->has_ek = false;
    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(forged_has_failed(&verdict, ATTEST_EK));
}

static void test_attest_nonce_and_request(void **state)
{
    struct forged *forged = *state;
    struct attest_expected expected;
    struct attest_verdict verdict;
    unsigned len = 0;

    forged_expect(forged, &expected);
    expected.asks_nonce = true;
    expected.nonce_len = 4;
    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(forged_has_failed(&verdict, ATTEST_NONCE));
    forged->bundle->nonce_len = 4;
    forged_state(forged);
    expected.csr = forged_request(forged->card_key);
    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(verdict.accepted);
    forged->bundle->has_csr = true;
    forged_state(forged);
    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(forged_has_failed(&verdict, ATTEST_CSR));
    assert_int_equal(X509_REQ_digest(expected.csr, EVP_sha256(), forged->bundle->csr, &len), 1);
    forged_state(forged);
    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(verdict.accepted);
    X509_REQ_free(expected.csr);
    expected.csr = forged_request(forged->ak_key);
    attest_verify(forged->bundle, &expected, &verdict);
    assert_true(forged_has_failed(&verdict, ATTEST_CSR));
    X509_REQ_free(expected.csr);
}

static void test_attest_more_keys_than_the_first_are_judged(void **state)
{
    struct forged *forged = *state;

    forged->bundle->keys[1] = forged->bundle->keys[0];
    memcpy(forged->bundle->keys[1].id, "01", 3);
    forged->bundle->key_count = 2;
    forged_accepted(forged);
    forged->bundle->keys[1].signature.signature.ecdsa.signatureS.buffer[5] ^= 1;
    forged_refused(forged, ATTEST_SIGNATURE);
    forged->bundle->key_count = 0;
    forged_refused(forged, ATTEST_KEY);
}

static void test_attest_every_line_has_room(void **state)
{
    struct forged *forged = *state;
    struct attest_verdict verdict;

    for (size_t i = 1; i < CARD_KEYS_MAX; i++)
        forged->bundle->keys[i] = forged->bundle->keys[0];
    forged->bundle->key_count = CARD_KEYS_MAX;
    assert_true(forged_verify(forged, &verdict));
    assert_true(verdict.count < ATTEST_LINES_MAX);
}

#define ATTEST_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    static struct forged forged;
    struct CMUnitTest tests[] = {
        ATTEST_TEST(test_attest_key_of_another_card_is_refused),
        ATTEST_TEST(test_attest_every_other_attribute_of_a_key_is_refused),
        ATTEST_TEST(test_attest_every_other_attribute_of_the_ak_is_refused),
        ATTEST_TEST(test_attest_pin_index_that_could_be_reset_is_refused),
        ATTEST_TEST(test_attest_endorsement_certificate_rules),
        ATTEST_TEST(test_attest_other_roots_are_refused),
        ATTEST_TEST(test_attest_without_roots_an_ak_is_needed),
        ATTEST_TEST(test_attest_nonce_and_request),
        ATTEST_TEST(test_attest_more_keys_than_the_first_are_judged),
        ATTEST_TEST(test_attest_every_line_has_room),
    };

    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i].initial_state = &forged;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
