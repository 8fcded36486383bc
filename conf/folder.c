/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/folder.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"

struct names {
    char *items[CONF_FOLDER_FILES_MAX]; /* owned */
    size_t count;
};

static void names_done(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
}

static bool is_conf(const char *name)
{
    size_t len = strlen(name);

    return name[0] != '.' && len > 5 && strcmp(name + len - 5, ".conf") == 0;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static enum vsc_err list_names(const char *folder, int fd, struct names *names,
                               struct problem *problem)
{
    DIR *listing = fdopendir(dup(fd));
    const struct dirent *entry;
    enum vsc_err err = VSC_OK;

    if (listing == NULL)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", folder, strerror(errno));
    while (err == VSC_OK && (entry = readdir(listing)) != NULL) {
        if (!is_conf(entry->d_name))
            continue;
        if (names->count == CONF_FOLDER_FILES_MAX) {
            err = problem_set(problem, VSC_CONFIG, "%s: more than %d profiles", folder,
                              CONF_FOLDER_FILES_MAX);
            break;
        }
        names->items[names->count] = strdup(entry->d_name);
        if (names->items[names->count] == NULL)
            err = VSC_MEMORY;
        else
            names->count++;
    }
    (void)closedir(listing);
    qsort(names->items, names->count, sizeof names->items[0], by_name);
    return err;
}

static enum vsc_err read_one(const char *folder, const char *name, size_t max,
                             conf_folder_visit *visit, void *context, struct problem *problem)
{
    auto_buf struct buf content = {0};
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    enum vsc_err err;

    if (len < 0 || (size_t)len >= sizeof path)
        return problem_set(problem, VSC_CONFIG, "%s: the path is too long", name);
    err = io_read_trusted(path, max, &content, problem);
    return err == VSC_OK ? visit(context, path, &content, problem) : err;
}

enum vsc_err conf_folder_read(const char *folder, bool must_exist, size_t max,
                              conf_folder_visit *visit, void *context, struct problem *problem)
{
    __attribute__((cleanup(names_done))) struct names names = {.count = 0};
    auto_fd int fd = -1;
    enum vsc_err err;

    if (*folder == '\0')
        return VSC_OK;
    err = io_open_trusted_folder(folder, &fd, problem);
    if (err == VSC_INPUT && errno == ENOENT && !must_exist) {
        (void)problem_set(problem, VSC_OK, "%s", "");
        return VSC_OK;
    }
    if (err == VSC_OK)
        err = list_names(folder, fd, &names, problem);
    for (size_t i = 0; err == VSC_OK && i < names.count; i++)
        err = read_one(folder, names.items[i], max, visit, context, problem);
    return err;
}
