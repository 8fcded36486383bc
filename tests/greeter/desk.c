/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/greeter/desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void ask(struct desk *desk, const char *what, const char *text)
{
    size_t have = strlen(desk->asked);

    (void)snprintf(desk->asked + have, sizeof(desk->asked) - have, "%s%s", have > 0 ? " " : "",
                   what);
    have = strlen(desk->asked);
    if (text != NULL)
        (void)snprintf(desk->asked + have, sizeof(desk->asked) - have, "[%s]", text);
}

static void on_create(void *context, const char *user)
{
    struct desk *desk = context;

    assert_false(desk->session);
    desk->session = true;
    ask(desk, "create", user);
}

static void on_answer(void *context, const struct secret *answer)
{
    struct desk *desk = context;

    assert_true(desk->session);
    assert_true(answer->len <= MODEL_ANSWER_MAX && answer->bytes[answer->len] == '\0');
    ask(desk, "answer", answer->bytes);
}

static void on_cancel(void *context)
{
    struct desk *desk = context;

    assert_true(desk->session);
    desk->session = false;
    ask(desk, "cancel", NULL);
}

static void on_start(void *context)
{
    struct desk *desk = context;

    assert_true(desk->session);
    desk->starts++;
    ask(desk, "start", NULL);
}

static void on_quit(void *context)
{
    ask(context, "quit", NULL);
}

static void on_remember(void *context, const char *card)
{
    ask(context, "remember", card);
}

int desk_open(void **state)
{
    struct desk *desk = calloc(1, sizeof(*desk));

    if (desk == NULL)
        return -1;
    if (*state != NULL)
        desk->settings = *(const struct model_settings *)*state;
    desk->model = model_new(&desk->settings, &(struct model_actions){
                                                 .context = desk,
                                                 .create_session = on_create,
                                                 .answer = on_answer,
                                                 .cancel = on_cancel,
                                                 .start_session = on_start,
                                                 .quit = on_quit,
                                                 .remember = on_remember,
                                             });
    *state = desk;
    return desk->model == NULL ? -1 : 0;
}

int desk_open_direct(void **state)
{
    static struct model_settings settings = {.direct = true};

    *state = &settings;
    return desk_open(state);
}

int desk_close(void **state)
{
    struct desk *desk = *state;

    model_free(desk->model);
    free(desk);
    return 0;
}

void desk_expect(struct desk *desk, const char *asked)
{
    assert_string_equal(desk->asked, asked);
    desk->asked[0] = '\0';
}

static bool is_shown(const struct screen *screen, const char *text)
{
    const char *const places[] = {screen->title,       screen->subtitle, screen->alert,
                                  screen->warning,     screen->info,     screen->status,
                                  screen->submit,      screen->password, screen->countdown,
                                  screen->entry.label, screen->back,     screen->announcement};

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        if (strstr(places[i], text) != NULL)
            return true;
    for (size_t i = 0; i < screen->tile_count; i++)
        if (strstr(screen->tiles[i].title, text) != NULL ||
            strstr(screen->tiles[i].detail, text) != NULL ||
            strstr(screen->tiles[i].note, text) != NULL ||
            strstr(screen->tiles[i].accessible, text) != NULL)
            return true;
    return false;
}

void desk_shows(struct desk *desk, enum screen_kind kind, ...)
{
    const struct screen *screen = model_screen(desk->model);
    va_list texts;

    assert_int_equal(screen->kind, kind);
    va_start(texts, kind);
    for (const char *text; (text = va_arg(texts, const char *)) != NULL;)
        if (!is_shown(screen, text))
            fail_msg("not on the screen: %s", text);
    va_end(texts);
}

void desk_line(struct desk *desk, const char *line)
{
    struct watch_event event;

    assert_int_equal(watch_line_read(line, strlen(line), &event), VSC_OK);
    model_watch(desk->model, &event);
}

void desk_say(struct desk *desk, enum model_message kind, const char *text)
{
    model_message(desk->model, kind, text);
}

void desk_refuse(struct desk *desk, const char *text)
{
    desk->session = false;
    model_refused(desk->model, text);
}

void desk_submit(struct desk *desk, const char *text)
{
    auto_secret struct secret secret = {0};

    assert_int_equal(secret_set(&secret, text, strlen(text)), VSC_OK);
    model_submit(desk->model, &secret);
}

void desk_later(struct desk *desk, int64_t ms)
{
    desk->now_ms += ms;
    model_tick(desk->model, desk->now_ms);
}

struct desk *desk_at_pin(void **state)
{
    struct desk *desk = *state;

    desk_line(desk, LINE_STATE(LINE_ALICE));
    model_choose(desk->model, 0);
    desk_expect(desk, "create[]");
    desk_say(desk, MODEL_SECRET, "PIN for TestVSC (Alice Smith): ");
    return desk;
}
