/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/played_card.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/own.h"
#include "common/wire.h"
#include "greeter/watch/watch.h"

int played_answer_ms = PLAYED_PATIENCE_MS;

static void need(bool condition)
{
    if (!condition)
        abort();
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

static bool is_ready(int fd, int ms)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};

    return poll(&pollfd, 1, ms) == 1;
}

void played_listen(struct played *played)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)unlink(played->path);
    memcpy(address.sun_path, played->path, strlen(played->path) + 1);
    played->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    need(played->listener >= 0 &&
         bind(played->listener, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
         listen(played->listener, 8) == 0);
}

void played_start(struct played *played, bool json, bool once, bool listening)
{
    int pipe_fds[2];

    *played = (struct played){.listener = -1, .channel = -1, .lines = -1};
    (void)snprintf(played->folder, sizeof(played->folder), "/tmp/vsc-watch-test.XXXXXX");
    need(mkdtemp(played->folder) != NULL && pipe2(pipe_fds, O_CLOEXEC) == 0);
    (void)snprintf(played->path, sizeof(played->path), "%s/card.sock", played->folder);
    if (listening)
        played_listen(played);
    played->watcher = fork();
    need(played->watcher >= 0);
    if (played->watcher == 0) {
        const struct watch_options options = {.socket = played->path,
                                              .json = json,
                                              .once = once,
                                              .out = pipe_fds[1],
                                              .poll_ms = PLAYED_POLL_MS,
                                              .answer_ms = played_answer_ms};

        close_fd(&played->listener);
        (void)close(pipe_fds[0]);
        (void)signal(SIGPIPE, SIG_IGN);
        _exit((int)watch_run(&options));
    }
    (void)close(pipe_fds[1]);
    played->lines = pipe_fds[0];
}

void played_accept(struct played *played)
{
    close_fd(&played->channel);
    need(is_ready(played->listener, PLAYED_PATIENCE_MS));
    played->channel = accept4(played->listener, NULL, NULL, SOCK_CLOEXEC);
    need(played->channel >= 0);
}

bool played_asked(struct played *played)
{
    const struct deadline deadline = deadline_in(PLAYED_PATIENCE_MS);
    auto_message struct message message;
    enum vsc_err err = wire_receive(played->channel, &message, &deadline);

    need(err == VSC_HELPER || (err == VSC_OK && message.type == WIRE_CARD_WATCH));
    return err == VSC_OK;
}

bool played_is_asked_within(struct played *played, int ms)
{
    return is_ready(played->channel, ms);
}

/* It may have hung up before it has read everything. */
void played_send(struct played *played, const void *bytes, size_t len)
{
    const char *next = bytes;

    while (len > 0) {
        ssize_t sent = send(played->channel, next, len, MSG_NOSIGNAL);

        if (sent <= 0)
            return;
        next += sent;
        len -= (size_t)sent;
    }
}

void played_answer(struct played *played, const struct watch_list *list)
{
    const struct deadline deadline = deadline_in(PLAYED_PATIENCE_MS);
    auto_message struct message answer;

    message_init(&answer, WIRE_CARD_WATCHED);
    watch_list_encode(&answer.body, list);
    need(wire_send(played->channel, &answer, &deadline) == VSC_OK);
}

void played_round(struct played *played, const struct watch_list *list)
{
    need(played_asked(played));
    played_answer(played, list);
}

void played_hang_up(struct played *played)
{
    close_fd(&played->channel);
}

void played_stop_listening(struct played *played)
{
    close_fd(&played->listener);
    close_fd(&played->channel);
    (void)unlink(played->path);
}

/* Take the first line out of what has come; NULL where none is whole. */
static const char *take_line(struct played *played)
{
    static char line[PLAYED_LINE_MAX];
    char *end = memchr(played->line, '\n', played->len);
    size_t len;

    if (end == NULL)
        return NULL;
    len = (size_t)(end - played->line);
    memcpy(line, played->line, len);
    line[len] = '\0';
    played->len -= len + 1;
    memmove(played->line, end + 1, played->len);
    return line;
}

bool played_has_line_within(struct played *played, int ms)
{
    return memchr(played->line, '\n', played->len) != NULL || is_ready(played->lines, ms);
}

const char *played_line(struct played *played)
{
    for (;;) {
        const char *line = take_line(played);
        ssize_t got;

        if (line != NULL)
            return line;
        need(played->len < sizeof(played->line) && is_ready(played->lines, PLAYED_PATIENCE_MS));
        got = read(played->lines, played->line + played->len, sizeof(played->line) - played->len);
        need(got >= 0);
        if (got == 0) {
            need(played->len == 0); /* no half of a line */
            return NULL;
        }
        played->len += (size_t)got;
    }
}

int played_end(struct played *played)
{
    int status = -1;

    close_fd(&played->lines);
    played_stop_listening(played);
    need(waitpid(played->watcher, &status, 0) == played->watcher);
    (void)rmdir(played->folder);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
