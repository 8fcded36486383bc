/* SPDX-License-Identifier: BSD-2-Clause */
/* JSON that others wrote: what is taken, and what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/json_read.h"

static enum vsc_err try(const char *text)
{
    auto_json struct json_document document = {0};
    struct problem problem = {""};

    return json_read(text, strlen(text), &document, &problem);
}

static void test_json_read_gives_every_kind_of_value(void **state)
{
    static const char text[] = " { \"a\" : [ 1, -2.5e+3, true, false, null, \"x\", {} , [] ], "
                               "\"b\":\"\\u00e9\\n\\ud83d\\ude00\\/\", \"\":0 }\r\n\t";
    auto_json struct json_document document = {0};
    const struct json_value *root, *list, *value;

    (void)state;
    assert_int_equal(json_read(text, strlen(text), &document, NULL), VSC_OK);
    root = json_root(&document);
    list = json_member(&document, root, "a", JSON_ARRAY);
    assert_non_null(list);
    value = json_first(&document, list);
    assert_string_equal(value->text, "1");
    value = json_next(&document, value);
    assert_string_equal(value->text, "-2.5e+3");
    value = json_next(&document, value);
    assert_true(value->kind == JSON_BOOL && value->truth);
    value = json_next(&document, value);
    assert_true(value->kind == JSON_BOOL && !value->truth);
    value = json_next(&document, value);
    assert_int_equal(value->kind, JSON_NULL);
    value = json_next(&document, value);
    assert_string_equal(value->text, "x");
    value = json_next(&document, value);
    assert_int_equal(value->kind, JSON_OBJECT);
    assert_null(json_first(&document, value));
    value = json_next(&document, value);
    assert_int_equal(value->kind, JSON_ARRAY);
    assert_null(json_next(&document, value));
    assert_string_equal(json_member(&document, root, "b", JSON_STRING)->text,
                        "\xc3\xa9\n\xf0\x9f\x98\x80/");
    assert_string_equal(json_member(&document, root, "", JSON_NUMBER)->text, "0");
    assert_null(json_member(&document, root, "a", JSON_STRING));
    assert_null(json_member(&document, root, "c", JSON_ARRAY));
    assert_null(json_member(&document, list, "a", JSON_ARRAY));
}

static void test_json_read_refuses_what_is_no_json(void **state)
{
    static const char *const bad[] = {
        "",
        " ",
        "{",
        "}",
        "[1",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "1e+",
        "+1",
        "0x1",
        "NaN",
        "tru",
        "True",
        "nul",
        "\"",
        "\"a",
        "\"\\\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83dx\"",
        "\"\\u0000\"",
        "\"\t\"",
        "\"\n\"",
        "\"\xff\"",
        "\"\xc3\"",
        "\"\xed\xa0\x80\"",
        "1 2",
        "[1] x",
        "// x\n1",
        "[1 2]",
        "{\"a\" 1}",
        ("\xef\xbb\xbf"
         "1"),
        "{\"a\":1,\"a\":2}",
        "{\"a\":1,\"\\u0061\":2}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (try(bad[i]) != VSC_INPUT)
            fail_msg("taken: %s", bad[i]);
}

static void test_json_read_refuses_a_zero_byte(void **state)
{
    auto_json struct json_document document = {0};

    (void)state;
    assert_int_equal(json_read("[1,\0 2]", 7, &document, NULL), VSC_INPUT);
    assert_int_equal(json_read("\"a\0b\"", 5, &document, NULL), VSC_INPUT);
    assert_int_equal(json_read("1\0", 2, &document, NULL), VSC_INPUT);
    assert_null(document.text);
}

static void test_json_read_is_bounded_in_depth_and_values(void **state)
{
    char text[4 * JSON_VALUES_MAX] = "";
    size_t len = 0;

    (void)state;
    memset(text, '[', JSON_DEPTH_MAX);
    memset(text + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
    text[2 * JSON_DEPTH_MAX] = '\0';
    assert_int_equal(try(text), VSC_OK);
    memset(text, '[', JSON_DEPTH_MAX + 1);
    memset(text + JSON_DEPTH_MAX + 1, ']', JSON_DEPTH_MAX + 1);
    text[2 * JSON_DEPTH_MAX + 2] = '\0';
    assert_int_equal(try(text), VSC_INPUT);
    text[len++] = '[';
    for (size_t i = 0; i < JSON_VALUES_MAX - 1; i++) {
        text[len++] = i > 0 ? ',' : ' ';
        text[len++] = '1';
    }
    text[len] = ']';
    text[len + 1] = '\0';
    assert_int_equal(try(text), VSC_OK);
    memcpy(text + len, ",1]", 4);
    assert_int_equal(try(text), VSC_INPUT);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_read_gives_every_kind_of_value),
        cmocka_unit_test(test_json_read_refuses_what_is_no_json),
        cmocka_unit_test(test_json_read_refuses_a_zero_byte),
        cmocka_unit_test(test_json_read_is_bounded_in_depth_and_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
