/* SPDX-License-Identifier: BSD-2-Clause */
/* What a watcher says, true or not: lines are taken or refused, and whatever the login screen makes
 * of them may be shown. It never signs anybody in. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "greeter/model/model.h"
#include "tests/fuzz/fuzz.h"

static void on_create(void *context, const char *user)
{
    (void)context;
    if (*user != '\0')
        abort();
}

static void on_answer(void *context, const struct secret *answer)
{
    (void)context;
    (void)answer;
    abort();
}

static void on_cancel(void *context)
{
    (void)context;
}

static void on_never(void *context)
{
    (void)context;
    abort();
}

static void on_remember(void *context, const char *card)
{
    (void)context;
    (void)card;
    abort();
}

static void check(const char *text)
{
    if (!text_is_printable(text))
        abort();
}

static void look(struct model *model)
{
    const struct screen *screen = model_screen(model);

    if (screen->tile_count > SCREEN_TILES)
        abort();
    for (size_t i = 0; i < screen->tile_count; i++) {
        check(screen->tiles[i].title);
        check(screen->tiles[i].detail);
        check(screen->tiles[i].note);
        check(screen->tiles[i].accessible);
    }
    check(screen->title);
    check(screen->subtitle);
    check(screen->countdown);
    check(screen->announcement);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const struct model_actions actions = {
        .create_session = on_create,
        .answer = on_answer,
        .cancel = on_cancel,
        .start_session = on_never,
        .quit = on_never,
        .remember = on_remember,
    };
    const struct model_settings settings = {.direct = len % 2 == 0};
    struct model *model = model_new(&settings, &actions);
    int64_t now_ms = 0;

    if (model == NULL)
        abort();
    while (len > 0) {
        const uint8_t *end = memchr(data, '\n', len);
        size_t line = end != NULL ? (size_t)(end - data) : len;
        struct watch_event event;

        if (watch_line_read((const char *)data, line, &event) == VSC_OK) {
            model_tick(model, now_ms += 700);
            model_watch(model, &event);
            look(model);
            model_choose(model, line % 5);
            look(model);
        }
        line += end != NULL;
        data += line;
        len -= line;
    }
    model_watch_lost(model);
    look(model);
    model_free(model);
    return 0;
}
