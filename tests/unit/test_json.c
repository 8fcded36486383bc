/* SPDX-License-Identifier: BSD-2-Clause */
#include <stdio.h>
#include <stdlib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/json.h"

static char *text;
static size_t text_len;
static struct json json;

static int setup(void **state)
{
    (void)state;
    json_init(&json, open_memstream(&text, &text_len));
    return json.stream != NULL ? 0 : 1;
}

static int teardown(void **state)
{
    (void)state;
    (void)fclose(json.stream);
    free(text);
    return 0;
}

static void test_json_puts_commas_and_names(void **state)
{
    (void)state;
    json_open_object(&json, NULL);
    json_string(&json, "a", "b");
    json_open_array(&json, "list");
    json_number(&json, NULL, 1);
    json_number(&json, NULL, INT64_MIN);
    json_open_object(&json, NULL);
    json_close_object(&json);
    json_open_object(&json, NULL);
    json_bool(&json, "yes", true);
    json_bool(&json, "no", false);
    json_close_object(&json);
    json_close_array(&json);
    json_open_array(&json, "empty");
    json_close_array(&json);
    json_null(&json, "null");
    json_string(&json, "none", NULL);
    json_close_object(&json);
    assert_true(json_end(&json));
    assert_string_equal(text, "{\"a\":\"b\",\"list\":[1,-9223372036854775808,{},"
                              "{\"yes\":true,\"no\":false}],\"empty\":[],\"null\":null,"
                              "\"none\":null}\n");
}

static void assert_string_becomes(const char *value, const char *expected)
{
    json_string(&json, NULL, value);
    (void)fflush(json.stream);
    assert_string_equal(text, expected);
}

static void test_json_escapes_quotes_and_controls(void **state)
{
    (void)state;
    assert_string_becomes("\"\\/\n\x1f\x7f", "\"\\\"\\\\/\\u000a\\u001f\\u007f\"");
}

static void test_json_replaces_each_byte_that_is_no_utf8(void **state)
{
    (void)state;
    assert_string_becomes("a\xff\xc0\x80z", "\"a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdz\"");
}

static void test_json_escapes_what_is_not_for_a_terminal(void **state)
{
    (void)state;
    assert_string_becomes("\xc2\x9b\xe2\x80\xae\xf3\xa0\x81\x81\xc3\xa9",
                          "\"\\u009b\\u202e\\udb40\\udc41\xc3\xa9\"");
}

static void test_json_foreign_text_loses_what_must_not_pass(void **state)
{
    (void)state;
    json_open_array(&json, NULL);
    json_foreign(&json, NULL, "a\n\"\\\xe2\x80\xae\xff\xc3\xa9");
    json_foreign(&json, NULL, NULL);
    json_close_array(&json);
    (void)fflush(json.stream);
    assert_string_equal(text,
                        "[\"a\\\\x0a\\\"\\\\\\\\xe2\\\\x80\\\\xae\xef\xbf\xbd\xc3\xa9\",null]");
}

static void test_json_end_tells_when_something_is_open(void **state)
{
    (void)state;
    json_open_array(&json, NULL);
    assert_false(json_end(&json));
}

static void test_value_has_begun_with_its_first_byte(void **state)
{
    (void)state;
    assert_false(json_has_begun(&json));
    json_open_array(&json, NULL);
    assert_true(json_has_begun(&json));
    json_open_object(&json, NULL);
    json_close_object(&json);
    json_close_array(&json);
    assert_true(json_has_begun(&json));
    assert_true(json_end(&json));
}

static void test_json_end_tells_when_the_stream_is_full(void **state)
{
    FILE *full = fopen("/dev/full", "w");

    (void)state;
    assert_non_null(full);
    json_init(&json, full);
    json_null(&json, NULL);
    assert_false(json_end(&json));
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_json_puts_commas_and_names, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_escapes_quotes_and_controls, setup, teardown),
        cmocka_unit_test_setup_teardown(test_json_replaces_each_byte_that_is_no_utf8, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_json_escapes_what_is_not_for_a_terminal, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_json_foreign_text_loses_what_must_not_pass, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_json_end_tells_when_something_is_open, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_value_has_begun_with_its_first_byte, setup, teardown),
        cmocka_unit_test(test_json_end_tells_when_the_stream_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
