/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks for what is no secret. */
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "vscmgr/helpdesk.h"

#define LINE_MAX_BYTES 512

static const int leaving[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
#define LEAVING_COUNT (sizeof leaving / sizeof leaving[0])

/* The read ends, and with it what the caller has open in the TPM. */
static void leave(int number)
{
    (void)number;
}

void leaving_hold(sigset_t *ret_before)
{
    sigset_t held;

    (void)sigemptyset(&held);
    for (size_t i = 0; i < LEAVING_COUNT; i++)
        (void)sigaddset(&held, leaving[i]);
    (void)sigprocmask(SIG_BLOCK, &held, ret_before);
}

static void catch_leaving(struct sigaction saved[LEAVING_COUNT])
{
    const struct sigaction act = {.sa_handler = leave};

    for (size_t i = 0; i < LEAVING_COUNT; i++)
        (void)sigaction(leaving[i], &act, &saved[i]);
}

static void restore_leaving(const struct sigaction saved[LEAVING_COUNT])
{
    for (size_t i = 0; i < LEAVING_COUNT; i++)
        (void)sigaction(leaving[i], &saved[i], NULL);
}

/* 1, 0 at the end, -1 where somebody leaves: signals come while it waits, and at no other time. */
static ssize_t read_byte(int fd, char *ret_byte)
{
    struct pollfd pollfd = {.fd = fd, .events = POLLIN};
    sigset_t mask;

    if (sigprocmask(SIG_BLOCK, NULL, &mask) != 0)
        return -1;
    for (size_t i = 0; i < LEAVING_COUNT; i++)
        (void)sigdelset(&mask, leaving[i]);
    return ppoll(&pollfd, 1, NULL, &mask) == 1 ? read(fd, ret_byte, 1) : -1;
}

/* Byte by byte, so that the next line stays for whoever reads it. */
static bool read_line(int fd, char *line, size_t size)
{
    size_t len = 0;
    ssize_t got;
    char byte;

    while ((got = read_byte(fd, &byte)) == 1 && byte != '\n') {
        if (len + 1 == size || byte == '\0')
            return false;
        line[len++] = byte;
    }
    line[len] = '\0';
    return got == 1 || (got == 0 && len > 0);
}

enum vsc_err ask_line(enum ask_from from, const char *what, char *to, size_t size,
                      struct problem *problem)
{
    auto_fd int tty = from == ASK_TERMINAL ? open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY) : -1;
    struct sigaction saved[LEAVING_COUNT];
    sigset_t before;
    char line[LINE_MAX_BYTES] = "", *start = line;
    size_t len;
    bool done;

    if (from == ASK_TERMINAL && tty < 0)
        return problem_set(problem, VSC_INPUT,
                           "%s: no terminal to ask on; \"stdin\" reads it from standard input",
                           what);
    if (from == ASK_TERMINAL)
        (void)dprintf(tty, "%s: ", what);
    leaving_hold(&before);
    catch_leaving(saved);
    done = read_line(from == ASK_TERMINAL ? tty : STDIN_FILENO, line, sizeof line);
    restore_leaving(saved);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (!done)
        return problem_set(problem, VSC_INPUT, "%s: nothing was typed, or too much", what);
    while (isspace((unsigned char)*start))
        start++;
    len = strlen(start);
    while (len > 0 && isspace((unsigned char)start[len - 1]))
        len--;
    if (len >= size)
        return problem_set(problem, VSC_INPUT, "%s: too long", what);
    memcpy(to, start, len);
    to[len] = '\0';
    return VSC_OK;
}
