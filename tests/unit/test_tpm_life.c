/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What happens to a card in its life on a software TPM: wrong PINs, PIN changes with old files put
 * back, a reboot, an owner password, a TPM that was cleared or exchanged, foreign objects.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define NEW_PIN "another PIN"
#define TRIES   3

DEFINE_AUTO(struct card_source, card_source_free)

struct rig {
    struct tpm_cards cards;
    char id[STORE_CARD_SIZE];
};

static int make_card(void **state)
{
    struct rig *rig = *state;
    struct tpm_card_spec spec = {.name = "Life", .tries = TRIES, .key = KEY_P256};
    struct problem problem;

    if (!tpm_cards_start(&rig->cards))
        return -1;
    return tpm_cards_make(&rig->cards, &spec, rig->id, &problem) == VSC_OK ? 0 : -1;
}

static int drop_tpm(void **state)
{
    struct rig *rig = *state;

    tpm_cards_stop(&rig->cards);
    return 0;
}

static int run(struct rig *rig, const char *command)
{
    const char *const argv[] = {"/bin/sh", "-c", command, NULL};

    (void)setenv("STORE", rig->cards.store, 1);
    return tpm_rig_run(&rig->cards.tpm, argv);
}

static enum vsc_err sign(struct rig *rig, const char *pin)
{
    struct card_outcome outcome = {0};

    return tpm_cards_sign(&rig->cards, rig->id, pin, &outcome);
}

static struct card_state state_of(struct rig *rig)
{
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&rig->cards);
    struct card_state now = {0};

    assert_int_equal(source->ops->state(source, rig->id, &now, NULL), VSC_OK);
    return now;
}

static void block(struct rig *rig)
{
    for (int i = 1; i < TRIES; i++)
        assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN_BLOCKED);
}

static void test_wrong_pins_never_raise_the_lockout_counter(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome;

    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), 0);
    block(rig);
    for (int i = 0; i < 5; i++)
        assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN_BLOCKED);
    assert_int_equal(tpm_cards_change(&rig->cards, rig->id, "wrong PIN", NEW_PIN, &outcome),
                     VSC_PIN_BLOCKED);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), 0);
}

/* The rule of himmelblau 511 and 612: the count of tries outlives everything. */
static void test_blocked_card_stays_blocked_after_a_reboot(void **state)
{
    struct rig *rig = *state;

    block(rig);
    assert_true(tpm_rig_reboot(&rig->cards.tpm));
    (void)snprintf(rig->cards.tcti, sizeof rig->cards.tcti, "%s", rig->cards.tpm.tcti);
    assert_true(state_of(rig).blocked);
    assert_int_equal(sign(rig, TEST_PIN), VSC_PIN_BLOCKED);
}

static void test_pin_change_works_after_a_reboot(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome;

    assert_true(tpm_rig_reboot(&rig->cards.tpm));
    (void)snprintf(rig->cards.tcti, sizeof rig->cards.tcti, "%s", rig->cards.tpm.tcti);
    assert_int_equal(tpm_cards_change(&rig->cards, rig->id, TEST_PIN, NEW_PIN, &outcome), VSC_OK);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_old_files_put_back_after_a_pin_change_do_not_help(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome;

    assert_int_equal(run(rig, "cp -a \"$STORE\" \"$STORE.old\""), 0);
    assert_int_equal(tpm_cards_change(&rig->cards, rig->id, TEST_PIN, NEW_PIN, &outcome), VSC_OK);
    assert_int_equal(run(rig, "rm -r \"$STORE\" && mv \"$STORE.old\" \"$STORE\""), 0);
    assert_int_equal(sign(rig, TEST_PIN), VSC_PIN);
    assert_int_equal(sign(rig, NEW_PIN), VSC_OK);
}

static void test_pin_change_touches_no_file(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome;

    assert_int_equal(run(rig, "cp -a \"$STORE\" \"$STORE.old\""), 0);
    assert_int_equal(tpm_cards_change(&rig->cards, rig->id, TEST_PIN, NEW_PIN, &outcome), VSC_OK);
    assert_int_equal(run(rig, "diff -r \"$STORE\" \"$STORE.old\""), 0);
}

static void test_card_is_gone_when_the_tpm_was_cleared(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome;

    assert_int_equal(run(rig, "tpm2_clear -c platform"), 0);
    assert_true(state_of(rig).gone);
    assert_int_equal(sign(rig, TEST_PIN), VSC_CARD_GONE);
    assert_int_equal(tpm_cards_change(&rig->cards, rig->id, TEST_PIN, NEW_PIN, &outcome),
                     VSC_CARD_GONE);
    assert_true(outcome.state.gone);
}

static void test_card_is_gone_when_the_tpm_was_exchanged(void **state)
{
    struct rig *rig = *state;
    struct tpm_cards other;
    struct tpm_card_spec spec = {.name = "Other", .tries = TRIES, .key = KEY_NONE};
    char id[STORE_CARD_SIZE];
    struct problem problem;

    /* The other TPM has a storage root key at the same handle. */
    assert_true(tpm_cards_start(&other));
    assert_int_equal(tpm_cards_make(&other, &spec, id, &problem), VSC_OK);
    (void)snprintf(rig->cards.tcti, sizeof rig->cards.tcti, "%s", other.tpm.tcti);
    assert_true(state_of(rig).gone);
    assert_int_equal(sign(rig, TEST_PIN), VSC_CARD_GONE);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_CARD_GONE);
    tpm_cards_stop(&other);
}

