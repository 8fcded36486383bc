/* SPDX-License-Identifier: BSD-2-Clause */
/* Which accounts are local: those of a passwd file, by name and uid. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/accounts.h"
#include "tests/support/scratch.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                             "# a comment\n"
                             "\n"
                             "broken\n"
                             "alice:x:1000:1000:Alice Smith,,,:/home/alice:/bin/sh\n"
                             "+bob::::::\n"
                             "+\n"
                             "carol:x:1002:1002::/:/bin/sh";

static void test_account_is_local_by_name_and_uid(void **state)
{
    static const struct {
        struct account account;
        bool local;
    } table[] = {
        {{"root", 0, ""}, true},
        {{"alice", 1000, ""}, true},
        {{"carol", 1002, ""}, true},
        {{"alice", 2000, ""}, false},
        {{"bob", 1000, ""}, false},
        {{"ALICE", 1000, ""}, false},
        {{"CORP\\alice", 1000, ""}, false},
        {{"bob", 1001, ""}, false},
        {{"broken", 0, ""}, false},
        {{"", 0, ""}, false},
    };
    char path[512];

    scratch_file(state, "passwd", passwd, strlen(passwd), 0644);
    (void)snprintf(path, sizeof(path), "%s", scratch_path(state, "passwd"));
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (account_is_in_file(path, &table[i].account) != table[i].local)
            fail_msg("row %zu, %s", i, table[i].account.name);
}

static void test_account_is_a_directorys_where_the_file_cannot_be_read(void **state)
{
    const struct account root = {"root", 0, ""};

    assert_false(account_is_in_file(scratch_path(state, "missing"), &root));
    scratch_file(state, "passwd", "", 0, 0644);
    assert_false(account_is_in_file(scratch_path(state, "passwd"), &root));
    assert_false(account_is_local(&(struct account_source){.by_name = NULL}, &root));
    assert_true(account_is_local(&account_nss, &root));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_account_is_local_by_name_and_uid, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_account_is_a_directorys_where_the_file_cannot_be_read,
                                        scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
