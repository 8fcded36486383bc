/* SPDX-License-Identifier: BSD-2-Clause */
/* Who asks a helper that runs as root and is reached over a socket. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pam_vsc/caller.h"
#include "tests/support/scratch.h"

#define STRANGER 65534

struct call_in {
    pid_t pid;
    int fd, hold; /* ours, and what ends the other end when it is closed */
};

static void stay_connected(const char *path, int hold)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char byte;

    (void)strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    if (setresuid(STRANGER, STRANGER, STRANGER) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        _exit(1);
    (void)!read(hold, &byte, 1);
    _exit(0);
}

/* A stranger connects to root's socket. */
static struct call_in be_called(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), hold[2];
    const char *path;
    struct call_in call;

    scratch_folder(state, "run", 0755);
    assert_int_equal(chmod(*state, 0755), 0);
    path = scratch_path(state, "socket");
    (void)strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(chmod(path, 0666), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(pipe2(hold, O_CLOEXEC), 0);
    call.pid = fork();
    assert_true(call.pid >= 0);
    if (call.pid == 0) {
        (void)close(hold[1]);
        stay_connected(path, hold[0]);
    }
    (void)close(hold[0]);
    call.hold = hold[1];
    call.fd = accept(listener, NULL, NULL);
    assert_true(call.fd >= 0);
    (void)close(listener);
    return call;
}

static void end_other(const struct call_in *call)
{
    siginfo_t info;

    (void)close(call->hold);
    assert_int_equal(waitid(P_PID, (id_t)call->pid, &info, WEXITED | WNOWAIT), 0);
}

static void reap(const struct call_in *call)
{
    int status = -1;

    assert_int_equal(waitpid(call->pid, &status, 0), call->pid);
    assert_int_equal(status, 0);
}

/* Since Linux 6.5. */
static bool has_peer_pidfd(int fd)
{
    int pidfd = -1;
    socklen_t len = sizeof(pidfd);

    if (getsockopt(fd, SOL_SOCKET, 77, &pidfd, &len) != 0)
        return errno != ENOPROTOOPT;
    (void)close(pidfd);
    return true;
}

static void test_other_end_of_the_socket_asks(void **state)
{
    struct caller caller;
    struct call_in call;

    if (geteuid() != 0)
        skip();
    call = be_called(state);
    caller = caller_find(call.fd, scratch_path(state, "run"));
    assert_int_equal(caller.uid, STRANGER);
    assert_false(caller.remote);
    /* It has ended, and is in no session; then its number may be another's. */
    end_other(&call);
    caller = caller_find(call.fd, scratch_path(state, "run"));
    assert_int_equal(caller.uid, STRANGER);
    assert_int_equal(caller.remote, has_peer_pidfd(call.fd));
    reap(&call);
    assert_true(caller_find(call.fd, scratch_path(state, "run")).remote);
    (void)close(call.fd);
}

static void test_socket_of_the_network_is_remote(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0x7f000001)};
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0),
        fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t len = sizeof(address);
    struct caller caller;

    if (geteuid() != 0)
        skip();
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    caller = caller_find(fd, *state);
    assert_int_equal(caller.uid, (uid_t)-1);
    assert_true(caller.remote);
    (void)close(fd);
    (void)close(listener);
}

static void test_else_the_process_itself_asks(void **state)
{
    int file = open("/dev/null", O_RDONLY | O_CLOEXEC), pair[2];
    const int inputs[] = {-1, file};

    for (size_t i = 0; i < sizeof(inputs) / sizeof(inputs[0]); i++) {
        const struct caller caller = caller_find(inputs[i], *state);

        assert_int_equal(caller.uid, getuid());
        assert_false(caller.remote);
    }
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(caller_find(pair[0], *state).uid, getuid());
    assert_false(caller_find(pair[0], *state).remote);
    (void)close(pair[0]);
    (void)close(pair[1]);
    (void)close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_other_end_of_the_socket_asks, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_socket_of_the_network_is_remote, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_else_the_process_itself_asks, scratch_setup,
                                        scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
