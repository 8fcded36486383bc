/* SPDX-License-Identifier: BSD-2-Clause */
/* The login screen's state machine under inputs in any order: a person, a watcher and a login
 * service that do what they like. tests/greeter/desk.c holds that a conversation is begun,
 * answered, given up and turned into a session only where there is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/text.h"
#include "tests/greeter/desk.h"

#define ROUNDS 300
#define STEPS  400

static const char *const lines[] = {
    LINE_STATE(LINE_ALICE),
    LINE_STATE(LINE_ALICE "," LINE_SECOND),
    LINE_STATE(""),
    LINE_STATE(LINE_CARD("0000", "TestVSC", "null", "blocked", "0")),
    LINE_STATE(LINE_CARD("0000", "TestVSC", "null", "locked", "3")),
    "{\"v\":1,\"event\":\"locked\",\"id\":\"0000\",\"locked_seconds\":2}",
    "{\"v\":1,\"event\":\"card-added\",\"card\":" LINE_SECOND "}",
    "{\"v\":1,\"event\":\"card-removed\",\"id\":\"0000\"}",
    "{\"v\":1,\"event\":\"announce\",\"announce\":true}",
    "{\"v\":1,\"event\":\"announce\",\"announce\":false}",
    "{\"v\":1,\"event\":\"helper-gone\"}",
    "{\"v\":1,\"event\":\"helper-back\"}",
};

static const char *const texts[] = {
    "PIN for TestVSC (1 try left): ",
    "Password: ",
    "login:",
    "Sign in as:\n1. a (TestVSC)\n2. b (TestVSC)\nNumber: ",
    "Sign in as:\n1. a (TestVSC)\n2. b (Second)\nNumber: ",
    "no (VSC-AMBIGUOUS-MAPPING).",
    "no (VSC-BLOCKED).",
    "\x1b[2J\xff\u202e%s%n",
    "",
};

#define PICK(list) (list)[(size_t)rand() % (sizeof(list) / sizeof((list)[0]))]

static void act(struct desk *desk)
{
    switch (rand() % 12) {
    case 0:
    case 1:
        desk_line(desk, PICK(lines));
        break;
    case 2:
    case 3:
        desk_say(desk, (enum model_message)(rand() % 4), PICK(texts));
        break;
    case 4:
        model_signed_in(desk->model);
        break;
    case 5:
        desk_refuse(desk, PICK(texts));
        break;
    case 6:
        model_choose(desk->model, (size_t)(rand() % 4));
        break;
    case 7:
        desk_submit(desk, PICK(texts));
        break;
    case 8:
        model_use_password(desk->model);
        break;
    case 9:
        model_back(desk->model);
        break;
    case 10:
        model_continue(desk->model);
        model_started(desk->model);
        break;
    default:
        desk_later(desk, rand() % 2000);
        if (rand() % 8 == 0)
            model_watch_lost(desk->model);
        break;
    }
}

static void check_text(const char *text)
{
    char line[SCREEN_LONG];

    for (const char *at = text; *at != '\0'; at += *at == '\n') {
        size_t len = strcspn(at, "\n");

        memcpy(line, at, len);
        line[len] = '\0';
        assert_true(text_is_printable(line));
        at += len;
    }
}

static void check(struct desk *desk)
{
    const struct screen *screen = model_screen(desk->model);
    const char *const all[] = {screen->title,     screen->subtitle,    screen->alert,
                               screen->warning,   screen->info,        screen->submit,
                               screen->back,      screen->password,    screen->status,
                               screen->countdown, screen->entry.label, screen->entry.text};
    bool goes_on = screen->tile_count > 0 || screen->submit[0] != '\0' || screen->back[0] != '\0';

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        check_text(all[i]);
    for (size_t i = 0; i < screen->tile_count; i++)
        check_text(screen->tiles[i].accessible);
    assert_true(screen->tile_count <= SCREEN_TILES);
    assert_true(screen->tile_count == 0 || screen->focus < screen->tile_count);
    /* The person is never stuck, but for a session that starts. */
    assert_true(goes_on || screen->kind == SCREEN_STARTING);
    /* The password is always a way out before somebody is signed in. */
    if (screen->kind == SCREEN_CHOOSE)
        assert_int_equal(screen->tiles[screen->tile_count - 1].kind, TILE_PASSWORD);
    /* Signed in, or so the service says: only then a session is asked for. */
    assert_true(screen->kind != SCREEN_STARTING || desk->session);
    desk->asked[0] = '\0';
}

static void test_any_order_of_inputs(void **state)
{
    (void)state;
    for (unsigned round = 0; round < ROUNDS; round++) {
        void *fresh = NULL;
        struct desk *desk;

        srand(round);
        assert_int_equal(round % 2 == 0 ? desk_open(&fresh) : desk_open_direct(&fresh), 0);
        desk = fresh;
        for (unsigned step = 0; step < STEPS; step++) {
            act(desk);
            check(desk);
        }
        (void)desk_close(&fresh);
    }
}

/* A service that is gone is not spoken to any more. */
static void test_nothing_after_the_service_is_gone(void **state)
{
    struct desk *desk = desk_at_pin(state);

    model_gone(desk->model);
    desk->asked[0] = '\0';
    desk_say(desk, MODEL_SECRET, "PIN: ");
    model_signed_in(desk->model);
    model_refused(desk->model, "");
    model_started(desk->model);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        desk_line(desk, lines[i]);
    model_choose(desk->model, 0);
    desk_submit(desk, "1234");
    model_use_password(desk->model);
    model_back(desk->model);
    desk_expect(desk, "");
    desk_shows(desk, SCREEN_GONE, NULL);
}

/* Only what the service itself says after an answer leads on. */
static void test_a_service_that_signs_in_unasked_starts_nothing(void **state)
{
    struct desk *desk = *state;

    model_signed_in(desk->model);
    model_started(desk->model);
    desk_line(desk, LINE_STATE(LINE_ALICE));
    model_signed_in(desk->model);
    desk_expect(desk, "");
    model_choose(desk->model, 0);
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC: ");
    model_signed_in(desk->model);
    desk_expect(desk, "create[]");
    desk_shows(desk, SCREEN_PROMPT, NULL);
    assert_int_equal(desk->starts, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_order_of_inputs),
        cmocka_unit_test_setup_teardown(test_nothing_after_the_service_is_gone, desk_open,
                                        desk_close),
        cmocka_unit_test_setup_teardown(test_a_service_that_signs_in_unasked_starts_nothing,
                                        desk_open, desk_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
