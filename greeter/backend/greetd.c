/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * greetd answers each request once, in order, and reads the next only after that. So at most one
 * answer is outstanding, and behind it perhaps that of a cancel_session; a conversation that is
 * begun meanwhile waits here until both have come.
 */
#include "greeter/backend/greetd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "common/own.h"
#include "greeter/backend/greetd_frame.h"

#define READS_MAX 16 /* in one readable(): then the window has its turn */

enum waiting {
    WAITING_NOT,
    WAITING_TALK, /* for the answer to create_session or to an answer */
    WAITING_START,
};

struct greetd {
    struct backend base;
    int fd;
    struct buf in;        /* what was read and is no whole frame yet */
    enum waiting waiting; /* an answer of the conversation is outstanding */
    bool asked;           /* the last message was a prompt: an answer may be sent */
    bool has_session;     /* greetd has a session that would have to be cancelled */
    bool stale;           /* an answer is outstanding that belongs to a conversation given up */
    bool cancelling;      /* the answer to cancel_session is outstanding, behind that */
    char *next_user;      /* owned: a conversation to begin after that, or NULL */
    bool broken;          /* told, or about to be told by readable() */
};

static struct greetd *greetd_of(struct backend *backend)
{
    return (struct greetd *)(void *)backend;
}

/* greetd reads soon and a frame is small: one that does not fit means that it reads no more. */
static void send_frame(struct greetd *greetd, struct buf *frame)
{
    ssize_t sent = -1;

    if (greetd->broken)
        return;
    if (buf_status(frame) == VSC_OK)
        sent = send(greetd->fd, frame->data, frame->len, MSG_NOSIGNAL | MSG_DONTWAIT);
    /* readable() then sees the end, and tells. */
    if (sent < 0 || (size_t)sent != frame->len)
        (void)shutdown(greetd->fd, SHUT_RDWR);
}

static void send_create(struct greetd *greetd, const char *user)
{
    auto_buf struct buf frame;

    buf_init(&frame, GREETD_FRAME_MAX);
    greetd_put_create(&frame, user);
    greetd->waiting = WAITING_TALK;
    greetd->has_session = true;
    send_frame(greetd, &frame);
}

static void send_answer(struct greetd *greetd, const struct secret *answer)
{
    auto_buf struct buf frame;

    buf_init(&frame, GREETD_FRAME_MAX);
    greetd_put_answer(&frame, answer);
    greetd->waiting = WAITING_TALK;
    greetd->asked = false;
    send_frame(greetd, &frame);
}

static void send_cancel(struct greetd *greetd)
{
    auto_buf struct buf frame;

    buf_init(&frame, GREETD_FRAME_MAX);
    greetd_put_cancel(&frame);
    greetd->cancelling = true;
    greetd->has_session = false;
    send_frame(greetd, &frame);
}

static void greetd_create_session(struct backend *backend, const char *user)
{
    struct greetd *greetd = greetd_of(backend);

    backend->ops->cancel(backend);
    if (!greetd->stale && !greetd->cancelling) {
        send_create(greetd, user);
        return;
    }
    free(greetd->next_user);
    greetd->next_user = strdup(user);
    if (greetd->next_user == NULL)
        (void)shutdown(greetd->fd, SHUT_RDWR);
}

static void greetd_answer(struct backend *backend, const struct secret *answer)
{
    struct greetd *greetd = greetd_of(backend);

    if (greetd->asked)
        send_answer(greetd, answer);
}

static void greetd_cancel(struct backend *backend)
{
    struct greetd *greetd = greetd_of(backend);

    free(take(greetd->next_user));
    if (!greetd->has_session || greetd->waiting == WAITING_START)
        return;
    greetd->stale = greetd->waiting != WAITING_NOT;
    greetd->waiting = WAITING_NOT;
    greetd->asked = false;
    send_cancel(greetd);
}

static void greetd_start_session(struct backend *backend, const struct backend_session *session)
{
    struct greetd *greetd = greetd_of(backend);
    auto_buf struct buf frame;

    if (!greetd->has_session || greetd->waiting != WAITING_NOT || greetd->asked)
        return;
    buf_init(&frame, GREETD_FRAME_MAX);
    greetd_put_start(&frame, session);
    greetd->waiting = WAITING_START;
    send_frame(greetd, &frame);
}

/* A failed session stays with greetd until it is cancelled, and no other can be made. */
static void refuse(struct greetd *greetd, const char *text)
{
    greetd->waiting = WAITING_NOT;
    send_cancel(greetd);
    greetd->base.listener.refused(greetd->base.listener.context, text);
}

static void handle_message(struct greetd *greetd, const struct greetd_reply *reply)
{
    greetd->waiting = WAITING_NOT;
    if (reply->message == BACKEND_INFO || reply->message == BACKEND_ERROR)
        send_answer(greetd, NULL);
    else
        greetd->asked = true;
    greetd->base.listener.message(greetd->base.listener.context, reply->message, reply->text);
}

