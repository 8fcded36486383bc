/* SPDX-License-Identifier: BSD-2-Clause */
/* The log, problems in words, and deadlines. */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/deadline.h"
#include "common/log.h"
#include "common/problem.h"
#include "common/text.h"

/* What `say` writes to standard error. */
static void captured(void (*say)(void), char *text, size_t size)
{
    FILE *file = tmpfile();
    int saved = dup(STDERR_FILENO);
    size_t len;

    assert_non_null(file);
    assert_true(saved >= 0);
    assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
    say();
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    (void)close(saved);
    rewind(file);
    len = fread(text, 1, size - 1, file);
    text[len] = '\0';
    (void)fclose(file);
}

static void say_two_levels(void)
{
    log_open("test_log", true);
    vsc_log(LOG_DEBUG, "not this");
    errno = EDOM;
    vsc_log(LOG_DEBUG, "%s", "nor this");
    log_set_debug(true);
    vsc_log(LOG_DEBUG, "result=%s code=%d", "ok", 7);
    log_set_debug(false);
}

static void test_log_leaves_debug_out_until_asked(void **state)
{
    char text[256];

    (void)state;
    captured(say_two_levels, text, sizeof(text));
    assert_string_equal(text, "test_log: result=ok code=7\n");
    assert_int_equal(errno, EDOM);
}

static void say_lines(void)
{
    log_open("test_log", true);
    log_set_debug(true);
    vsc_log(LOG_DEBUG, "user=%s", "eve\nroot logged in\x1b[2J");
    log_set_debug(false);
}

static void test_log_is_always_one_line(void **state)
{
    char text[256];

    (void)state;
    captured(say_lines, text, sizeof(text));
    assert_string_equal(text, "test_log: user=eve\\x0aroot logged in\\x1b[2J\n");
}

static void say_long(void)
{
    char filler[5000];

    memset(filler, 'x', sizeof(filler) - 1);
    filler[sizeof(filler) - 1] = '\0';
    log_set_debug(true);
    vsc_log(LOG_DEBUG, "%s", filler);
    log_set_debug(false);
}

static void test_log_cuts_what_is_too_long(void **state)
{
    char text[6000];

    (void)state;
    captured(say_long, text, sizeof(text));
    assert_true(strlen(text) < 2100);
}

static void test_problem_returns_the_error_and_keeps_errno(void **state)
{
    struct problem problem;

    (void)state;
    errno = ENOENT;
    assert_int_equal(problem_set(&problem, VSC_CONFIG, "%s:%d: x", "f", 3), VSC_CONFIG);
    assert_string_equal(problem.text, "f:3: x");
    assert_int_equal(errno, ENOENT);
    assert_int_equal(problem_set(NULL, VSC_PIN, "nobody reads it"), VSC_PIN);
}

static void test_problem_escapes_and_cuts(void **state)
{
    struct problem problem;
    char filler[3000];

    (void)state;
    (void)problem_set(&problem, VSC_INPUT, "%s", "a\nb\xff\\c");
    assert_string_equal(problem.text, "a\\x0ab\\xff\\c");
    memset(filler, '\n', sizeof(filler) - 1);
    filler[sizeof(filler) - 1] = '\0';
    (void)problem_set(&problem, VSC_INPUT, "%s", filler);
    assert_true(strlen(problem.text) < sizeof(problem.text));
    assert_int_equal(strlen(problem.text) % 4, 0);
    assert_true(text_is_printable(problem.text));
}

static void test_deadline_counts_down_and_stays_at_zero(void **state)
{
    struct deadline soon = deadline_in(5000), past = deadline_in(-5000);
    struct deadline far = {.at_ms = INT64_MAX};

    (void)state;
    assert_in_range(deadline_left(&soon), 4000, 5000);
    assert_int_equal(deadline_left(&past), 0);
    assert_int_equal(deadline_left(&far), INT32_MAX);
}

static void ignore(int signal)
{
    (void)signal;
}

static void test_deadline_wait_ends_in_time_through_signals(void **state)
{
    const struct sigaction action = {.sa_handler = ignore};
    const struct itimerval often = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};
    struct deadline deadline;
    struct sigaction old;
    int64_t start;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(sigaction(SIGALRM, &action, &old), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    start = clock_ms();
    deadline = deadline_in(100);
    assert_int_equal(deadline_wait(&deadline, ends[0], POLLIN), VSC_TIMEOUT);
    assert_true(clock_ms() - start >= 100);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &old, NULL), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    deadline = deadline_in(1000);
    assert_int_equal(deadline_wait(&deadline, ends[0], POLLIN), VSC_OK);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_leaves_debug_out_until_asked),
        cmocka_unit_test(test_log_is_always_one_line),
        cmocka_unit_test(test_log_cuts_what_is_too_long),
        cmocka_unit_test(test_problem_returns_the_error_and_keeps_errno),
        cmocka_unit_test(test_problem_escapes_and_cuts),
        cmocka_unit_test(test_deadline_counts_down_and_stays_at_zero),
        cmocka_unit_test(test_deadline_wait_ends_in_time_through_signals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
