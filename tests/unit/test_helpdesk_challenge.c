/* SPDX-License-Identifier: BSD-2-Clause */
/* Unblocking by a help desk's answer, against a software TPM: what it does, and what it refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "card/helpdesk/challenge.h"
#include "card/tpm/pin_marks.h"
#include "card/tpm/store.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define MASTER  "the help desk's master key......"
#define NEW_PIN "another PIN"
#define TRIES   3

struct rig {
    struct tpm_cards cards;
    char id[STORE_CARD_SIZE], other[STORE_CARD_SIZE];
    struct challenge challenge;
};

static int start(void **state)
{
    struct rig *rig = *state;
    struct tpm_card_spec spec = {
        .name = "Card", .tries = TRIES, .key = KEY_P256, .helpdesk = MASTER};

    rig->challenge = CHALLENGE_CLOSED;
    if (!tpm_cards_start(&rig->cards) ||
        tpm_cards_make(&rig->cards, &spec, rig->id, NULL) != VSC_OK)
        return -1;
    spec.name = "Other";
    return tpm_cards_make(&rig->cards, &spec, rig->other, NULL) == VSC_OK ? 0 : -1;
}

static int stop(void **state)
{
    struct rig *rig = *state;

    challenge_end(&rig->challenge);
    tpm_cards_stop(&rig->cards);
    return 0;
}

static enum vsc_err sign(struct rig *rig, const char *pin)
{
    struct card_outcome outcome = {0};

    return tpm_cards_sign(&rig->cards, rig->id, pin, &outcome);
}

static void block(struct rig *rig)
{
    for (int i = 1; i < TRIES; i++)
        assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN_BLOCKED);
}

static void begin(struct rig *rig, const char *id)
{
    struct problem problem;

    assert_int_equal(
        challenge_begin(&rig->challenge, rig->cards.store, rig->cards.tcti, id, &problem), VSC_OK);
}

/* What the help desk says to two codes, with this master key. */
static void answer_with(const char *key, const char *card_code, const char *code, unsigned seconds,
                        char ret_text[CODE_SIZE])
{
    unsigned char serial[SERIAL_SIZE], challenge[HELPDESK_CHALLENGE_SIZE];
    unsigned char answer[HELPDESK_ANSWER_SIZE];
    auto_secret struct secret master = {0};

    assert_int_equal(secret_set(&master, key, strlen(key)), VSC_OK);
    assert_int_equal(code_read(card_code, sizeof serial, serial), VSC_OK);
    assert_int_equal(code_read(code, sizeof challenge, challenge), VSC_OK);
    assert_int_equal(helpdesk_answer(&master, serial, challenge, seconds, answer), VSC_OK);
    code_write(answer, sizeof answer, ANSWER_GROUP, ret_text);
}

static void answer_to(const struct rig *rig, char ret_text[CODE_SIZE])
{
    answer_with(MASTER, rig->challenge.card_code, rig->challenge.code, HELPDESK_SECONDS, ret_text);
}

/* The result of a finish, or its error. */
static enum vsc_err finish(struct rig *rig, const char *answer, const char *pin,
                           struct card_outcome *ret_outcome)
{
    auto_secret struct secret new_pin = {0};
    struct problem problem = {0};
    enum vsc_err err;

    assert_int_equal(secret_set(&new_pin, pin, strlen(pin)), VSC_OK);
    err = challenge_finish(&rig->challenge, answer, &new_pin, ret_outcome, &problem);
    return err == VSC_OK ? ret_outcome->result : err;
}

static enum vsc_err try(struct rig *rig, const char *answer, const char *pin)
{
    struct card_outcome outcome = {0};

    return finish(rig, answer, pin, &outcome);
}

