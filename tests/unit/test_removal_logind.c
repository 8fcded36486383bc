/* SPDX-License-Identifier: BSD-2-Clause */
/* What vsc-removal says to loginctl, and makes of its answers: a played loginctl. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/own.h"
#include "removal/command.h"
#include "removal/logind.h"
#include "tests/support/scratch.h"

#define SAID "Id=3\nUser=1000\nLeader=42\n"

static const struct session_record record = {
    .session = "3", .uid = 1000, .leader = 42, .card = "p11:1", .name = "Token"};

static enum standing judge(const char *text)
{
    return logind_judge((const unsigned char *)text, strlen(text), &record);
}

static void test_session_is_the_records_by_id_user_and_leader(void **state)
{
    (void)state;
    assert_int_equal(judge(SAID), STANDING_ITS);
    assert_int_equal(judge("Leader=42\nUser=1000\nId=3\nState=active\n"), STANDING_ITS);
    assert_int_equal(judge("Id=3\nUser=1001\nLeader=42\n"), STANDING_ENDED);
    assert_int_equal(judge("Id=3\nUser=1000\nLeader=43\n"), STANDING_ENDED);
    assert_int_equal(judge("Id=3\nUser=10000\nLeader=42\n"), STANDING_ENDED);
}

static void test_answer_that_is_none_is_unknown(void **state)
{
    static const char *const answers[] = {
        "",
        "Id=3\n",
        "Id=3\nUser=1000\n",
        "Id=3\nUser=1000\nLeader=42",
        "Id=4\nUser=1000\nLeader=42\n",
        "Id=3\nUser=1000\nUser=1000\nLeader=42\n",
        "Id=3\nUser=1000\nUser=0\nLeader=42\n",
        "id=3\nuser=1000\nleader=42\n",
        " Id=3\nUser=1000\nLeader=42\n",
        SAID "x",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
        if (judge(answers[i]) != STANDING_UNKNOWN)
            fail_msg("%s is taken", answers[i]);
}

static bool lists(const char *text)
{
    return logind_lists((const unsigned char *)text, strlen(text), "3");
}

static void test_list_names_a_session_by_its_first_word(void **state)
{
    (void)state;
    assert_true(lists("3 1000 alice seat0 tty2\n"));
    assert_true(lists("   c1 1000 alice seat0 tty2\n    3 1000 alice - -\n"));
    assert_true(lists("3\n"));
    assert_false(lists(""));
    assert_false(lists("33 1000 alice - -\n 2 3 bob - -\n"));
    /* Cut short: it may have been the next one. */
    assert_true(lists("2 1000 alice - -\n 1"));
}

/* A loginctl that notes its words and environment, and does `script`. */
static const char *loginctl(void **state, const char *script)
{
    char text[1024];

    (void)snprintf(text, sizeof(text), "#!/bin/sh\nsaid='%s/said'\necho \"$*\" >> \"$said\"\n%s\n",
                   (const char *)*state, script);
    scratch_file(state, "loginctl", text, strlen(text), 0755);
    return scratch_path(state, "loginctl");
}

static void check_said(void **state, const char *expected)
{
    auto_buf struct buf said;

    buf_init(&said, 0);
    assert_int_equal(io_read_trusted(scratch_path(state, "said"), 4096, &said, NULL), VSC_OK);
    assert_int_equal(said.len, strlen(expected));
    assert_memory_equal(said.data, expected, said.len);
}

static void test_lock_and_logout_are_said_as_such(void **state)
{
    const char *program = loginctl(state, "exit 0");

    assert_int_equal(logind_act(program, REMOVAL_LOCK, &record), VSC_OK);
    assert_int_equal(logind_act(program, REMOVAL_LOGOUT, &record), VSC_OK);
    assert_int_equal(logind_act(program, REMOVAL_NONE, &record), VSC_USAGE);
    check_said(state, "--no-ask-password lock-session 3\n--no-ask-password terminate-session 3\n");
    program = loginctl(state, "exit 1");
    assert_int_equal(logind_act(program, REMOVAL_LOCK, &record), VSC_HELPER);
    program = loginctl(state, "kill -9 $$");
    assert_int_equal(logind_act(program, REMOVAL_LOCK, &record), VSC_HELPER);
}

static void test_session_has_ended_only_where_logind_lists_the_others(void **state)
{
    assert_int_equal(
        logind_look(loginctl(state, "printf 'Id=3\\nUser=1000\\nLeader=42\\n'"), &record),
        STANDING_ITS);
    check_said(state, "--no-pager show-session 3 -p Id -p User -p Leader\n");
    assert_int_equal(
        logind_look(loginctl(state, "[ $2 != show-session ] && echo ' 4 1000 alice'"), &record),
        STANDING_ENDED);
    /* logind does not answer at all. */
    assert_int_equal(logind_look(loginctl(state, "exit 1"), &record), STANDING_UNKNOWN);
    assert_int_equal(logind_look(loginctl(state, "[ $2 != show-session ] && echo 3 1000"), &record),
                     STANDING_UNKNOWN);
    assert_int_equal(logind_look("/nonexistent", &record), STANDING_UNKNOWN);
    /* More than anybody needs to say. */
    assert_int_equal(
        logind_look(loginctl(state, "while :; do echo xxxxxxxxxxxxxxxxxxxxxxx; done"), &record),
        STANDING_UNKNOWN);
}

static void test_loginctl_has_no_environment_and_no_descriptors(void **state)
{
    char argv0[] = "loginctl";
    char *argv[] = {argv0, NULL};
    auto_buf struct buf output;
    int status = -1;

    buf_init(&output, 4096);
    assert_int_equal(setenv("LD_PRELOAD_TEST", "x", 1), 0);
    assert_int_equal(command_run(loginctl(state, "export -p; for fd in /proc/$$/fd/[3-9]; do "
                                                 "[ -e $fd ] && [ $fd != /proc/$$/fd/10 ] && "
                                                 "readlink $fd; done; exit 7"),
                                 argv, 10000, &output, &status),
                     VSC_OK);
    assert_int_equal(status, 7);
    buf_u8(&output, 0);
    assert_null(strstr((const char *)output.data, "LD_PRELOAD_TEST"));
    assert_null(strstr((const char *)output.data, "socket:"));
    assert_null(strstr((const char *)output.data, "pipe:"));
}

static void test_loginctl_that_hangs_or_is_not_roots_is_not_waited_for(void **state)
{
    char argv0[] = "loginctl";
    char *argv[] = {argv0, NULL};
    auto_buf struct buf output;
    int status = -1;
    const char *program = loginctl(state, "exec sleep 600");

    buf_init(&output, 4096);
    assert_int_equal(command_run(program, argv, 300, &output, &status), VSC_TIMEOUT);
    assert_int_equal(chmod(program, 0777), 0);
    assert_int_equal(command_run(program, argv, 300, &output, &status), VSC_UNTRUSTED);
    /* It closes its output, and stays. */
    program = loginctl(state, "exec sleep 600 >/dev/null");
    assert_int_equal(command_run(program, argv, 300, &output, &status), VSC_TIMEOUT);
}

int main(void)
{
#define TEST(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_session_is_the_records_by_id_user_and_leader),
        TEST(test_answer_that_is_none_is_unknown),
        TEST(test_list_names_a_session_by_its_first_word),
        TEST(test_lock_and_logout_are_said_as_such),
        TEST(test_session_has_ended_only_where_logind_lists_the_others),
        TEST(test_loginctl_has_no_environment_and_no_descriptors),
        TEST(test_loginctl_that_hangs_or_is_not_roots_is_not_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
