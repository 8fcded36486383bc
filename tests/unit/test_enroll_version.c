/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of an enrollment, and the version of its profile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "enroll/state.h"

#define ID "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void test_state_of_before_there_were_versions_is_of_version_0(void **state)
{
    static const char text[] =
        "{\"version\":1,\"card\":\"0000\",\"phase\":\"idle\",\"current\":\"" ID "\",\"old\":\"\","
        "\"next\":\"\",\"before\":[],\"request\":\"\",\"answer\":\"\",\"cookie\":\"\",\"since\":0,"
        "\"ask_at\":0}";
    auto_state struct state again = {.version = 9};

    (void)state;
    assert_int_equal(state_decode(text, sizeof text - 1, &again, NULL), VSC_OK);
    assert_int_equal(again.version, 0);
    assert_string_equal(again.current, ID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_of_before_there_were_versions_is_of_version_0),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
