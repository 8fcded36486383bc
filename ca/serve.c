/* SPDX-License-Identifier: BSD-2-Clause */
#include "ca/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ca/exchange.h"
#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "common/text.h"

#define QUESTION_MS 10000  /* for a peer to say what it wants */
#define WORK_MS     100000 /* for vsc-ca: local-ca-submit waits 110 s */
#define ANSWER_MS   5000   /* for a peer to take the answer */
#define FAILURE     "the certification authority failed: its log tells why\n"
#define BUNDLE_FD   4 /* of vsc-ca; the request is its standard input */

/* `bytes` to be read as a file that has no name. */
static int memory_file(const char *name, const void *bytes, size_t len)
{
    auto_fd int fd = memfd_create(name, MFD_CLOEXEC);

    if (fd < 0 || io_write_all(fd, bytes, len) != VSC_OK || lseek(fd, 0, SEEK_SET) != 0)
        return -1;
    return take_fd(fd);
}

/* In the child: descriptors 0, 1 and BUNDLE_FD, an empty environment, a process group of its own.
 */
static void become_program(const struct authority *authority, const struct question *question,
                           uid_t uid, const int fds[3])
{
    char number[16];
    char *const environment[] = {NULL};
    const char *const words[] = {authority->program,
                                 "--folder",
                                 authority->folder,
                                 "answer",
                                 "--uid",
                                 number,
                                 "--operation",
                                 question->operation,
                                 "--template",
                                 question->template,
                                 "--cookie",
                                 question->cookie,
                                 NULL};
    char *argv[sizeof(words) / sizeof(words[0])];

    (void)snprintf(number, sizeof(number), "%u", (unsigned)uid);
    memcpy(argv, words, sizeof(argv));
    (void)setpgid(0, 0);
    /* The three lie above BUNDLE_FD, so none is overwritten before it is copied. */
    if (dup2(fds[0], STDIN_FILENO) != STDIN_FILENO || dup2(fds[1], BUNDLE_FD) != BUNDLE_FD ||
        dup2(fds[2], STDOUT_FILENO) != STDOUT_FILENO)
        _exit(CA_UNREACHABLE);
    (void)execve(authority->program, argv, environment);
    vsc_log(LOG_ERR, "%s: %s", authority->program, strerror(errno));
    _exit(CA_UNREACHABLE);
}

static int above(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, BUNDLE_FD + 1);
}

static enum vsc_err start(const struct authority *authority, const struct question *question,
                          uid_t uid, int *ret_out, pid_t *ret_pid)
{
    auto_fd int csr = memory_file("csr", question->csr, question->csr_len);
    auto_fd int bundle = memory_file("bundle", question->bundle, question->bundle_len);
    auto_fd int high_csr = above(csr), high_bundle = above(bundle);
    auto_fd int from = -1, to = -1, high_to = -1;
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return VSC_SYSTEM;
    from = ends[0];
    to = ends[1];
    high_to = above(to);
    if (csr < 0 || bundle < 0 || high_csr < 0 || high_bundle < 0 || high_to < 0)
        return VSC_SYSTEM;
    *ret_pid = fork();
    if (*ret_pid < 0)
        return VSC_SYSTEM;
    if (*ret_pid == 0)
        become_program(authority, question, uid, (const int[]){high_csr, high_bundle, high_to});
    *ret_out = take_fd(from);
    return VSC_OK;
}

/* Until the end of file; VSC_INPUT beyond what an answer may hold. */
static enum vsc_err collect(int fd, struct buf *text, const struct deadline *deadline)
{
    for (;;) {
        unsigned char piece[4096];
        enum vsc_err err = deadline_wait(deadline, fd, POLLIN);
        ssize_t got;

        if (err != VSC_OK)
            return err;
        got = read(fd, piece, sizeof(piece));
        if (got == 0)
            return buf_status(text) == VSC_OK ? VSC_OK : VSC_INPUT;
        if (got < 0 && errno != EINTR)
            return VSC_SYSTEM;
        if (got > 0)
            buf_put(text, piece, (size_t)got);
    }
}

/* Its exit status is the answer's; a signal, another number and an overlong text are a failure. */
static enum ca_status run_program(const struct authority *authority,
                                  const struct question *question, uid_t uid, struct buf *text)
{
    const struct deadline deadline = deadline_in(WORK_MS);
    auto_fd int out = -1;
    pid_t pid = -1;
    int status = -1;
    enum vsc_err err = start(authority, question, uid, &out, &pid);

    if (err != VSC_OK)
        return CA_UNREACHABLE;
    err = collect(out, text, &deadline);
    /* Whatever it is at: nothing of it counts before it counts as a whole. */
    if (err != VSC_OK)
        (void)kill(-pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (err != VSC_OK || !WIFEXITED(status) || WEXITSTATUS(status) > CA_UNSUPPORTED)
        return CA_UNREACHABLE;
    return (enum ca_status)WEXITSTATUS(status);
}

static enum vsc_err send_answer(int fd, enum ca_status status, const struct buf *text)
{
    const struct answer answer = {.status = status, .text = text->data, .len = text->len};
    const struct deadline deadline = deadline_in(ANSWER_MS);
    auto_buf struct buf content = {.data = NULL};
    enum vsc_err err = answer_write(&answer, &content);

    return err == VSC_OK ? frame_send(fd, &content, &deadline) : err;
}

void serve_connection(int fd, const struct authority *authority)
{
    const struct deadline deadline = deadline_in(QUESTION_MS);
    auto_buf struct buf content = {.data = NULL}, text = {.data = NULL};
    struct question question = {.csr = NULL};
    struct ucred peer;
    socklen_t len = sizeof(peer);
    char template[2 * sizeof(question.template)];
    enum ca_status status;
    enum vsc_err err;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0 || len != sizeof(peer)) {
        vsc_log(LOG_ERR, "the peer cannot be found out: %s", strerror(errno));
        return;
    }
    err = frame_receive(fd, EXCHANGE_FRAME_MAX, &content, &deadline);
    if (err == VSC_OK)
        err = question_read(&content, &question);
    if (err != VSC_OK) {
        vsc_log(LOG_NOTICE, "uid=%u no question: %s", (unsigned)peer.uid, vsc_strerror(err));
        return;
    }
    buf_init(&text, EXCHANGE_TEXT_MAX);
    status = run_program(authority, &question, peer.uid, &text);
    text_escape(template, sizeof(template), question.template, true);
    vsc_log(LOG_INFO, "uid=%u operation=%s template=%s status=%d", (unsigned)peer.uid,
            question.operation, template, (int)status);
    if (status == CA_UNREACHABLE) {
        /* Half of an answer is none. */
        buf_done(&text);
        buf_put(&text, FAILURE, sizeof(FAILURE) - 1);
    }
    err = send_answer(fd, status, &text);
    if (err != VSC_OK)
        vsc_log(LOG_NOTICE, "uid=%u the peer is gone: %s", (unsigned)peer.uid, vsc_strerror(err));
}
