/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real helpers as a setuid program starts them (su, a locker): the real user id is the
 * caller's, the effective one root's. They are root's helpers then, with all that root's must keep.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "common/wire.h"
#include "common/wire_card.h"
#include "common/wire_check.h"

#define CALLER    65534 /* nobody */
#define DEADLINE  60000
#define PATH_SIZE 4200

static char folder[] = "/tmp/vsc-setuid-XXXXXX";
static char programs[4096]; /* B, absolute */

static void conf_path(char to[PATH_SIZE])
{
    (void)snprintf(to, PATH_SIZE, "%s/conf", folder);
}

/* A kernel without Landlock: the call that makes a ruleset is not there. */
static bool take_landlock_away(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_landlock_create_ruleset, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {.len = sizeof(code) / sizeof(code[0]), .filter = code};

    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) == 0;
}

static _Noreturn void become_helper(const char *program, bool landlock, int channel)
{
    char path[PATH_SIZE], conf[PATH_SIZE];
    char *const argv[] = {path, (char[]){"-c"}, conf, NULL};
    char *const envp[] = {NULL};

    (void)snprintf(path, sizeof(path), "%s/%s", programs, program);
    conf_path(conf);
    if (dup2(channel, 3) != 3 || (!landlock && !take_landlock_away()) ||
        setresuid(CALLER, 0, 0) != 0)
        _exit(126);
    (void)execve(path, argv, envp);
    _exit(127);
}

/* The helper's answer to `request`; the channel belongs to `peer`. */
static enum vsc_err ask(const char *program, bool landlock, uid_t peer, struct message *request)
{
    struct deadline deadline = deadline_in(DEADLINE);
    auto_message struct message answer;
    int pair[2];
    enum vsc_err err;
    pid_t pid;

    assert_int_equal(seteuid(peer), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(seteuid(0), 0);
    pid = fork();
    if (pid == 0)
        become_helper(program, landlock, pair[1]);
    (void)close(pair[1]);
    assert_int_equal(wire_send(pair[0], request, &deadline), VSC_OK);
    assert_int_equal(wire_receive(pair[0], &answer, &deadline), VSC_OK);
    err = answer.type == WIRE_ERROR ? wire_take_error(&answer, NULL) : VSC_OK;
    (void)close(pair[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    message_done(request);
    return err;
}

static enum vsc_err ask_state(uid_t peer)
{
    const struct card_which which = {.card = "0000", .key = ""};
    struct message request;

    message_init(&request, WIRE_CARD_STATE);
    card_which_encode(&request.body, &which);
    return ask("vsc-card", true, peer, &request);
}

static void test_vsc_card_gives_no_service_without_a_sandbox(void **state)
{
    struct message request;

    (void)state;
    message_init(&request, WIRE_CARD_LIST);
    assert_int_equal(ask("vsc-card", true, 0, &request), VSC_OK);
    message_init(&request, WIRE_CARD_LIST);
    assert_int_equal(ask("vsc-card", false, 0, &request), VSC_SYSTEM);
}

static void test_vsc_check_gives_no_service_without_a_sandbox(void **state)
{
    const struct check_begin begin = {.service = "su", .user = "nobody"};
    struct message request;

    (void)state;
    message_init(&request, WIRE_CHECK_BEGIN);
    check_begin_encode(&request.body, &begin);
    assert_int_equal(ask("vsc-check", true, 0, &request), VSC_OK);
    message_init(&request, WIRE_CHECK_BEGIN);
    check_begin_encode(&request.body, &begin);
    assert_int_equal(ask("vsc-check", false, 0, &request), VSC_SYSTEM);
}

/* The caller's real user id makes nobody the owner of root's helper. */
static void test_the_caller_of_a_setuid_program_is_a_stranger_to_vsc_card(void **state)
{
    (void)state;
    assert_int_equal(ask_state(0), VSC_NO_CARD);
    assert_int_equal(ask_state(CALLER), VSC_DENIED);
}

static int set_up(void **state)
{
    const char *b = getenv("B");
    char path[PATH_SIZE];
    FILE *file;

    (void)state;
    if (realpath(b != NULL ? b : "build", programs) == NULL || mkdtemp(folder) == NULL ||
        chmod(folder, 0755) != 0)
        return -1;
    conf_path(path);
    file = fopen(path, "we");
    if (file == NULL)
        return -1;
    (void)fprintf(file,
                  "card = { backends = [ \"tpm\" ]; store = \"%s/store\"; };\n"
                  "helpers = { card_user = \"daemon\"; check_user = \"nobody\"; };\n"
                  "login = { list_identities = \"never\"; };\n",
                  folder);
    return fclose(file) == 0 && chmod(path, 0644) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    char path[PATH_SIZE];

    (void)state;
    conf_path(path);
    (void)unlink(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vsc_card_gives_no_service_without_a_sandbox),
        cmocka_unit_test(test_vsc_check_gives_no_service_without_a_sandbox),
        cmocka_unit_test(test_the_caller_of_a_setuid_program_is_a_stranger_to_vsc_card),
    };

    if (geteuid() != 0) {
        (void)puts("1..0 # SKIP needs root to become other users");
        return 0;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
