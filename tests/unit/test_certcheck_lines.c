/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for people: where lines end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/cli/lines.h"

static void expect(const char *head, unsigned indent, const char *text, const char *want)
{
    char *got = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&got, &len);

    assert_non_null(out);
    lines_put(out, head, indent, text);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(got, want);
    free(got);
}

#define TEN "ten-letter"

static void test_text_stands_behind_its_head(void **state)
{
    (void)state;
    expect("  pass", 10, "a rule", "  pass    a rule\n");
    expect("", 0, "text", "text\n");
    expect("head", 8, "", "head\n");
    expect("", 0, "", "\n");
}

static void test_head_that_is_too_long_has_its_own_line(void **state)
{
    (void)state;
    expect("a long head", 4, "text", "a long head\n    text\n");
    expect("head", 4, "text", "headtext\n");
}

static void test_lines_break_at_blanks_before_the_width(void **state)
{
    (void)state;
    /* 13 + 6 words of ten letters and their blanks: 79 columns. */
    expect("a", 14, TEN " " TEN " " TEN " " TEN " " TEN " " TEN " more",
           "a             " TEN " " TEN " " TEN " " TEN " " TEN " " TEN "\n"
           "              more\n");
    expect("a", 13, TEN " " TEN " " TEN " " TEN " " TEN " " TEN,
           "a            " TEN " " TEN " " TEN " " TEN " " TEN " " TEN "\n");
}

static void test_word_that_is_too_long_has_a_line_of_its_own(void **state)
{
    char word[101], want[256];

    (void)state;
    memset(word, 'x', 100);
    word[100] = '\0';
    (void)snprintf(want, sizeof(want), "a   b\n    %s\n    c\n", word);
    {
        char text[128];

        (void)snprintf(text, sizeof(text), "b %s c", word);
        expect("a", 4, text, want);
    }
}

static void test_columns_are_characters_and_not_bytes(void **state)
{
    char text[256] = "";

    (void)state;
    for (int i = 0; i < 39; i++)
        (void)strcat(text, "\u00e9 ");
    (void)strcat(text, "\u00e9");
    {
        char want[260];

        (void)snprintf(want, sizeof(want), "%s\n", text);
        expect("", 0, text, want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_stands_behind_its_head),
        cmocka_unit_test(test_head_that_is_too_long_has_its_own_line),
        cmocka_unit_test(test_lines_break_at_blanks_before_the_width),
        cmocka_unit_test(test_word_that_is_too_long_has_a_line_of_its_own),
        cmocka_unit_test(test_columns_are_characters_and_not_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
