/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/doctor/whose.h"

#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/tpm/store.h"
#include "common/own.h"

#define ENTRY_BUFFER 16384
#define LEVELS       3 /* keys, keys/ID, keys/ID/FILE */

DEFINE_AUTO(DIR, closedir)

/* What is done with one entry; false ends the walk. */
struct walk {
    const struct whose *whose;
    bool (*visit)(struct walk *walk, int folder, const char *name, const struct stat *status);
    char *strange; /* STORE_NAME_SIZE */
    const char *above;
    bool failed;
};

struct whose whose_keys(const struct conf *conf)
{
    char buffer[ENTRY_BUFFER];
    struct passwd entry, *found = NULL;

    if (geteuid() != 0 || conf->helpers.card_user[0] == '\0' ||
        getpwnam_r(conf->helpers.card_user, &entry, buffer, sizeof(buffer), &found) != 0 ||
        found == NULL)
        return (struct whose){0};
    return (struct whose){.known = true, .uid = found->pw_uid, .gid = found->pw_gid};
}

static bool walk_folder(struct walk *walk, int folder, const char *name, unsigned level);

static bool walk_entry(struct walk *walk, int folder, const char *name, unsigned level)
{
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0)
        return true;
    if (!walk->visit(walk, folder, name, &status))
        return false;
    return !S_ISDIR(status.st_mode) || level >= LEVELS || walk_folder(walk, folder, name, level);
}

static bool walk_folder(struct walk *walk, int folder, const char *name, unsigned level)
{
    auto_fd int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    auto_by(closedir) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const char *above = walk->above;
    const struct dirent *entry;
    bool go_on = true;

    if (dir == NULL)
        return true;
    (void)take_fd(fd);
    walk->above = name;
    while (go_on && (entry = readdir(dir)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            go_on = walk_entry(walk, dirfd(dir), entry->d_name, level + 1);
    walk->above = above;
    return go_on;
}

static bool is_theirs(const struct whose *whose, const struct stat *status)
{
    return status->st_uid == whose->uid && (status->st_mode & S_IWOTH) == 0;
}

static bool note_strange(struct walk *walk, int folder, const char *name, const struct stat *status)
{
    (void)folder;
    if (is_theirs(walk->whose, status) || S_ISLNK(status->st_mode))
        return true;
    (void)snprintf(walk->strange, STORE_NAME_SIZE, "%.24s%s%.32s", walk->above,
                   *walk->above != '\0' ? "/" : "", name);
    return false;
}

bool whose_find_strange(int card, const struct whose *whose, char ret_name[STORE_NAME_SIZE])
{
    struct walk walk = {.whose = whose, .visit = note_strange, .strange = ret_name, .above = ""};

    return !walk_entry(&walk, card, STORE_KEYS, 1);
}

/* The folder may be theirs already, who could put something else there: what is looked at is what
 * is given. */
static bool give(struct walk *walk, int folder, const char *name, const struct stat *status)
{
    auto_fd int fd = -1;
    struct stat now;

    if (is_theirs(walk->whose, status))
        return true;
    fd = openat(folder, name, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &now) != 0 ||
        (!S_ISDIR(now.st_mode) && (!S_ISREG(now.st_mode) || now.st_nlink != 1)) ||
        fchown(fd, walk->whose->uid, walk->whose->gid) != 0 ||
        fchmod(fd, now.st_mode & 07777 & ~(mode_t)S_IWOTH) != 0)
        walk->failed = true;
    return true;
}

bool whose_give(int card, const struct whose *whose)
{
    struct walk walk = {.whose = whose, .visit = give, .above = ""};

    (void)walk_entry(&walk, card, STORE_KEYS, 1);
    return !walk.failed;
}
