/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real pam_vsc.so in the real libpam leaves its host as it was, and works in hosts that are set
 * up in every odd way.
 */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/pam/real.h"

#define RUNS 20

static struct stage stage;
static char module[PATH_MAX];

/* ---- what it leaves ---- */

#define SNAPSHOT_SIZE 65536

static void note_folder(char *to, const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    char link[PATH_MAX], target[PATH_MAX];

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        ssize_t got;

        (void)snprintf(link, sizeof(link), "%.200s/%.200s", path, entry->d_name);
        got = readlink(link, target, sizeof(target) - 1);
        target[got > 0 ? got : 0] = '\0';
        (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%s=%s\n", entry->d_name,
                       target);
    }
    if (folder != NULL)
        (void)closedir(folder);
}

static void note_file(char *to, const char *path)
{
    FILE *file = fopen(path, "re");
    size_t used = strlen(to);
    char line[512];

    /* The numbers of a running process change; what somebody set does not. */
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0 ||
            strncmp(line, "SigCgt", 6) == 0 || strncmp(line, "Threads", 7) == 0 ||
            strncmp(line, "Umask", 5) == 0 || strncmp(line, "Max", 3) == 0 ||
            strncmp(line, "Uid", 3) == 0 || strncmp(line, "Gid", 3) == 0 ||
            strncmp(line, "Cap", 3) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
            used += (size_t)snprintf(to + used, SNAPSHOT_SIZE - used, "%s", line);
    if (file != NULL)
        (void)fclose(file);
}

/* Signals, mask, umask, limits, ids, descriptors, threads, environment, folder, children. */
static void take_snapshot(char to[SNAPSHOT_SIZE])
{
    char cwd[PATH_MAX];

    to[0] = '\0';
    note_folder(to, "/proc/self/fd");
    note_file(to, "/proc/self/status");
    note_file(to, "/proc/self/limits");
    for (int number = 1; number < 65; number++) {
        struct sigaction action;

        if (sigaction(number, NULL, &action) == 0)
            (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%d %p %x\n", number,
                           (void *)(uintptr_t)action.sa_handler, (unsigned)action.sa_flags);
    }
    for (char **variable = environ; *variable != NULL; variable++)
        (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%p %s\n", (void *)*variable,
                       *variable);
    (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%s\n", getcwd(cwd, sizeof(cwd)));
}

static void test_changes_nothing_in_its_host(void **state)
{
    static char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
    static const char *const scripts[] = {
        "tests/scripts/pin/right", "tests/scripts/helpers/sign-killed",
        "tests/scripts/helpers/evaluate-hangs", "tests/scripts/cards/none"};

    (void)state;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        stage_reset(&stage);
        real_service(&stage, module, scripts[i], "timeout=1");
        take_snapshot(before);
        (void)real_authenticate(&stage, PERSON_RIGHT);
        take_snapshot(after);
        assert_string_equal(before, after);
        assert_false(stage_has_leftover(&stage));
        /* No child is left, but for the one that serves the socket where we are not root. */
        assert_int_equal(waitpid(-1, NULL, WNOHANG), stage.listener > 0 ? 0 : -1);
    }
}

/* ---- hosts ---- */

static void reap(int number)
{
    int saved = errno;

    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = saved;
}

static void test_host_that_ignores_sigchld(void **state)
{
    (void)state;
    real_service(&stage, module, "tests/scripts/pin/right", "");
    (void)signal(SIGCHLD, SIG_IGN);
    for (unsigned i = 0; i < RUNS; i++) {
        stage_reset(&stage);
        assert_int_equal(real_authenticate(&stage, PERSON_RIGHT), PAM_SUCCESS);
        assert_false(stage_has_leftover(&stage));
    }
    (void)signal(SIGCHLD, SIG_DFL);
}

static void test_host_with_a_handler_that_reaps(void **state)
{
    (void)state;
    real_service(&stage, module, "tests/scripts/pin/right", "");
    (void)signal(SIGCHLD, reap);
    for (unsigned i = 0; i < RUNS; i++) {
        stage_reset(&stage);
        assert_int_equal(real_authenticate(&stage, PERSON_RIGHT), PAM_SUCCESS);
        assert_false(stage_has_leftover(&stage));
    }
    (void)signal(SIGCHLD, SIG_DFL);
}

