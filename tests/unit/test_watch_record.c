/* SPDX-License-Identifier: BSD-2-Clause */
/* The last look at the cards: when another is due, and that a damaged or hostile file is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "card/tpm/record.h"
#include "common/own.h"
#include "tests/support/scratch.h"

static const struct moment start = {.real_ms = 1800000000000, .monotonic_ms = 5000};

static struct moment later(int64_t ms)
{
    return (struct moment){start.real_ms + ms, start.monotonic_ms + ms};
}

static struct record one_card(void)
{
    struct record record = {.at = start, .count = 1};

    memcpy(record.cards[0].id, "0000", STORE_CARD_SIZE);
    record.cards[0].glimpse = (struct glimpse){
        .known = true, .state = {.tries_known = true, .tries_left = 4, .tries_max = 5}};
    return record;
}

static int open_lock(void **state, int flags)
{
    int fd = open(scratch_path(state, STORE_LOCK), flags | O_CLOEXEC | O_CREAT, 0660);

    assert_true(fd >= 0);
    return fd;
}

static const char *store(void **state)
{
    return *state;
}

static bool is_due(const struct record *record, int64_t ms)
{
    struct card_info info = {.id = "0000", .kind = CARD_NATIVE};
    const struct card_list list = {.cards = &info, .count = 1};
    const struct moment now = later(ms);

    return record_is_due(record, &now, &list);
}

static void test_record_comes_back_as_written(void **state)
{
    auto_fd int lock = open_lock(state, O_RDWR);
    struct record record = one_card(), again = {0};

    assert_int_equal(record_read(store(state), &again), VSC_INPUT);
    record_write(lock, &record);
    assert_int_equal(record_read(store(state), &again), VSC_OK);
    assert_int_equal(again.at.real_ms, start.real_ms);
    assert_int_equal(again.at.monotonic_ms, start.monotonic_ms);
    assert_false(again.changed);
    assert_int_equal(again.count, 1);
    assert_string_equal(again.cards[0].id, "0000");
    assert_int_equal(again.cards[0].glimpse.state.tries_left, 4);
    record.count = CARDS_MAX; /* a full one, and a short one over it */
    for (size_t i = 0; i < CARDS_MAX; i++)
        (void)snprintf(record.cards[i].id, sizeof(record.cards[i].id), "%04zu", i);
    record_write(lock, &record);
    assert_int_equal(record_read(store(state), &again), VSC_OK);
    assert_int_equal(again.count, CARDS_MAX);
    record.count = 0;
    record.err = VSC_TPM;
    record_write(lock, &record);
    assert_int_equal(record_read(store(state), &again), VSC_OK);
    assert_int_equal(again.count, 0);
    assert_int_equal(again.err, VSC_TPM);
}

static void test_change_is_marked_only_where_somebody_watched(void **state)
{
    auto_fd int lock = open_lock(state, O_RDWR);
    const struct record record = one_card();
    struct record again;
    struct stat status;

    record_changed(lock);
    assert_int_equal(fstat(lock, &status), 0);
    assert_int_equal(status.st_size, 0);
    record_write(lock, &record);
    record_changed(lock);
    assert_int_equal(record_read(store(state), &again), VSC_OK);
    assert_true(again.changed);
    record_changed(lock);
    assert_int_equal(record_read(store(state), &again), VSC_OK);
    record_write(lock, &record);
    assert_int_equal(record_read(store(state), &again), VSC_OK);
    assert_false(again.changed);
}

static void test_lock_that_cannot_be_written_is_no_fault(void **state)
{
    auto_fd int lock = open_lock(state, O_RDONLY);
    const struct record record = one_card();
    struct record again;

    record_write(lock, &record);
    record_changed(lock);
    assert_int_equal(record_read(store(state), &again), VSC_INPUT);
    assert_int_equal(record_read("/nonexistent", &again), VSC_INPUT);
}

