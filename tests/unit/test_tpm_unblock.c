/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways to another PIN than by the old one, and what is counted where: wrong PINs on P, wrong
 * PUKs on U, wrong administrator keys nowhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "card/tpm/pin_marks.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define PUK       "11223344"
#define OTHER_KEY "76543210fedcba9876543210"
#define NEW_PIN   "another PIN"
#define TRIES     3

DEFINE_AUTO(struct card_source, card_source_free)

struct rig {
    struct tpm_cards cards;
    char id[STORE_CARD_SIZE];
    struct change change;
    struct card_outcome outcome;
    struct problem problem;
};

static int start(void **state)
{
    struct rig *rig = *state;
    struct tpm_card_spec spec = {.name = "Unblock", .tries = TRIES, .key = KEY_P256, .puk = PUK};

    rig->change = CHANGE_CLOSED;
    if (!tpm_cards_start(&rig->cards) ||
        tpm_cards_make(&rig->cards, &spec, rig->id, &rig->problem) != VSC_OK)
        return -1;
    return 0;
}

static int stop(void **state)
{
    tpm_cards_stop(&((struct rig *)*state)->cards);
    return 0;
}

static void begin(struct rig *rig)
{
    struct deadline deadline = deadline_in(60000);

    assert_int_equal(
        change_open(&rig->change, rig->cards.store, rig->cards.tcti, &deadline, &rig->problem),
        VSC_OK);
}

static enum vsc_err by_puk(struct rig *rig, const char *puk, const char *pin)
{
    auto_secret struct secret secret = {0}, new_pin = {0};
    enum vsc_err err;

    assert_int_equal(secret_set(&secret, puk, strlen(puk)), VSC_OK);
    assert_int_equal(secret_set(&new_pin, pin, strlen(pin)), VSC_OK);
    begin(rig);
    err = owner_unblock(&rig->change, rig->id, &secret, &new_pin, &rig->outcome, &rig->problem);
    change_close(&rig->change);
    return err == VSC_OK ? rig->outcome.result : err;
}

static enum vsc_err by_key(struct rig *rig, const char *key, const char *pin, bool must_change)
{
    auto_secret struct secret secret = {0}, new_pin = {0};
    struct admin_unblock unblock = {
        .admin_key = &secret, .new_pin = &new_pin, .must_change = must_change};
    enum vsc_err err;

    assert_int_equal(secret_set(&secret, key, strlen(key)), VSC_OK);
    assert_int_equal(secret_set(&new_pin, pin, strlen(pin)), VSC_OK);
    begin(rig);
    err = admin_unblock(&rig->change, rig->id, &unblock, &rig->outcome, &rig->problem);
    change_close(&rig->change);
    return err == VSC_OK ? rig->outcome.result : err;
}

static enum vsc_err rotate(struct rig *rig, const char *old_key, const char *new_key)
{
    auto_secret struct secret old_secret = {0}, new_secret = {0};
    enum vsc_err err, result = VSC_TPM;

    assert_int_equal(secret_set(&old_secret, old_key, strlen(old_key)), VSC_OK);
    assert_int_equal(secret_set(&new_secret, new_key, strlen(new_key)), VSC_OK);
    begin(rig);
    err = admin_rotate_key(&rig->change, rig->id, &old_secret, &new_secret, &result, &rig->problem);
    change_close(&rig->change);
    return err == VSC_OK ? result : err;
}

static enum vsc_err change_puk(struct rig *rig, const char *old_puk, const char *new_puk)
{
    auto_secret struct secret old_secret = {0}, new_secret = {0};
    enum vsc_err err;

    assert_int_equal(secret_set(&old_secret, old_puk, strlen(old_puk)), VSC_OK);
    assert_int_equal(secret_set(&new_secret, new_puk, strlen(new_puk)), VSC_OK);
    begin(rig);
    err = owner_change_puk(&rig->change, rig->id, &old_secret, &new_secret, &rig->outcome,
                           &rig->problem);
    change_close(&rig->change);
    return err == VSC_OK ? rig->outcome.result : err;
}

static enum vsc_err sign(struct rig *rig, const char *pin)
{
    return tpm_cards_sign(&rig->cards, rig->id, pin, &rig->outcome);
}

static struct card_state state_of(struct rig *rig)
{
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&rig->cards);
    struct card_state state = {0};

    assert_int_equal(source->ops->state(source, rig->id, &state, NULL), VSC_OK);
    return state;
}

static void block(struct rig *rig)
{
    for (int i = 1; i < TRIES; i++)
        assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN_BLOCKED);
}

