/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/tidy.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"

#define LEFTOVER ".new-" /* io_write_at() */

DEFINE_AUTO(DIR, closedir)

enum vsc_err names_add(struct names *names, const char *name)
{
    void *more = reallocarray(names->items, names->count + 1, sizeof(names->items[0]));

    if (more == NULL)
        return VSC_MEMORY;
    names->items = more;
    (void)snprintf(names->items[names->count++], CACHE_NAME_SIZE, "%s", name);
    return VSC_OK;
}

void names_done(struct names *names)
{
    free(names->items);
    *names = (struct names){.count = 0};
}

static bool has(const struct names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return true;
    return false;
}

static enum vsc_err remove_unless_kept(void *arg, int folder, const char *name)
{
    const struct names *keep = arg;

    if (!has(keep, name))
        (void)unlinkat(folder, name, 0); /* the next refresh will try again */
    return VSC_OK;
}

enum vsc_err tidy_part(int folder, const char *ending, const struct names *keep)
{
    struct names borrowed = *keep;

    return cache_list(folder, ending, remove_unless_kept, &borrowed);
}

void tidy_leftovers(int folder)
{
    auto_fd int own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_by(closedir) DIR *dir = own >= 0 ? fdopendir(own) : NULL;
    const struct dirent *entry;

    if (dir == NULL)
        return;
    (void)take_fd(own);
    while ((entry = readdir(dir)) != NULL)
        if (strncmp(entry->d_name, LEFTOVER, strlen(LEFTOVER)) == 0)
            (void)unlinkat(folder, entry->d_name, 0);
}
