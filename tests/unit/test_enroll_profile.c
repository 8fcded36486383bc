/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys of a profile that belong together, or exclude each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/own.h"
#include "enroll/profile.h"
#include "tests/support/enroll_profile.h"
#include "tests/support/libconfig_leaks.h"

DEFINE_AUTO(struct profile, profile_free)

#define BASE "name = \"a\"; backend = \"file\"; upn = \"%u@corp.test\"; "

static void test_profile_with_attestation_is_for_back_ends_that_carry_it(void **state)
{
    auto_by(profile_free) struct profile *by_file = parse(BASE "attestation = true;");
    auto_by(profile_free) struct profile *without = parse(BASE);

    (void)state;
    assert_true(by_file->attestation);
    assert_false(without->attestation);
    assert_refused("name = \"a\"; backend = \"est\"; url = \"https://h/\"; upn = \"%u@x\"; "
                   "attestation = true;",
                   VSC_CONFIG, "f:1: attestation: the back end \"est\" cannot carry it");
    assert_refused("name = \"a\"; backend = \"xcep-wstep\"; url = \"https://h/\"; upn = \"%u@x\"; "
                   "template = \"t\"; attestation = true;",
                   VSC_CONFIG, "attestation: the back end \"xcep-wstep\" cannot carry it");
}

static void test_profile_that_rotates_a_key_names_one(void **state)
{
    auto_by(profile_free) struct profile *both =
        parse(BASE "admin_key = \"/etc/k\"; rotate_adminkey = true;");
    auto_by(profile_free) struct profile *neither = parse(BASE);

    (void)state;
    assert_true(both->rotate_adminkey && strcmp(both->admin_key, "/etc/k") == 0);
    assert_true(!neither->rotate_adminkey && strcmp(neither->admin_key, "") == 0);
    assert_refused(BASE "rotate_adminkey = true;", VSC_CONFIG, "f:1: admin_key: is missing");
    assert_refused(BASE "admin_key = \"k\";", VSC_CONFIG, "admin_key");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_with_attestation_is_for_back_ends_that_carry_it),
        cmocka_unit_test(test_profile_that_rotates_a_key_names_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
