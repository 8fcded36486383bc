/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/options.h"

struct target {
    bool flag;
    const char *string, *text, *config;
    unsigned number;
    int choice;
};

static const char *const colours[] = {"red", "green", NULL};

static const struct option table[] = {
    {"flag", OPTION_FLAG, offsetof(struct target, flag), .min = 0},
    {"string", OPTION_STRING, offsetof(struct target, string), .min = 0},
    {"number", OPTION_NUMBER, offsetof(struct target, number), .min = 3, .max = 15},
    {"choice", OPTION_CHOICE, offsetof(struct target, choice), .choices = colours},
    {"text", OPTION_TEXT, offsetof(struct target, text), .min = 0},
    {"c", OPTION_PATH, offsetof(struct target, config), .min = 0},
    {"config", OPTION_PATH, offsetof(struct target, config), .min = 0},
    {.name = NULL},
};

static struct target target;
static struct problem problem;
static const char *words[3];
static size_t word_count;

/* Parse up to 8 arguments, ended by NULL. */
static enum vsc_err parse(const char *const *args)
{
    int argc = 0;

    while (args[argc] != NULL)
        argc++;
    target = (struct target){.number = 5, .choice = 1};
    word_count = 99;
    problem.text[0] = '\0';
    return options_parse_command(table, argc, (char *const *)(uintptr_t)args, &target, words, 3,
                                 &word_count, &problem);
}

static enum vsc_err parse_module(const char *const *args)
{
    int argc = 0;

    while (args[argc] != NULL)
        argc++;
    target = (struct target){.number = 5, .choice = 1};
    problem.text[0] = '\0';
    return options_parse_module(table, argc, args, &target, &problem);
}

#define ARGS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_fails(enum vsc_err err, const char *text)
{
    assert_int_equal(err, VSC_USAGE);
    assert_string_equal(problem.text, text);
}

static void test_command_takes_every_kind_in_every_form(void **state)
{
    (void)state;
    assert_int_equal(
        parse(ARGS("--flag", "--string", "-x", "--number=15", "--choice", "red", "-c", "/etc/x")),
        VSC_OK);
    assert_true(target.flag);
    assert_string_equal(target.string, "-x");
    assert_int_equal(target.number, 15);
    assert_int_equal(target.choice, 0);
    assert_string_equal(target.config, "/etc/x");
    assert_int_equal(word_count, 0);
    assert_int_equal(parse(ARGS("--text", "")), VSC_OK);
    assert_string_equal(target.text, "");
    assert_int_equal(parse(ARGS("--text=")), VSC_OK);
    assert_string_equal(target.text, "");
    assert_fails(parse(ARGS("--text")), "--text: needs a value");
}

static void test_command_keeps_defaults_and_collects_words(void **state)
{
    (void)state;
    assert_int_equal(parse(ARGS("one", "--flag", "-", "--", "--string")), VSC_OK);
    assert_int_equal(word_count, 3);
    assert_string_equal(words[0], "one");
    assert_string_equal(words[1], "-");
    assert_string_equal(words[2], "--string");
    assert_int_equal(target.number, 5);
    assert_int_equal(target.choice, 1);
    assert_fails(parse(ARGS("a", "b", "c", "d")), "\"d\": one word too many");
}

static void test_command_names_the_option_that_is_wrong(void **state)
{
    (void)state;
    assert_fails(parse(ARGS("--nope")), "--nope: unknown option");
    assert_fails(parse(ARGS("--fla")), "--fla: unknown option");
    assert_fails(parse(ARGS("--FLAG")), "--FLAG: unknown option");
    assert_fails(parse(ARGS("-flag")), "-flag: unknown option");
    assert_fails(parse(ARGS("--c", "/x")), "--c: unknown option");
    assert_fails(parse(ARGS("-x")), "-x: unknown option");
    assert_fails(parse(ARGS("--evil\nname")), "--evil\\x0aname: unknown option");
    assert_fails(parse(ARGS("--flag=yes")), "--flag: takes no value");
    assert_fails(parse(ARGS("--string")), "--string: needs a value");
    assert_fails(parse(ARGS("--string=")), "--string: needs a value");
    assert_fails(parse(ARGS("--string", "")), "--string: needs a value");
    assert_fails(parse(ARGS("--choice=blue")), "--choice: \"blue\" is none of red, green");
    assert_fails(parse(ARGS("-c", "x.conf")), "-c: \"x.conf\" is not an absolute path");
}

static void test_command_refuses_an_option_given_twice(void **state)
{
    (void)state;
    assert_fails(parse(ARGS("--flag", "--flag")), "--flag: given twice");
    assert_fails(parse(ARGS("-c", "/a", "--config=/b")), "--config: given twice");
}

static void test_number_is_decimal_and_in_range(void **state)
{
    static const char *const bad[] = {"2",  "16",  "-3",         "+3",          "0x5", "5 ",
                                      " 5", "5.0", "4294967301", "99999999999", "five"};

    (void)state;
    assert_int_equal(parse(ARGS("--number", "3")), VSC_OK);
    assert_int_equal(target.number, 3);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(parse(ARGS("--number", bad[i])), VSC_USAGE);
    assert_fails(parse(ARGS("--number", "16")), "--number: \"16\" is not a number from 3 to 15");
}

static void test_module_takes_name_and_name_equals_value(void **state)
{
    (void)state;
    assert_int_equal(parse_module(ARGS("flag", "string=a=b", "number=7", "choice=red", "c=/x")),
                     VSC_OK);
    assert_true(target.flag);
    assert_string_equal(target.string, "a=b");
    assert_int_equal(target.number, 7);
    assert_int_equal(target.choice, 0);
    assert_string_equal(target.config, "/x");
}

static void test_module_names_the_argument_that_is_wrong(void **state)
{
    (void)state;
    assert_fails(parse_module(ARGS("nope")), "nope: unknown argument");
    assert_fails(parse_module(ARGS("--flag")), "--flag: unknown argument");
    assert_fails(parse_module(ARGS("flag=1")), "flag: takes no value");
    assert_fails(parse_module(ARGS("string")), "string: needs a value");
    assert_fails(parse_module(ARGS("=x")), ": unknown argument");
    assert_fails(parse_module(ARGS("number=1")), "number: \"1\" is not a number from 3 to 15");
    assert_fails(parse_module(ARGS("flag", "flag")), "flag: given twice");
    assert_fails(parse_module(ARGS("c=x")), "c: \"x\" is not an absolute path");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command_takes_every_kind_in_every_form),
        cmocka_unit_test(test_command_keeps_defaults_and_collects_words),
        cmocka_unit_test(test_command_names_the_option_that_is_wrong),
        cmocka_unit_test(test_command_refuses_an_option_given_twice),
        cmocka_unit_test(test_number_is_decimal_and_in_range),
        cmocka_unit_test(test_module_takes_name_and_name_equals_value),
        cmocka_unit_test(test_module_names_the_argument_that_is_wrong),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
