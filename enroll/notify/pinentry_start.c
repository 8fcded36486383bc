/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/notify/pinentry_start.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "common/io.h"
#include "common/own.h"
#include "common/spawn.h"

static const char *const passed[] = {
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LANGUAGE",
    "DISPLAY",
    "XAUTHORITY",
    "WAYLAND_DISPLAY",
    "TERM",
    "XDG_SESSION_TYPE",
    "XDG_RUNTIME_DIR",
    "XDG_CURRENT_DESKTOP",
    "DBUS_SESSION_BUS_ADDRESS",
};
#define PASSED (sizeof passed / sizeof passed[0])

struct environment {
    char *items[PASSED + 2]; /* owned; NULL at the end */
};

static void environment_done(struct environment *environment)
{
    for (size_t i = 0; environment->items[i] != NULL; i++)
        free(environment->items[i]);
}

static enum vsc_err make_environment(struct environment *environment)
{
    size_t count = 0;

    environment->items[count] = strdup("PATH=/usr/bin:/bin");
    if (environment->items[count] == NULL)
        return VSC_MEMORY;
    count++;
    for (size_t i = 0; i < PASSED; i++) {
        const char *value = secure_getenv(passed[i]);
        char *item = NULL;

        if (value == NULL)
            continue;
        if (asprintf(&item, "%s=%s", passed[i], value) < 0)
            return VSC_MEMORY;
        environment->items[count++] = item;
    }
    return VSC_OK;
}

static bool set_actions(posix_spawn_file_actions_t *actions, int channel)
{
    return posix_spawn_file_actions_adddup2(actions, channel, 0) == 0 &&
           posix_spawn_file_actions_adddup2(actions, channel, 1) == 0 &&
           posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0) == 0 &&
           posix_spawn_file_actions_addclosefrom_np(actions, 3) == 0;
}

static bool spawn(const char *program, char *const *environment, int channel, pid_t *ret_pid)
{
    char *argv[] = {(char *)(uintptr_t)program, NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    bool good = false;

    if (posix_spawn_file_actions_init(&actions) != 0)
        return false;
    if (posix_spawnattr_init(&attributes) == 0) {
        good = set_actions(&actions, channel) && spawn_attributes(&attributes) &&
               posix_spawn(ret_pid, program, &actions, &attributes, argv, environment) == 0;
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return good;
}

/* The link that an alternative is may be followed: every folder on the way is root's. */
static enum vsc_err find_program(const char *program, char **ret_path, struct problem *problem)
{
    auto_free char *path = realpath(program, NULL);
    auto_fd int file = -1;
    enum vsc_err err;

    if (path == NULL) {
        (void)problem_set(problem, VSC_HELPER, "%s: %s", program, strerror(errno));
        return VSC_HELPER;
    }
    err = io_open_trusted(path, &file, problem);
    if (err != VSC_OK)
        return VSC_HELPER;
    *ret_path = take(path);
    return VSC_OK;
}

enum vsc_err pinentry_start(const char *program, int *ret_channel, pid_t *ret_pid,
                            struct problem *problem)
{
    __attribute__((cleanup(environment_done))) struct environment environment = {{NULL}};
    auto_fd int ours = -1, theirs = -1;
    auto_free char *path = NULL;
    int ends[2];
    enum vsc_err err = find_program(program, &path, problem);

    if (err == VSC_OK)
        err = make_environment(&environment);
    if (err != VSC_OK)
        return err;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return problem_set(problem, VSC_SYSTEM, "no channel: %s", strerror(errno));
    ours = ends[0];
    theirs = ends[1];
    if (spawn_move_up(&theirs) < 0 || !spawn(path, environment.items, theirs, ret_pid))
        return problem_set(problem, VSC_HELPER, "%s: cannot be started", program);
    *ret_channel = take_fd(ours);
    return VSC_OK;
}

void pinentry_end(pid_t pid)
{
    if (pid <= 0)
        return;
    (void)kill(-pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
}
