/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/helper_listen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STEP_MS    20 /* between two looks at a child that has closed its output */
#define CHUNK      4096
#define LATE_READS 64 /* of what stands in the pipe of one that has ended */

void listener_done(struct listener *listener)
{
    if (listener->output >= 0)
        (void)close(listener->output);
    if (listener->errors >= 0)
        (void)close(listener->errors);
    listener->output = listener->errors = -1;
}

static void end_line(struct last_line *last)
{
    last->begun[last->len] = '\0';
    if (last->begun[strspn(last->begun, " \t\r")] != '\0')
        memcpy(last->line, last->begun, last->len + 1);
    last->len = 0;
}

void last_line_put(struct last_line *last, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] == '\n')
            end_line(last);
        else if (bytes[i] != '\0' && last->len + 1 < sizeof last->begun)
            last->begun[last->len++] = bytes[i];
    }
}

const char *last_line(struct last_line *last)
{
    end_line(last);
    return last->line;
}

/* What is there now. *ret_open is false after its end. */
static enum vsc_err take_output(int fd, struct buf *answer, bool *ret_open)
{
    char chunk[CHUNK];
    ssize_t got = read(fd, chunk, sizeof chunk);

    if (got < 0)
        return errno == EINTR || errno == EAGAIN ? VSC_OK : VSC_SYSTEM;
    *ret_open = got > 0;
    if (answer->len + (size_t)got > answer->max)
        return VSC_DENIED;
    buf_put(answer, chunk, (size_t)got);
    return buf_status(answer);
}

/* The same of standard error; false after its end. */
static bool take_errors(struct listener *listener)
{
    char chunk[CHUNK];
    ssize_t got = read(listener->errors, chunk, sizeof chunk);

    if (got > 0)
        last_line_put(&listener->said, chunk, (size_t)got);
    return got > 0 || (got < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Both, until it closes its output; that of errors may stay open behind it. */
static enum vsc_err take_both(struct listener *listener, const struct deadline *deadline,
                              struct buf *answer, bool *errors_open)
{
    bool open = true;

    while (open) {
        struct pollfd fds[] = {
            {.fd = listener->output, .events = POLLIN},
            {.fd = *errors_open ? listener->errors : -1, .events = POLLIN},
        };
        enum vsc_err err = VSC_OK;
        int left = deadline_left(deadline), ready = poll(fds, 2, left);

        if (ready < 0 && errno != EINTR)
            return VSC_SYSTEM;
        if (ready == 0 || left == 0)
            return VSC_TIMEOUT;
        if (ready < 0)
            continue;
        if (fds[1].revents != 0)
            *errors_open = take_errors(listener);
        if (fds[0].revents != 0)
            err = take_output(listener->output, answer, &open);
        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

/* Until it has ended; it is not reaped here, so that its pid stays its own. */
static enum vsc_err wait_for_end(struct listener *listener, const struct deadline *deadline,
                                 bool errors_open)
{
    siginfo_t info;

    for (;;) {
        struct pollfd fd = {.fd = errors_open ? listener->errors : -1, .events = POLLIN};

        memset(&info, 0, sizeof info);
        if (waitid(P_PID, (id_t)listener->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
            info.si_pid == listener->pid)
            return VSC_OK;
        if (deadline_left(deadline) == 0)
            return VSC_TIMEOUT;
        if (poll(&fd, 1, STEP_MS) > 0)
            errors_open = take_errors(listener);
    }
}

enum vsc_err listener_hear(struct listener *listener, const struct deadline *deadline,
                           struct buf *answer, int *ret_status)
{
    bool errors_open = true;
    int status = 0;
    enum vsc_err err = take_both(listener, deadline, answer, &errors_open);

    if (err == VSC_OK)
        err = wait_for_end(listener, deadline, errors_open);
    (void)kill(-listener->pid, SIGKILL);
    while (waitpid(listener->pid, &status, 0) < 0 && errno == EINTR)
        ;
    for (int i = 0; i < LATE_READS && take_errors(listener); i++)
        ;
    *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return err;
}
