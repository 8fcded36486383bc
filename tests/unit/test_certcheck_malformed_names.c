/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and names with every fault we could think of: see test_certcheck_malformed.c. */
#include "tests/support/hostile_case.h"

static struct hostile_cases cases;

int main(void)
{
    hostile_read_file(&cases, "tests/hostile/keys");
    hostile_read_file(&cases, "tests/hostile/names");
    hostile_read_file(&cases, "tests/hostile/upn");
    return hostile_main(&cases, NULL);
}
