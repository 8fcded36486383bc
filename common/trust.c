/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Opens files and folders that only root (or the user whose process this is) can change. The path
 * is walked folder by folder on descriptors, so that what was checked is what is opened; a symbolic
 * link on the way is taken if its owner is trusted, at the end never.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"

#define LINKS_MAX 16

struct walk {
    const char *path;        /* as asked for, for messages */
    char rest[PATH_MAX];     /* what is still to be walked */
    char name[NAME_MAX + 1]; /* the step at hand */
    unsigned links;
    uid_t owner; /* trusted too, at the end of the path; 0 for nobody */
    struct problem *problem;
};

static enum vsc_err fail_errno(const struct walk *walk)
{
    return problem_set(walk->problem, VSC_INPUT, "%s: %s", walk->path, strerror(errno));
}

/* Root is trusted, and the own user in a process that is wholly this user's (not setuid). */
static bool owner_is_trusted(uid_t owner)
{
    return owner == 0 || (owner == geteuid() && getuid() == geteuid());
}

/* `what` is the part of the path that `status` is about. */
static enum vsc_err check_status(const struct walk *walk, const char *what,
                                 const struct stat *status)
{
    bool sticky =
        S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX) != 0 && status->st_uid == 0;

    if (!owner_is_trusted(status->st_uid) && (walk->owner == 0 || status->st_uid != walk->owner))
        return problem_set(walk->problem, VSC_UNTRUSTED, "%s: %s belongs to user %u, not to root",
                           walk->path, what, (unsigned)status->st_uid);
    if (!S_ISLNK(status->st_mode) && (status->st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky)
        return problem_set(walk->problem, VSC_UNTRUSTED, "%s: %s can be written by others (%03o)",
                           walk->path, what, (unsigned)status->st_mode & 0777);
    return VSC_OK;
}

/* Put `first`, a slash and what is left to walk together. */
static enum vsc_err prepend(struct walk *walk, const char *first)
{
    char rest[PATH_MAX];
    int len = snprintf(rest, sizeof(rest), "%s/%s", first, walk->rest);

    if (len < 0 || (size_t)len >= sizeof(rest)) {
        errno = ENAMETOOLONG;
        return fail_errno(walk);
    }
    memcpy(walk->rest, rest, (size_t)len + 1);
    return VSC_OK;
}

/* Move the next name from the rest into walk->name; "." when nothing is left. */
static enum vsc_err next_name(struct walk *walk)
{
    const char *start = walk->rest + strspn(walk->rest, "/");
    size_t len = strcspn(start, "/");
    const char *after = start + len + strspn(start + len, "/");

    if (len > NAME_MAX) {
        errno = ENAMETOOLONG;
        return fail_errno(walk);
    }
    memcpy(walk->name, len > 0 ? start : ".", len > 0 ? len : 1);
    walk->name[len > 0 ? len : 1] = '\0';
    memmove(walk->rest, after, strlen(after) + 1);
    return VSC_OK;
}

static enum vsc_err open_root(const struct walk *walk, int *folder)
{
    int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat status;

    if (fd < 0)
        return fail_errno(walk);
    if (*folder >= 0)
        (void)close(*folder);
    *folder = fd;
    if (fstat(fd, &status) != 0)
        return fail_errno(walk);
    return check_status(walk, "/", &status);
}

static enum vsc_err follow_link(struct walk *walk, int link, int *folder)
{
    char target[PATH_MAX];
    ssize_t len = readlinkat(link, "", target, sizeof(target) - 1);
    enum vsc_err err;

    if (len < 0)
        return fail_errno(walk);
    target[len] = '\0';
    if (++walk->links > LINKS_MAX) {
        errno = ELOOP;
        return fail_errno(walk);
    }
    err = prepend(walk, target);
    if (err == VSC_OK && target[0] == '/')
        err = open_root(walk, folder);
    return err;
}

/* Step from *folder into walk->name, which is a folder or a link on the way to one. */
static enum vsc_err step(struct walk *walk, int *folder)
{
    auto_fd int fd = openat(*folder, walk->name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;
    enum vsc_err err;

    if (fd < 0 || fstat(fd, &status) != 0)
        return fail_errno(walk);
    err = check_status(walk, walk->name, &status);
    if (err != VSC_OK)
        return err;
    if (S_ISLNK(status.st_mode))
        return follow_link(walk, fd, folder);
    if (!S_ISDIR(status.st_mode)) {
        errno = ENOTDIR;
        return fail_errno(walk);
    }
    (void)close(*folder);
    *folder = take_fd(fd);
    return VSC_OK;
}

/* Walk to the folder that holds the end of the path; its name is in walk->name then. */
static enum vsc_err walk_to_end(struct walk *walk, int *folder)
{
    enum vsc_err err = open_root(walk, folder);

    if (err == VSC_OK)
        err = next_name(walk);
    while (err == VSC_OK && walk->rest[0] != '\0') {
        err = step(walk, folder);
        if (err == VSC_OK)
            err = next_name(walk);
    }
    return err;
}

static enum vsc_err walk_start(struct walk *walk, const char *path, struct problem *problem)
{
    char here[PATH_MAX];
    size_t len = strlen(path);

    *walk = (struct walk){.path = path, .problem = problem};
    if (len == 0 || len >= sizeof(walk->rest)) {
        errno = len == 0 ? ENOENT : ENAMETOOLONG;
        return fail_errno(walk);
    }
    memcpy(walk->rest, path, len + 1);
    if (path[0] == '/')
        return VSC_OK;
    if (getcwd(here, sizeof(here)) == NULL)
        return fail_errno(walk);
    return prepend(walk, here);
}

static enum vsc_err open_end(const char *path, mode_t type, uid_t owner, int *ret_fd,
                             struct problem *problem)
{
    const int flags = type == S_IFDIR ? O_DIRECTORY : 0;
    auto_fd int folder = -1, fd = -1;
    struct walk walk;
    struct stat status;
    enum vsc_err err = walk_start(&walk, path, problem);

    if (err == VSC_OK)
        err = walk_to_end(&walk, &folder);
    if (err != VSC_OK)
        return err;
    walk.owner = owner;
    if (fstatat(folder, walk.name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_errno(&walk);
    if (S_ISLNK(status.st_mode))
        return problem_set(problem, VSC_UNTRUSTED, "%s: a symbolic link", path);
    /* O_NONBLOCK: a FIFO must not hold us up before it is seen to be one. */
    fd = openat(folder, walk.name,
                O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | flags);
    if (fd < 0 || fstat(fd, &status) != 0)
        return fail_errno(&walk);
    if ((status.st_mode & S_IFMT) != type) {
        errno = EINVAL;
        return problem_set(problem, VSC_INPUT, "%s: not a %s", path,
                           type == S_IFDIR ? "folder" : "regular file");
    }
    err = check_status(&walk, "it", &status);
    if (err == VSC_OK)
        *ret_fd = take_fd(fd);
    return err;
}

enum vsc_err io_open_trusted(const char *path, int *ret_fd, struct problem *problem)
{
    return open_end(path, S_IFREG, 0, ret_fd, problem);
}

enum vsc_err io_open_trusted_folder(const char *path, int *ret_fd, struct problem *problem)
{
    return open_end(path, S_IFDIR, 0, ret_fd, problem);
}

enum vsc_err io_open_folder_of(const char *path, uid_t owner, int *ret_fd, struct problem *problem)
{
    return open_end(path, S_IFDIR, owner, ret_fd, problem);
}
