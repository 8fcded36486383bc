/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose vsc-card the module talks to where it has no root: nobody else gets a PIN. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "pam_vsc/call.h"
#include "tests/fakepam/fakepam.h"

#define USER    65534 /* nobody */
#define OTHER   2     /* bin */
#define SILENCE 300   /* milliseconds; nobody answers here */

static char folder[] = "/tmp/vsc-socket-XXXXXX";

static struct sockaddr_un address_of(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/card.sock", folder);
    return address;
}

/* A listening socket of `server`, open to everybody. */
static int listen_as(uid_t server)
{
    const struct sockaddr_un address = address_of();
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    (void)unlink(address.sun_path);
    assert_int_equal(seteuid(server), 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(address.sun_path, 0666), 0);
    return fd;
}

/* What the module of `user` says to the socket of `server`. */
static enum ending gather_as(uid_t user, uid_t server)
{
    const struct sockaddr_un address = address_of();
    auto_fd int fd = listen_as(server);
    int status = 0;
    pid_t pid;

    assert_true(fd >= 0);
    pid = fork();
    if (pid == 0) {
        const struct pam_conv conv = {.conv = NULL};
        struct call call = {.pamh = fakepam_new("test", &conv), .deadline = deadline_in(SILENCE)};

        call.check = PEER_NONE;
        call.card = PEER_NONE;
        (void)snprintf(call.rules.socket, sizeof(call.rules.socket), "%s", address.sun_path);

        if (setuid(user) != 0)
            _exit(126);
        _exit((int)call_gather(&call, false));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return (enum ending)WEXITSTATUS(status);
}

static void test_only_root_and_the_own_user_may_be_vsc_card(void **state)
{
    (void)state;
    /* Spoken to, and not answered in time; or not spoken to. */
    assert_int_equal(gather_as(USER, 0), ENDING_DEADLINE);
    assert_int_equal(gather_as(USER, USER), ENDING_DEADLINE);
    assert_int_equal(gather_as(USER, OTHER), ENDING_HELPER);
}

static int set_up(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL && chmod(folder, 0777) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    const struct sockaddr_un address = address_of();

    (void)state;
    (void)unlink(address.sun_path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_root_and_the_own_user_may_be_vsc_card),
    };

    if (geteuid() != 0) {
        (void)puts("1..0 # SKIP needs root to become other users");
        return 0;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
