/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll: what a helper writes to standard error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "enroll/helper_listen.h"

static void test_last_line_is_the_last_with_a_word(void **state)
{
    static const struct {
        const char *said, *last;
    } cases[] = {
        {"", ""},         {"\n \n", ""},       {"one", "one"},
        {"one\n", "one"}, {"one\ntwo", "two"}, {"one\ntwo\n\n \t\r\n", "two"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct last_line whole = {.len = 0}, bytewise = {.len = 0};

        last_line_put(&whole, cases[i].said, strlen(cases[i].said));
        for (const char *at = cases[i].said; *at != '\0'; at++)
            last_line_put(&bytewise, at, 1);
        assert_string_equal(last_line(&whole), cases[i].last);
        assert_string_equal(last_line(&bytewise), cases[i].last);
    }
}

static void test_long_line_is_cut_and_the_next_one_is_whole(void **state)
{
    struct last_line last = {.len = 0};
    char long_line[3 * LINE_SIZE];

    (void)state;
    memset(long_line, 'a', sizeof long_line);
    last_line_put(&last, long_line, sizeof long_line);
    assert_int_equal(strlen(last_line(&last)), LINE_SIZE - 1);
    last_line_put(&last, "b\0c\n", 4);
    assert_string_equal(last_line(&last), "bc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_last_line_is_the_last_with_a_word),
        cmocka_unit_test(test_long_line_is_cut_and_the_next_one_is_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
