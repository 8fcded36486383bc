/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cards of a TPM as they are shown: each process from the last look of any, not more than one
 * look in two seconds; and a lie in the record of it deceives the eye only.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <time.h>

#include <cmocka.h>

#include "card/tpm/record.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define WATCH_DEADLINE_MS 60000

static struct tpm_cards world;
static char card[STORE_CARD_SIZE];

static int set_up(void **state)
{
    const struct tpm_card_spec spec = {.name = "TestVSC", .tries = 5, .key = KEY_P256};

    (void)state;
    return tpm_cards_start(&world) && tpm_cards_make(&world, &spec, card, NULL) == VSC_OK ? 0 : 1;
}

static int tear_down(void **state)
{
    (void)state;
    tpm_cards_stop(&world);
    return 0;
}

/* As a new process would be told. */
static enum vsc_err watch_in(struct card_source *source, struct glimpse *ret_glimpse)
{
    struct card_info info = {.kind = CARD_NATIVE};
    const struct card_list list = {.cards = &info, .count = 1};

    memcpy(info.id, card, sizeof(card));
    *ret_glimpse = (struct glimpse){0};
    source->deadline = deadline_in(WATCH_DEADLINE_MS);
    return source->ops->watch(source, &list, ret_glimpse, NULL);
}

static struct glimpse watch(void)
{
    struct card_source *source = tpm_cards_source(&world);
    struct glimpse glimpse;

    assert_int_equal(watch_in(source, &glimpse), VSC_OK);
    card_source_free(source);
    return glimpse;
}

static void pause_ms(int64_t ms)
{
    struct timespec pause = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = ms % 1000 * 1000000};

    while (nanosleep(&pause, &pause) != 0)
        continue;
}

static int open_lock(int flags)
{
    char path[256];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", world.store, STORE_LOCK);
    fd = open(path, flags | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void use_up_a_try(void)
{
    struct card_outcome outcome;

    assert_int_equal(tpm_cards_sign(&world, card, "wrong-pin", &outcome), VSC_PIN);
}

static void test_all_see_one_look_and_the_next_not_before_two_seconds(void **state)
{
    int64_t looked = clock_ms();
    uint16_t seen;

    (void)state;
    assert_int_equal(watch().state.tries_left, 5);
    use_up_a_try();
    seen = watch().state.tries_left;
    if (clock_ms() - looked < WATCH_POLL_MS / 2)
        assert_int_equal(seen, 5); /* another process, and the same look */
    pause_ms(WATCH_POLL_MS + 10);
    assert_int_equal(watch().state.tries_left, 4);
    assert_true(watch().known);
}

static void test_sign_in_that_holds_the_tpm_goes_first(void **state)
{
    const struct deadline deadline = deadline_in(WATCH_DEADLINE_MS);
    auto_fd int lock = -1;
    int64_t begun;
    uint16_t before;

    (void)state;
    before = watch().state.tries_left;
    use_up_a_try();
    pause_ms(WATCH_POLL_MS + 10);
    assert_int_equal(store_lock(world.store, &deadline, &lock, NULL), VSC_OK);
    begun = clock_ms();
    assert_int_equal(watch().state.tries_left, before); /* what was known before stands */
    assert_true(clock_ms() - begun < WATCH_DEADLINE_MS / 2);
    (void)close(lock);
    lock = -1;
    assert_int_equal(watch().state.tries_left, before - 1);
}

static void test_nothing_known_and_the_tpm_held_is_nothing_known(void **state)
{
    const struct deadline deadline = deadline_in(WATCH_DEADLINE_MS);
    auto_fd int lock = -1;

    (void)state;
    assert_int_equal(store_lock(world.store, &deadline, &lock, NULL), VSC_OK);
    assert_int_equal(pwrite(lock, "\0nonsense", 9, 0), 9);
    assert_false(watch().known);
}

/* Who can write the record is vsc-card's user: a lie is shown, and nothing else believes it. */
static void test_lie_in_the_record_is_shown_and_decides_nothing(void **state)
{
    auto_fd int lock = -1;
    struct record lie = {.count = 1};
    struct card_source *source;
    struct card_state truth;
    uint16_t left;

    (void)state;
    left = watch().state.tries_left;
    lock = open_lock(O_RDWR);
    memcpy(lie.cards[0].id, card, sizeof(card));
    lie.cards[0].glimpse = (struct glimpse){
        .known = true,
        .state = {.tries_known = true, .tries_left = 0, .tries_max = 5, .blocked = true}};
    lie.at = moment_now();
    record_write(lock, &lie);
    assert_true(watch().state.blocked);
    source = tpm_cards_source(&world);
    assert_int_equal(source->ops->state(source, card, &truth, NULL), VSC_OK);
    assert_false(truth.blocked);
    assert_int_equal(truth.tries_left, left);
    card_source_free(source);
    pause_ms(WATCH_POLL_MS + 10);
    use_up_a_try();
    assert_false(watch().state.blocked);
}

static void test_disk_that_cannot_be_written_leaves_each_its_own_look(void **state)
{
    auto_fd int lock = -1;
    struct card_source *source;
    struct glimpse first, second;

    (void)state;
    lock = open_lock(O_RDWR);
    source = tpm_cards_source(&world);
    assert_int_equal(pwrite(lock, "\0nonsense", 9, 0), 9);
    assert_int_equal(watch_in(source, &first), VSC_OK);
    use_up_a_try();
    assert_int_equal(pwrite(lock, "\0nonsense", 9, 0), 9); /* as if it never came there */
    assert_int_equal(watch_in(source, &second), VSC_OK);
    assert_int_equal(second.state.tries_left, first.state.tries_left);
    card_source_free(source);
}

static void test_tpm_that_does_not_answer_is_not_asked_again_at_once(void **state)
{
    struct record record;
    struct moment first;
    struct glimpse glimpse;
    struct card_source *source;
    char tcti[sizeof(world.tcti)];

    (void)state;
    pause_ms(WATCH_POLL_MS + 10);
    memcpy(tcti, world.tcti, sizeof(tcti));
    (void)snprintf(world.tcti, sizeof(world.tcti), "swtpm:host=127.0.0.1,port=1");
    source = tpm_cards_source(&world);
    {
        auto_fd int lock = open_lock(O_RDWR);

        record_changed(lock);
    }
    assert_int_equal(watch_in(source, &glimpse), VSC_TPM);
    assert_int_equal(record_read(world.store, &record), VSC_OK);
    first = record.at;
    assert_int_equal(watch_in(source, &glimpse), VSC_TPM);
    assert_int_equal(record_read(world.store, &record), VSC_OK);
    assert_int_equal(record.at.monotonic_ms, first.monotonic_ms);
    card_source_free(source);
    memcpy(world.tcti, tcti, sizeof(tcti));
    pause_ms(WATCH_POLL_MS + 10);
    assert_true(watch().known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_see_one_look_and_the_next_not_before_two_seconds),
        cmocka_unit_test(test_sign_in_that_holds_the_tpm_goes_first),
        cmocka_unit_test(test_nothing_known_and_the_tpm_held_is_nothing_known),
        cmocka_unit_test(test_lie_in_the_record_is_shown_and_decides_nothing),
        cmocka_unit_test(test_disk_that_cannot_be_written_leaves_each_its_own_look),
        cmocka_unit_test(test_tpm_that_does_not_answer_is_not_asked_again_at_once),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