static void test_card_is_gone_when_the_storage_root_key_is_another(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(run(rig,
                         "tpm2_evictcontrol -C o -c 0x81000100 && cd \"$STORE\" && "
                         "tpm2_createprimary -C o -G rsa2048 -c x -a 'restricted|decrypt|fixedtpm|"
                         "fixedparent|sensitivedataorigin|userwithauth|noda' && "
                         "tpm2_evictcontrol -C o -c x 0x81000100 && tpm2_flushcontext -t"),
                     0);
    assert_int_equal(sign(rig, TEST_PIN), VSC_CARD_GONE);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_CARD_GONE);
}

static void test_card_is_gone_when_its_index_is_a_foreign_one(void **state)
{
    struct rig *rig = *state;
    struct objects objects;
    char command[512];

    assert_int_equal(tpm_cards_objects(&rig->cards, rig->id, &objects), VSC_OK);
    (void)snprintf(command, sizeof command,
                   "tpm2_nvundefine -C o 0x%x && tpm2_nvdefine -C o -s 8 -a "
                   "'authread|authwrite|ownerread|no_da' -p x 0x%x",
                   objects.pin.area.nvPublic.nvIndex, objects.pin.area.nvPublic.nvIndex);
    assert_int_equal(run(rig, command), 0);
    /* Unwritten, and not of the type: neither "wrong PIN" nor "blocked". */
    assert_true(state_of(rig).gone);
    assert_int_equal(sign(rig, TEST_PIN), VSC_CARD_GONE);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_CARD_GONE);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), 0);
}

static void test_state_needs_no_owner_password(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(run(rig, "tpm2_changeauth -c owner secret"), 0);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN);
    assert_int_equal(state_of(rig).tries_left, TRIES - 1);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
    assert_int_equal(state_of(rig).tries_left, TRIES);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), 0);
}

static void test_creation_with_an_owner_password_leaves_nothing(void **state)
{
    struct rig *rig = *state;
    struct tpm_card_spec spec = {.name = "Second", .tries = TRIES, .key = KEY_NONE};
    char id[STORE_CARD_SIZE];

    assert_int_equal(run(rig, "tpm2_changeauth -c owner secret"), 0);
    assert_int_equal(tpm_cards_make(&rig->cards, &spec, id, NULL), VSC_DENIED);
    assert_int_equal(run(rig, "test \"$(tpm2_getcap handles-nv-index | wc -l)\" = 2"), 0);
    assert_int_equal(run(rig, "test \"$(ls -A \"$STORE/cards\")\" = 0000"), 0);
}

