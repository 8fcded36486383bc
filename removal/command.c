/* SPDX-License-Identifier: BSD-2-Clause */
#include "removal/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/io.h"
#include "common/own.h"
#include "common/spawn.h"

#define STEP_MS 10
#define CHUNK   512

static enum vsc_err spawn(const char *path, char *const *argv, int output, pid_t *ret_pid)
{
    char *no_environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    bool ready;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return VSC_MEMORY;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&actions);
        return VSC_MEMORY;
    }
    ready = posix_spawn_file_actions_adddup2(&actions, output, 1) == 0 &&
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0) == 0 &&
            posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0) == 0 &&
            posix_spawn_file_actions_addclosefrom_np(&actions, 3) == 0 &&
            spawn_attributes(&attributes) &&
            posix_spawn(ret_pid, path, &actions, &attributes, argv, no_environment) == 0;
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&actions);
    return ready ? VSC_OK : VSC_HELPER;
}

static enum vsc_err read_output(int fd, const struct deadline *deadline, struct buf *output)
{
    for (;;) {
        unsigned char chunk[CHUNK];
        enum vsc_err err = deadline_wait(deadline, fd, POLLIN);
        ssize_t got = err == VSC_OK ? read(fd, chunk, sizeof(chunk)) : -1;

        if (err != VSC_OK)
            return err;
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return VSC_SYSTEM;
        if (got == 0)
            return VSC_OK;
        buf_put(output, chunk, (size_t)got);
        if (buf_status(output) != VSC_OK)
            return VSC_INPUT;
    }
}

/* Reap it, by force where it does not end in time. */
static enum vsc_err reap(pid_t pid, const struct deadline *deadline, int *ret_status)
{
    enum vsc_err err = VSC_OK;
    int status = 0;
    pid_t done;

    while ((done = waitpid(pid, &status, WNOHANG)) == 0 || (done < 0 && errno == EINTR)) {
        if (deadline_left(deadline) == 0 && err == VSC_OK) {
            (void)kill(pid, SIGKILL);
            err = VSC_TIMEOUT;
        }
        (void)poll(NULL, 0, STEP_MS);
    }
    if (done != pid)
        return VSC_SYSTEM;
    *ret_status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return err;
}

enum vsc_err command_run(const char *path, char *const *argv, int64_t timeout_ms,
                         struct buf *ret_output, int *ret_status)
{
    struct deadline deadline = deadline_in(timeout_ms);
    auto_fd int trusted = -1, ours = -1, theirs = -1;
    int pair[2];
    pid_t pid = -1;
    enum vsc_err err = io_open_trusted(path, &trusted, NULL), reaped;

    if (err != VSC_OK)
        return err;
    if (pipe2(pair, O_CLOEXEC) != 0)
        return VSC_SYSTEM;
    ours = pair[0];
    theirs = pair[1];
    err = spawn(path, argv, theirs, &pid);
    if (err != VSC_OK)
        return err;
    (void)close(take_fd(theirs));
    err = read_output(ours, &deadline, ret_output);
    if (err != VSC_OK)
        deadline = deadline_in(0);
    reaped = reap(pid, &deadline, ret_status);
    return err != VSC_OK ? err : reaped;
}
