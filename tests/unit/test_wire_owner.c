/* SPDX-License-Identifier: BSD-2-Clause */
/* What has to hold in the bodies of a card's owner: each rule of wire_owner.h, broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/wire_attest.h"
#include "common/wire_owner.h"
#include "common/wire_use.h"
#include "tests/support/wire_trip.h"

static void test_generate_takes_the_kinds_of_key(void **state)
{
    (void)state;
    for (int type = KEY_NONE; type <= KEY_P384 + 1; type++) {
        struct card_generate generate = {.card = "0000", .type = (enum key_type)type};

        assert_int_equal(TRIP(card_generate, struct card_generate, &generate, nothing),
                         type == KEY_NONE || type > KEY_P384 ? VSC_PROTOCOL : VSC_OK);
        generate.card[0] = '\0';
        assert_int_equal(TRIP(card_generate, struct card_generate, &generate, nothing),
                         VSC_PROTOCOL);
    }
}

static void test_made_key_has_an_id_and_a_public_key(void **state)
{
    struct card_made made = {.key = "00", .spki_len = SPKI_MAX};

    (void)state;
    assert_int_equal(TRIP(card_made, struct card_made, &made, nothing), VSC_OK);
    made.spki_len = 0;
    assert_int_equal(TRIP(card_made, struct card_made, &made, nothing), VSC_PROTOCOL);
    made = (struct card_made){.key = "", .spki_len = 1};
    assert_int_equal(TRIP(card_made, struct card_made, &made, nothing), VSC_PROTOCOL);
}

static void test_store_has_a_card_and_a_certificate(void **state)
{
    unsigned char bytes[] = "certificate";
    struct card_store store = {.card = "0000"};

    (void)state;
    assert_int_equal(TRIP(card_store, struct card_store, &store, card_store_done), VSC_PROTOCOL);
    store.chain[0] = (struct der){.data = bytes, .len = sizeof(bytes)};
    store.chain_len = 1;
    assert_int_equal(TRIP(card_store, struct card_store, &store, card_store_done), VSC_OK);
    store.card[0] = '\0';
    assert_int_equal(TRIP(card_store, struct card_store, &store, card_store_done), VSC_PROTOCOL);
}

static void forget(struct card_sign_as *sign)
{
    secret_done(&sign->pin);
}

static enum vsc_err trip_sign_as(int scheme, size_t digest_len, size_t pin_len)
{
    struct card_sign_as sign = {.card = "0000",
                                .key = "00",
                                .scheme = (enum sign_scheme)scheme,
                                .digest_len = digest_len,
                                .pin = {.len = pin_len}};

    return TRIP(card_sign_as, struct card_sign_as, &sign, forget);
}

static void test_sign_as_takes_the_schemes_and_hashes(void **state)
{
    (void)state;
    for (int scheme = SIGN_BY_KEY; scheme <= SIGN_ECDSA + 1; scheme++)
        assert_int_equal(trip_sign_as(scheme, 32, 8),
                         scheme >= SIGN_PKCS1 && scheme <= SIGN_ECDSA ? VSC_OK : VSC_PROTOCOL);
    for (size_t len = 0; len <= SIGN_DIGEST_MAX; len++)
        assert_int_equal(trip_sign_as(SIGN_PKCS1, len, 8),
                         len == 20 || len == 32 || len == 48 || len == 64 ? VSC_OK : VSC_PROTOCOL);
    assert_int_equal(trip_sign_as(SIGN_PSS, 20, 8), VSC_PROTOCOL);
    assert_int_equal(trip_sign_as(SIGN_ECDSA, 20, 8), VSC_PROTOCOL);
    assert_int_equal(trip_sign_as(SIGN_PKCS1, 32, 0), VSC_PROTOCOL);
    assert_int_equal(trip_sign_as(SIGN_PKCS1, 32, PIN_MAX + 1), VSC_PROTOCOL);
}

static void test_challenge_has_two_printable_texts(void **state)
{
    struct card_challenge challenge = {.card_code = "0123", .code = "4567"};

    (void)state;
    assert_int_equal(TRIP(card_challenge, struct card_challenge, &challenge, nothing), VSC_OK);
    challenge.code[1] = '\n';
    assert_int_equal(TRIP(card_challenge, struct card_challenge, &challenge, nothing),
                     VSC_PROTOCOL);
    challenge = (struct card_challenge){.card_code = "", .code = "4567"};
    assert_int_equal(TRIP(card_challenge, struct card_challenge, &challenge, nothing),
                     VSC_PROTOCOL);
}

static enum vsc_err trip_request(uint32_t request_len)
{
    auto_buf struct buf body;
    struct card_attest attest = {.nonce_len = 0};
    struct reader reader;

    buf_init(&body, 512);
    buf_str(&body, "0000");
    buf_str(&body, "");
    buf_u32(&body, 0);
    buf_u32(&body, request_len);
    for (uint32_t i = 0; i < request_len; i++)
        buf_u8(&body, 1);
    reader_init(&reader, body.data, body.len);
    return card_attest_decode(&reader, &attest);
}

static void test_attest_has_a_card_a_short_nonce_and_a_whole_digest(void **state)
{
    struct card_attest attest = {.card = "0000", .nonce_len = ATTEST_NONCE_MAX};

    (void)state;
    assert_int_equal(TRIP(card_attest, struct card_attest, &attest, nothing), VSC_OK);
    attest.card[0] = '\0';
    assert_int_equal(TRIP(card_attest, struct card_attest, &attest, nothing), VSC_PROTOCOL);
    attest = (struct card_attest){.card = "0000", .key = "0\n"};
    assert_int_equal(TRIP(card_attest, struct card_attest, &attest, nothing), VSC_PROTOCOL);
    for (uint32_t len = 0; len <= DIGEST_SIZE + 1; len++)
        assert_int_equal(trip_request(len), len == 0 || len == DIGEST_SIZE ? VSC_OK : VSC_PROTOCOL);
}

static void test_attest_takes_no_longer_nonce(void **state)
{
    auto_buf struct buf body;
    struct card_attest attest = {.nonce_len = 0};
    struct reader reader;

    (void)state;
    buf_init(&body, 512);
    buf_str(&body, "0000");
    buf_str(&body, "01");
    buf_u32(&body, ATTEST_NONCE_MAX + 1);
    for (int i = 0; i < ATTEST_NONCE_MAX + 1; i++)
        buf_u8(&body, 1);
    buf_u32(&body, 0);
    reader_init(&reader, body.data, body.len);
    assert_int_equal(card_attest_decode(&reader, &attest), VSC_PROTOCOL);
}

static void test_attested_has_a_bundle_that_is_not_too_long(void **state)
{
    static unsigned char bytes[ATTESTED_MAX + 1];
    struct card_attested attested = {.bundle = {.data = bytes, .len = ATTESTED_MAX}};

    (void)state;
    assert_int_equal(TRIP(card_attested, struct card_attested, &attested, card_attested_done),
                     VSC_OK);
    attested.bundle.len++;
    assert_int_equal(TRIP(card_attested, struct card_attested, &attested, card_attested_done),
                     VSC_PROTOCOL);
    attested.bundle.len = 0;
    assert_int_equal(TRIP(card_attested, struct card_attested, &attested, card_attested_done),
                     VSC_PROTOCOL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generate_takes_the_kinds_of_key),
        cmocka_unit_test(test_made_key_has_an_id_and_a_public_key),
        cmocka_unit_test(test_sign_as_takes_the_schemes_and_hashes),
        cmocka_unit_test(test_challenge_has_two_printable_texts),
        cmocka_unit_test(test_store_has_a_card_and_a_certificate),
        cmocka_unit_test(test_attest_has_a_card_a_short_nonce_and_a_whole_digest),
        cmocka_unit_test(test_attest_takes_no_longer_nonce),
        cmocka_unit_test(test_attested_has_a_bundle_that_is_not_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
