/* SPDX-License-Identifier: BSD-2-Clause */
/* What greetd says: any bytes, in pieces of any length, are told as they are or end the connection;
 * nothing is told after that, and somebody is signed in only while that was asked for. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/text.h"
#include "greeter/backend/greetd.h"
#include "tests/fuzz/fuzz.h"

struct run {
    struct backend *backend;
    bool gone;
    unsigned prompts;
};

static void check(const struct run *run, const char *text)
{
    const char *at = text;

    if (run->gone || strlen(text) > BACKEND_TEXT_MAX)
        abort();
    for (size_t left = strlen(text), len; left > 0; left -= len, at += len) {
        unsigned code;

        len = text_decode(at, left, &code);
        if (len == 0)
            abort();
    }
}

static void on_message(void *context, enum backend_message kind, const char *text)
{
    struct run *run = context;
    auto_secret struct secret answer = {.len = 1, .bytes = "1"};

    check(run, text);
    if (kind == BACKEND_INFO || kind == BACKEND_ERROR)
        return;
    /* Every third prompt is given up, the others are answered. */
    if (run->prompts++ % 3 == 2) {
        run->backend->ops->cancel(run->backend);
        run->backend->ops->create_session(run->backend, "again");
    } else {
        run->backend->ops->answer(run->backend, &answer);
    }
}

static void on_signed_in(void *context)
{
    static const char *const words[] = {"true", NULL};
    const struct backend_session session = {.id = "x", .command = words, .environment = words + 1};
    struct run *run = context;

    check(run, "");
    run->backend->ops->start_session(run->backend, &session);
}

static void on_refused(void *context, const char *text)
{
    struct run *run = context;

    check(run, text);
    run->backend->ops->create_session(run->backend, "");
}

static void on_started(void *context)
{
    check(context, "");
}

static void on_gone(void *context, const char *why)
{
    struct run *run = context;

    check(run, why);
    run->gone = true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct run run = {.gone = false};
    const struct backend_listener listener = {
        .context = &run,
        .message = on_message,
        .signed_in = on_signed_in,
        .refused = on_refused,
        .started = on_started,
        .gone = on_gone,
    };
    char drained[4096];
    int ends[2];

    if (len > 32768 || socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0)
        return 0;
    run.backend = greetd_new(ends[1], &listener);
    if (run.backend == NULL)
        abort();
    run.backend->ops->create_session(run.backend, "");
    while (len > 0 && !run.gone) {
        size_t piece = len > 700 ? 700 : len;
        ssize_t sent = send(ends[0], data, piece, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent <= 0)
            break;
        data += sent;
        len -= (size_t)sent;
        run.backend->ops->readable(run.backend);
        while (recv(ends[0], drained, sizeof(drained), MSG_DONTWAIT) > 0)
            ;
    }
    (void)close(ends[0]);
    run.backend->ops->readable(run.backend);
    run.backend->ops->readable(run.backend);
    if (!run.gone)
        abort();
    run.backend->ops->free(run.backend);
    return 0;
}
