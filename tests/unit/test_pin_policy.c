/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/pin_policy.h"

static enum vsc_err check(const struct pin_policy *policy, const char *pin, size_t len,
                          struct problem *problem)
{
    auto_secret struct secret secret = {0};

    assert_int_equal(secret_set(&secret, pin, len), VSC_OK);
    return pin_policy_check(policy, &secret, problem);
}

static void assert_fits(const struct pin_policy *policy, const char *pin)
{
    assert_int_equal(check(policy, pin, strlen(pin), NULL), VSC_OK);
}

static void assert_breaks(const struct pin_policy *policy, const char *pin, const char *text)
{
    struct problem problem = {""};

    assert_int_equal(check(policy, pin, strlen(pin), &problem), VSC_PIN_POLICY);
    assert_string_equal(problem.text, text);
}

static void test_default_policy_takes_8_to_127_characters(void **state)
{
    const struct pin_policy policy = PIN_POLICY_DEFAULT;
    char pin[129];

    (void)state;
    memset(pin, 'x', sizeof(pin));
    assert_int_equal(check(&policy, pin, 7, NULL), VSC_PIN_POLICY);
    assert_int_equal(check(&policy, pin, 8, NULL), VSC_OK);
    assert_int_equal(check(&policy, pin, 127, NULL), VSC_OK);
    assert_int_equal(check(&policy, pin, 128, NULL), VSC_PIN_POLICY);
    assert_fits(&policy, "12345678");
    assert_fits(&policy, "Aa1 ~!\"x");
}

static void test_pin_is_refused_when_empty_whatever_the_policy(void **state)
{
    const struct pin_policy policy = {.minlen = 0, .maxlen = 0};

    (void)state;
    assert_breaks(&policy, "", "the PIN needs at least 1 characters");
    assert_breaks(&policy, "1", "the PIN may have at most 0 characters");
}

static void test_pin_is_refused_when_not_printable_ascii(void **state)
{
    const struct pin_policy policy = PIN_POLICY_DEFAULT;
    const char *const text = "the PIN may hold printable ASCII characters only";

    (void)state;
    assert_breaks(&policy, "1234567\t", text);
    assert_breaks(&policy, "1234567\x7f", text);
    assert_breaks(&policy, "123456\xc3\xa9", text);
    assert_int_equal(check(&policy,
                           "1234\0"
                           "5678",
                           9, NULL),
                     VSC_PIN_POLICY);
}

static void test_each_class_can_be_required_or_disallowed(void **state)
{
    static const struct {
        struct pin_policy required, disallowed;
        const char *with, *without, *name;
    } rows[] = {
        {{4, 127, .uppercase = PIN_REQUIRED},
         {4, 127, .uppercase = PIN_DISALLOWED},
         "A123",
         "a123",
         "uppercase letters"},
        {{4, 127, .lowercase = PIN_REQUIRED},
         {4, 127, .lowercase = PIN_DISALLOWED},
         "a123",
         "A123",
         "lowercase letters"},
        {{4, 127, .digits = PIN_REQUIRED},
         {4, 127, .digits = PIN_DISALLOWED},
         "abc1",
         "abcd",
         "digits"},
        {{4, 127, .specialchars = PIN_REQUIRED},
         {4, 127, .specialchars = PIN_DISALLOWED},
         "12 4",
         "1234",
         "special characters"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[64];

        assert_fits(&rows[i].required, rows[i].with);
        assert_fits(&rows[i].disallowed, rows[i].without);
        (void)snprintf(text, sizeof(text), "the PIN needs %s", rows[i].name);
        assert_breaks(&rows[i].required, rows[i].without, text);
        (void)snprintf(text, sizeof(text), "the PIN may not hold %s", rows[i].name);
        assert_breaks(&rows[i].disallowed, rows[i].with, text);
    }
}

static void test_a_policy_is_read_from_words(void **state)
{
    struct pin_policy policy;
    char text[PIN_POLICY_TEXT];

    (void)state;
    assert_int_equal(pin_policy_parse("MinLen 4  maxlen\t9 uppercase REQUIRED lowercase Disallowed "
                                      "digits allowed specialchars required",
                                      &policy, NULL),
                     VSC_OK);
    assert_int_equal(policy.minlen, 4);
    assert_int_equal(policy.maxlen, 9);
    assert_int_equal(policy.uppercase, PIN_REQUIRED);
    assert_int_equal(policy.lowercase, PIN_DISALLOWED);
    assert_int_equal(policy.digits, PIN_ALLOWED);
    assert_int_equal(policy.specialchars, PIN_REQUIRED);
    pin_policy_text(&policy, text);
    assert_string_equal(text, "minlen 4 maxlen 9 uppercase required lowercase disallowed "
                              "digits allowed specialchars required");
    /* What is not named stays as it is by default. */
    assert_int_equal(pin_policy_parse("digits required", &policy, NULL), VSC_OK);
    assert_int_equal(policy.minlen, PIN_MIN_LENGTH);
    assert_int_equal(policy.maxlen, PIN_MAX);
    assert_int_equal(policy.lowercase, PIN_ALLOWED);
}

static void test_words_that_make_no_policy_are_named(void **state)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"", "empty"},
        {" \t", "empty"},
        {"minlen", "\"minlen\" has no value"},
        {"minlen 3", "from 4 to 127"},
        {"maxlen 128", "from 4 to 127"},
        {"minlen 0000000008", "from 4 to 127"},
        {"minlen -8", "from 4 to 127"},
        {"minlen 8x", "from 4 to 127"},
        {"minlen 9 maxlen 8", "minlen 9 is more than maxlen 8"},
        {"digits 1", "digits is allowed, disallowed or required"},
        {"digits allowed DIGITS required", "digits stands twice"},
        {"colour red", "\"colour\" is unknown"},
        {"uppercase disallowed lowercase disallowed digits disallowed specialchars disallowed",
         "no character is allowed"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pin_policy policy = {.minlen = 99};
        struct problem problem = {0};

        assert_int_equal(pin_policy_parse(rows[i].text, &policy, &problem), VSC_USAGE);
        assert_non_null(strstr(problem.text, rows[i].says));
        assert_int_equal(policy.minlen, 99);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_policy_takes_8_to_127_characters),
        cmocka_unit_test(test_pin_is_refused_when_empty_whatever_the_policy),
        cmocka_unit_test(test_pin_is_refused_when_not_printable_ascii),
        cmocka_unit_test(test_a_policy_is_read_from_words),
        cmocka_unit_test(test_words_that_make_no_policy_are_named),
        cmocka_unit_test(test_each_class_can_be_required_or_disallowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
