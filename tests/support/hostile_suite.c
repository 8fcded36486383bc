/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs cases, each a test of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/hostile_case.h"
#include "tests/support/scratch.h"

/* A sanitizer's shadow memory is larger than any limit, and its code is slow. */
#ifdef __SANITIZE_ADDRESS__
static const struct hostile_limits limits = {.seconds = 20};
#else
static const struct hostile_limits limits = {.seconds = 1, .bytes = 64UL * 1024 * 1024};
#endif

static void *scratch; /* not cmocka's state, which is the case */
static const char *folder;

/* The best of three: a machine that does much else counts some of that to us. */
static const char *said_within_limits(void)
{
    const char *said = hostile_run(folder, &limits);

    for (int i = 0; i < 2 && strcmp(said, "killed by: Killed") == 0; i++)
        said = hostile_run(folder, &limits);
    return said;
}

static void test_case(void **state)
{
    const struct hostile_case *hostile = *state;
    const char *said;

    hostile_write(folder, hostile);
    said = said_within_limits();
    if (!hostile_fits(hostile, said))
        fail_msg("%s: certcheck said \"%s\", should be \"%s\"", hostile->name, said,
                 hostile->codes);
    said = hostile_evaluate(folder, hostile);
    if (said != NULL && !hostile_fits(hostile, said))
        fail_msg("%s: vsc-check said \"%s\", should be \"%s\"", hostile->name, said,
                 hostile->codes);
}

static int set_up(void **state)
{
    int status = scratch_setup(&scratch);

    (void)state;
    folder = getenv("HOSTILE_KEEP") != NULL ? getenv("HOSTILE_KEEP") : scratch;
    return status;
}

static int tear_down(void **state)
{
    (void)state;
    return scratch_teardown(&scratch);
}

int hostile_main(struct hostile_cases *cases, const struct CMUnitTest *more)
{
    struct CMUnitTest *tests = calloc(HOSTILE_CASES_MAX + 1, sizeof(*tests));
    const char *only = getenv("HOSTILE_ONLY");
    size_t count = 0;

    if (tests == NULL)
        return 1;
    for (size_t i = 0; i < cases->count; i++)
        if (only == NULL || strstr(cases->items[i].name, only) != NULL)
            tests[count++] = (struct CMUnitTest){.name = cases->items[i].name,
                                                 .test_func = test_case,
                                                 .initial_state = &cases->items[i]};
    if (more != NULL)
        tests[count++] = *more;
    return _cmocka_run_group_tests("malformed", tests, count, set_up, tear_down);
}
