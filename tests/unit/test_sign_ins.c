/* SPDX-License-Identifier: BSD-2-Clause */
/* By which certificates a user has signed in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sign_ins.h"
#include "tests/support/scratch.h"

#define ISSUER "CN=Test CA, O=Corp"

static bool have(void **state, const char *serial)
{
    return sign_ins_have(*state, getuid(), serial, ISSUER);
}

static void note(void **state, const char *serial)
{
    assert_int_equal(sign_ins_note(*state, getuid(), serial, ISSUER), VSC_OK);
}

static void test_certificate_is_noted_for_its_user(void **state)
{
    char name[32];
    struct stat status;

    assert_false(have(state, "01"));
    note(state, "01");
    assert_true(have(state, "01"));
    assert_false(have(state, "0"));
    assert_false(have(state, "01 CN=Test"));
    assert_false(sign_ins_have(*state, getuid(), "01", "CN=Test CA"));
    assert_false(sign_ins_have(*state, getuid() + 1, "01", ISSUER));
    (void)snprintf(name, sizeof(name), "%lu", (unsigned long)getuid());
    assert_int_equal(stat(scratch_path(state, name), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0400);
    assert_int_equal(status.st_uid, getuid());
}

static void test_last_ones_are_kept(void **state)
{
    char serial[8];

    for (unsigned i = 0; i < SIGN_INS_MAX; i++) {
        (void)snprintf(serial, sizeof(serial), "%02u", i);
        note(state, serial);
    }
    assert_true(have(state, "00"));
    note(state, "00"); /* first again */
    note(state, "99");
    assert_true(have(state, "99"));
    assert_true(have(state, "00"));
    assert_false(have(state, "01"));
    assert_true(have(state, "02"));
}

static void test_name_that_is_no_line_is_refused(void **state)
{
    char longest[SIGN_INS_LINE + 1];

    memset(longest, 'x', sizeof(longest));
    longest[SIGN_INS_LINE] = '\0';
    assert_int_equal(sign_ins_note(*state, getuid(), "01", longest), VSC_INPUT);
    assert_int_equal(sign_ins_note(*state, getuid(), "01", "CN=a\nb"), VSC_INPUT);
    assert_int_equal(sign_ins_note(*state, getuid(), "0 1", ISSUER), VSC_INPUT);
    assert_int_equal(sign_ins_note(*state, getuid(), "", ISSUER), VSC_INPUT);
    assert_int_equal(sign_ins_note(*state, getuid(), "0\n1", ISSUER), VSC_INPUT);
    assert_int_equal(sign_ins_note(*state, getuid(), "01", ""), VSC_INPUT);
    longest[SIGN_INS_LINE - 4] = '\0'; /* "01 ", and the newline */
    assert_int_equal(sign_ins_note(*state, getuid(), "01", longest), VSC_OK);
    assert_true(sign_ins_have(*state, getuid(), "01", longest));
}

/* It is the user's own file: anything may stand in it. */
static void test_file_of_anything_is_read(void **state)
{
    static char much[SIGN_INS_MAX * SIGN_INS_LINE + 1];
    char name[32];

    (void)snprintf(name, sizeof(name), "%lu", (unsigned long)getuid());
    scratch_file(state, name, "01 " ISSUER, strlen("01 " ISSUER), 0600);
    assert_false(have(state, "01"));
    scratch_file(state, name, "\0\n\n\xff\n01 " ISSUER "\n", strlen("01 " ISSUER) + 6, 0600);
    assert_true(have(state, "01"));
    note(state, "02");
    assert_true(have(state, "01"));
    assert_true(have(state, "02"));
    memset(much, 'x', sizeof(much));
    scratch_file(state, name, much, sizeof(much), 0600);
    assert_false(have(state, "01"));
    note(state, "01");
    assert_true(have(state, "01"));
    assert_int_equal(unlink(scratch_path(state, name)), 0);
    assert_int_equal(mkfifo(scratch_path(state, name), 0600), 0);
    assert_false(have(state, "01"));
}

/* The power went between the file and its owner. Only root can give a file away. */
static void test_file_becomes_the_users_also_later(void **state)
{
    struct stat status;
    const char *path;

    if (getuid() != 0)
        skip();
    scratch_file(state, "12345", "01 " ISSUER "\n", strlen("01 " ISSUER "\n"), 0400);
    path = scratch_path(state, "12345");
    assert_int_equal(sign_ins_note(*state, 12345, "01", ISSUER), VSC_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_uid, 12345);
    assert_int_equal(sign_ins_note(*state, 12345, "02", ISSUER), VSC_OK);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_uid, 12345);
}

static void test_nothing_is_written_where_others_could(void **state)
{
    scratch_folder(state, "open", 0777);
    assert_int_not_equal(sign_ins_note(scratch_path(state, "open"), getuid(), "01", ISSUER),
                         VSC_OK);
    assert_int_not_equal(sign_ins_note("/nonexistent", getuid(), "01", ISSUER), VSC_OK);
    assert_false(sign_ins_have("/nonexistent", getuid(), "01", ISSUER));
}

/* The signal of a write beyond it would end a setuid program. */
static void test_limit_of_a_hostile_caller_is_no_end(void **state)
{
    struct rlimit limit, before;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 8;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(sign_ins_note(*state, getuid(), "01", ISSUER), VSC_SYSTEM);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    note(state, "01");
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_certificate_is_noted_for_its_user),
        IN_SCRATCH(test_last_ones_are_kept),
        IN_SCRATCH(test_name_that_is_no_line_is_refused),
        IN_SCRATCH(test_file_of_anything_is_read),
        IN_SCRATCH(test_file_becomes_the_users_also_later),
        IN_SCRATCH(test_nothing_is_written_where_others_could),
        IN_SCRATCH(test_limit_of_a_hostile_caller_is_no_end),
    };

    return cmocka_run_group_tests_name("sign_ins", tests, NULL, NULL);
}
