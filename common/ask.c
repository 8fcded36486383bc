/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks for secrets, see the header. */
#include "common/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"

static const int fatal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
#define FATAL_COUNT (sizeof fatal / sizeof fatal[0])

/* For the signal handler: the terminal as it was. */
static struct {
    volatile sig_atomic_t active;
    int fd;
    struct termios before;
} quiet;

static void restore_and_die(int number)
{
    if (quiet.active)
        (void)tcsetattr(quiet.fd, TCSANOW, &quiet.before);
    (void)signal(number, SIG_DFL);
    (void)raise(number);
}

/* Byte by byte: nothing of a secret stays in a buffer of stdio, nor is the next line read ahead. */
static enum vsc_err read_line(int fd, struct secret *ret_secret)
{
    auto_secret struct secret line = {0};
    ssize_t got;
    char byte;

    while ((got = read(fd, &byte, 1)) == 1 && byte != '\n') {
        if (line.len == sizeof line.bytes)
            return VSC_INPUT;
        line.bytes[line.len++] = byte;
    }
    explicit_bzero(&byte, sizeof byte);
    if (got < 0 || (got == 0 && line.len == 0))
        return VSC_INPUT;
    return secret_set(ret_secret, line.bytes, line.len);
}

static bool echo_off(int fd, struct sigaction saved[FATAL_COUNT])
{
    struct sigaction act = {.sa_handler = restore_and_die};
    struct termios now;

    if (tcgetattr(fd, &now) != 0)
        return false;
    quiet.fd = fd;
    quiet.before = now;
    quiet.active = 1;
    for (size_t i = 0; i < FATAL_COUNT; i++)
        (void)sigaction(fatal[i], &act, &saved[i]);
    now.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK);
    now.c_lflag |= ECHONL;
    return tcsetattr(fd, TCSAFLUSH, &now) == 0;
}

static void echo_on(int fd, const struct sigaction saved[FATAL_COUNT])
{
    if (!quiet.active)
        return;
    (void)tcsetattr(fd, TCSAFLUSH, &quiet.before);
    quiet.active = 0;
    for (size_t i = 0; i < FATAL_COUNT; i++)
        (void)sigaction(fatal[i], &saved[i], NULL);
}

static enum vsc_err ask_terminal(const char *what, struct secret *ret_secret,
                                 struct problem *problem)
{
    auto_fd int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    struct sigaction saved[FATAL_COUNT];
    sigset_t stop, before;
    enum vsc_err err = VSC_INPUT;

    if (tty < 0)
        return problem_set(problem, VSC_INPUT,
                           "%s: no terminal to ask on; \"stdin\" reads it from standard input",
                           what);
    /* Ctrl-Z would leave the terminal silent. */
    (void)sigemptyset(&stop);
    (void)sigaddset(&stop, SIGTSTP);
    (void)sigprocmask(SIG_BLOCK, &stop, &before);
    if (echo_off(tty, saved)) {
        (void)dprintf(tty, "%s: ", what);
        err = read_line(tty, ret_secret);
    }
    echo_on(tty, saved);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    return err == VSC_OK ? err : problem_set(problem, VSC_INPUT, "%s: nothing was typed", what);
}

enum vsc_err ask_secret(enum ask_from from, const char *what, struct secret *ret_secret,
                        struct problem *problem)
{
    enum vsc_err err;

    if (from == ASK_TERMINAL)
        return ask_terminal(what, ret_secret, problem);
    err = read_line(STDIN_FILENO, ret_secret);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: no line for it on standard input, or too long", what);
    return VSC_OK;
}

enum vsc_err ask_new_secret(enum ask_from from, const char *what, struct secret *ret_secret,
                            struct problem *problem)
{
    auto_secret struct secret again = {0};
    char question[64];
    enum vsc_err err;

    err = ask_secret(from, what, ret_secret, problem);
    if (err != VSC_OK || from == ASK_STDIN)
        return err;
    (void)snprintf(question, sizeof question, "%s again", what);
    err = ask_secret(from, question, &again, problem);
    if (err == VSC_OK && !secret_equal(ret_secret, &again))
        err = problem_set(problem, VSC_INPUT, "the two differ");
    return err;
}

enum vsc_err ask_yes(const char *question, const char *otherwise, bool *ret_yes,
                     struct problem *problem)
{
    auto_fd int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    auto_secret struct secret answer = {0};

    if (tty < 0 || isatty(STDIN_FILENO) != 1)
        return problem_set(problem, VSC_USAGE, "%s", otherwise);
    (void)dprintf(tty, "%s Type yes: ", question);
    *ret_yes =
        read_line(tty, &answer) == VSC_OK && answer.len == 3 && memcmp(answer.bytes, "yes", 3) == 0;
    return VSC_OK;
}
