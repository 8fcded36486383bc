/* SPDX-License-Identifier: BSD-2-Clause */
/* What vsc-removal takes for a record in its folder, and what it deletes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "removal/records.h"
#include "tests/support/scratch.h"

#define RECORD(session)                                                                            \
    "pam_vsc session 1\nsession " session                                                          \
    "\nuid 1000\nleader 42\nservice login\ncard p11:1\nname Token\n"

static struct records records;

static void put(void **state, const char *name, const char *text, mode_t mode)
{
    scratch_file(state, name, text, strlen(text), mode);
}

static bool is_there(void **state, const char *name)
{
    struct stat status;

    return lstat(scratch_path(state, name), &status) == 0;
}

static enum vsc_err read_all(void **state)
{
    struct problem problem = {""};

    return records_read(*state, &records, &problem);
}

static void test_records_are_read(void **state)
{
    put(state, "3", RECORD("3"), 0600);
    put(state, "c12", RECORD("c12"), 0400);
    assert_int_equal(read_all(state), VSC_OK);
    assert_int_equal(records.count, 2);
    assert_false(records.folder_empty);
    assert_true(is_there(state, "3") && is_there(state, "c12"));
}

static void test_folder_that_is_empty_or_missing_has_none(void **state)
{
    struct problem problem = {""};

    put(state, ".new-0011223344556677", RECORD("3"), 0600);
    assert_int_equal(read_all(state), VSC_OK);
    assert_true(records.folder_empty);
    assert_true(is_there(state, ".new-0011223344556677"));
    assert_int_equal(records_read(scratch_path(state, "none"), &records, &problem), VSC_OK);
    assert_true(records.folder_empty);
}

static void test_file_that_was_being_written_is_deleted_when_left_over(void **state)
{
    const struct timespec old[2] = {{.tv_sec = time(NULL) - 3600}, {.tv_sec = time(NULL) - 3600}};

    put(state, ".new-0011223344556677", RECORD("3"), 0600);
    assert_int_equal(utimensat(0, scratch_path(state, ".new-0011223344556677"), old, 0), 0);
    assert_int_equal(read_all(state), VSC_OK);
    assert_false(is_there(state, ".new-0011223344556677"));
}

static void test_hostile_file_is_no_record_and_is_deleted(void **state)
{
    static char large[SESSION_RECORD_MAX + 2];

    memset(large, 'x', sizeof(large) - 1);
    put(state, "1", RECORD("1"), 0644);
    put(state, "2", RECORD("3"), 0600);
    put(state, "4", "pam_vsc session 1\n", 0600);
    put(state, "5", "", 0600);
    put(state, "6", large, 0600);
    put(state, "a-b", RECORD("a-b"), 0600);
    put(state, "7", RECORD("7") "uid 0\n", 0600);
    scratch_folder(state, "8", 0700);
    assert_int_equal(mkfifo(scratch_path(state, "9"), 0600), 0);
    put(state, "good", RECORD("good"), 0600);
    assert_int_equal(symlink(scratch_path(state, "good"), scratch_path(state, "10")), 0);
    assert_int_equal(read_all(state), VSC_OK);
    assert_int_equal(records.count, 1);
    assert_string_equal(records.items[0].session, "good");
    assert_int_equal(read_all(state), VSC_OK);
    assert_int_equal(records.count, 1);
    for (const char *const *name =
             (const char *const[]){"1", "2", "4", "5", "6", "7", "8", "9", "10", "a-b", NULL};
         *name != NULL; name++)
        if (is_there(state, *name))
            fail_msg("%s stays", *name);
}

static void test_record_of_another_user_is_deleted(void **state)
{
    if (geteuid() != 0)
        skip();
    put(state, "3", RECORD("3"), 0600);
    assert_int_equal(chown(scratch_path(state, "3"), SCRATCH_NOBODY, SCRATCH_NOBODY), 0);
    assert_int_equal(read_all(state), VSC_OK);
    assert_int_equal(records.count, 0);
    assert_false(is_there(state, "3"));
}

static void test_folder_that_others_can_write_or_own_says_nothing(void **state)
{
    put(state, "3", RECORD("3"), 0600);
    assert_int_equal(chmod(*state, 0777), 0);
    assert_int_equal(read_all(state), VSC_UNTRUSTED);
    assert_int_equal(records.count, 0);
    assert_int_equal(chmod(*state, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(*state, SCRATCH_NOBODY, SCRATCH_NOBODY), 0);
        assert_int_equal(read_all(state), VSC_UNTRUSTED);
        assert_int_equal(chown(*state, 0, 0), 0);
    }
    assert_true(is_there(state, "3"));
}

static void test_no_more_than_the_maximum_is_read(void **state)
{
    for (unsigned i = 0; i < RECORDS_MAX + 3; i++) {
        char name[16], text[256];

        (void)snprintf(name, sizeof(name), "s%u", i);
        (void)snprintf(text, sizeof(text),
                       "pam_vsc session 1\nsession %s\nuid 1000\nleader 42\nservice login\n"
                       "card p11:1\nname Token\n",
                       name);
        put(state, name, text, 0600);
    }
    assert_int_equal(read_all(state), VSC_OK);
    assert_int_equal(records.count, RECORDS_MAX);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_records_are_read),
        TEST(test_folder_that_is_empty_or_missing_has_none),
        TEST(test_file_that_was_being_written_is_deleted_when_left_over),
        TEST(test_hostile_file_is_no_record_and_is_deleted),
        TEST(test_record_of_another_user_is_deleted),
        TEST(test_folder_that_others_can_write_or_own_says_nothing),
        TEST(test_no_more_than_the_maximum_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
