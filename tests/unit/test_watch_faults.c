/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call of vsc-watch's that can fail, made to fail one after the other, once and for good: it
 * ends with an error or goes on, and what it wrote is whole lines. The Makefile wraps the calls.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "greeter/watch/watch.h"
#include "tests/support/channel.h"

#define FAULTS_MAX 400

static struct {
    bool armed, for_good;
    unsigned countdown;
    const char *struck; /* the function that failed; NULL if none did */
} fault;

/* Told to the process that reads: it stays until then. */
static atomic_bool *has_struck;

static bool strike(const char *function)
{
    if (!fault.armed || (fault.struck != NULL && !fault.for_good))
        return false;
    if (fault.struck == NULL && fault.countdown-- > 0)
        return false;
    fault.struck = function;
    *has_struck = true;
    return true;
}

/* A function that fails by returning `failure` with errno set to `number`. */
#define WRAP(type, name, params, call, failure, number)                                            \
    type __wrap_##name params;                                                                     \
    type __real_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        if (!strike(#name))                                                                        \
            return __real_##name call;                                                             \
        errno = number;                                                                            \
        return failure;                                                                            \
    }

WRAP(void *, malloc, (size_t size), (size), NULL, ENOMEM)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL, ENOMEM)
WRAP(FILE *, fmemopen, (void *to, size_t size, const char *mode), (to, size, mode), NULL, ENOMEM)
WRAP(int, socket, (int domain, int type, int protocol), (domain, type, protocol), -1, EMFILE)
WRAP(int, connect, (int fd, const struct sockaddr *address, socklen_t len), (fd, address, len), -1,
     ECONNREFUSED)
WRAP(int, getsockopt, (int fd, int level, int name, void *to, socklen_t *len),
     (fd, level, name, to, len), -1, EBADF)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags), -1,
     EPIPE)
WRAP(ssize_t, recv, (int fd, void *to, size_t len, int flags), (fd, to, len, flags), -1, ECONNRESET)
WRAP(ssize_t, write, (int fd, const void *bytes, size_t len), (fd, bytes, len), -1, EPIPE)
WRAP(int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout), -1, ENOMEM)

static struct fake_cards *cards;
static char folder[32], path[64];
static pid_t listener;

static int set_up(void **state)
{
    const struct channel_options options = {.timeout_ms = 60000, .retry_ms = 1};
    struct channel_options with_cards = options;

    (void)state;
    has_struck =
        mmap(NULL, sizeof(*has_struck), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (has_struck == MAP_FAILED)
        return 1;
    cards = fake_cards_new();
    (void)fake_card_add_key(fake_card_add(cards, "0000", "TestVSC", "12345678"), "01", FAKE_P256);
    with_cards.cards = cards;
    (void)snprintf(folder, sizeof(folder), "/tmp/vsc-watch-test.XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(path, sizeof(path), "%s/card.sock", folder);
    listener = channel_listen(&with_cards, path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)kill(listener, SIGTERM);
    (void)waitpid(listener, NULL, 0);
    (void)rmdir(folder);
    fake_cards_free(cards);
    return 0;
}

/* What was written: whole lines that begin as they should. How many. */
static size_t check_lines(int fd)
{
    static char text[8192];
    ssize_t len = pread(fd, text, sizeof(text), 0);
    size_t count = 0;

    assert_true(len >= 0 && len < (ssize_t)sizeof(text));
    for (const char *next = text; next < text + len; count++) {
        const char *end = memchr(next, '\n', (size_t)(text + len - next));

        assert_non_null(end);
        assert_memory_equal(next, "{\"v\":1,\"event\":\"", 16);
        assert_int_equal(end[-1], '}');
        next = end + 1;
    }
    return count;
}

static enum vsc_err run_with(unsigned countdown, bool for_good, size_t *ret_lines)
{
    auto_fd int lines = memfd_create("lines", MFD_CLOEXEC);
    const struct watch_options options = {.socket = path,
                                          .json = true,
                                          .once = true,
                                          .out = lines,
                                          .poll_ms = 10,
                                          .answer_ms = 60000};
    enum vsc_err err;

    assert_true(lines >= 0);
    fault.struck = NULL;
    fault.countdown = countdown;
    fault.for_good = for_good;
    fault.armed = true;
    err = watch_run(&options);
    fault.armed = false;
    *ret_lines = check_lines(lines);
    return err;
}

static void test_each_call_fails_in_turn(void **state)
{
    (void)state;
    for (int for_good = 0; for_good < 2; for_good++) {
        unsigned n = 0;

        for (; n < FAULTS_MAX; n++) {
            size_t lines = 0;
            enum vsc_err err = run_with(n, for_good != 0, &lines);

            if (fault.struck == NULL) {
                assert_int_equal(err, VSC_OK);
                assert_int_equal(lines, 1);
                break;
            }
            /* A picture is told wholly or not at all, and success is said of a told one only. */
            if ((err == VSC_OK) != (lines == 1))
                fail_msg("%s (%u): %s with %zu lines", fault.struck, n, vsc_strerror(err), lines);
        }
        assert_true(n > 10 && n < FAULTS_MAX);
    }
}

/* Watching on: after any fault it goes on, or it ends; until its reader has enough. */
static int watch_on(unsigned countdown)
{
    const struct watch_options options = {
        .socket = path, .json = true, .out = -1, .poll_ms = 5, .answer_ms = 60000};
    struct watch_options copy = options;
    int pipe_fds[2];
    pid_t reader;
    enum vsc_err err;

    assert_int_equal(pipe2(pipe_fds, O_CLOEXEC), 0);
    *has_struck = false;
    reader = fork();
    assert_true(reader >= 0);
    if (reader == 0) {
        char byte;
        struct pollfd pollfd = {.fd = pipe_fds[0], .events = POLLIN};

        (void)close(pipe_fds[1]);
        /* A line that opens a picture, the fault, and some rounds more. */
        for (bool reads = true; reads;) {
            const int ready = poll(&pollfd, 1, 60);

            reads = ready == 1 ? read(pipe_fds[0], &byte, 1) == 1 : !*has_struck;
        }
        _exit(0);
    }
    (void)close(pipe_fds[0]);
    copy.out = pipe_fds[1];
    fault.struck = NULL;
    fault.countdown = countdown;
    fault.for_good = false;
    fault.armed = true;
    err = watch_run(&copy);
    fault.armed = false;
    (void)close(pipe_fds[1]);
    assert_int_equal(waitpid(reader, NULL, 0), reader);
    return (int)err;
}

static void test_each_call_fails_in_turn_while_it_watches(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 80; n++) {
        int err = watch_on(n);

        /* Only where no line can be made or told it may not go on. */
        if (err != VSC_OK && err != VSC_MEMORY && err != VSC_SYSTEM)
            fail_msg("%s (%u): %s", fault.struck, n, vsc_strerror((enum vsc_err)err));
        assert_non_null(fault.struck);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_call_fails_in_turn),
        cmocka_unit_test(test_each_call_fails_in_turn_while_it_watches),
    };

    (void)signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
