/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real vsc-card and vsc-check try, from inside their sandboxes, what they must not be able to
 * do: started by root (as their own users) and started by a user. tests/probe/probe.c does it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "tests/support/program.h"

#define NOBODY 65534

static char folder[] = "/tmp/vsc-helper-sandbox-XXXXXX";
static pid_t victim;

static const struct {
    const char *built, *name;
} copies[] = {
    {"vsc-card", "vsc-card"},
    {"vsc-check", "vsc-check"},
    {"tests/probe.so", "probe.so"},
};

static void path_of(char *to, size_t size, const char *name)
{
    (void)snprintf(to, size, "%s/%s", folder, name);
}

static void write_conf(const char *card_user, const char *check_user, const char *tcti)
{
    char path[64];
    FILE *file;

    path_of(path, sizeof(path), "conf");
    file = fopen(path, "w");
    assert_non_null(file);
    (void)fprintf(file,
                  "card = { backends = [ \"tpm\" ]; store = \"%s/store\"; tcti = \"%s\"; };\n"
                  "helpers = { card_user = \"%s\"; check_user = \"%s\"; };\n",
                  folder, tcti, card_user, check_user);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0644), 0);
}

static _Noreturn void become_helper(const char *program, uid_t uid, int channel)
{
    char path[64], conf[64], preload[100], store[100], device[100], other[32];
    char *argv[] = {path, (char[]){"-c"}, conf, NULL};
    char *envp[] = {preload, store, device, other, NULL};

    path_of(path, sizeof(path), program);
    path_of(conf, sizeof(conf), "conf");
    (void)snprintf(preload, sizeof(preload), "LD_PRELOAD=%s/probe.so", folder);
    (void)snprintf(store, sizeof(store), "PROBE_STORE=%s/store", folder);
    (void)snprintf(device, sizeof(device), "PROBE_DEVICE=%s/device", folder);
    (void)snprintf(other, sizeof(other), "PROBE_VICTIM=%d", (int)victim);
    if (dup2(channel, 3) != 3 || (uid != 0 && setgid(uid) != 0) || (uid != 0 && setuid(uid) != 0))
        _exit(126);
    (void)execve(path, argv, envp);
    _exit(127);
}

/* Run the helper; `answers` gets its lines. */
static void probe(const char *program, uid_t uid, char *answers, size_t size)
{
    int pair[2];
    size_t len = 0;
    ssize_t got = 1;
    pid_t pid;

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    pid = fork();
    if (pid == 0)
        become_helper(program, uid, pair[1]);
    (void)close(pair[1]);
    while (got > 0 && len + 1 < size) {
        got = read(pair[0], answers + len, size - 1 - len);
        len += got > 0 ? (size_t)got : 0;
    }
    answers[len] = '\0';
    (void)close(pair[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool refused(const char *answers, const char *name)
{
    const char *line = strstr(answers, name);

    return line != NULL && line[strlen(name)] == ' ' && line[strlen(name) + 1] != '0';
}

static void expect_refused(const char *program, uid_t uid, const char *const *names)
{
    char answers[1024] = "";

    probe(program, uid, answers, sizeof(answers));
    if (strstr(answers, "end 0") == NULL)
        fail_msg("%s as uid %d did not come to the end: %s", program, (int)uid, answers);
    for (size_t i = 0; names[i] != NULL; i++)
        if (!refused(answers, names[i]))
            fail_msg("%s as uid %d was allowed %s:\n%s", program, (int)uid, names[i], answers);
}

static const char *const check_must_not[] = {"shadow", "inet",   "netlink", "ptrace",
                                             "kill",   "store",  "device",  "write",
                                             "fork",   "setuid", "execve",  NULL};
static const char *const card_must_not[] = {"shadow", "inet", "netlink", "ptrace", "kill",
                                            "write",  "fork", "setuid",  "execve", NULL};
static const char *const card_over_tcp_must_not[] = {"shadow", "netlink", "ptrace", "kill", "write",
                                                     "fork",   "setuid",  "execve", NULL};

static void test_vsc_check_started_by_root_can_do_nothing_else(void **state)
{
    (void)state;
    write_conf("daemon", "nobody", "device:/dev/tpmrm0");
    expect_refused("vsc-check", 0, check_must_not);
}

static void test_vsc_check_started_by_a_user_can_do_nothing_else(void **state)
{
    (void)state;
    write_conf("daemon", "nobody", "device:/dev/tpmrm0");
    expect_refused("vsc-check", NOBODY, check_must_not);
}

static void test_vsc_card_started_by_root_can_do_nothing_else(void **state)
{
    (void)state;
    write_conf("daemon", "nobody", "device:/dev/tpmrm0");
    expect_refused("vsc-card", 0, card_must_not);
}

static void test_vsc_card_started_by_a_user_can_do_nothing_else(void **state)
{
    (void)state;
    write_conf("daemon", "nobody", "device:/dev/tpmrm0");
    expect_refused("vsc-card", NOBODY, card_must_not);
}

static void test_vsc_card_has_inet_sockets_only_for_a_tcp_tcti(void **state)
{
    (void)state;
    write_conf("daemon", "nobody", "swtpm:host=127.0.0.1,port=1");
    expect_refused("vsc-card", 0, card_over_tcp_must_not);
}

static void make_file(const char *name, mode_t mode)
{
    char path[64];
    auto_fd int fd = -1;

    path_of(path, sizeof(path), name);
    fd = open(path, O_WRONLY | O_CREAT, 0600);
    assert_true(fd >= 0);
    assert_int_equal(fchmod(fd, mode), 0);
}

static int set_up(void **state)
{
    char path[64];

    (void)state;
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
        return -1;
    for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++) {
        path_of(path, sizeof(path), copies[i].name);
        if (program_copy(copies[i].built, path) != 0)
            return -1;
    }
    path_of(path, sizeof(path), "store");
    if (mkdir(path, 0755) != 0)
        return -1;
    make_file("device", 0666);
    victim = fork();
    if (victim == 0) {
        if (setuid(NOBODY) != 0)
            _exit(1);
        (void)pause();
        _exit(0);
    }
    return 0;
}

static int tear_down(void **state)
{
    const char *files[] = {"conf", "device", copies[0].name, copies[1].name, copies[2].name};
    char path[64];

    (void)state;
    (void)kill(victim, SIGKILL);
    (void)waitpid(victim, NULL, 0);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        path_of(path, sizeof(path), files[i]);
        (void)unlink(path);
    }
    path_of(path, sizeof(path), "store/lock");
    (void)unlink(path);
    path_of(path, sizeof(path), "store");
    (void)rmdir(path);
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vsc_check_started_by_root_can_do_nothing_else),
        cmocka_unit_test(test_vsc_check_started_by_a_user_can_do_nothing_else),
        cmocka_unit_test(test_vsc_card_started_by_root_can_do_nothing_else),
        cmocka_unit_test(test_vsc_card_started_by_a_user_can_do_nothing_else),
        cmocka_unit_test(test_vsc_card_has_inet_sockets_only_for_a_tcp_tcti),
    };

#ifdef VSC_SANITIZED
    (void)puts("1..0 # SKIP a sanitizer wants to be the first library");
    return 0;
#endif
    if (geteuid() != 0) {
        (void)puts("1..0 # SKIP needs root to become other users");
        return 0;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
