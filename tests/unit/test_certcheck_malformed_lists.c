/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revocation lists and files with every fault we could think of, and a good list cut short at every
 * boundary in it, and with each element changed in turn and signed anew: see
 * test_certcheck_malformed.c.
 */
#include "tests/support/hostile_case.h"

static struct hostile_cases cases;

int main(void)
{
    hostile_read_file(&cases, "tests/hostile/files");
    hostile_read_file(&cases, "tests/hostile/lists");
    hostile_add_mechanical(&cases, "crl");
    return hostile_main(&cases, NULL);
}
