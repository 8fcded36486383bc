/* SPDX-License-Identifier: BSD-2-Clause */
/* What root keeps of tickets, of silence and of sessions, and what of it counts. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/own.h"
#include "tests/support/scratch.h"
#include "tgt/kept.h"
#include "tgt/sharing.h"

static int open_folder(void **state)
{
    int fd = open(scratch_path(state, "."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

static void keep(int folder, char name[TGT_NAME_SIZE])
{
    struct kept kept = {.account = "alice", .uid = 1000};

    buf_init(&kept.creds, KEPT_CREDS_MAX);
    buf_put(&kept.creds, "creds", 5);
    assert_int_equal(kept_write(folder, &kept, name), VSC_OK);
    kept_done(&kept);
}

static void test_ticket_that_is_kept_is_taken_once(void **state)
{
    auto_fd int folder = open_folder(state);
    char name[TGT_NAME_SIZE];
    struct stat status;
    auto_kept struct kept kept = {.uid = 0};
    auto_kept struct kept again = {.uid = 0};

    keep(folder, name);
    assert_int_equal(fstatat(folder, name, &status, 0), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(kept_take(folder, name, &kept), VSC_OK);
    assert_string_equal(kept.account, "alice");
    assert_int_equal(kept.uid, 1000);
    assert_int_equal(kept.creds.len, 5);
    assert_int_equal(kept_take(folder, name, &again), VSC_INPUT);
}

static void test_ticket_by_a_name_that_is_none_or_malformed_is_none(void **state)
{
    static const char *const names[] = {"",     ".",    "../etc/passwd",
                                        "0123", "away", "0123456789ABCDEF0123456789ABCDEF"};
    auto_fd int folder = open_folder(state);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        auto_kept struct kept kept = {.uid = 0};

        assert_int_equal(kept_take(folder, names[i], &kept), VSC_INPUT);
    }
    for (size_t len = 0; len < 12; len++) {
        auto_kept struct kept kept = {.uid = 0};

        assert_int_equal(
            io_write_at(folder, "0123456789abcdef0123456789abcdef", "vtg1vtg1vtg1", len, 0600),
            VSC_OK);
        assert_int_equal(kept_take(folder, "0123456789abcdef0123456789abcdef", &kept), VSC_INPUT);
        assert_int_not_equal(faccessat(folder, "0123456789abcdef0123456789abcdef", F_OK, 0), 0);
    }
}

/* A file that is whole but for the one thing that is changed. */
static enum vsc_err decode(uid_t uid, size_t flipped)
{
    struct kept kept = {.account = "alice", .uid = uid};
    auto_kept struct kept again = {.uid = 0};
    auto_buf struct buf file;
    struct reader reader;

    buf_init(&kept.creds, KEPT_CREDS_MAX);
    buf_put(&kept.creds, "creds", 5);
    buf_init(&file, KEPT_CREDS_MAX);
    kept_encode(&file, &kept);
    kept_done(&kept);
    assert_int_equal(buf_status(&file), VSC_OK);
    if (flipped < file.len)
        file.data[flipped] ^= 1;
    reader_init(&reader, file.data, file.len);
    return kept_decode(&reader, &again);
}

static void test_ticket_of_another_kind_or_of_roots_is_none(void **state)
{
    (void)state;
    assert_int_equal(decode(1000, SIZE_MAX), VSC_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(decode(1000, i), VSC_INPUT);
    assert_int_equal(decode(0, SIZE_MAX), VSC_INPUT);
}

/* Whoever may name a ticket may name nothing else in the folder. */
static void test_file_by_another_name_is_no_ticket_and_stays(void **state)
{
    static const char *const names[] = {"away", "session.1000.2.3",
                                        "0123456789ABCDEF0123456789ABCDEF",
                                        "0123456789abcdef0123456789abcdef0"};
    const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    auto_fd int folder = open_folder(state);

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        auto_kept struct kept kept = {.uid = 0};
        char name[TGT_NAME_SIZE];

        keep(folder, name);
        assert_int_equal(renameat(folder, name, folder, names[i]), 0);
        assert_int_equal(utimensat(folder, names[i], old, 0), 0);
        assert_int_equal(kept_take(folder, names[i], &kept), VSC_INPUT);
        kept_sweep(folder);
        assert_int_equal(faccessat(folder, names[i], F_OK, 0), 0);
    }
}

