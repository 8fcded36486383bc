/* SPDX-License-Identifier: BSD-2-Clause */
/* Removes the files of a card, see the header. */
#include "card/owner/remove.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "card/tpm/store.h"
#include "common/own.h"

#define DEPTH_MAX 3 /* card, keys, key */

DEFINE_AUTO(DIR, closedir)

static bool is_everything(const char *name)
{
    return strcmp(name, STORE_INTENT) != 0 && strcmp(name, OBJECTS_FILE) != 0;
}

static bool is_last(const char *name)
{
    return !is_everything(name);
}

static bool is_temporary(const char *name)
{
    return strncmp(name, STORE_NEW, strlen(STORE_NEW)) == 0 ||
           strncmp(name, STORE_DEL, strlen(STORE_DEL)) == 0;
}

static bool remove_in(int folder, bool (*wanted)(const char *), unsigned depth);

static bool remove_entry(int folder, const char *name, unsigned depth)
{
    auto_fd int sub = -1;

    if (unlinkat(folder, name, 0) == 0 || errno == ENOENT)
        return true;
    if ((errno != EISDIR && errno != EPERM) || depth == 0)
        return false;
    sub = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return sub >= 0 && remove_in(sub, NULL, depth - 1) && unlinkat(folder, name, AT_REMOVEDIR) == 0;
}

/* The entries that `wanted` takes (NULL: all). */
static bool remove_in(int folder, bool (*wanted)(const char *), unsigned depth)
{
    auto_fd int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_by(closedir) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    bool all = true;

    if (dir == NULL)
        return false;
    (void)take_fd(fd);
    while ((entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;

        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
            continue;
        if ((wanted == NULL || wanted(name)) && !remove_entry(folder, name, depth))
            all = false;
    }
    return all;
}

enum vsc_err remove_card_folder(int cards, const char *name, struct problem *problem)
{
    auto_fd int folder = openat(cards, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (folder < 0 || !remove_in(folder, is_everything, DEPTH_MAX) || fsync(folder) != 0 ||
        !remove_in(folder, is_last, 0) || unlinkat(cards, name, AT_REMOVEDIR) != 0 ||
        fsync(cards) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", name, strerror(errno));
    return VSC_OK;
}

enum vsc_err remove_key_folder(int keys, const char *name, struct problem *problem)
{
    if (!remove_entry(keys, name, 1) || fsync(keys) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", name, strerror(errno));
    return VSC_OK;
}

void remove_temporary(int cards, const char *name)
{
    auto_fd int folder = openat(cards, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    auto_fd int keys = -1;
    auto_fd int fd = -1;
    auto_by(closedir) DIR *dir = NULL;
    const struct dirent *entry;

    if (folder < 0)
        return;
    (void)remove_in(folder, is_temporary, DEPTH_MAX);
    keys = openat(folder, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (keys < 0)
        return;
    (void)remove_in(keys, is_temporary, DEPTH_MAX);
    fd = openat(keys, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir == NULL)
        return;
    (void)take_fd(fd);
    while ((entry = readdir(dir)) != NULL) {
        auto_fd int key = -1;

        if (!store_is_key_id(entry->d_name))
            continue;
        key = openat(keys, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (key >= 0)
            (void)remove_in(key, is_temporary, 0);
    }
}
