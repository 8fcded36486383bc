/* SPDX-License-Identifier: BSD-2-Clause */
/* $XDG_STATE_HOME/pam_vsc/enroll, or ~/.local/state/pam_vsc/enroll. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/own.h"
#include "enroll/state.h"

static enum vsc_err find_path(const struct person *person, char to[PATH_MAX],
                              struct problem *problem)
{
    const char *state = secure_getenv("XDG_STATE_HOME"), *home = secure_getenv("HOME");
    int len;

    if (home == NULL || *home != '/')
        home = person->home;
    if (state != NULL && *state == '/')
        len = snprintf(to, PATH_MAX, "%s/pam_vsc/enroll", state);
    else
        len = snprintf(to, PATH_MAX, "%s/.local/state/pam_vsc/enroll", home);
    if (len < 0 || len >= PATH_MAX)
        return problem_set(problem, VSC_SYSTEM, "the path of the state is too long");
    return VSC_OK;
}

/* Each folder of the path that is missing, 0700. */
static void make_path(const char *path)
{
    char part[PATH_MAX];

    (void)snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(part, 0700);
        *slash = '/';
    }
    (void)mkdir(part, 0700);
}

static enum vsc_err open_folder(const char *path, int *ret_folder, struct problem *problem)
{
    auto_fd int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    struct stat status;

    if (folder < 0 || fstat(folder, &status) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    if (status.st_uid != geteuid() || (status.st_mode & 077) != 0)
        return problem_set(problem, VSC_UNTRUSTED, "%s: must be yours, and nobody else's to read",
                           path);
    *ret_folder = take_fd(folder);
    return VSC_OK;
}

enum vsc_err state_open(const struct person *person, int *ret_folder, struct problem *problem)
{
    auto_fd int folder = -1;
    char path[PATH_MAX];
    enum vsc_err err = find_path(person, path, problem);

    if (err != VSC_OK)
        return err;
    make_path(path);
    err = open_folder(path, &folder, problem);
    if (err == VSC_OK && flock(folder, LOCK_EX | LOCK_NB) != 0)
        err = problem_set(problem, VSC_EXISTS, "another vsc-enroll is at work");
    if (err == VSC_OK)
        *ret_folder = take_fd(folder);
    return err;
}

enum vsc_err state_open_to_read(const struct person *person, int *ret_folder,
                                struct problem *problem)
{
    char path[PATH_MAX];
    struct stat status;
    enum vsc_err err = find_path(person, path, problem);

    if (err != VSC_OK)
        return err;
    if (stat(path, &status) != 0 && errno == ENOENT) {
        *ret_folder = -1;
        return VSC_OK;
    }
    return open_folder(path, ret_folder, problem);
}
