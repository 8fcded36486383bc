/* SPDX-License-Identifier: BSD-2-Clause */
/* The states of a card on the login screen: what leads to them, what is on it, what leads out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/greeter/desk.h"

static void test_no_card(void **state)
{
    struct desk *desk = *state;
    const struct screen *screen;

    desk_shows(desk, SCREEN_CHOOSE, "Looking for smart cards", "Use a password", NULL);
    desk_line(desk, LINE_STATE(""));
    desk_shows(desk, SCREEN_CHOOSE, "No smart card found. Insert one or use a password.", NULL);
    screen = model_screen(desk->model);
    assert_int_equal(screen->tile_count, 1);
    assert_int_equal(screen->tiles[screen->focus].kind, TILE_PASSWORD);
}

static void test_one_card_is_a_tile(void **state)
{
    struct desk *desk = *state;
    const struct screen *screen;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    desk_shows(desk, SCREEN_CHOOSE, "Alice Smith", "TestVSC",
               "Sign in as Alice Smith with the virtual smart card TestVSC", NULL);
    screen = model_screen(desk->model);
    assert_int_equal(screen->tile_count, 2);
    assert_string_equal(screen->tiles[0].title, "Alice Smith");
    assert_string_equal(screen->tiles[0].detail, "TestVSC");
    assert_string_equal(screen->info, "");
    desk_expect(desk, "");
}

static void test_several_cards_by_name_the_last_used_first(void **state)
{
    struct desk *desk = *state;
    const struct screen *screen;

    desk_line(desk, LINE_STATE(LINE_ALICE "," LINE_SECOND));
    screen = model_screen(desk->model);
    assert_string_equal(screen->tiles[0].title, "Second");
    model_choose(desk->model, 1);
    model_signed_in(desk->model);
    desk_expect(desk, "create[] remember[0000] start");
    desk_refuse(desk, "no such program");
    desk_shows(desk, SCREEN_CHOOSE, "could not be started", "no such program", NULL);
    desk_line(desk, LINE_STATE(LINE_SECOND "," LINE_ALICE));
    assert_string_equal(model_screen(desk->model)->tiles[0].title, "Alice Smith");
}

static void test_straight_to_the_pin_with_one_card(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    desk_expect(desk, "create[]");
    /* Given up by the person: not again before something else is inserted. */
    model_back(desk->model);
    desk_line(desk, LINE_STATE(LINE_ALICE));
    desk_expect(desk, "cancel");
    desk_shows(desk, SCREEN_CHOOSE, "Alice Smith", NULL);
    desk_line(desk, "{\"v\":1,\"event\":\"card-removed\",\"id\":\"0000\"}");
    desk_line(desk, "{\"v\":1,\"event\":\"card-added\",\"card\":" LINE_ALICE "}");
    desk_expect(desk, "create[]");
    /* Nor after it did not work: it would go round and round. */
    desk_refuse(desk, "");
    desk_expect(desk, "");
    desk_shows(desk, SCREEN_CHOOSE, "Sign-in failed", NULL);
}

static void test_not_straight_to_a_blocked_card_or_with_two(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_CARD("0000", "TestVSC", "null", "blocked", "0")));
    desk_line(desk, LINE_STATE(LINE_CARD("0000", "TestVSC", "null", "locked", "9")));
    desk_line(desk, LINE_STATE(LINE_ALICE "," LINE_SECOND));
    desk_expect(desk, "");
}

static void test_announced_cards_go_straight_too(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    desk_expect(desk, "");
    desk_line(desk, "{\"v\":1,\"event\":\"announce\",\"announce\":true}");
    desk_expect(desk, "create[]");
}

static void test_pin_entry_has_the_service_s_label(void **state)
{
    struct desk *desk = desk_at_pin(state);
    const struct screen *screen = model_screen(desk->model);

    desk_shows(desk, SCREEN_PROMPT, "Alice Smith", "TestVSC", "Use a password", "Back", NULL);
    assert_string_equal(screen->entry.label, "PIN for TestVSC (Alice Smith)");
    assert_true(screen->entry.shown && screen->entry.enabled && screen->entry.secret);
    assert_string_equal(screen->warning, "");
    desk_submit(desk, "24681357");
    desk_expect(desk, "answer[24681357]");
    desk_shows(desk, SCREEN_WORKING, "Checking the card", "Cancel", NULL);
    model_signed_in(desk->model);
    desk_expect(desk, "remember[0000] start");
    desk_shows(desk, SCREEN_STARTING, "Starting the session", NULL);
    model_started(desk->model);
    desk_expect(desk, "quit");
}

static void test_pin_of_another_card_is_not_shown_under_the_chosen_one(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_SECRET, "PIN for Other: ");
    assert_string_equal(model_screen(desk->model)->title, "Sign in");
}

