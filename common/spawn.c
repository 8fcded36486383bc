/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/spawn.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "common/deadline.h"
#include "common/io.h"
#include "common/own.h"

#define SPAWN_PATH_MAX 4096
#define FIRST_FREE_FD  10 /* above every descriptor that a child's set-up writes to */
/* For a helper to end by itself once its channel is closed: what is killed leaves its sessions in a
 * TPM without a resource manager, so a machine with much to do gets some time. */
#define GRACE_MS 2000
#define KILL_MS  2000
#define STEP_MS  5 /* between two looks at a child without a pidfd */

int spawn_move_up(int *fd)
{
    auto_fd int low = take_fd(*fd);

    *fd = fcntl(low, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    return *fd;
}

static enum vsc_err make_channel(int *ret_ours, int *ret_theirs)
{
    int pair[2];
    auto_fd int ours = -1;
    auto_fd int theirs = -1;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return VSC_SYSTEM;
    ours = pair[0];
    theirs = pair[1];
    if (spawn_move_up(&ours) < 0 || spawn_move_up(&theirs) < 0)
        return VSC_SYSTEM;
    *ret_ours = take_fd(ours);
    *ret_theirs = take_fd(theirs);
    return VSC_OK;
}

static bool set_actions(posix_spawn_file_actions_t *actions, int channel)
{
    return posix_spawn_file_actions_adddup2(actions, channel, SPAWN_CHANNEL) == 0 &&
           posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
           posix_spawn_file_actions_addopen(actions, 1, "/dev/null", O_WRONLY, 0) == 0 &&
           posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0) == 0 &&
           posix_spawn_file_actions_addclosefrom_np(actions, SPAWN_CHANNEL + 1) == 0;
}

bool spawn_attributes(posix_spawnattr_t *attributes)
{
    const short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    sigset_t all, none;

    return sigfillset(&all) == 0 && sigemptyset(&none) == 0 &&
           posix_spawnattr_setsigdefault(attributes, &all) == 0 &&
           posix_spawnattr_setsigmask(attributes, &none) == 0 &&
           posix_spawnattr_setflags(attributes, flags) == 0;
}

static enum vsc_err spawn(const char *path, char *const *argv, int channel, pid_t *ret_pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char *no_environment[] = {NULL};
    enum vsc_err err = VSC_SYSTEM;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return VSC_MEMORY;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return VSC_MEMORY;
    }
    if (set_actions(&actions, channel) && spawn_attributes(&attributes) &&
        posix_spawn(ret_pid, path, &actions, &attributes, argv, no_environment) == 0)
        err = VSC_OK;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return err;
}

static enum vsc_err check_trusted(const char *path, struct problem *problem)
{
    auto_fd int fd = -1;

    return io_open_trusted(path, &fd, problem);
}

enum vsc_err helper_start(const char *folder, const char *name, char *const *argv,
                          struct helper *ret_helper, struct problem *problem)
{
    char path[SPAWN_PATH_MAX];
    auto_fd int ours = -1;
    auto_fd int theirs = -1;
    struct helper helper = HELPER_NONE;
    int written = snprintf(path, sizeof(path), "%s/%s", folder, name);

    if (written < 0 || (size_t)written >= sizeof(path))
        return problem_set(problem, VSC_HELPER, "%s: the path is too long", name);
    if (check_trusted(path, problem) != VSC_OK)
        return VSC_HELPER;
    if (make_channel(&ours, &theirs) != VSC_OK)
        return problem_set(problem, VSC_HELPER, "%s: no socket for it: %m", path);
    if (spawn(path, argv, theirs, &helper.pid) != VSC_OK)
        return problem_set(problem, VSC_HELPER, "%s: cannot be started", path);
    helper.fd = take_fd(ours);
    helper.pidfd = (int)syscall(SYS_pidfd_open, helper.pid, 0);
    *ret_helper = helper;
    return VSC_OK;
}

/* True once the process has ended, whoever reaped it. */
static bool wait_for_end(int pidfd, int64_t ms)
{
    const struct deadline deadline = deadline_in(ms);

    return deadline_wait(&deadline, pidfd, POLLIN) == VSC_OK;
}

/* True once `pid` is no child of ours any more; while it is, the pid is nobody else's. */
static bool wait_for_child(pid_t pid, int64_t ms)
{
    const struct deadline deadline = deadline_in(ms);

    while (waitpid(pid, NULL, WNOHANG) == 0) {
        if (deadline_left(&deadline) == 0)
            return false;
        (void)poll(NULL, 0, STEP_MS);
    }
    return true;
}

void helper_stop(struct helper *helper)
{
    siginfo_t info;

    if (helper->fd >= 0)
        (void)close(helper->fd);
    if (helper->pidfd >= 0) {
        /* By pidfd throughout: the host may have reaped the child, and its pid be another's. */
        if (!wait_for_end(helper->pidfd, GRACE_MS)) {
            (void)syscall(SYS_pidfd_send_signal, helper->pidfd, SIGKILL, NULL, 0);
            (void)wait_for_end(helper->pidfd, KILL_MS);
        }
        (void)waitid(P_PIDFD, (id_t)helper->pidfd, &info, WEXITED | WNOHANG);
        (void)close(helper->pidfd);
    } else if (helper->pid > 0) {
        /* No pidfd: it is gone already, or the kernel or the host's limits gave none. */
        if (!wait_for_child(helper->pid, GRACE_MS)) {
            (void)kill(helper->pid, SIGKILL);
            (void)wait_for_child(helper->pid, KILL_MS);
        }
    }
    *helper = HELPER_NONE;
}