/* Every bit of it turned, and every byte cut off: it says the same, or there is none. */
static void test_damaged_record_is_none(void **state)
{
    auto_fd int lock = open_lock(state, O_RDWR);
    const struct record record = one_card();
    unsigned char file[256];
    struct record again;
    ssize_t len;

    record_write(lock, &record);
    len = pread(lock, file, sizeof(file), 0);
    assert_true(len > 20 && len < (ssize_t)sizeof(file));
    for (ssize_t bit = 8; bit < len * 8; bit++) { /* the first byte is the mark */
        unsigned char was = file[bit / 8];
        unsigned char other = was ^ (unsigned char)(1u << (bit % 8));

        assert_int_equal(pwrite(lock, &other, 1, bit / 8), 1);
        assert_int_equal(record_read(store(state), &again), VSC_PROTOCOL);
        assert_int_equal(pwrite(lock, &was, 1, bit / 8), 1);
    }
    for (ssize_t cut = len - 1; cut > 0; cut--) {
        assert_int_equal(ftruncate(lock, cut), 0);
        assert_int_equal(record_read(store(state), &again), VSC_PROTOCOL);
    }
    memset(file, 0xff, sizeof(file));
    assert_int_equal(pwrite(lock, file, sizeof(file), 0), (ssize_t)sizeof(file));
    assert_int_equal(record_read(store(state), &again), VSC_PROTOCOL);
}

static void test_record_is_read_from_no_link(void **state)
{
    assert_int_equal(symlink("/etc/passwd", scratch_path(state, STORE_LOCK)), 0);
    assert_int_equal(record_read(store(state), &(struct record){0}), VSC_INPUT);
}

static void test_look_is_due_after_a_rest_and_never_within_two_seconds(void **state)
{
    struct record record = one_card();

    (void)state;
    assert_false(is_due(&record, 0));
    assert_false(is_due(&record, WATCH_POLL_MS));
    assert_false(is_due(&record, RECORD_REST_MS - 1));
    assert_true(is_due(&record, RECORD_REST_MS));
    record.changed = true;
    assert_false(is_due(&record, WATCH_POLL_MS - 1));
    assert_true(is_due(&record, WATCH_POLL_MS));
    record.changed = false;
    record.err = VSC_TPM;
    assert_false(is_due(&record, WATCH_POLL_MS - 1));
    assert_true(is_due(&record, WATCH_POLL_MS));
}

static void test_new_card_and_end_of_a_lockout_make_a_look_due(void **state)
{
    struct record record = one_card();

    (void)state;
    record.cards[0].glimpse.state.locked_seconds = 10;
    assert_false(is_due(&record, 9999));
    assert_true(is_due(&record, 10000));
    record.cards[0].glimpse.state.locked_seconds = 1;
    assert_false(is_due(&record, WATCH_POLL_MS - 1));
    memcpy(record.cards[0].id, "0001", STORE_CARD_SIZE);
    assert_false(is_due(&record, WATCH_POLL_MS - 1));
    assert_true(is_due(&record, WATCH_POLL_MS));
}

/* A restart, and a clock that was set: the age is not known, so the look counts for nothing. */
static void test_record_of_before_a_restart_is_not_believed(void **state)
{
    const struct record record = one_card();
    struct moment now = later(1000);

    (void)state;
    assert_true(record_is_of_today(&record, &now));
    now.monotonic_ms = start.monotonic_ms - 1;
    assert_false(record_is_of_today(&record, &now));
    now = later(1000);
    now.real_ms += 3600000;
    assert_false(record_is_of_today(&record, &now));
    now.real_ms -= 2 * 3600000;
    assert_false(record_is_of_today(&record, &now));
    assert_true(record_is_due(&record, &now, &(struct card_list){0}));
}

/* Who writes a time to come into the file keeps nobody from the TPM. */
static void test_record_from_the_future_is_not_believed(void **state)
{
    struct record record = one_card();
    const struct moment now = start;

    (void)state;
    record.at = later(3600000);
    assert_false(record_is_of_today(&record, &now));
    assert_true(record_is_due(&record, &now, &(struct card_list){0}));
}

static void test_lockout_runs_on_and_ends_only_by_the_tpm(void **state)
{
    struct record record = one_card();
    struct moment now = later(3500);

    (void)state;
    record.cards[0].glimpse.state.locked_seconds = 600;
    assert_int_equal(record_glimpse(&record, &now, "0000").state.locked_seconds, 597);
    now = later(700000);
    assert_int_equal(record_glimpse(&record, &now, "0000").state.locked_seconds, 1);
    assert_false(record_glimpse(&record, &now, "0001").known);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_record_comes_back_as_written),
        TEST(test_change_is_marked_only_where_somebody_watched),
        TEST(test_lock_that_cannot_be_written_is_no_fault),
        TEST(test_damaged_record_is_none),
        TEST(test_record_is_read_from_no_link),
        TEST(test_look_is_due_after_a_rest_and_never_within_two_seconds),
        TEST(test_new_card_and_end_of_a_lockout_make_a_look_due),
        TEST(test_record_of_before_a_restart_is_not_believed),
        TEST(test_record_from_the_future_is_not_believed),
        TEST(test_lockout_runs_on_and_ends_only_by_the_tpm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
