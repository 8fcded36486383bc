/* SPDX-License-Identifier: BSD-2-Clause */
/* The sandbox from inside: children close it and tell what still works. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/drop.h"
#include "common/own.h"
#include "common/sandbox.h"

static char folder[] = "/tmp/vsc-sandbox-XXXXXX";

/* Run `attempt` in a child behind `sandbox`: 0 if it succeeded, else its errno. */
static int inside(const struct sandbox *sandbox, int (*attempt)(void))
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        if (drop_become(NULL) != VSC_OK || sandbox_close(sandbox, NULL) != VSC_OK)
            _exit(255);
        errno = 0;
        _exit(attempt() >= 0 ? 0 : errno);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_not_equal(WEXITSTATUS(status), 255);
    return WEXITSTATUS(status);
}

static int read_passwd(void)
{
    return open("/etc/passwd", O_RDONLY);
}
static int read_shadow(void)
{
    return open("/etc/shadow", O_RDONLY);
}
static int write_etc(void)
{
    return open("/etc/vsc-sandbox-test", O_WRONLY | O_CREAT, 0600);
}
static int create_in_folder(void)
{
    auto_fd int at = open(folder, O_RDONLY | O_DIRECTORY);

    if (at < 0 || openat(at, "new", O_WRONLY | O_CREAT | O_TRUNC, 0600) < 0)
        return -1;
    return renameat(at, "new", at, "old") == 0 ? unlinkat(at, "old", 0) : -1;
}
static int inet_socket(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}
static int unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}
static int netlink_socket(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0);
}
static int run_program(void)
{
    char *argv[] = {(char[]){"/bin/true"}, NULL};

    return execv(argv[0], argv);
}
static int trace_parent(void)
{
    return (int)ptrace(PTRACE_ATTACH, getppid(), 0, 0);
}
static int signal_parent(void)
{
    return kill(getppid(), 0);
}
static int fork_child(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    return pid;
}
static void *nothing(void *argument)
{
    return argument;
}
static int start_thread(void)
{
    pthread_t thread;

    errno = pthread_create(&thread, NULL, nothing, NULL);
    return errno == 0 ? pthread_join(thread, NULL) : -1;
}
static int io_uring(void)
{
    return (int)syscall(SYS_io_uring_setup, 1, NULL);
}
static int other_abi_number(void)
{
    return (int)syscall(0x40000000 | SYS_getpid);
}
static int abort_itself(void)
{
    return (int)syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), 0);
}

static const struct sandbox_path etc_only[] = {{"/etc/passwd", SANDBOX_READ},
                                               {"/no/such/path", SANDBOX_READ}};
static const struct sandbox strict = {.paths = etc_only, .path_count = 2};

static void test_strict_sandbox_allows_only_its_paths(void **state)
{
    (void)state;
    assert_int_equal(inside(&strict, read_passwd), 0);
    assert_int_equal(inside(&strict, read_shadow), EACCES);
    assert_int_equal(inside(&strict, write_etc), EACCES);
    assert_int_equal(inside(&strict, create_in_folder), EACCES);
}

static void test_strict_sandbox_refuses_dangerous_calls(void **state)
{
    (void)state;
    assert_int_equal(inside(&strict, run_program), EPERM);
    assert_int_equal(inside(&strict, trace_parent), EPERM);
    assert_int_equal(inside(&strict, signal_parent), EPERM);
    assert_int_equal(inside(&strict, fork_child), EPERM);
    assert_int_not_equal(inside(&strict, start_thread), 0);
    assert_int_equal(inside(&strict, io_uring), EPERM);
#if defined(__x86_64__)
    assert_int_equal(inside(&strict, other_abi_number), EPERM);
#else
    (void)other_abi_number;
#endif
    assert_int_equal(inside(&strict, abort_itself), 0);
}

static void test_sockets_only_of_the_families_asked_for(void **state)
{
    const struct sandbox with_unix = {.unix_sockets = true};
    const struct sandbox with_inet = {.inet_sockets = true};

    (void)state;
    assert_int_equal(inside(&strict, unix_socket), EPERM);
    assert_int_equal(inside(&strict, inet_socket), EPERM);
    assert_int_equal(inside(&with_unix, unix_socket), 0);
    assert_int_equal(inside(&with_unix, inet_socket), EPERM);
    assert_int_equal(inside(&with_inet, inet_socket), 0);
    assert_int_equal(inside(&with_inet, unix_socket), EPERM);
    assert_int_equal(inside(&with_inet, netlink_socket), EPERM);
}

static void test_write_access_is_for_its_folder_only(void **state)
{
    const struct sandbox_path paths[] = {{folder, SANDBOX_READ | SANDBOX_WRITE}};
    const struct sandbox sandbox = {.paths = paths, .path_count = 1, .threads = true};

    (void)state;
    assert_int_equal(inside(&sandbox, create_in_folder), 0);
    assert_int_equal(inside(&sandbox, write_etc), EACCES);
    assert_int_equal(inside(&sandbox, start_thread), 0);
    assert_int_equal(inside(&sandbox, fork_child), EPERM);
}

static void test_loose_sandbox_still_refuses_dangerous_calls(void **state)
{
    const struct sandbox loose = {.loose = true, .threads = true, .unix_sockets = true};

    (void)state;
    assert_int_equal(inside(&loose, run_program), EPERM);
    assert_int_equal(inside(&loose, trace_parent), EPERM);
    assert_int_equal(inside(&loose, signal_parent), EPERM);
    assert_int_equal(inside(&loose, inet_socket), EPERM);
    assert_int_equal(inside(&loose, io_uring), EPERM);
    assert_int_equal(inside(&loose, fork_child), EPERM);
    assert_int_equal(inside(&loose, start_thread), 0);
    assert_int_equal(inside(&loose, read_shadow), EACCES);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strict_sandbox_allows_only_its_paths),
        cmocka_unit_test(test_strict_sandbox_refuses_dangerous_calls),
        cmocka_unit_test(test_sockets_only_of_the_families_asked_for),
        cmocka_unit_test(test_write_access_is_for_its_folder_only),
        cmocka_unit_test(test_loose_sandbox_still_refuses_dangerous_calls),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