static void test_what_nobody_takes_is_swept(void **state)
{
    const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
    auto_fd int folder = open_folder(state);
    char name[TGT_NAME_SIZE], fresh[TGT_NAME_SIZE];

    keep(folder, name);
    keep(folder, fresh);
    assert_int_equal(utimensat(folder, name, old, 0), 0);
    kept_set_away(folder, true);
    kept_sweep(folder);
    assert_int_not_equal(faccessat(folder, name, F_OK, 0), 0);
    assert_int_equal(faccessat(folder, fresh, F_OK, 0), 0);
    assert_true(kept_is_away(folder));
}

static void test_silence_is_remembered_for_a_minute_of_this_boot(void **state)
{
    static const char *const none[] = {"", "x", "99999999999\n", "12", "-1\n1", "0\n"};
    auto_fd int folder = open_folder(state);

    assert_false(kept_is_away(folder));
    kept_set_away(folder, true);
    assert_true(kept_is_away(folder));
    kept_set_away(folder, false);
    assert_false(kept_is_away(folder));
    for (size_t i = 0; i + 1 < sizeof(none) / sizeof(none[0]); i++) {
        assert_int_equal(io_write_at(folder, "away", none[i], strlen(none[i]), 0600), VSC_OK);
        assert_false(kept_is_away(folder));
    }
}

static void test_sessions_are_counted_while_their_process_lives(void **state)
{
    auto_fd int folder = open_folder(state);
    char caches[SHARING_MAX][TGT_CCACHE_SIZE];

    assert_false(sharing_others(folder, 1000, 0));
    sharing_mark(folder, 1000, getpid(), "FILE:/tmp/a");
    assert_true(sharing_others(folder, 1000, 0));
    assert_false(sharing_others(folder, 1000, getpid()));
    assert_false(sharing_others(folder, 1001, 0));
    assert_int_equal(sharing_caches(folder, 1000, caches), 1);
    assert_string_equal(caches[0], "FILE:/tmp/a");
    assert_int_equal(sharing_caches(folder, 1001, caches), 0);
    sharing_unmark(folder, 1000, getpid());
    assert_false(sharing_others(folder, 1000, 0));
}

/* Another process has that number now, or nobody has; and what is no mark is nothing. */
static void test_marks_of_processes_that_are_gone_go(void **state)
{
    static const char *const none[] = {"session.1000.1.5x", "session.1000", "session.01000.2.3",
                                       "session.1000.0.0"};
    auto_fd int folder = open_folder(state);
    char stale[80];

    (void)snprintf(stale, sizeof(stale), "session.1000.%d.1", (int)getpid());
    assert_int_equal(io_write_at(folder, stale, "FILE:/x", 7, 0600), VSC_OK);
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_int_equal(io_write_at(folder, none[i], "FILE:/x", 7, 0600), VSC_OK);
    assert_false(sharing_others(folder, 1000, 0));
    assert_int_not_equal(faccessat(folder, stale, F_OK, 0), 0);
    assert_int_equal(faccessat(folder, none[0], F_OK, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ticket_that_is_kept_is_taken_once, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_ticket_by_a_name_that_is_none_or_malformed_is_none,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test(test_ticket_of_another_kind_or_of_roots_is_none),
        cmocka_unit_test_setup_teardown(test_file_by_another_name_is_no_ticket_and_stays,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_what_nobody_takes_is_swept, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_silence_is_remembered_for_a_minute_of_this_boot,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_sessions_are_counted_while_their_process_lives,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_marks_of_processes_that_are_gone_go, scratch_setup,
                                        scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
