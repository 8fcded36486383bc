/* SPDX-License-Identifier: BSD-2-Clause */
/* Accounts that the directory has closed, at the account check. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/directory_word.h"

#define NOW  1000000
#define UPNS "{ method = \"upn\"; }"

static const char *check(const char *name, int64_t at)
{
    static char text[256];
    struct account account;

    assert_true(account_find(&source, name, &account));
    verdict_init(&verdict);
    mapping_check_state(&mapping, &account, at, &verdict);
    (void)snprintf(text, sizeof(text), "%s", pki_codes(&verdict));
    return text;
}

static void test_state_table(void **state)
{
    static const struct {
        const char *user, *expected;
        struct word word;
    } rows[] = {
        {"CORP\\alice", "", {.number = "2000"}},
        {"CORP\\alice", "account-disabled", {"2000", .state = DIRECTORY_DISABLED}},
        {"CORP\\alice", "account-disabled", {"2000", .state = DIRECTORY_GONE}},
        {"CORP\\alice", "account-locked", {"2000", .state = DIRECTORY_LOCKED}},
        {"CORP\\alice", "account-locked", {"2000", .state = DIRECTORY_LOCKED, .is_old = true}},
        {"CORP\\alice", "account-expired", {"2000", .expires = NOW}},
        {"CORP\\alice", "account-expired", {"2000", .expires = NOW - 1}},
        {"CORP\\alice", "account-expired", {"2000", .expires = 1}},
        {"CORP\\alice", "", {"2000", .expires = NOW + 1}},
        {"CORP\\alice",
         "account-disabled account-locked account-expired",
         {"2000", .state = DIRECTORY_DISABLED | DIRECTORY_LOCKED, .expires = 1}},
        {"CORP\\alice",
         "account-disabled",
         {"2000", .state = DIRECTORY_DISABLED | DIRECTORY_GONE, .is_old = true}},
        {"dora@corp.test", "", {"2000", .state = DIRECTORY_DISABLED}},
        {"dora@corp.test",
         "account-locked account-expired",
         {"2001", .state = DIRECTORY_LOCKED, .expires = 1}},
        /* The local account alice is another one, though the directory would give it a SID. */
        {"alice", "", {"1000", .state = DIRECTORY_DISABLED}},
        {"alice", "", {"2000", .state = DIRECTORY_DISABLED}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        configure("directory", "", UPNS);
        say(&rows[i].word);
        if (strcmp(check(rows[i].user, NOW), rows[i].expected) != 0)
            fail_msg("row %zu: \"%s\", not \"%s\"", i, check(rows[i].user, NOW), rows[i].expected);
    }
}

static void test_state_is_told_among_the_checks(void **state)
{
    (void)state;
    configure("directory", "", UPNS);
    assert_string_equal(check("CORP\\alice", NOW), "");
    assert_int_equal(verdict.results[CHECK_ACCOUNT_STATE], RESULT_NOT_APPLICABLE);
    say(&(struct word){.number = "2000"});
    assert_string_equal(check("CORP\\alice", NOW), "");
    assert_int_equal(verdict.results[CHECK_ACCOUNT_STATE], RESULT_PASS);
    say(&(struct word){"2001", .state = DIRECTORY_DISABLED});
    assert_string_equal(check("dora@corp.test", NOW), "account-disabled");
    assert_int_equal(verdict.results[CHECK_ACCOUNT_STATE], RESULT_FAIL);
}

/* Nobody says which SID it has now: then what had its uid. */
static void test_state_without_winbind_goes_by_the_uid(void **state)
{
    (void)state;
    configure("directory", "", UPNS);
    say(&(struct word){"2000", .state = DIRECTORY_DISABLED});
    result = DIRECTORY_FAILED;
    assert_string_equal(check("CORP\\alice", NOW), "account-disabled");
    result = DIRECTORY_NONE;
    assert_string_equal(check("CORP\\alice", NOW), "account-disabled");
    assert_string_equal(check("dora@corp.test", NOW), "");
}

/* Deleted, and made again under the same name and uid: it has another SID, and its own state. */
static void test_state_of_an_account_that_was_made_anew(void **state)
{
    (void)state;
    configure("directory", "", UPNS);
    say(&(struct word){"2000", .state = DIRECTORY_DISABLED});
    (void)snprintf(mapping.directory.items[0].sid, SID_SIZE, SID("1999"));
    assert_string_equal(check("CORP\\alice", NOW), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_state_table),
        TEST(test_state_is_told_among_the_checks),
        TEST(test_state_without_winbind_goes_by_the_uid),
        TEST(test_state_of_an_account_that_was_made_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