static void test_the_administrator_key_unblocks(void **state)
{
    struct rig *rig = *state;

    block(rig);
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, false), VSC_OK);
    assert_int_equal(rig->outcome.state.tries_left, TRIES);
    assert_int_equal(rig->outcome.state.tries_max, TRIES);
    assert_int_equal(sign(rig, TEST_PIN), VSC_PIN);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_a_wrong_administrator_key_is_counted_nowhere(void **state)
{
    struct rig *rig = *state;
    int lockout = tpm_cards_lockout_counter(&rig->cards);

    for (int i = 0; i < 2 * TRIES; i++)
        assert_int_equal(by_key(rig, OTHER_KEY, NEW_PIN, false), VSC_ADMIN_KEY);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), lockout);
    assert_int_equal(state_of(rig).tries_left, TRIES);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, false), VSC_OK);
}

static void test_a_wrong_administrator_key_demands_no_other_pin(void **state)
{
    struct rig *rig = *state;
    auto_fd int keys = -1;

    assert_int_equal(store_open_keys(rig->cards.store, rig->id, &keys), VSC_OK);
    assert_int_equal(by_key(rig, OTHER_KEY, NEW_PIN, true), VSC_ADMIN_KEY);
    assert_false(must_change_is_set(keys));
    assert_int_equal(by_key(rig, OTHER_KEY, "short", true), VSC_PIN_POLICY);
    assert_false(must_change_is_set(keys));
    /* A mark that was there before stays. */
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, true), VSC_OK);
    assert_int_equal(by_key(rig, OTHER_KEY, TEST_PIN, true), VSC_ADMIN_KEY);
    assert_true(must_change_is_set(keys));
}

static void test_the_puk_unblocks(void **state)
{
    struct rig *rig = *state;

    block(rig);
    assert_int_equal(by_puk(rig, PUK, NEW_PIN), VSC_OK);
    assert_int_equal(rig->outcome.state.tries_left, TRIES);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_wrong_puks_are_counted_on_their_own_index(void **state)
{
    struct rig *rig = *state;
    int lockout = tpm_cards_lockout_counter(&rig->cards);

    assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN);
    assert_int_equal(by_puk(rig, "wrong PUK", NEW_PIN), VSC_PUK);
    assert_int_equal(rig->outcome.state.tries_left, TRIES - 1);
    assert_int_equal(rig->outcome.state.tries_max, TRIES);
    assert_int_equal(state_of(rig).tries_left, TRIES - 1);
    /* The right one resets both counts. */
    assert_int_equal(by_puk(rig, PUK, NEW_PIN), VSC_OK);
    for (int i = 1; i < TRIES; i++)
        assert_int_equal(by_puk(rig, "wrong PUK", NEW_PIN), VSC_PUK);
    assert_int_equal(by_puk(rig, "wrong PUK", NEW_PIN), VSC_PUK_BLOCKED);
    assert_int_equal(by_puk(rig, PUK, TEST_PIN), VSC_PUK_BLOCKED);
    assert_true(rig->outcome.state.blocked);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), lockout);
    assert_int_equal(state_of(rig).tries_left, TRIES);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
    /* The administrator key is still good. */
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, "a third PIN", false), VSC_OK);
}

static void test_a_new_pin_that_breaks_the_policy_uses_no_try(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(by_puk(rig, "wrong PUK", "short"), VSC_PIN_POLICY);
    assert_non_null(strstr(rig->problem.text, "at least 8"));
    assert_int_equal(by_key(rig, OTHER_KEY, "short", false), VSC_PIN_POLICY);
    assert_int_equal(by_puk(rig, "wrong PUK", NEW_PIN), VSC_PUK);
    assert_int_equal(rig->outcome.state.tries_left, TRIES - 1);
}

static void test_a_card_without_a_puk_says_so(void **state)
{
    struct rig *rig = *state;
    struct tpm_card_spec spec = {.name = "NoPuk", .tries = TRIES, .key = KEY_P256};

    assert_int_equal(tpm_cards_make(&rig->cards, &spec, rig->id, &rig->problem), VSC_OK);
    assert_int_equal(by_puk(rig, PUK, NEW_PIN), VSC_DENIED);
    assert_non_null(strstr(rig->problem.text, "without a PUK"));
    assert_int_equal(change_puk(rig, PUK, NEW_PIN), VSC_DENIED);
}