static void test_host_that_ignores_sigpipe_or_does_not(void **state)
{
    (void)state;
    real_service(&stage, module, "tests/scripts/helpers/killed-after-prepare", "");
    for (unsigned i = 0; i < 2; i++) {
        (void)signal(SIGPIPE, i == 0 ? SIG_IGN : SIG_DFL);
        stage_reset(&stage);
        assert_int_equal(real_authenticate(&stage, PERSON_RIGHT), PAM_AUTHINFO_UNAVAIL);
    }
    (void)signal(SIGPIPE, SIG_DFL);
}

/* Run in a child what would spoil this process; the child's exit status is the PAM code. */
static int in_child(void (*spoil)(unsigned), unsigned number, enum person_kind kind)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        spoil(number);
        _exit(real_authenticate(&stage, kind));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void close_standard(unsigned number)
{
    (void)number;
    (void)close(0);
    (void)close(1);
    (void)close(2);
}

static void test_host_with_closed_standard_descriptors(void **state)
{
    int status;

    (void)state;
    real_service(&stage, module, "tests/scripts/pin/right", "");
    stage_reset(&stage);
    status = in_child(close_standard, 0, PERSON_RIGHT);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == PAM_SUCCESS);
    assert_false(stage_has_leftover(&stage));
}

static void limit(unsigned resource)
{
    const struct rlimit zero = {0, 0};

    (void)signal(SIGCHLD, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGALRM, SIG_IGN);
    close_standard(0);
    (void)setrlimit(resource, &zero);
}

/* A host that the kernel ended could stop nobody: its helpers end by themselves. */
static void wait_for_helpers(void)
{
    for (int i = 0; i < 6000 && stage_has_leftover(&stage); i++)
        (void)usleep(50000);
}

static void test_each_limit_at_zero_never_succeeds_and_leaves_nothing(void **state)
{
    (void)state;
    real_service(&stage, module, "tests/scripts/conversation/ctrl-c", "timeout=2");
    for (unsigned resource = 0; resource < RLIM_NLIMITS; resource++) {
        int status;

        stage_reset(&stage);
        status = in_child(limit, resource, PERSON_GIVES_UP);
        /* Without a processor or an address space the kernel may end the host itself. */
        if (resource != RLIMIT_CPU && resource != RLIMIT_STACK && resource != RLIMIT_AS &&
            resource != RLIMIT_DATA)
            assert_true(WIFEXITED(status));
        assert_false(WIFEXITED(status) && WEXITSTATUS(status) == PAM_SUCCESS);
        if (!WIFEXITED(status))
            wait_for_helpers();
        assert_false(stage_has_leftover(&stage));
    }
}

static void be_default(unsigned number)
{
    (void)number;
    (void)signal(SIGINT, SIG_DFL);
}

/* Ctrl-C kills the host while the PIN is asked for: the helpers see the end of their channel. */
static void test_host_killed_at_the_prompt_leaves_no_helper(void **state)
{
    int status;

    (void)state;
    real_service(&stage, module, "tests/scripts/conversation/ctrl-c", "");
    stage_reset(&stage);
    status = in_child(be_default, 0, PERSON_LEAVES);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    for (unsigned i = 0; i < 6000 && stage_has_leftover(&stage); i++)
        (void)usleep(10000);
    assert_false(stage_has_leftover(&stage));
}

static int setup(void **state)
{
    (void)state;
    return realpath(PAM_MODULE, module) != NULL && stage_open(&stage) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    real_remove(&stage);
    stage_close(&stage);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_nothing_in_its_host),
        cmocka_unit_test(test_host_that_ignores_sigchld),
        cmocka_unit_test(test_host_with_a_handler_that_reaps),
        cmocka_unit_test(test_host_that_ignores_sigpipe_or_does_not),
        cmocka_unit_test(test_host_with_closed_standard_descriptors),
        cmocka_unit_test(test_each_limit_at_zero_never_succeeds_and_leaves_nothing),
        cmocka_unit_test(test_host_killed_at_the_prompt_leaves_no_helper),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
