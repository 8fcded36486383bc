/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#include "common/drop.h"
#include "common/io.h"
#include "common/own.h"
#include "common/text.h"
#include "common/wire_field.h"

#define RESULT_MAX (KEPT_CREDS_MAX + 4096)
#define CHUNK      4096

void worker_result_init(struct worker_result *result)
{
    *result = (struct worker_result){.outcome = TGT_NONE};
    buf_init(&result->creds, KEPT_CREDS_MAX);
}

void worker_result_done(struct worker_result *result)
{
    buf_done(&result->creds);
}

void worker_result_set(struct worker_result *result, enum tgt_outcome outcome, int32_t code,
                       const char *text)
{
    char line[sizeof(result->text)];

    result->outcome = outcome;
    result->code = code;
    (void)snprintf(line, sizeof(line), "%s", text);
    line[strcspn(line, "\n")] = '\0';
    text_escape(result->text, sizeof(result->text), line, false);
}

void worker_result_encode(struct buf *body, const struct worker_result *result)
{
    buf_u8(body, (uint8_t)result->outcome);
    buf_u32(body, (uint32_t)result->code);
    buf_str(body, result->text);
    buf_str(body, result->principal);
    buf_u8(body, result->verified);
    buf_bytes(body, result->creds.data, result->creds.len);
    buf_str(body, result->ccache);
    buf_str(body, result->own);
}

enum vsc_err worker_result_decode(struct reader *reader, struct worker_result *ret_result)
{
    struct worker_result result = {.verified = false};
    const unsigned char *creds;
    size_t len = 0;
    enum vsc_err err;

    result.outcome = (enum tgt_outcome)field_choice(reader, TGT_DONE, TGT_NONE);
    result.code = field_i32(reader);
    field_text(reader, result.text, sizeof(result.text));
    field_text(reader, result.principal, sizeof(result.principal));
    result.verified = reader_bool(reader);
    creds = reader_bytes(reader, KEPT_CREDS_MAX, &len);
    field_text(reader, result.ccache, sizeof(result.ccache));
    field_text(reader, result.own, sizeof(result.own));
    err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    buf_init(&result.creds, KEPT_CREDS_MAX);
    buf_put(&result.creds, creds, len);
    err = buf_status(&result.creds);
    if (err == VSC_OK)
        *ret_result = result;
    return err;
}

/* The pipe's end alone: neither the channel nor the folder of what is kept is a user's business. */
static bool close_the_rest(int keep)
{
    closelog();
    return (keep <= 3 || close_range(3, (unsigned)keep - 1, 0) == 0) &&
           close_range((unsigned)keep + 1, ~0u, 0) == 0;
}

static enum vsc_err become(const struct worker_job *job, pid_t parent)
{
    enum vsc_err err = drop_become(job->user);

    /* A change of user takes it away, so it comes afterwards; and the parent may be gone by then.
     */
    if (err == VSC_OK && (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent))
        err = VSC_SYSTEM;
    return err;
}

__attribute__((noreturn)) static void work(const struct worker_job *job, int fd, pid_t parent)
{
    auto_worker_result struct worker_result result;
    auto_buf struct buf body;

    worker_result_init(&result);
    buf_init(&body, RESULT_MAX);
    if (!close_the_rest(fd))
        _exit(1);
    if (job->before != NULL)
        job->before(job->data);
    if (become(job, parent) != VSC_OK)
        worker_result_set(&result, TGT_NONE, 0, "cannot become the user");
    else
        job->run(job->data, &result);
    worker_result_encode(&body, &result);
    _exit(buf_status(&body) == VSC_OK && io_write_all(fd, body.data, body.len) == VSC_OK ? 0 : 1);
}

/* Everything up to the end: VSC_OK, VSC_TIMEOUT, or VSC_PROTOCOL if it is too much. */
static enum vsc_err read_to_end(int fd, const struct deadline *deadline, struct buf *body)
{
    for (;;) {
        unsigned char chunk[CHUNK];
        enum vsc_err err = deadline_wait(deadline, fd, POLLIN);
        ssize_t got;

        if (err != VSC_OK)
            return err;
        got = read(fd, chunk, sizeof(chunk));
        if (got < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (got > 0)
            buf_put(body, chunk, (size_t)got);
        explicit_bzero(chunk, sizeof(chunk));
        if (got <= 0 || buf_status(body) != VSC_OK)
            return got == 0 ? VSC_OK : VSC_PROTOCOL;
    }
}

static void take_result(int fd, const struct deadline *deadline, struct worker_result *ret_result)
{
    auto_buf struct buf body;
    struct reader reader;
    enum vsc_err err;

    buf_init(&body, RESULT_MAX);
    err = read_to_end(fd, deadline, &body);
    reader_init(&reader, body.data, body.len);
    if (err == VSC_OK)
        err = worker_result_decode(&reader, ret_result);
    if (err == VSC_TIMEOUT)
        worker_result_set(ret_result, TGT_UNREACHABLE, 0, "no answer before the deadline");
    else if (err != VSC_OK)
        worker_result_set(ret_result, TGT_NONE, 0, "ended without a result");
}

void worker_run(const struct worker_job *job, const struct deadline *deadline,
                struct worker_result *ret_result)
{
    const pid_t parent = getpid();
    int ends[2];
    pid_t child;

    worker_result_init(ret_result);
    if (pipe2(ends, O_CLOEXEC) != 0) {
        worker_result_set(ret_result, TGT_NONE, 0, "no pipe");
        return;
    }
    child = fork();
    if (child == 0) {
        (void)close(ends[0]);
        work(job, ends[1], parent);
    }
    (void)close(ends[1]);
    if (job->forked != NULL)
        job->forked(job->data);
    if (child < 0)
        worker_result_set(ret_result, TGT_NONE, 0, "no process");
    else
        take_result(ends[0], deadline, ret_result);
    (void)close(ends[0]);
    if (child > 0) {
        (void)kill(child, SIGKILL); /* ours, and not reaped before: it is no other's number */
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
            continue;
    }
}
