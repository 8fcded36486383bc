/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A good certificate cut short at every boundary in it, and with each element changed in turn and
 * signed anew: see test_certcheck_malformed.c.
 */
#include "tests/support/hostile_case.h"

static struct hostile_cases cases;

int main(void)
{
    hostile_add_mechanical(&cases, "leaf");
    return hostile_main(&cases, NULL);
}
