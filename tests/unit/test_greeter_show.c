/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of the login service on the login screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "greeter/model/show.h"

static void test_prompts_lose_blanks_and_colons_at_their_end(void **state)
{
    static const struct {
        const char *from, *to;
    } prompts[] = {
        {"PIN for TestVSC (Alice Smith): ", "PIN for TestVSC (Alice Smith)"},
        {"Password: ", "Password"},
        {"PIN de TestVSC\u00a0: ", "PIN de TestVSC"},
        {"TestVSC の PIN：", "TestVSC の PIN"},
        {"  two\n\n lines: \n", "two\nlines"},
        {"bell\a and \u202eright", "bell\\x07 and \\xe2\\x80\\xaeright"},
        {": : ", ""},
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++) {
        char shown[SCREEN_LONG] = "before";

        show_prompt(shown, sizeof(shown), prompts[i].from);
        assert_string_equal(shown, prompts[i].to);
    }
}

static void test_messages_are_bounded(void **state)
{
    static char text[64 * 1024];
    char shown[SCREEN_LONG] = "";

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    for (size_t i = 100; i < sizeof(text) - 1; i += 100)
        text[i] = '\n';
    show_add(shown, sizeof(shown), text);
    assert_true(strlen(shown) < sizeof(shown) && strlen(shown) > sizeof(shown) - 110);
    show_add(shown, sizeof(shown),
             "no room for this one any more, however much one would like to "
             "have it on the screen, for all the rest is there already");
    assert_null(strstr(shown, "no room"));
}

static void test_menu_is_read(void **state)
{
    struct show_menu menu;

    (void)state;
    assert_true(show_menu_read(
        "Sign in as:\n1. alice@corp.test (TestVSC)\n2. admin@corp.test (TestVSC)\nNumber: ",
        &menu));
    assert_string_equal(menu.head, "Sign in as");
    assert_int_equal(menu.count, 2);
    assert_string_equal(menu.lines[0], "alice@corp.test (TestVSC)");
    assert_string_equal(menu.lines[1], "admin@corp.test (TestVSC)");
    /* In whatever language, and without a head. */
    assert_true(show_menu_read("1. α\n2. β\n3. γ\nNummer: ", &menu));
    assert_string_equal(menu.head, "");
    assert_int_equal(menu.count, 3);
}

static void test_what_is_no_menu_stays_a_prompt(void **state)
{
    static const char *const prompts[] = {
        "login: ",
        "",
        "1. one alone\nNumber: ",
        "2. two\n3. three\nNumber: ",
        "Choose:\n1. one\n3. three\n",
        "1. a\n2. b\nmore\nand more: ",
        "1. a\n2.\nNumber: ",
        "1.\n2.\n",
    };
    char text[SHOW_LINES_MAX * 8 + 64] = "";
    struct show_menu menu;

    (void)state;
    for (size_t i = 0; i < sizeof(prompts) / sizeof(prompts[0]); i++)
        if (show_menu_read(prompts[i], &menu))
            fail_msg("a menu: %s", prompts[i]);
    for (int i = 1; i <= SHOW_LINES_MAX + 1; i++)
        (void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%d. x\n", i);
    assert_false(show_menu_read(text, &menu));
}

static void test_the_only_number_is_found(void **state)
{
    static const struct {
        const char *text, *name;
        int number; /* -1: none */
    } texts[] = {
        {"PIN for TestVSC (1 try left)", "TestVSC", 1},
        {"PIN for TestVSC (2 tries left)", "TestVSC", 2},
        {"PIN for Card 1 (3 tries left)", "Card 1", 3},
        {"TestVSC の PIN（残り1回）", "TestVSC", 1},
        {"PIN for TestVSC (Alice Smith)", "TestVSC", -1},
        {"PIN for 1 (1 try left)", "2", -1},
        {"PIN for alice1", "", -1},
        {"PIN (123456 tries left)", "", -1},
        {"", "", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        unsigned number = 99;
        bool found = show_number(texts[i].text, texts[i].name, &number);

        if (found != (texts[i].number >= 0) || (found && number != (unsigned)texts[i].number))
            fail_msg("%s: %d %u", texts[i].text, found, number);
    }
}

static void test_an_empty_name_is_in_no_text(void **state)
{
    (void)state;
    assert_false(show_names("anything", ""));
    assert_true(show_names("PIN for TestVSC", "TestVSC"));
    assert_false(show_names("PIN for TestVSC", "Second"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prompts_lose_blanks_and_colons_at_their_end),
        cmocka_unit_test(test_messages_are_bounded),
        cmocka_unit_test(test_menu_is_read),
        cmocka_unit_test(test_what_is_no_menu_stays_a_prompt),
        cmocka_unit_test(test_the_only_number_is_found),
        cmocka_unit_test(test_an_empty_name_is_in_no_text),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