static void test_what_was_prepared_is_closed_also_when_the_time_is_over(void **state)
{
    struct rig *rig = *state;
    struct card_source *source = tpm_cards_source(&rig->cards);

    source->deadline = deadline_in(60000);
    assert_int_equal(source->ops->prepare(source, rig->id, "00", NULL), VSC_OK);
    source->deadline = deadline_in(0);
    card_source_free(source);
    assert_int_equal(run(rig, "test -z \"$(tpm2_getcap handles-loaded-session)\" && "
                              "test -z \"$(tpm2_getcap handles-transient)\""),
                     0);
}

/* A lockout of the TPM itself (wrong PINs of others, disk unlocking) does not reach the card. */
static void test_tpm_lockout_does_not_reach_the_card(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(run(rig, "tpm2_dictionarylockout -s -n 1 -t 600 -l 86400 && "
                              "tpm2_nvdefine -C o -s 8 -a 'authread|authwrite' -p right 0x1500001"),
                     0);
    assert_int_not_equal(run(rig, "tpm2_nvread -P wrong 0x1500001"), 0);
    assert_int_not_equal(run(rig, "tpm2_nvread -P wrong 0x1500001"), 0);
    assert_int_equal(tpm_cards_lockout_counter(&rig->cards), 1);
    assert_int_equal(sign(rig, "wrong PIN"), VSC_PIN);
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
}

static void test_damaged_files_are_store_errors(void **state)
{
    static const char *const damages[] = {
        "printf x >> \"$STORE/cards/0000/objects\"",
        "truncate -s 100 \"$STORE/cards/0000/objects\"",
        "rm \"$STORE/cards/0000/objects\"",
        "truncate -s 100000 \"$STORE/cards/0000/objects\"",
        "printf 'x = y\\n' >> \"$STORE/cards/0000/card.conf\"",
        "sed -i 's/tries = 3/tries = 3x/' \"$STORE/cards/0000/card.conf\"",
        "printf x >> \"$STORE/cards/0000/keys/00/key.pub\"",
        "truncate -s 10 \"$STORE/cards/0000/keys/00/key.priv\"",
        "ln -sf /etc/passwd \"$STORE/cards/0000/keys/00/key.pub\"",
    };
    struct rig *rig = *state;

    assert_int_equal(run(rig, "cp -a \"$STORE\" \"$STORE.good\""), 0);
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        assert_int_equal(run(rig, damages[i]), 0);
        assert_int_equal(sign(rig, TEST_PIN), VSC_STORE);
        assert_int_equal(run(rig, "rm -r \"$STORE\" && cp -a \"$STORE.good\" \"$STORE\""), 0);
    }
    assert_int_equal(sign(rig, TEST_PIN), VSC_OK);
}

static void test_newer_formats_are_refused(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(run(rig, "cp -a \"$STORE\" \"$STORE.good\" && "
                              "sed -i 's/format = 1/format = 2/; s/^tries/attempts/' "
                              "\"$STORE/cards/0000/card.conf\""),
                     0);
    assert_int_equal(sign(rig, TEST_PIN), VSC_NOT_BUILT);
    assert_int_equal(run(rig, "rm -r \"$STORE\" && mv \"$STORE.good\" \"$STORE\" && "
                              "printf '\\002' | dd of=\"$STORE/cards/0000/objects\" bs=1 seek=3 "
                              "conv=notrunc"),
                     0);
    assert_int_equal(sign(rig, TEST_PIN), VSC_NOT_BUILT);
}

/* A key without the PIN in its policy, put into the store, is not used. */
static void test_key_that_is_not_behind_the_pin_is_refused(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(
        run(rig, "cd \"$STORE\" && tpm2_create -C 0x81000100 -G ecc256 -u u -r r -a 'sign|"
                 "fixedtpm|fixedparent|sensitivedataorigin|userwithauth' && tpm2_flushcontext -t; "
                 "{ printf '\\0\\0\\0%b' \"\\\\0$(printf %o $(stat -c %s u))\"; cat u; } > "
                 "cards/0000/keys/00/key.pub && "
                 "{ printf '\\0\\0\\0%b' \"\\\\0$(printf %o $(stat -c %s r))\"; cat r; } > "
                 "cards/0000/keys/00/key.priv"),
        0);
    assert_int_equal(sign(rig, TEST_PIN), VSC_STORE);
}

