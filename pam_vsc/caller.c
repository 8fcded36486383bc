/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/caller.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/own.h"
#include "pam_vsc/session_remote.h"

#define PROC_SIZE 32
#ifndef SO_PEERPIDFD /* Linux 6.5; older headers do not name it */
#define SO_PEERPIDFD 77
#endif

/*
 * The process's number is its own as long as it runs: its descriptor tells. A kernel that has none
 * has no polkit that works so either.
 */
static bool is_remote(int input, pid_t pid, const char *run)
{
    char proc[PROC_SIZE];
    auto_fd int process = -1;
    socklen_t len = sizeof(process);
    struct pollfd end = {.events = POLLIN};
    bool remote;

    if (pid <= 0 ||
        (getsockopt(input, SOL_SOCKET, SO_PEERPIDFD, &process, &len) != 0 && errno != ENOPROTOOPT))
        return true;
    (void)snprintf(proc, sizeof(proc), "/proc/%d", (int)pid);
    remote = access(proc, X_OK) != 0 || session_is_remote(proc, run);
    end.fd = process;
    return poll(&end, 1, 0) != 0 || remote;
}

struct caller caller_find(int input, const char *run)
{
    struct caller caller = {.uid = getuid()};
    struct ucred other;
    socklen_t len = sizeof(other);

    if (caller.uid != 0 || getsockopt(input, SOL_SOCKET, SO_PEERCRED, &other, &len) != 0 ||
        len != sizeof(other) || other.uid == 0)
        return caller;
    return (struct caller){.uid = other.uid, .remote = is_remote(input, other.pid, run)};
}