static void test_the_puk_is_changed_by_itself(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(change_puk(rig, PUK, "short"), VSC_PIN_POLICY);
    assert_int_equal(change_puk(rig, "wrong PUK", "another PUK"), VSC_PUK);
    assert_int_equal(rig->outcome.state.tries_left, TRIES - 1);
    assert_int_equal(change_puk(rig, PUK, "another PUK"), VSC_OK);
    assert_int_equal(by_puk(rig, PUK, NEW_PIN), VSC_PUK);
    assert_int_equal(by_puk(rig, "another PUK", NEW_PIN), VSC_OK);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_a_rotated_administrator_key_is_dead_also_with_old_files(void **state)
{
    struct rig *rig = *state;
    char command[512];

    (void)snprintf(command, sizeof command, "cp -a %s %s.old", rig->cards.store, rig->cards.store);
    assert_int_equal(system(command), 0);
    assert_int_equal(rotate(rig, OTHER_KEY, TEST_ADMIN_KEY), VSC_ADMIN_KEY);
    assert_int_equal(rotate(rig, TEST_ADMIN_KEY, OTHER_KEY), VSC_OK);
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, false), VSC_ADMIN_KEY);
    (void)snprintf(command, sizeof command, "rm -r %s && mv %s.old %s", rig->cards.store,
                   rig->cards.store, rig->cards.store);
    assert_int_equal(system(command), 0);
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, false), VSC_ADMIN_KEY);
    assert_int_equal(rotate(rig, TEST_ADMIN_KEY, OTHER_KEY), VSC_ADMIN_KEY);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
    assert_int_equal(by_key(rig, OTHER_KEY, NEW_PIN, false), VSC_OK);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_of_another_tpm_no_secret_is_wrong(void **state)
{
    struct rig *rig = *state;
    struct tpm_cards other;

    assert_true(tpm_cards_start(&other));
    memcpy(rig->cards.tcti, other.tpm.tcti, sizeof rig->cards.tcti);
    assert_int_equal(by_puk(rig, PUK, NEW_PIN), VSC_CARD_GONE);
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, false), VSC_CARD_GONE);
    assert_int_equal(rotate(rig, TEST_ADMIN_KEY, OTHER_KEY), VSC_CARD_GONE);
    assert_int_equal(change_puk(rig, PUK, "another PUK"), VSC_CARD_GONE);
    tpm_cards_stop(&other);
}

static bool is_marked(struct rig *rig)
{
    auto_fd int card = -1, keys = -1;
    bool marked;

    begin(rig);
    assert_int_equal(change_card(&rig->change, rig->id, &card, &keys, NULL), VSC_OK);
    marked = must_change_is_set(keys);
    change_close(&rig->change);
    return marked;
}

static void test_the_mark_goes_with_a_pin_that_the_owner_chose(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, true), VSC_OK);
    assert_true(is_marked(rig));
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
    assert_true(is_marked(rig));
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, "a third PIN", false), VSC_OK);
    assert_true(is_marked(rig));
    /* The PIN that somebody else knows does not count as a change. */
    assert_int_equal(
        tpm_cards_change(&rig->cards, rig->id, "a third PIN", "a third PIN", &rig->outcome),
        VSC_PIN_POLICY);
    assert_int_equal(
        tpm_cards_change(&rig->cards, rig->id, "a wrong PIN", "a fourth PIN", &rig->outcome),
        VSC_PIN);
    assert_true(is_marked(rig));
    assert_int_equal(
        tpm_cards_change(&rig->cards, rig->id, "a third PIN", "a fourth PIN", &rig->outcome),
        VSC_OK);
    assert_false(is_marked(rig));
    assert_int_equal(by_key(rig, TEST_ADMIN_KEY, NEW_PIN, true), VSC_OK);
    assert_int_equal(by_puk(rig, PUK, "by the PUK"), VSC_OK);
    assert_false(is_marked(rig));
}

int main(void)
{
    struct rig rig = {0};
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate_setup_teardown(test_the_administrator_key_unblocks, start, stop,
                                                 &rig),
        cmocka_unit_test_prestate_setup_teardown(test_a_wrong_administrator_key_is_counted_nowhere,
                                                 start, stop, &rig),
        cmocka_unit_test_prestate_setup_teardown(
            test_a_wrong_administrator_key_demands_no_other_pin, start, stop, &rig),
        cmocka_unit_test_prestate_setup_teardown(test_the_puk_unblocks, start, stop, &rig),
        cmocka_unit_test_prestate_setup_teardown(test_wrong_puks_are_counted_on_their_own_index,
                                                 start, stop, &rig),
        cmocka_unit_test_prestate_setup_teardown(test_a_new_pin_that_breaks_the_policy_uses_no_try,
                                                 start, stop, &rig),
        cmocka_unit_test_prestate_setup_teardown(test_a_card_without_a_puk_says_so, start, stop,
                                                 &rig),
        cmocka_unit_test_prestate_setup_teardown(test_the_puk_is_changed_by_itself, start, stop,
                                                 &rig),
        cmocka_unit_test_prestate_setup_teardown(
            test_a_rotated_administrator_key_is_dead_also_with_old_files, start, stop, &rig),
        cmocka_unit_test_prestate_setup_teardown(test_of_another_tpm_no_secret_is_wrong, start,
                                                 stop, &rig),
        cmocka_unit_test_prestate_setup_teardown(test_the_mark_goes_with_a_pin_that_the_owner_chose,
                                                 start, stop, &rig),
    };

    return cmocka_run_group_tests_name("tpm_unblock", tests, NULL, NULL);
}
