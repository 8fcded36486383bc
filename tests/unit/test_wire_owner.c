/* SPDX-License-Identifier: BSD-2-Clause */
/* What has to hold in the bodies of a card's owner: each rule of wire_owner.h, broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/wire_owner.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_generate_takes_the_kinds_of_key),
        cmocka_unit_test(test_made_key_has_an_id_and_a_public_key),
        cmocka_unit_test(test_challenge_has_two_printable_texts),
        cmocka_unit_test(test_store_has_a_card_and_a_certificate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
