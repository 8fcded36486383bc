/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Preloaded into a real helper by tests/unit/test_helper_sandbox.c: the first time that the helper
 * waits for a message behind its closed sandbox, this tries what it must not be able to do, and
 * writes a line "NAME ERRNO" for each to the channel.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define CHANNEL 3

static char store[256], device[256], victim[32];

__attribute__((constructor)) static void remember(void)
{
    const char *value = getenv("PROBE_STORE");

    (void)snprintf(store, sizeof(store), "%s", value != NULL ? value : "/nonexistent");
    value = getenv("PROBE_DEVICE");
    (void)snprintf(device, sizeof(device), "%s", value != NULL ? value : "/nonexistent");
    value = getenv("PROBE_VICTIM");
    (void)snprintf(victim, sizeof(victim), "%s", value != NULL ? value : "1");
}

static void tell(const char *name, long result)
{
    char line[64];
    int len = snprintf(line, sizeof(line), "%s %d\n", name, result < 0 ? errno : 0);

    if (len > 0)
        (void)!write(CHANNEL, line, (size_t)len);
}

static void try_all(void)
{
    char *argv[] = {(char[]){"/bin/true"}, NULL};
    const pid_t other = (pid_t)strtol(victim, NULL, 10);

    tell("shadow", open("/etc/shadow", O_RDONLY));
    tell("inet", socket(AF_INET, SOCK_STREAM, 0));
    tell("netlink", socket(AF_NETLINK, SOCK_RAW, 0));
    tell("ptrace", ptrace(PTRACE_ATTACH, other, NULL, NULL));
    tell("kill", kill(other, 0));
    tell("store", open(store, O_RDONLY | O_DIRECTORY));
    tell("device", open(device, O_RDWR));
    tell("write", open("/var/tmp/vsc-probe", O_WRONLY | O_CREAT, 0600));
    tell("fork", (long)syscall(SYS_clone, 0, NULL, NULL, NULL, NULL));
    tell("setuid", setuid(0) == 0 && geteuid() == 0 ? 0 : (errno = EPERM, -1));
    tell("execve", execve(argv[0], argv, NULL));
    tell("end", 0);
    _exit(0);
}

/* In place of libc's; the helper's own waiting ends here. */
__attribute__((visibility("default"))) int poll(struct pollfd *fds, nfds_t count, int timeout);
int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    const struct timespec wait = {timeout / 1000, timeout % 1000 * 1000000L};

    /* The strict filter refuses even the question. */
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 0)
        try_all();
    return ppoll(fds, count, timeout < 0 ? NULL : &wait, NULL);
}
