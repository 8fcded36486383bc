/* SPDX-License-Identifier: BSD-2-Clause */
/* Privilege drop: every test works on a child, which tells by its exit status. */
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/drop.h"

static bool holds(bool (*claim)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0)
        _exit(claim() ? 0 : 1);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool prepares(void)
{
    int keep = open("/dev/null", O_RDONLY);
    int other = open("/dev/null", O_RDONLY);
    struct sigaction action;
    struct rlimit limit;

    (void)signal(SIGCHLD, SIG_IGN);
    (void)close(0);
    if (drop_prepare(keep, 5) != VSC_OK)
        return false;
    if (fcntl(0, F_GETFD) < 0 || fcntl(keep, F_GETFD) < 0 || fcntl(other, F_GETFD) >= 0)
        return false;
    if (umask(0) != 077 || prctl(PR_GET_DUMPABLE) != 0)
        return false;
    if (sigaction(SIGCHLD, NULL, &action) != 0 || action.sa_handler != SIG_DFL ||
        sigaction(SIGPIPE, NULL, &action) != 0 || action.sa_handler != SIG_IGN)
        return false;
    return getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0 &&
           getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_cur == 5;
}

static bool prepares_with_zero_limits(void)
{
    const struct rlimit zero = {0, RLIM_INFINITY};

    (void)setrlimit(RLIMIT_NOFILE, &zero);
    (void)setrlimit(RLIMIT_FSIZE, &zero);
    return drop_prepare(-1, 5) == VSC_OK && open("/dev/null", O_RDONLY) >= 0;
}

/* A host of real time: nothing is left of it, and the limits of a helper do not end one. */
static bool prepares_in_real_time(void)
{
    const struct sched_param least = {.sched_priority = 1};

    if (sched_setscheduler(0, SCHED_RR, &least) != 0)
        return false;
    return drop_prepare(-1, 5) == VSC_OK && sched_getscheduler(0) == SCHED_OTHER;
}

static bool becomes_nobody(void)
{
    struct drop_user user;

    if (drop_find("nobody", NULL, &user, NULL) != VSC_OK || drop_become(&user) != VSC_OK)
        return false;
    return getuid() == user.uid && setuid(0) != 0 && seteuid(0) != 0 && getgroups(0, NULL) == 0 &&
           prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 && prctl(PR_GET_DUMPABLE) == 0 &&
           open("/etc/shadow", O_RDONLY) < 0;
}

/* A locker that is setgid, for shadow say: its helpers read what others wrote. */
static bool drops_the_group_of_a_setgid_host(void)
{
    gid_t real, effective, saved;

    if (setgroups(0, NULL) != 0 || setresgid(65534, 42, 42) != 0 ||
        setresuid(65534, 65534, 65534) != 0 || drop_become(NULL) != VSC_OK)
        return false;
    return getresgid(&real, &effective, &saved) == 0 && real == 65534 && effective == 65534 &&
           saved == 65534;
}

static bool refuses_when_not_root(void)
{
    struct drop_user user;

    if (drop_find("nobody", NULL, &user, NULL) != VSC_OK || drop_become(&user) != VSC_OK)
        return false;
    user.uid = 1; /* another one, which only root could become */
    return drop_become(&user) == VSC_SYSTEM;
}

static void test_prepare_resets_what_a_hostile_caller_hands_down(void **state)
{
    (void)state;
    assert_true(holds(prepares));
    assert_true(holds(prepares_with_zero_limits));
}

static void test_prepare_leaves_real_time(void **state)
{
    const struct sched_param least = {.sched_priority = 1};
    const struct sched_param none = {.sched_priority = 0};

    (void)state;
    if (sched_setscheduler(0, SCHED_RR, &least) != 0) /* not allowed here: a helper is neither */
        return;
    assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &none), 0);
    assert_true(holds(prepares_in_real_time));
}

static void test_become_is_for_good(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_true(holds(becomes_nobody));
    assert_true(holds(refuses_when_not_root));
}

static void test_the_group_of_a_setgid_host_is_dropped(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_true(holds(drops_the_group_of_a_setgid_host));
}

static void test_find_refuses_root_and_unknown_users(void **state)
{
    struct drop_user user;
    struct problem problem;

    (void)state;
    assert_int_equal(drop_find("root", NULL, &user, &problem), VSC_CONFIG);
    assert_non_null(strstr(problem.text, "root"));
    assert_int_equal(drop_find("no-such-user-here", NULL, &user, &problem), VSC_CONFIG);
    assert_non_null(strstr(problem.text, "no-such-user-here"));
    assert_int_equal(drop_find("nobody", "no-such-group-here", &user, &problem), VSC_OK);
    assert_int_equal(user.group_count, 0);
    assert_int_equal(drop_find("nobody", "daemon", &user, &problem), VSC_OK);
    assert_int_equal(user.group_count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_prepare_resets_what_a_hostile_caller_hands_down),
        cmocka_unit_test(test_prepare_leaves_real_time),
        cmocka_unit_test(test_become_is_for_good),
        cmocka_unit_test(test_the_group_of_a_setgid_host_is_dropped),
        cmocka_unit_test(test_find_refuses_root_and_unknown_users),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
