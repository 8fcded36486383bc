/* SPDX-License-Identifier: BSD-2-Clause */
/* Starting helpers from hostile hosts; the helper is a shell script made for the test. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/deadline.h"
#include "common/own.h"
#include "common/spawn.h"

static char folder[] = "/tmp/vsc-spawn-XXXXXX";

static void make_helper(const char *name, const char *script, mode_t mode)
{
    char path[64];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fprintf(file, "#!/bin/sh\n%s\n", script) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
}

/* Start helper `name` and read what it writes to its channel until it closes it. */
static enum vsc_err hear(const char *name, char *said, size_t size)
{
    auto_helper struct helper helper = HELPER_NONE;
    char *argv[] = {(char[]){"helper"}, (char[]){"argument"}, NULL};
    const struct deadline deadline = deadline_in(60000);
    size_t len = 0;
    ssize_t got = 1;
    enum vsc_err err = helper_start(folder, name, argv, &helper, NULL);

    if (err != VSC_OK)
        return err;
    while (got > 0 && len + 1 < size) {
        if (deadline_wait(&deadline, helper.fd, POLLIN) != VSC_OK)
            return VSC_TIMEOUT;
        got = read(helper.fd, said + len, size - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    said[len] = '\0';
    return VSC_OK;
}

/* The sed takes out signals 32 and 33, which glibc's posix_spawn ignores for itself. */
static const char tell_all[] =
    "exec 1>&3\n"
    "echo args=$#:$1\n"
    "echo env=$(tr '\\0' ' ' < /proc/$$/environ)\n"
    "echo fds=$(ls /proc/$$/fd | tr '\\n' ' ')\n"
    "echo ignored=$(sed -n 's/^SigIgn:[^0-9a-f]*//p' /proc/$$/status | sed "
    "s/^000000018/000000000/)\n"
    "echo blocked=$(sed -n 's/^SigBlk:[^0-9a-f]*//p' /proc/$$/status)\n"
    "[ \"$(ps -o sid= -p $$ | tr -d ' ')\" = $$ ] && echo own-session\n"
    "exec 1>&- 3>&-\n";

static void expect_clean_start(void)
{
    char said[1024] = "";

    assert_int_equal(hear("tell", said, sizeof(said)), VSC_OK);
    assert_non_null(strstr(said, "args=1:argument\n"));
    assert_non_null(strstr(said, "env=\n"));
    assert_null(strstr(said, " 11 "));
    assert_non_null(strstr(said, "ignored=0000000000000000\n"));
    assert_non_null(strstr(said, "blocked=0000000000000000\n"));
    assert_non_null(strstr(said, "own-session"));
}

/* CVE-2019-12209, CVE-2019-12210: no descriptor of the host, a log least of all, is handed down. */
static void test_helper_gets_nothing_of_the_hosts_state(void **state)
{
    sigset_t all, old;

    (void)state;
    assert_int_equal(setenv("LD_LIBRARY_PATH", "/hostile", 1), 0);
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &old);
    expect_clean_start();
    (void)sigprocmask(SIG_SETMASK, &old, NULL);
    assert_int_equal(unsetenv("LD_LIBRARY_PATH"), 0);
}

static void test_helper_works_where_sigchld_is_ignored(void **state)
{
    (void)state;
    (void)signal(SIGCHLD, SIG_IGN);
    expect_clean_start();
    (void)signal(SIGCHLD, SIG_DFL);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

static void reap_all(int number)
{
    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        continue;
}

static void test_helper_works_where_a_handler_reaps(void **state)
{
    (void)state;
    (void)signal(SIGCHLD, reap_all);
    expect_clean_start();
    (void)signal(SIGCHLD, SIG_DFL);
}

static void test_helper_works_where_standard_descriptors_are_closed(void **state)
{
    int status = 0;
    pid_t pid = fork();

    (void)state;
    if (pid == 0) {
        char said[1024] = "";

        for (int fd = 0; fd <= 2; fd++)
            (void)close(fd);
        _exit(hear("tell", said, sizeof(said)) == VSC_OK && strstr(said, "own-session") ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_stop_kills_a_helper_that_stays(void **state)
{
    struct helper helper = HELPER_NONE;
    char *argv[] = {(char[]){"helper"}, NULL};
    int64_t start = clock_ms();

    (void)state;
    assert_int_equal(helper_start(folder, "stay", argv, &helper, NULL), VSC_OK);
    pid_t pid = helper.pid;
    helper_stop(&helper);
    assert_int_equal(kill(pid, 0), -1);
    assert_true(clock_ms() - start < 300000);
    assert_int_equal(helper.fd, -1);
    helper_stop(&helper);
}

static void test_start_refuses_what_others_can_change(void **state)
{
    struct helper helper = HELPER_NONE;
    struct problem problem;
    char *argv[] = {(char[]){"helper"}, NULL};

    (void)state;
    assert_int_equal(helper_start(folder, "loose", argv, &helper, &problem), VSC_HELPER);
    assert_non_null(strstr(problem.text, "loose"));
    assert_int_equal(helper_start(folder, "missing", argv, &helper, &problem), VSC_HELPER);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(helper_start(folder, "tell", argv, &helper, &problem), VSC_HELPER);
    assert_int_equal(chmod(folder, 0755), 0);
    assert_int_equal(helper.fd, -1);
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
        return -1;
    make_helper("tell", tell_all, 0755);
    make_helper("stay", "exec sleep 600", 0755);
    make_helper("loose", "exit 0", 0777);
    return 0;
}

static int tear_down(void **state)
{
    const char *names[] = {"tell", "stay", "loose"};
    char path[64];

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_helper_gets_nothing_of_the_hosts_state),
        cmocka_unit_test(test_helper_works_where_sigchld_is_ignored),
        cmocka_unit_test(test_helper_works_where_a_handler_reaps),
        cmocka_unit_test(test_helper_works_where_standard_descriptors_are_closed),
        cmocka_unit_test(test_stop_kills_a_helper_that_stays),
        cmocka_unit_test(test_start_refuses_what_others_can_change),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
