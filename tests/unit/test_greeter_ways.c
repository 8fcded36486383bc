/* SPDX-License-Identifier: BSD-2-Clause */
/* Menus, accounts, passwords, and what goes away meanwhile, on the login screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/greeter/desk.h"

static void test_menu_is_answered_with_the_card(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE "," LINE_SECOND));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_VISIBLE,
             "Sign in as:\n1. alice@corp.test (TestVSC)\n2. bob@corp.test (Second)\nNumber: ");
    desk_expect(desk, "create[] answer[0001]");
    desk_shows(desk, SCREEN_WORKING, NULL);
    /* The module does not know it: the person decides, and the id is not sent again. */
    desk_say(desk, MODEL_ERROR, "There is no such choice.");
    desk_say(desk, MODEL_VISIBLE,
             "Sign in as:\n1. alice@corp.test (TestVSC)\n2. bob@corp.test (Second)\nNumber: ");
    desk_shows(desk, SCREEN_MENU, "There is no such choice.", "Sign in as",
               "alice@corp.test (TestVSC)", "bob@corp.test (Second)", "Use a password", NULL);
    model_choose(desk->model, 2);
    desk_expect(desk, "");
    model_choose(desk->model, 1);
    desk_expect(desk, "answer[2]");
}

static void test_menu_of_several_certificates_is_a_list(void **state)
{
    struct desk *desk = *state;
    const char *menu = "Sign in as:\n1. alice@corp.test (TestVSC)\n2. admin@corp.test (TestVSC)\n"
                       "Number: ";

    desk_line(desk, LINE_STATE(LINE_ALICE));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_VISIBLE, menu);
    desk_shows(desk, SCREEN_MENU, "admin@corp.test (TestVSC)", NULL);
    model_use_password(desk->model);
    desk_expect(desk, "create[] answer[]");
    model_back(desk->model);
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_VISIBLE, menu);
    model_back(desk->model);
    desk_expect(desk, "cancel create[] cancel");
    desk_shows(desk, SCREEN_CHOOSE, NULL);
}

static void test_chosen_card_that_the_service_passes_over(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE "," LINE_SECOND));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_VISIBLE,
             "Sign in as:\n1. alice@corp.test (TestVSC)\n2. bob@corp.test (TestVSC)\nNumber: ");
    desk_shows(desk, SCREEN_MENU, "Second cannot be used now.", NULL);
    model_back(desk->model);
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC: ");
    desk_shows(desk, SCREEN_PROMPT, "Second cannot be used now.", "PIN for TestVSC", NULL);
    model_back(desk->model);
    model_choose(desk->model, 1);
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC: ");
    assert_string_equal(model_screen(desk->model)->alert, "");
}

static void test_chosen_card_that_is_blocked_among_others(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_CARD("0001", "Second", "null", "blocked", "0") "," LINE_ALICE));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC: ");
    desk_shows(desk, SCREEN_PROMPT,
               "Second is blocked. Ask your administrator to unblock it (VSC-BLOCKED).", NULL);
}

static void test_several_accounts_for_one_certificate(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_ERROR, "TestVSC cannot be used: two accounts (VSC-AMBIGUOUS-MAPPING).");
    desk_expect(desk, "create[] cancel");
    desk_shows(desk, SCREEN_USER, "User name", "VSC-AMBIGUOUS-MAPPING", "Alice Smith", NULL);
    desk_submit(desk, " alice-admin ");
    desk_expect(desk, "create[alice-admin]");
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC: ");
    desk_shows(desk, SCREEN_PROMPT, "PIN for TestVSC", NULL);
    /* A name was given: what is refused now is refused. */
    desk_submit(desk, "1");
    desk_say(desk, MODEL_ERROR, "no (VSC-AMBIGUOUS-MAPPING).");
    desk_refuse(desk, "");
    desk_shows(desk, SCREEN_CHOOSE, "VSC-AMBIGUOUS-MAPPING", NULL);
}

static void test_password_way_declines_the_card(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    model_choose(desk->model, 1);
    desk_shows(desk, SCREEN_USER, "User name", NULL);
    desk_submit(desk, "");
    desk_submit(desk, "  ");
    desk_expect(desk, "");
    desk_submit(desk, "alice");
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC (Alice Smith): ");
    desk_expect(desk, "create[alice] answer[]");
    desk_say(desk, MODEL_SECRET, "Password: ");
    desk_shows(desk, SCREEN_PROMPT, "alice", "Password", NULL);
    desk_submit(desk, "wrong");
    desk_refuse(desk, "pam_authenticate: AUTH_ERR");
    desk_shows(desk, SCREEN_USER, "Sign-in failed", NULL);
    assert_string_equal(model_screen(desk->model)->entry.text, "alice");
    /* It did not help: now every prompt is shown. A card may be called as the password's prompt. */
    desk_submit(desk, "alice");
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC (Alice Smith): ");
    desk_expect(desk, "answer[wrong] create[alice]");
    desk_shows(desk, SCREEN_PROMPT, "PIN for TestVSC", NULL);
}

static void test_a_token_s_name_declines_nothing(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE("{\"id\":\"p11:x\",\"name\":\"Password\",\"kind\":\"token\","
                               "\"owner\":null,\"state\":\"ready\"}"));
    desk_shows(desk, SCREEN_CHOOSE, "Sign in with the smart card Password", NULL);
    model_use_password(desk->model);
    desk_submit(desk, "alice");
    desk_say(desk, MODEL_SECRET, "Password: ");
    desk_shows(desk, SCREEN_PROMPT, "Password", NULL);
    desk_expect(desk, "create[alice]");
}