static void test_wrong_pin_then_the_last_try(void **state)
{
    struct desk *desk = desk_at_pin(state);
    unsigned step = model_screen(desk->model)->step;

    desk_submit(desk, "11111111");
    desk_say(desk, MODEL_ERROR, "Wrong PIN. 2 tries left.");
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC (2 tries left): ");
    desk_shows(desk, SCREEN_PROMPT, "Wrong PIN. 2 tries left.", "Continue", NULL);
    assert_true(model_screen(desk->model)->step != step);
    desk_submit(desk, "22222222");
    desk_say(desk, MODEL_ERROR, "Wrong PIN. 1 try left.");
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC (1 try left): ");
    desk_shows(desk, SCREEN_PROMPT, "Wrong PIN. 1 try left.", "This is the last try",
               "Try once more", NULL);
    desk_submit(desk, "33333333");
    desk_say(desk, MODEL_ERROR, "TestVSC is blocked after 3 wrong PINs. Ask (VSC-BLOCKED).");
    desk_refuse(desk, "pam_authenticate: MAXTRIES");
    desk_shows(desk, SCREEN_CHOOSE, "TestVSC is blocked after 3 wrong PINs", NULL);
    desk_expect(desk, "answer[11111111] answer[22222222] answer[33333333]");
}

static void test_blocked_card_says_so_and_goes_on_to_the_password(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_CARD("0000", "TestVSC", "\"Alice Smith\"", "blocked", "0")));
    desk_shows(desk, SCREEN_CHOOSE, "Blocked", NULL);
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_ERROR, "TestVSC is blocked. Ask your administrator (VSC-BLOCKED).");
    desk_say(desk, MODEL_VISIBLE, "login:");
    desk_shows(desk, SCREEN_PROMPT, "TestVSC is blocked", "login", NULL);
    desk_submit(desk, "alice");
    desk_say(desk, MODEL_SECRET, "Password: ");
    desk_submit(desk, "secret");
    model_signed_in(desk->model);
    desk_expect(desk, "create[] answer[alice] answer[secret] remember[0000] start");
}

static void test_unblocking_by_puk(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_CARD("0000", "TestVSC", "\"Alice Smith\"", "blocked", "0")));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_ERROR, "TestVSC is blocked (VSC-BLOCKED).");
    desk_say(desk, MODEL_SECRET, "PUK of TestVSC, for a new PIN (or Enter alone): ");
    desk_shows(desk, SCREEN_PROMPT, "PUK of TestVSC", "VSC-BLOCKED", NULL);
    desk_submit(desk, "12345678");
    desk_say(desk, MODEL_SECRET, "New PIN for TestVSC: ");
    desk_submit(desk, "short");
    desk_say(desk, MODEL_ERROR, "The PIN must have at least 8 characters.");
    desk_say(desk, MODEL_SECRET, "New PIN for TestVSC: ");
    desk_shows(desk, SCREEN_PROMPT, "at least 8 characters", "New PIN for TestVSC", NULL);
    desk_submit(desk, "");
    desk_expect(desk, "create[] answer[12345678] answer[short] answer[]");
}

static void test_call_to_the_help_desk_stays_beside_its_prompt(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_submit(desk, "1");
    desk_say(desk, MODEL_INFO, "Call the help desk. Card: ABC. Challenge: DEF.");
    desk_say(desk, MODEL_VISIBLE, "The help desk's answer for TestVSC (or Enter alone): ");
    desk_shows(desk, SCREEN_PROMPT, "Challenge: DEF", "help desk's answer", NULL);
    assert_false(model_screen(desk->model)->entry.secret);
}

static void test_forced_change_of_the_pin(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_submit(desk, "12345678");
    desk_say(desk, MODEL_INFO, "Somebody else chose your PIN. Change it now.");
    desk_say(desk, MODEL_SECRET, "New PIN for TestVSC: ");
    desk_shows(desk, SCREEN_PROMPT, "Change it now", "New PIN for TestVSC", NULL);
    desk_submit(desk, "24681357");
    desk_say(desk, MODEL_SECRET, "New PIN again: ");
    desk_submit(desk, "24681358");
    desk_say(desk, MODEL_ERROR, "The two PINs differ.");
    desk_say(desk, MODEL_SECRET, "New PIN for TestVSC: ");
    desk_shows(desk, SCREEN_PROMPT, "The two PINs differ.", NULL);
}

