/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates with every fault we could think of: tests/hostile. Their names are in
 * test_certcheck_malformed_names.c, lists and files in test_certcheck_malformed_lists.c. Each is
 * put before the certcheck program, with a second of processor time and 64 MB, and before
 * vsc-check; both must say the code that the case names, and nothing else. HOSTILE_ONLY=text runs
 * only the cases whose names have it in them, HOSTILE_KEEP=FOLDER leaves the last one's files
 * there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/hostile_case.h"

static struct hostile_cases cases, all;

static void test_there_are_at_least_three_hundred(void **state)
{
    size_t refused = 0;

    (void)state;
    hostile_read(&all, "tests/hostile");
    for (size_t i = 0; i < all.count; i++)
        refused += strcmp(all.items[i].codes, "accepted") != 0;
    assert_true(refused >= 300);
}

int main(void)
{
    const struct CMUnitTest more = cmocka_unit_test(test_there_are_at_least_three_hundred);

    hostile_read_file(&cases, "tests/hostile/chains");
    hostile_read_file(&cases, "tests/hostile/controls");
    hostile_read_file(&cases, "tests/hostile/extensions");
    hostile_read_file(&cases, "tests/hostile/fields");
    return hostile_main(&cases, &more);
}