/* False for an answer to nothing. */
static bool handle_reply(struct greetd *greetd, const struct greetd_reply *reply)
{
    const struct backend_listener *listener = &greetd->base.listener;
    enum waiting waiting = greetd->waiting;

    if (greetd->stale) {
        greetd->stale = false;
        return true;
    }
    if (greetd->cancelling) {
        /* "Connection refused" where the session has ended by itself: nobody minds. */
        auto_free char *user = take(greetd->next_user);

        greetd->cancelling = false;
        if (user != NULL)
            send_create(greetd, user);
        return true;
    }
    if (waiting == WAITING_NOT)
        return false;
    if (reply->kind == GREETD_ERROR) {
        refuse(greetd, reply->text);
        return true;
    }
    if (reply->kind == GREETD_MESSAGE) {
        if (waiting == WAITING_START)
            return false;
        handle_message(greetd, reply);
        return true;
    }
    greetd->waiting = WAITING_NOT;
    if (waiting == WAITING_START)
        listener->started(listener->context);
    else
        listener->signed_in(listener->context);
    return true;
}

/* The first frame of what was read: true when there was a whole one. */
static bool handle_frame(struct greetd *greetd, enum vsc_err *ret_err)
{
    auto_greetd_reply struct greetd_reply reply = {0};
    size_t len = 0;

    if (greetd->in.len < GREETD_HEAD)
        return false;
    *ret_err = greetd_frame_length(greetd->in.data, &len);
    if (*ret_err != VSC_OK || greetd->in.len - GREETD_HEAD < len)
        return false;
    *ret_err = greetd_reply_read(greetd->in.data + GREETD_HEAD, len, &reply);
    if (*ret_err != VSC_OK)
        return false;
    greetd->in.len -= GREETD_HEAD + len;
    memmove(greetd->in.data, greetd->in.data + GREETD_HEAD + len, greetd->in.len);
    if (!handle_reply(greetd, &reply)) {
        *ret_err = VSC_PROTOCOL;
        return false;
    }
    return true;
}

static void tell_gone(struct greetd *greetd, const char *why)
{
    greetd->broken = true;
    greetd->base.listener.gone(greetd->base.listener.context, why);
}

static void greetd_readable(struct backend *backend)
{
    struct greetd *greetd = greetd_of(backend);
    char bytes[4096];

    for (unsigned i = 0; i < READS_MAX && !greetd->broken; i++) {
        ssize_t got = recv(greetd->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        enum vsc_err err = VSC_OK;

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (got <= 0) {
            tell_gone(greetd, "the connection to greetd ended");
            return;
        }
        buf_put(&greetd->in, bytes, (size_t)got);
        if (buf_status(&greetd->in) != VSC_OK)
            err = VSC_MEMORY;
        while (err == VSC_OK && handle_frame(greetd, &err))
            ;
        if (err != VSC_OK)
            tell_gone(greetd, vsc_strerror(err));
    }
}

static int greetd_fd(const struct backend *backend)
{
    const struct greetd *greetd = (const struct greetd *)(const void *)backend;

    return greetd->broken ? -1 : greetd->fd;
}

static void greetd_free(struct backend *backend)
{
    struct greetd *greetd = greetd_of(backend);

    (void)close(greetd->fd);
    buf_done(&greetd->in);
    free(greetd->next_user);
    free(greetd);
}

static const struct backend_ops greetd_ops = {
    .name = "greetd",
    .create_session = greetd_create_session,
    .answer = greetd_answer,
    .cancel = greetd_cancel,
    .start_session = greetd_start_session,
    .fd = greetd_fd,
    .readable = greetd_readable,
    .free = greetd_free,
};

struct backend *greetd_new(int fd, const struct backend_listener *listener)
{
    struct greetd *greetd = calloc(1, sizeof(*greetd));

    if (greetd == NULL)
        return NULL;
    greetd->base = (struct backend){.ops = &greetd_ops, .listener = *listener};
    greetd->fd = fd;
    buf_init(&greetd->in, GREETD_HEAD + GREETD_REPLY_MAX + sizeof(uint32_t) + 4096);
    return &greetd->base;
}

enum vsc_err greetd_open(const char *path, const struct backend_listener *listener,
                         struct backend **ret_backend, struct problem *problem)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    auto_fd int fd = -1;

    if (strlen(path) >= sizeof(address.sun_path))
        return problem_set(problem, VSC_HELPER, "%s: too long for a socket", path);
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return problem_set(problem, VSC_HELPER, "%s: %s", path, strerror(errno));
    *ret_backend = greetd_new(fd, listener);
    if (*ret_backend == NULL)
        return problem_set(problem, VSC_MEMORY, "greetd: %s", strerror(ENOMEM));
    (void)take_fd(fd);
    return VSC_OK;
}