static void test_locked_card_counts_down(void **state)
{
    struct desk *desk = *state;
    unsigned announced;

    desk_later(desk, 1000);
    desk_line(desk, LINE_STATE(LINE_CARD("0000", "TestVSC", "null", "locked", "581")));
    desk_shows(desk, SCREEN_CHOOSE, "Locked, 9:41", NULL);
    model_choose(desk->model, 0);
    desk_shows(desk, SCREEN_LOCKED, "TestVSC is locked.", "Try again in 9:41", "Use a password",
               "TestVSC is locked. Try again in 10 minutes.", NULL);
    assert_false(model_screen(desk->model)->entry.enabled);
    announced = model_screen(desk->model)->announced;
    desk_later(desk, 1000);
    desk_shows(desk, SCREEN_LOCKED, "Try again in 9:40", NULL);
    assert_int_equal(model_screen(desk->model)->announced, announced);
    desk_later(desk, 60 * 1000);
    desk_shows(desk, SCREEN_LOCKED, "Try again in 8:40", "in 9 minutes", NULL);
    assert_int_equal(model_screen(desk->model)->announced, announced + 1);
    /* The watcher counts as well, and is right. */
    desk_line(desk, "{\"v\":1,\"event\":\"locked\",\"id\":\"0000\",\"locked_seconds\":31}");
    desk_shows(desk, SCREEN_LOCKED, "Try again in 0:31", NULL);
    desk_submit(desk, "1234");
    desk_later(desk, 31 * 1000);
    desk_shows(desk, SCREEN_CHOOSE, "TestVSC", NULL);
    desk_expect(desk, "");
    model_choose(desk->model, 0);
    desk_expect(desk, "create[]");
}

static void test_lock_without_a_time(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_CARD("0000", "TestVSC", "null", "locked", "0")));
    model_choose(desk->model, 0);
    desk_shows(desk, SCREEN_LOCKED, "Ask your administrator to unlock it.", NULL);
    desk_line(desk, "{\"v\":1,\"event\":\"card-changed\",\"card\":" LINE_CARD(
                        "0000", "TestVSC", "null", "ready", "0") "}");
    desk_later(desk, 1000);
    desk_shows(desk, SCREEN_CHOOSE, NULL);
}

static void test_note_goes_on_after_three_seconds_or_at_once(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_submit(desk, "24681357");
    desk_say(desk, MODEL_INFO, "Your certificate expires in 3 days.");
    model_signed_in(desk->model);
    desk_expect(desk, "answer[24681357] remember[0000]");
    desk_shows(desk, SCREEN_NOTE, "Your certificate expires in 3 days.", "Continue", NULL);
    desk_later(desk, MODEL_NOTE_MS - 1);
    desk_shows(desk, SCREEN_NOTE, NULL);
    desk_later(desk, 1);
    desk_expect(desk, "start");
    desk_refuse(desk, "");
    desk_shows(desk, SCREEN_CHOOSE, NULL);
}

static void test_note_is_read_by_enter(void **state)
{
    struct desk *desk = desk_at_pin(state);

    desk_submit(desk, "24681357");
    desk_say(desk, MODEL_INFO, "Your certificate expires today.");
    model_signed_in(desk->model);
    model_continue(desk->model);
    desk_expect(desk, "answer[24681357] remember[0000] start");
}

static void test_refused_certificate_says_its_code(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_ERROR, "TestVSC cannot be used: revoked. Enroll again (VSC-REVOKED).");
    desk_refuse(desk, "pam_authenticate: CRED_INSUFFICIENT");
    desk_shows(desk, SCREEN_CHOOSE, "(VSC-REVOKED)", "Alice Smith", "Use a password", NULL);
    /* Until something else is done. */
    model_choose(desk->model, 0);
    model_back(desk->model);
    assert_string_equal(model_screen(desk->model)->alert, "");
}

#define DESK(test) cmocka_unit_test_setup_teardown(test, desk_open, desk_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DESK(test_no_card),
        DESK(test_one_card_is_a_tile),
        DESK(test_several_cards_by_name_the_last_used_first),
        cmocka_unit_test_setup_teardown(test_straight_to_the_pin_with_one_card, desk_open_direct,
                                        desk_close),
        cmocka_unit_test_setup_teardown(test_not_straight_to_a_blocked_card_or_with_two,
                                        desk_open_direct, desk_close),
        DESK(test_announced_cards_go_straight_too),
        DESK(test_pin_entry_has_the_service_s_label),
        DESK(test_pin_of_another_card_is_not_shown_under_the_chosen_one),
        DESK(test_wrong_pin_then_the_last_try),
        DESK(test_blocked_card_says_so_and_goes_on_to_the_password),
        DESK(test_unblocking_by_puk),
        DESK(test_call_to_the_help_desk_stays_beside_its_prompt),
        DESK(test_forced_change_of_the_pin),
        DESK(test_locked_card_counts_down),
        DESK(test_lock_without_a_time),
        DESK(test_note_goes_on_after_three_seconds_or_at_once),
        DESK(test_note_is_read_by_enter),
        DESK(test_refused_certificate_says_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