static void test_use_a_password_at_the_pin(void **state)
{
    struct desk *desk = desk_at_pin(state);

    model_use_password(desk->model);
    desk_expect(desk, "answer[]");
    desk_say(desk, MODEL_VISIBLE, "login:");
    desk_submit(desk, "alice");
    desk_say(desk, MODEL_SECRET, "Password: ");
    assert_string_equal(model_screen(desk->model)->password, "");
    desk_submit(desk, "secret");
    model_signed_in(desk->model);
    desk_expect(desk, "answer[alice] answer[secret] start");
}

static void test_use_a_password_where_the_service_asks_something_else(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_submit(desk, "1");
    desk_say(desk, MODEL_VISIBLE, "login:");
    model_use_password(desk->model);
    desk_expect(desk, "answer[1] cancel");
    desk_shows(desk, SCREEN_USER, NULL);
}

static void test_user_names_are_checked(void **state)
{
    struct desk *desk = *state;
    auto_secret struct secret secret = {0};
    char longest[300];

    model_use_password(desk->model);
    desk_submit(desk, "al\aice");
    desk_shows(desk, SCREEN_USER, "This is not a user name.", NULL);
    memset(longest, 'x', sizeof(longest));
    longest[255] = '\0';
    assert_int_equal(secret_set(&secret, "a\0b", 3), VSC_OK);
    model_submit(desk->model, &secret);
    desk_shows(desk, SCREEN_USER, "This is not a user name.", NULL);
    assert_int_equal(secret_set(&secret, longest, SECRET_MAX), VSC_OK);
    model_submit(desk->model, &secret);
    desk_expect(desk, "");
    model_back(desk->model);
    desk_shows(desk, SCREEN_CHOOSE, NULL);
    desk_expect(desk, "");
}

static void test_cancel_while_working(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_submit(desk, "1");
    model_back(desk->model);
    desk_expect(desk, "answer[1] cancel");
    desk_shows(desk, SCREEN_CHOOSE, "Alice Smith", NULL);
    /* What comes late is nobody's. */
    desk_say(desk, MODEL_SECRET, "PIN: ");
    model_signed_in(desk->model);
    desk_refuse(desk, "late");
    desk_shows(desk, SCREEN_CHOOSE, "Alice Smith", NULL);
    desk_expect(desk, "");
}

static void test_card_is_removed(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_line(desk, "{\"v\":1,\"event\":\"card-removed\",\"id\":\"0000\"}");
    desk_expect(desk, "cancel");
    desk_shows(desk, SCREEN_CHOOSE, "The card was removed.", "No smart card found", NULL);
}

static void test_another_card_is_removed(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE "," LINE_SECOND));
    model_choose(desk->model, 1);
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC: ");
    desk_line(desk, "{\"v\":1,\"event\":\"card-removed\",\"id\":\"0001\"}");
    desk_line(desk, "{\"v\":1,\"event\":\"card-removed\",\"id\":\"0077\"}");
    desk_shows(desk, SCREEN_PROMPT, NULL);
    desk_expect(desk, "create[]");
}

static void test_helper_goes_and_comes_back(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    desk_line(desk, "{\"v\":1,\"event\":\"helper-gone\"}");
    desk_shows(desk, SCREEN_CHOOSE, "The smart card service does not answer", "Use a password",
               NULL);
    assert_int_equal(model_screen(desk->model)->tile_count, 1);
    desk_line(desk, "{\"v\":1,\"event\":\"helper-back\"}");
    desk_line(desk, LINE_STATE(LINE_ALICE));
    desk_shows(desk, SCREEN_CHOOSE, "Alice Smith", NULL);
    assert_string_equal(model_screen(desk->model)->info, "");
    model_watch_lost(desk->model);
    desk_shows(desk, SCREEN_CHOOSE, "The smart card service does not answer", NULL);
    desk_line(desk, "{\"v\":1,\"event\":\"state\",\"helper\":\"gone\",\"announce\":false,"
                    "\"cards\":[]}");
    desk_shows(desk, SCREEN_CHOOSE, "The smart card service does not answer", NULL);
}

static void test_helper_that_goes_ends_no_conversation(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_line(desk, "{\"v\":1,\"event\":\"helper-gone\"}");
    model_watch_lost(desk->model);
    desk_shows(desk, SCREEN_PROMPT, NULL);
    desk_expect(desk, "");
}

static void test_login_service_goes(void **state)
{
    struct desk *desk = desk_at_pin(state);

    model_gone(desk->model);
    desk_shows(desk, SCREEN_GONE, "The login service does not answer", NULL);
    desk_submit(desk, "1234");
    desk_later(desk, 60 * 1000);
    desk_later(desk, 60 * 1000);
    desk_expect(desk, "quit");
}

#define DESK(test) cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK(test_menu_is_answered_with_the_card),
        DESK(test_menu_of_several_certificates_is_a_list),
        DESK(test_chosen_card_that_the_service_passes_over),
        DESK(test_chosen_card_that_is_blocked_among_others),
        DESK(test_several_accounts_for_one_certificate),
        DESK(test_password_way_declines_the_card),
        DESK(test_a_token_s_name_declines_nothing),
        DESK(test_use_a_password_at_the_pin),
        DESK(test_use_a_password_where_the_service_asks_something_else),
        DESK(test_user_names_are_checked),
        DESK(test_cancel_while_working),
        DESK(test_card_is_removed),
        DESK(test_another_card_is_removed),
        DESK(test_helper_goes_and_comes_back),
        DESK(test_helper_that_goes_ends_no_conversation),
        DESK(test_login_service_goes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