static void test_challenge_unblocks_with_one_answer(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome = {0};
    char answer[CODE_SIZE];

    block(rig);
    begin(rig, rig->id);
    answer_to(rig, answer);
    assert_int_equal(finish(rig, answer, NEW_PIN, &outcome), VSC_OK);
    assert_int_equal(outcome.state.tries_left, TRIES);
    assert_false(outcome.state.blocked);
    /* Once: the challenge is over with it. */
    assert_int_equal(try(rig, answer, "one more PIN"), VSC_TIMEOUT);
    challenge_end(&rig->challenge);
    assert_int_equal(sign(rig, TEST_PIN), VSC_PIN);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_challenge_differs_each_time_and_names_the_card(void **state)
{
    struct rig *rig = *state;
    struct objects objects;
    unsigned char serial[SERIAL_SIZE];
    char first[CODE_SIZE], card[CODE_SIZE];

    begin(rig, rig->id);
    memcpy(first, rig->challenge.code, sizeof first);
    memcpy(card, rig->challenge.card_code, sizeof card);
    challenge_end(&rig->challenge);
    begin(rig, rig->id);
    assert_string_not_equal(first, rig->challenge.code);
    assert_string_equal(card, rig->challenge.card_code);
    assert_int_equal(tpm_cards_objects(&rig->cards, rig->id, &objects), VSC_OK);
    assert_int_equal(code_read(card, sizeof serial, serial), VSC_OK);
    assert_memory_equal(serial, objects.serial, sizeof serial);
}

static void test_challenge_replay_is_refused(void **state)
{
    struct rig *rig = *state;
    char used[CODE_SIZE], left[CODE_SIZE];

    begin(rig, rig->id);
    answer_to(rig, used);
    assert_int_equal(try(rig, used, NEW_PIN), VSC_OK);
    challenge_end(&rig->challenge);
    begin(rig, rig->id);
    answer_to(rig, left);
    assert_int_equal(try(rig, used, "one more PIN"), VSC_DENIED);
    /* Left without using the answer: it is worth nothing in the next challenge. */
    challenge_end(&rig->challenge);
    begin(rig, rig->id);
    assert_int_equal(try(rig, left, "one more PIN"), VSC_DENIED);
    challenge_end(&rig->challenge);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_challenge_answer_for_another_card_is_refused(void **state)
{
    struct rig *rig = *state;
    char others[CODE_SIZE], mixed[CODE_SIZE], card[CODE_SIZE];

    begin(rig, rig->other);
    answer_to(rig, others);
    memcpy(card, rig->challenge.card_code, sizeof card);
    challenge_end(&rig->challenge);
    begin(rig, rig->id);
    assert_int_equal(try(rig, others, NEW_PIN), VSC_DENIED);
    answer_with(MASTER, card, rig->challenge.code, HELPDESK_SECONDS, mixed);
    assert_int_equal(try(rig, mixed, NEW_PIN), VSC_DENIED);
    challenge_end(&rig->challenge);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
}

static void test_challenge_another_master_key_is_refused_and_the_right_answer_follows(void **state)
{
    struct rig *rig = *state;
    char wrong[CODE_SIZE], right[CODE_SIZE];

    block(rig);
    begin(rig, rig->id);
    answer_with("another master key..............", rig->challenge.card_code, rig->challenge.code,
                HELPDESK_SECONDS, wrong);
    assert_int_equal(try(rig, wrong, NEW_PIN), VSC_DENIED);
    assert_int_equal(try(rig, wrong, NEW_PIN), VSC_DENIED);
    answer_to(rig, right);
    assert_int_equal(try(rig, right, NEW_PIN), VSC_OK);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards) > 0, 0);
}

static void test_challenge_typing_error_does_not_reach_the_tpm(void **state)
{
    struct rig *rig = *state;
    char answer[CODE_SIZE], typed[CODE_SIZE];

    begin(rig, rig->id);
    answer_to(rig, answer);
    memcpy(typed, answer, sizeof typed);
    typed[0] = typed[0] == '7' ? '8' : '7';
    assert_int_equal(challenge_check_answer(typed, NULL), VSC_INPUT);
    assert_int_equal(try(rig, typed, NEW_PIN), VSC_INPUT);
    assert_int_equal(try(rig, "", NEW_PIN), VSC_INPUT);
    assert_int_equal(try(rig, rig->challenge.code, NEW_PIN), VSC_INPUT);
    assert_int_equal(challenge_check_answer(answer, NULL), VSC_OK);
    assert_int_equal(try(rig, answer, NEW_PIN), VSC_OK);
}

static void test_challenge_new_pin_keeps_to_the_policy(void **state)
{
    struct rig *rig = *state;
    char answer[CODE_SIZE];

    begin(rig, rig->id);
    answer_to(rig, answer);
    assert_int_equal(try(rig, answer, "short"), VSC_PIN_POLICY);
    assert_int_equal(try(rig, answer, NEW_PIN), VSC_OK);
}

/* The TPM counts the time from the challenge on; the test's answer asks for one second. */
static void test_challenge_answer_that_comes_too_late_is_refused_by_the_tpm(void **state)
{
    struct rig *rig = *state;
    char answer[CODE_SIZE];

    begin(rig, rig->id);
    rig->challenge.seconds = 1;
    answer_with(MASTER, rig->challenge.card_code, rig->challenge.code, 1, answer);
    usleep(1200 * 1000);
    assert_int_equal(try(rig, answer, NEW_PIN), VSC_TIMEOUT);
    challenge_end(&rig->challenge);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
}

