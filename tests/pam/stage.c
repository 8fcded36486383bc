/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/pam/stage.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "common/spawn.h"

#define PROGRAM_MAX  (64u * 1024 * 1024)
#define SETTLE_STEPS 12000
#define SETTLE_MS    5

static const char *const helpers[] = {"vsc-check", "vsc-card", "vsc-tgt"};

static void path_of(const struct stage *stage, const char *name, char to[PATH_MAX + 64])
{
    (void)snprintf(to, PATH_MAX + 64, "%s/%s", stage->folder, name);
}

bool stage_put(const struct stage *stage, const char *helper)
{
    auto_fd int from = open(FAKEHELPER, O_RDONLY | O_CLOEXEC);
    auto_fd int folder = open(stage->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_buf struct buf program;

    buf_init(&program, PROGRAM_MAX);
    if (from < 0 || folder < 0 || io_read_all(from, PROGRAM_MAX, &program) != VSC_OK ||
        io_write_at(folder, helper, program.data, program.len, 0700) != VSC_OK) {
        (void)fprintf(stderr, "stage: %s: %s\n", FAKEHELPER, strerror(errno));
        return false;
    }
    return true;
}

bool stage_remove(const struct stage *stage, const char *helper)
{
    char path[PATH_MAX + 64];

    path_of(stage, helper, path);
    return unlink(path) == 0;
}

bool stage_open(struct stage *ret_stage)
{
    *ret_stage = (struct stage){.listener = 0};
    (void)snprintf(ret_stage->folder, sizeof(ret_stage->folder), "/tmp/vsc-stage-XXXXXX");
    return mkdtemp(ret_stage->folder) != NULL && stage_put(ret_stage, helpers[0]) &&
           stage_put(ret_stage, helpers[1]) && stage_put(ret_stage, helpers[2]);
}

void stage_reset(const struct stage *stage)
{
    char path[PATH_MAX + 64];

    path_of(stage, "vsc-check.report", path);
    (void)unlink(path);
    path_of(stage, "vsc-card.report", path);
    (void)unlink(path);
    path_of(stage, "vsc-tgt.report", path);
    (void)unlink(path);
}

void stage_close(struct stage *stage)
{
    stage_unlisten(stage);
    stage_reset(stage);
    (void)stage_remove(stage, helpers[0]);
    (void)stage_remove(stage, helpers[1]);
    (void)stage_remove(stage, helpers[2]);
    (void)rmdir(stage->folder);
}

/* One helper for each connection, as systemd's Accept=yes does. */
static void serve(int listener, const struct stage *stage, const char *script)
{
    char path[PATH_MAX + 64];
    char *const argv[] = {strdup("vsc-card"), strdup("-c"), strdup(script), NULL};
    char *const environment[] = {NULL};

    path_of(stage, "vsc-card", path);
    (void)signal(SIGCHLD, SIG_IGN);
    for (;;) {
        int fd = accept(listener, NULL, NULL);

        if (fd < 0)
            _exit(1);
        if (fork() == 0) {
            if (dup2(fd, SPAWN_CHANNEL) == SPAWN_CHANNEL)
                (void)execve(path, argv, environment);
            _exit(1);
        }
        (void)close(fd);
    }
}

bool stage_listen(struct stage *stage, const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    auto_fd int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%.80s/card.sock", stage->folder);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
        listen(fd, 4) != 0)
        return false;
    stage->listener = fork();
    if (stage->listener == 0)
        serve(fd, stage, path);
    return stage->listener > 0;
}

void stage_unlisten(struct stage *stage)
{
    char path[PATH_MAX + 64];

    if (stage->listener <= 0)
        return;
    (void)kill(stage->listener, SIGKILL);
    (void)waitpid(stage->listener, NULL, 0);
    stage->listener = 0;
    path_of(stage, "card.sock", path);
    (void)unlink(path);
}

void stage_report(const struct stage *stage, const char *helper, char to[STAGE_REPORT])
{
    char path[PATH_MAX + 64];
    auto_fd int fd = -1;
    ssize_t got;

    path_of(stage, helper, path);
    (void)strncat(path, ".report", sizeof(path) - strlen(path) - 1);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    got = fd >= 0 ? read(fd, to, STAGE_REPORT - 1) : 0;
    to[got > 0 ? got : 0] = '\0';
}

/* Is a helper of this name that was started still a process? */
static bool is_running(const struct stage *stage, const char *helper)
{
    static char report[STAGE_REPORT];

    stage_report(stage, helper, report);
    for (const char *at = strstr(report, "start "); at != NULL; at = strstr(at + 1, "start "))
        if (kill((pid_t)strtol(at + strlen("start "), NULL, 10), 0) == 0)
            return true;
    return false;
}

bool stage_has_leftover(const struct stage *stage)
{
    return is_running(stage, helpers[0]) || is_running(stage, helpers[2]) ||
           (stage->listener <= 0 && is_running(stage, helpers[1]));
}

void stage_settle(const struct stage *stage)
{
    for (unsigned i = 0; i < SETTLE_STEPS && is_running(stage, helpers[1]); i++)
        (void)poll(NULL, 0, SETTLE_MS);
}