static void test_deadline_ends_a_wait_for_the_lock(void **state)
{
    struct rig *rig = *state;
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&rig->cards);
    struct deadline soon = deadline_in(10000);
    auto_fd int lock = -1;
    struct card_state now;

    assert_int_equal(store_lock(rig->cards.store, &soon, &lock, NULL), VSC_OK);
    source->deadline = deadline_in(200);
    assert_int_equal(source->ops->state(source, rig->id, &now, NULL), VSC_TIMEOUT);
}

static void test_deadline_ends_a_wait_for_a_stalled_tpm(void **state)
{
    struct rig *rig = *state;
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&rig->cards);
    struct card_state now;
    int64_t before;

    assert_int_equal(source->ops->state(source, rig->id, &now, NULL), VSC_OK);
    assert_int_equal(kill(rig->cards.tpm.pid, SIGSTOP), 0);
    before = clock_ms();
    source->deadline = deadline_in(300);
    assert_int_equal(source->ops->prepare(source, rig->id, "00", NULL), VSC_TIMEOUT);
    assert_true(clock_ms() - before >= 200);
    assert_int_equal(kill(rig->cards.tpm.pid, SIGCONT), 0);
}

/* Within one source 1, 2, 4 seconds lie between wrong PINs; a deadline before that costs no try. */
static void test_next_attempt_waits_after_a_wrong_pin(void **state)
{
    struct rig *rig = *state;
    auto_by(card_source_free) struct card_source *source = tpm_cards_source(&rig->cards);
    struct card_sign sign_with = {.key = "00"};
    struct card_outcome outcome;
    int64_t before;

    (void)snprintf(sign_with.card, sizeof sign_with.card, "%s", rig->id);
    assert_int_equal(secret_set(&sign_with.pin, "wrong PIN", 9), VSC_OK);
    before = clock_ms();
    assert_int_equal(source->ops->sign(source, &sign_with, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_PIN);
    source->deadline = deadline_in(1);
    assert_int_equal(source->ops->sign(source, &sign_with, &outcome, NULL), VSC_TIMEOUT);
    source->deadline = deadline_in(60000);
    assert_int_equal(secret_set(&sign_with.pin, TEST_PIN, strlen(TEST_PIN)), VSC_OK);
    assert_int_equal(source->ops->sign(source, &sign_with, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    assert_true(clock_ms() - before >= 1000);
    assert_int_equal(state_of(rig).tries_left, TRIES);
}

#define LIFE_TEST(test) cmocka_unit_test_setup_teardown(test, make_card, drop_tpm)

int main(void)
{
    static struct rig rig;
    struct CMUnitTest tests[] = {
        LIFE_TEST(test_wrong_pins_never_raise_the_lockout_counter),
        LIFE_TEST(test_blocked_card_stays_blocked_after_a_reboot),
        LIFE_TEST(test_pin_change_works_after_a_reboot),
        LIFE_TEST(test_old_files_put_back_after_a_pin_change_do_not_help),
        LIFE_TEST(test_pin_change_touches_no_file),
        LIFE_TEST(test_card_is_gone_when_the_tpm_was_cleared),
        LIFE_TEST(test_card_is_gone_when_the_tpm_was_exchanged),
        LIFE_TEST(test_card_is_gone_when_the_storage_root_key_is_another),
        LIFE_TEST(test_card_is_gone_when_its_index_is_a_foreign_one),
        LIFE_TEST(test_state_needs_no_owner_password),
        LIFE_TEST(test_creation_with_an_owner_password_leaves_nothing),
        LIFE_TEST(test_what_was_prepared_is_closed_also_when_the_time_is_over),
        LIFE_TEST(test_tpm_lockout_does_not_reach_the_card),
        LIFE_TEST(test_damaged_files_are_store_errors),
        LIFE_TEST(test_newer_formats_are_refused),
        LIFE_TEST(test_key_that_is_not_behind_the_pin_is_refused),
        LIFE_TEST(test_deadline_ends_a_wait_for_the_lock),
        LIFE_TEST(test_deadline_ends_a_wait_for_a_stalled_tpm),
        LIFE_TEST(test_next_attempt_waits_after_a_wrong_pin),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i].initial_state = &rig;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
