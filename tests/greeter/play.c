/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/greeter/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "greeter/backend/greetd_frame.h"

static void hear(struct play *play, const char *what, const char *text)
{
    size_t have = strlen(play->told);

    (void)snprintf(play->told + have, sizeof(play->told) - have, "%s%s[%s]", have > 0 ? " " : "",
                   what, text);
}

static void hear_message(void *context, enum backend_message kind, const char *text)
{
    static const char *const words[] = {"visible", "secret", "info", "error"};
    struct play *play = context;

    hear(play, words[kind], text);
    if (play->during != NULL && strcmp(play->during, "cancel") == 0)
        play->backend->ops->cancel(play->backend);
}

static void hear_signed_in(void *context)
{
    hear(context, "signed-in", "");
}

static void hear_refused(void *context, const char *text)
{
    hear(context, "refused", text);
}

static void hear_started(void *context)
{
    hear(context, "started", "");
}

static void hear_gone(void *context, const char *why)
{
    (void)why;
    hear(context, "gone", "");
}

int play_open(void **state)
{
    struct play *play = calloc(1, sizeof(*play));
    int ends[2];
    const struct backend_listener listener = {
        .context = play,
        .message = hear_message,
        .signed_in = hear_signed_in,
        .refused = hear_refused,
        .started = hear_started,
        .gone = hear_gone,
    };

    if (play == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return -1;
    play->greetd = ends[0];
    play->backend = greetd_new(ends[1], &listener);
    *state = play;
    return play->backend == NULL ? -1 : 0;
}

int play_close(void **state)
{
    struct play *play = *state;

    play->backend->ops->free(play->backend);
    if (play->greetd >= 0)
        (void)close(play->greetd);
    free(play);
    return 0;
}

void play_expect(struct play *play, const char *json)
{
    unsigned char frame[GREETD_FRAME_MAX];
    uint32_t len = 0;
    ssize_t got = recv(play->greetd, &len, sizeof(len), MSG_DONTWAIT);

    if (json == NULL) {
        assert_int_equal(got, -1);
        return;
    }
    assert_int_equal(got, sizeof(len));
    assert_true(len < sizeof(frame));
    assert_int_equal(recv(play->greetd, frame, len, MSG_DONTWAIT), len);
    frame[len] = '\0';
    assert_string_equal((char *)frame, json);
}

void play_send_bytes(struct play *play, const void *bytes, size_t len)
{
    assert_int_equal(send(play->greetd, bytes, len, 0), len);
}

void play_say(struct play *play, const char *json)
{
    uint32_t len = (uint32_t)strlen(json);

    play_send_bytes(play, &len, sizeof(len));
    play_send_bytes(play, json, len);
    play->backend->ops->readable(play->backend);
}

void play_expect_told(struct play *play, const char *told)
{
    assert_string_equal(play->told, told);
    play->told[0] = '\0';
}

void play_answer(struct play *play, const char *text)
{
    auto_secret struct secret secret = {0};

    assert_int_equal(secret_set(&secret, text, strlen(text)), VSC_OK);
    play->backend->ops->answer(play->backend, &secret);
}

void play_create(struct play *play, const char *user)
{
    play->backend->ops->create_session(play->backend, user);
}

void play_cancel(struct play *play)
{
    play->backend->ops->cancel(play->backend);
}

void play_start(struct play *play)
{
    static const char *const command[] = {"/usr/bin/env", "it's", "a;b $HOME \"q\"", NULL};
    static const char *const environment[] = {"XDG_SESSION_TYPE=x11", NULL};
    const struct backend_session session = {
        .id = "x", .command = command, .environment = environment};

    play->backend->ops->start_session(play->backend, &session);
}
