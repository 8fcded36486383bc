/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "common/sid.h"

#define FIFTEEN "1-2-3-4-5-6-7-8-9-10-11-12-13-14-15"

static void test_sid_is_well_formed_in_its_one_form(void **state)
{
    static const char *const good[] = {
        "S-1-5-18",
        "S-1-0-0",
        "S-1-5-21-1004336348-1177238915-682003330-1103",
        "S-1-4294967295-4294967295",
        ("S-1-5-" FIFTEEN),
        "S-1-12-1-1-2-3-4",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        if (!sid_is_well_formed(good[i]))
            fail_msg("refused: %s", good[i]);
}

static void test_sid_is_refused_in_every_other_form(void **state)
{
    static const char *const bad[] = {
        "",
        "S",
        "S-1-",
        "S-1-5",
        "S-1-5-",
        "S-1-5--1",
        "S-1--5-1",
        "s-1-5-21-1",
        "S-2-5-21-1",
        "S-01-5-21-1",
        "S-1-05-21-1",
        "S-1-5-021-1",
        "S-1-5-00",
        "S-1-5-21-4294967296",
        "S-1-5-21-9999999999",
        "S-1-5-21-18446744073709551617",
        "S-1-4294967296-1",
        "S-1-0x000000000005-21",
        "S-1-5-" FIFTEEN "-16",
        "S-1-5-21-1 ",
        " S-1-5-21-1",
        "S-1-5-21-1\n",
        "S-1-5-21-+1",
        "S-1-5-21-1a",
        "S-1-5-21-1-",
        "S-1-5-21-\xd9\xa1", /* a digit, but not one of ours */
        "S_1_5_21_1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (sid_is_well_formed(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void test_sid_of_a_domain_is_told_from_what_a_computer_makes_up(void **state)
{
    static const char *const good[] = {"S-1-5-21-1-2-3-1103", "S-1-12-1-1-2-3-4"};
    static const char *const bad[] = {"S-1-5-18",          "S-1-5-32-544",       "S-1-22-1-0",
                                      "S-1-5-21-1-2-3",    "S-1-5-21-1-2-3-4-5", "S-1-5-210-1-2-3",
                                      "S-1-22-21-1-2-3-4", "S-1-5-21-1-2-3-04"};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_true(sid_is_of_domain(good[i]));
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        if (sid_is_of_domain(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void test_sid_bytes_are_those_of_a_directory(void **state)
{
    static const struct {
        const char *text;
        unsigned char bytes[28];
        size_t len;
    } rows[] = {
        {"S-1-5-18", {1, 1, 0, 0, 0, 0, 0, 5, 18}, 12},
        {"S-1-5-21-1-258-4294967295-1103",
         {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 1, 0, 0, 255, 255, 255, 255, 79, 4},
         28},
        {"S-1-16909060-0", {1, 1, 0, 0, 1, 2, 3, 4}, 12},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned char bytes[SID_BYTES_MAX];
        char text[SID_SIZE];

        assert_int_equal(sid_to_bytes(rows[i].text, bytes), rows[i].len);
        assert_memory_equal(bytes, rows[i].bytes, rows[i].len);
        assert_true(sid_from_bytes(rows[i].bytes, rows[i].len, text));
        assert_string_equal(text, rows[i].text);
    }
}

static void test_sid_bytes_are_refused_when_malformed(void **state)
{
    static const struct {
        const char *what;
        unsigned char bytes[16];
        size_t len;
    } rows[] = {
        {"nothing", {0}, 0},
        {"no sub-authority", {1, 0, 0, 0, 0, 0, 0, 5}, 8},
        {"cut short", {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0}, 11},
        {"one byte more", {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 0}, 13},
        {"fewer than it says", {1, 2, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}, 12},
        {"more than it says", {1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0, 1, 0, 0, 0}, 16},
        {"many", {1, 255, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}, 12},
        {"another revision", {2, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}, 12},
        {"an authority beyond 32 bits", {1, 1, 0, 1, 0, 0, 0, 5, 18, 0, 0, 0}, 12},
    };
    unsigned char bytes[SID_BYTES_MAX], sixteen[8 + 4 * 16] = {1, 16};
    char text[SID_SIZE] = "untouched";

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (sid_from_bytes(rows[i].bytes, rows[i].len, text))
            fail_msg("taken: %s", rows[i].what);
    assert_false(sid_from_bytes(sixteen, sizeof(sixteen), text));
    assert_string_equal(text, "untouched");
    assert_int_equal(sid_to_bytes("S-1-5-021", bytes), 0);
    assert_int_equal(sid_to_bytes("S-1-5-" FIFTEEN, bytes), SID_BYTES_MAX);
    assert_true(sid_from_bytes(bytes, SID_BYTES_MAX, text));
    assert_string_equal(text, "S-1-5-" FIFTEEN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sid_is_well_formed_in_its_one_form),
        cmocka_unit_test(test_sid_is_refused_in_every_other_form),
        cmocka_unit_test(test_sid_of_a_domain_is_told_from_what_a_computer_makes_up),
        cmocka_unit_test(test_sid_bytes_are_those_of_a_directory),
        cmocka_unit_test(test_sid_bytes_are_refused_when_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
