/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-card holds a PIN for one request: after a signature, a wrong PIN and a change no piece of it
 * is left, though the connection to the TPM stays open (X41-2018-003).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/pin_search.h"
#include "tests/support/tpm_cards.h"

struct rig {
    struct tpm_cards cards;
    char id[STORE_CARD_SIZE];
    struct card_source *source;
};

static int set_up(void **state)
{
    static struct rig rig;
    const struct tpm_card_spec spec = {.name = "Memory", .tries = 5, .key = KEY_P256};
    struct problem problem;

    *state = &rig;
    if (!tpm_cards_start(&rig.cards) ||
        tpm_cards_make(&rig.cards, &spec, rig.id, &problem) != VSC_OK)
        return -1;
    rig.source = tpm_cards_source(&rig.cards);
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;

    card_source_free(rig->source);
    tpm_cards_stop(&rig->cards);
    return 0;
}

static void set_drawn(struct secret *pin)
{
    char drawn[PIN_SEARCH_LEN];

    pin_search_give(drawn);
    assert_int_equal(secret_set(pin, drawn, sizeof(drawn)), VSC_OK);
    explicit_bzero(drawn, sizeof(drawn));
}

static enum vsc_err sign_with_drawn(struct rig *rig)
{
    struct card_sign sign = {.key = "00"};
    struct card_outcome outcome = {.result = VSC_ERR_COUNT};
    enum vsc_err err;

    memcpy(sign.card, rig->id, sizeof(rig->id));
    set_drawn(&sign.pin);
    rig->source->deadline = deadline_in(60000);
    err = rig->source->ops->sign(rig->source, &sign, &outcome, NULL);
    secret_done(&sign.pin);
    assert_int_equal(err, VSC_OK);
    return outcome.result;
}

static void change_to_drawn(struct rig *rig)
{
    struct card_change_pin change = {.keep = 0};
    struct card_outcome outcome = {.result = VSC_ERR_COUNT};

    memcpy(change.card, rig->id, sizeof(rig->id));
    assert_int_equal(secret_set(&change.old_pin, TEST_PIN, strlen(TEST_PIN)), VSC_OK);
    set_drawn(&change.new_pin);
    rig->source->deadline = deadline_in(60000);
    assert_int_equal(rig->source->ops->change_pin(rig->source, &change, &outcome, NULL), VSC_OK);
    secret_done(&change.new_pin);
    assert_int_equal(outcome.result, VSC_OK);
}

static void test_no_piece_of_the_pin_is_left_after_a_request(void **state)
{
    struct rig *rig = *state;

    pin_search_draw();
    assert_int_equal(sign_with_drawn(rig), VSC_PIN);
    assert_int_equal(pin_search_count(), 0);
    change_to_drawn(rig);
    assert_int_equal(pin_search_count(), 0);
    assert_int_equal(sign_with_drawn(rig), VSC_OK);
    assert_int_equal(pin_search_count(), 0);
}

/* Whoever reaches the TPM signs with the authValue as well as with the PIN. */
static void test_no_piece_of_the_authvalue_is_left_after_a_request(void **state)
{
    struct rig *rig = *state;
    struct objects objects;
    struct secret pin = {0}, auth = {0};

#ifdef VSC_SANITIZED /* a sanitizer has an allocator of its own */
    skip();
#endif
    for (int right = 0; right <= 1; right++) {
        pin_search_draw();
        if (right)
            change_to_drawn(rig);
        assert_int_equal(sign_with_drawn(rig), right ? VSC_OK : VSC_PIN);
        assert_int_equal(tpm_cards_objects(&rig->cards, rig->id, &objects), VSC_OK);
        set_drawn(&pin);
        assert_int_equal(objects_derive(&objects, DERIVED_PIN, &pin, &auth), VSC_OK);
        pin_search_take(auth.bytes);
        secret_done(&pin);
        secret_done(&auth);
        assert_int_equal(pin_search_count(), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_no_piece_of_the_pin_is_left_after_a_request, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_no_piece_of_the_authvalue_is_left_after_a_request,
                                        set_up, tear_down),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm is not installed");
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
