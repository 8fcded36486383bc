/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether the calling session is remote, by files like the kernel's and logind's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "pam_vsc/session_remote.h"

#define PATH_SIZE 256

static char root[] = "/tmp/vsc-session-XXXXXX";
static char proc[PATH_SIZE], run[PATH_SIZE];

static const char *const files[] = {"proc/cgroup", "proc/sessionid", "run/sessions/3",
                                    "run/sessions/c7", "run/users/1000"};

static void path_of(const char *name, char to[PATH_SIZE])
{
    (void)snprintf(to, PATH_SIZE, "%s/%s", root, name);
}

static void put(const char *name, const char *content)
{
    char path[PATH_SIZE];
    FILE *file;

    path_of(name, path);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs(content, file);
    (void)fclose(file);
}

static int setup(void **state)
{
    static const char *const folders[] = {"proc", "run", "run/sessions", "run/users"};

    (void)state;
    if (mkdtemp(root) == NULL)
        return -1;
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char path[PATH_SIZE];

        path_of(folders[i], path);
        if (mkdir(path, 0700) != 0)
            return -1;
    }
    path_of("proc", proc);
    path_of("run", run);
    return 0;
}

static int clear(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[PATH_SIZE];

        path_of(files[i], path);
        (void)unlink(path);
        (void)rmdir(path);
    }
    return 0;
}

static int teardown(void **state)
{
    static const char *const folders[] = {"run/users", "run/sessions", "run", "proc", ""};

    (void)clear(state);
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        char path[PATH_SIZE];

        path_of(folders[i], path);
        (void)rmdir(path);
    }
    return 0;
}

static void test_remote_when_logind_says_so(void **state)
{
    (void)state;
    put("proc/cgroup", "0::/user.slice/user-1000.slice/session-3.scope\n");
    put("run/sessions/3", "# private\nUID=1000\nACTIVE=1\nREMOTE=1\nREMOTE_HOST=far\n");
    assert_true(session_is_remote(proc, run));
}

static void test_local_when_logind_says_so(void **state)
{
    (void)state;
    put("proc/cgroup", "12:pids:/x\n0::/user.slice/user-1000.slice/session-c7.scope\n");
    put("run/sessions/c7", "UID=1000\nREMOTE=0\nTTY=REMOTE=1\n");
    assert_false(session_is_remote(proc, run));
}

static void test_local_when_logind_does_not_run(void **state)
{
    (void)state;
    assert_false(session_is_remote(proc, run));
    put("proc/cgroup", "0::/\n");
    put("proc/sessionid", "4294967295");
    assert_false(session_is_remote(proc, run));
}

static void test_remote_by_the_audit_session(void **state)
{
    (void)state;
    put("proc/cgroup", "0::/\n");
    put("proc/sessionid", "3");
    put("run/sessions/3", "REMOTE=1\n");
    assert_true(session_is_remote(proc, run));
}

/* Whoever came by ssh could start a process in the user's own manager, out of the session. */
static void test_remote_in_the_users_manager_when_any_session_is(void **state)
{
    (void)state;
    put("proc/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service\n");
    put("run/users/1000", "NAME=alice\nSESSIONS=c7 3\nSEATS=seat0\n");
    put("run/sessions/c7", "REMOTE=0\n");
    put("run/sessions/3", "REMOTE=0\n");
    assert_false(session_is_remote(proc, run));
    put("run/sessions/3", "REMOTE=1\n");
    assert_true(session_is_remote(proc, run));
}

/* "systemd-run --user --scope --unit=session-c7": a user names what is below his own manager. */
static void test_a_scope_that_a_user_named_is_no_session(void **state)
{
    (void)state;
    put("proc/cgroup",
        "0::/user.slice/user-1000.slice/user@1000.service/app.slice/session-c7.scope\n");
    put("run/users/1000", "NAME=alice\nSESSIONS=3\n");
    put("run/sessions/c7", "UID=118\nREMOTE=0\n");
    put("run/sessions/3", "REMOTE=1\n");
    assert_true(session_is_remote(proc, run));
    /* Nor may it lead to another user's manager. */
    put("proc/cgroup", "0::/user.slice/user-1000.slice/user@1000.service/user@0.service/x\n");
    assert_true(session_is_remote(proc, run));
}

static void test_remote_when_a_file_cannot_be_read(void **state)
{
    char path[PATH_SIZE];

    (void)state;
    put("proc/cgroup", "0::/user.slice/user-1000.slice/session-3.scope\n");
    path_of("run/sessions/3", path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_true(session_is_remote(proc, run));
}

static void test_a_session_id_never_leads_elsewhere(void **state)
{
    (void)state;
    put("proc/cgroup", "0::/session-../../etc/passwd.scope\n");
    put("proc/sessionid", "../users/1000");
    put("run/users/1000", "REMOTE=1\n");
    assert_false(session_is_remote(proc, run));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(test_remote_when_logind_says_so, clear),
        cmocka_unit_test_teardown(test_local_when_logind_says_so, clear),
        cmocka_unit_test_teardown(test_local_when_logind_does_not_run, clear),
        cmocka_unit_test_teardown(test_remote_by_the_audit_session, clear),
        cmocka_unit_test_teardown(test_remote_in_the_users_manager_when_any_session_is, clear),
        cmocka_unit_test_teardown(test_a_scope_that_a_user_named_is_no_session, clear),
        cmocka_unit_test_teardown(test_remote_when_a_file_cannot_be_read, clear),
        cmocka_unit_test_teardown(test_a_session_id_never_leads_elsewhere, clear),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
