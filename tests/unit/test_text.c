/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/text.h"

static void assert_name(const char *from, size_t len, const char *expected)
{
    char to[TEXT_NAME];

    text_name(to, sizeof(to), from, len);
    assert_string_equal(to, expected);
}

static void assert_decodes(const char *bytes, size_t len, size_t expected, unsigned code)
{
    unsigned got = 0;

    assert_int_equal(text_decode(bytes, len, &got), expected);
    if (expected > 0)
        assert_int_equal(got, code);
}

static void test_decode_reads_every_length(void **state)
{
    (void)state;
    assert_decodes("A", 1, 1, 'A');
    assert_decodes("\xc2\x80", 2, 2, 0x80);
    assert_decodes("\xdf\xbf", 2, 2, 0x7ff);
    assert_decodes("\xe0\xa0\x80", 3, 3, 0x800);
    assert_decodes("\xef\xbf\xbf", 3, 3, 0xffff);
    assert_decodes("\xf0\x90\x80\x80", 4, 4, 0x10000);
    assert_decodes("\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff);
    assert_decodes("", 1, 1, 0);
}

static void test_decode_refuses_what_rfc3629_forbids(void **state)
{
    (void)state;
    assert_decodes("", 0, 0, 0);
    assert_decodes("\x80", 1, 0, 0);                 /* continuation alone */
    assert_decodes("\xc0\x80", 2, 0, 0);             /* overlong NUL */
    assert_decodes("\xc1\xbf", 2, 0, 0);             /* overlong */
    assert_decodes("\xe0\x9f\xbf", 3, 0, 0);         /* overlong */
    assert_decodes("\xf0\x8f\xbf\xbf", 4, 0, 0);     /* overlong */
    assert_decodes("\xed\xa0\x80", 3, 0, 0);         /* surrogate */
    assert_decodes("\xed\xbf\xbf", 3, 0, 0);         /* surrogate */
    assert_decodes("\xf4\x90\x80\x80", 4, 0, 0);     /* beyond U+10FFFF */
    assert_decodes("\xf5\x80\x80\x80", 4, 0, 0);     /* beyond */
    assert_decodes("\xf8\x88\x80\x80\x80", 5, 0, 0); /* five bytes */
    assert_decodes("\xe2\x82", 2, 0, 0);             /* cut short */
    assert_decodes("\xc3(", 2, 0, 0);                /* no continuation */
}

static void test_unsafe_knows_controls_bidi_and_invisible_ones(void **state)
{
    static const unsigned bad[] = {0,       0x1b,    0x7f,     0x85,    0x9b,   0xad,   0x61c,
                                   0x200b,  0x200e,  0x2028,   0x2029,  0x202a, 0x202e, 0x2066,
                                   0x2069,  0xfe0f,  0xfeff,   0xfffe,  0xfdd0, 0xfff9, 0x1fffe,
                                   0xe0041, 0xf0000, 0x10fffd, 0x110000};
    static const unsigned good[] = {' ', '~', 0xa0, 0xe9, 0x644, 0x4e2d, 0x1e9e, 0x1f600};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_true(text_is_unsafe(bad[i]));
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
        assert_false(text_is_unsafe(good[i]));
}

static void test_printable_refuses_invalid_and_unsafe(void **state)
{
    (void)state;
    assert_true(text_is_printable(""));
    assert_true(text_is_printable("Alice M\xc3\xbcller"));
    assert_false(text_is_printable("Alice\n"));
    assert_false(text_is_printable("\xff"));
    assert_false(text_is_printable("a\xe2\x80\xae b")); /* U+202E */
    assert_false(text_is_printable("\xc2\x9b"
                                   "2J")); /* C1 CSI */
}

static void test_name_drops_what_must_not_pass(void **state)
{
    (void)state;
    assert_name("Alice Smith", 11, "Alice Smith");
    assert_name("a\0b\x1b[2Jc", 8, "ab[2Jc");
    assert_name("\xff"
                "a\xc0\x80"
                "b\xed\xa0\x80",
                8, "ab");
    assert_name("\xe2\x80\xae"
                "evil\xe2\x80\xac",
                10, "evil");
    assert_name("x\xe2\x82", 3, "x");
    assert_name("", 0, "");
}

static void test_name_is_cut_at_64_columns(void **state)
{
    char from[400], to[TEXT_NAME];

    (void)state;
    memset(from, 'x', sizeof(from));
    text_name(to, sizeof(to), from, sizeof(from));
    assert_int_equal(strlen(to), TEXT_COLUMNS);
    for (size_t i = 0; i + 3 <= sizeof(from); i += 3)
        memcpy(from + i, "\xe4\xb8\xad", 3); /* two columns each */
    text_name(to, sizeof(to), from, 399);
    assert_int_equal(strlen(to), 32 * 3);
    for (size_t i = 0; i + 2 <= sizeof(from); i += 2)
        memcpy(from + i, "\xcc\x81", 2); /* a tower of accents */
    text_name(to, sizeof(to), from, sizeof(from));
    assert_int_equal(strlen(to), 64 * 2);
}

static void test_name_never_cuts_inside_a_character(void **state)
{
    char to[4];

    (void)state;
    text_name(to, sizeof(to), "ab\xc3\xa9", 4);
    assert_string_equal(to, "ab");
    text_name(to, 1, "ab", 2);
    assert_string_equal(to, "");
}

static void assert_escapes(const char *from, bool quote_blanks, const char *expected)
{
    char to[128];

    text_escape(to, sizeof(to), from, quote_blanks);
    assert_string_equal(to, expected);
}

static void test_escape_shows_what_must_not_pass(void **state)
{
    (void)state;
    assert_escapes("plain text", false, "plain text");
    assert_escapes("plain text", true, "plain\\x20text");
    assert_escapes("a\nuser=root\x1b", false, "a\\x0auser=root\\x1b");
    assert_escapes("back\\slash", false, "back\\\\slash");
    assert_escapes("\xff\xc3\xa9", false, "\\xff\xc3\xa9");
    assert_escapes("\xe2\x80\xae", false, "\\xe2\\x80\\xae");
    assert_escapes("\xc2\xa0", true, "\\xc2\\xa0"); /* another blank */
    assert_escapes("\xc2\xa0", false, "\xc2\xa0");
}

static void test_escape_is_never_cut_inside_an_escape(void **state)
{
    char to[8];

    (void)state;
    text_escape(to, sizeof(to), "abcd\n", false);
    assert_string_equal(to, "abcd");
    text_escape(to, sizeof(to), "abc\n", false);
    assert_string_equal(to, "abc\\x0a");
    text_escape(to, 2, "\\", false);
    assert_string_equal(to, "");
}

static void test_clean_leaves_backslashes(void **state)
{
    char once[64], twice[64];

    (void)state;
    text_clean(once, sizeof(once), "ROOT\\SMARTCARDREADER\\0000\t!");
    assert_string_equal(once, "ROOT\\SMARTCARDREADER\\0000\\x09!");
    text_clean(twice, sizeof(twice), once);
    assert_string_equal(twice, once);
}

static void test_time_is_told_in_utc(void **state)
{
    char to[TEXT_TIME];

    (void)state;
    text_time(0, to);
    assert_string_equal(to, "1970-01-01T00:00:00Z");
    text_time(1800000000, to);
    assert_string_equal(to, "2027-01-15T08:00:00Z");
    text_time(INT64_MAX, to);
    assert_string_equal(to, "9223372036854775807 s");
    text_time(INT64_MIN, to);
    assert_string_equal(to, "-9223372036854775808 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_reads_every_length),
        cmocka_unit_test(test_decode_refuses_what_rfc3629_forbids),
        cmocka_unit_test(test_unsafe_knows_controls_bidi_and_invisible_ones),
        cmocka_unit_test(test_printable_refuses_invalid_and_unsafe),
        cmocka_unit_test(test_name_drops_what_must_not_pass),
        cmocka_unit_test(test_name_is_cut_at_64_columns),
        cmocka_unit_test(test_name_never_cuts_inside_a_character),
        cmocka_unit_test(test_escape_shows_what_must_not_pass),
        cmocka_unit_test(test_escape_is_never_cut_inside_an_escape),
        cmocka_unit_test(test_clean_leaves_backslashes),
        cmocka_unit_test(test_time_is_told_in_utc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