static void test_challenge_does_not_outlive_a_restart(void **state)
{
    struct rig *rig = *state;
    char answer[CODE_SIZE];
    enum vsc_err err;

    begin(rig, rig->id);
    answer_to(rig, answer);
    assert_true(tpm_rig_reboot(&rig->cards.tpm));
    err = try(rig, answer, NEW_PIN);
    assert_true(err == VSC_TPM || err == VSC_TIMEOUT);
    challenge_end(&rig->challenge);
    (void)snprintf(rig->cards.tcti, sizeof rig->cards.tcti, "%s", rig->cards.tpm.tcti);
    begin(rig, rig->id);
    assert_int_equal(try(rig, answer, NEW_PIN), VSC_DENIED);
    challenge_end(&rig->challenge);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
}

static void test_challenge_holds_no_lock_while_it_waits(void **state)
{
    struct rig *rig = *state;
    struct deadline now = deadline_in(0);
    auto_fd int lock = -1;

    begin(rig, rig->id);
    assert_int_equal(store_lock(rig->cards.store, &now, &lock, NULL), VSC_OK);
}

static void test_challenge_ends_with_nothing_left_in_the_tpm(void **state)
{
    static const char *const sessions[] = {"sh", "-c",
                                           "test -z \"$(tpm2_getcap handles-loaded-session)\" && "
                                           "test -z \"$(tpm2_getcap handles-transient)\"",
                                           NULL};
    struct rig *rig = *state;
    char answer[CODE_SIZE];

    begin(rig, rig->id);
    challenge_end(&rig->challenge);
    assert_int_equal(tpm_rig_run(&rig->cards.tpm, sessions), 0);
    begin(rig, rig->id);
    answer_to(rig, answer);
    assert_int_equal(try(rig, answer, NEW_PIN), VSC_OK);
    challenge_end(&rig->challenge);
    assert_int_equal(tpm_rig_run(&rig->cards.tpm, sessions), 0);
}

static void test_challenge_takes_the_must_change_mark_away(void **state)
{
    struct rig *rig = *state;
    char answer[CODE_SIZE];

    begin(rig, rig->id);
    assert_int_equal(must_change_set(rig->challenge.unblocking.keys, NULL), VSC_OK);
    answer_to(rig, answer);
    assert_int_equal(try(rig, answer, NEW_PIN), VSC_OK);
    assert_false(must_change_is_set(rig->challenge.unblocking.keys));
}

static void test_challenge_wants_a_card_with_a_help_desk(void **state)
{
    struct rig *rig = *state;
    struct tpm_card_spec spec = {.name = "Plain", .tries = TRIES, .key = KEY_NONE};
    char id[STORE_CARD_SIZE];
    struct problem problem;

    assert_int_equal(tpm_cards_make(&rig->cards, &spec, id, &problem), VSC_OK);
    assert_int_equal(
        challenge_begin(&rig->challenge, rig->cards.store, rig->cards.tcti, id, &problem),
        VSC_DENIED);
    challenge_end(&rig->challenge);
    assert_int_equal(
        challenge_begin(&rig->challenge, rig->cards.store, rig->cards.tcti, "0077", &problem),
        VSC_NO_CARD);
}

#define CHALLENGE_TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
    static struct rig rig;
    struct CMUnitTest tests[] = {
        CHALLENGE_TEST(test_challenge_unblocks_with_one_answer),
        CHALLENGE_TEST(test_challenge_differs_each_time_and_names_the_card),
        CHALLENGE_TEST(test_challenge_replay_is_refused),
        CHALLENGE_TEST(test_challenge_answer_for_another_card_is_refused),
        CHALLENGE_TEST(test_challenge_another_master_key_is_refused_and_the_right_answer_follows),
        CHALLENGE_TEST(test_challenge_typing_error_does_not_reach_the_tpm),
        CHALLENGE_TEST(test_challenge_new_pin_keeps_to_the_policy),
        CHALLENGE_TEST(test_challenge_answer_that_comes_too_late_is_refused_by_the_tpm),
        CHALLENGE_TEST(test_challenge_does_not_outlive_a_restart),
        CHALLENGE_TEST(test_challenge_holds_no_lock_while_it_waits),
        CHALLENGE_TEST(test_challenge_ends_with_nothing_left_in_the_tpm),
        CHALLENGE_TEST(test_challenge_takes_the_must_change_mark_away),
        CHALLENGE_TEST(test_challenge_wants_a_card_with_a_help_desk),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i].initial_state = &rig;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
