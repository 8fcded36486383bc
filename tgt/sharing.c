/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/sharing.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"

#define MARK_SIZE  80
#define STAT_MAX   4096
#define START_WORD 20 /* of the words behind the process' name: its start, in ticks (proc(5)) */

/* When a process was started; 0 where there is none. */
static unsigned long long start_of(pid_t pid)
{
    auto_buf struct buf content;
    auto_fd int fd = -1;
    char path[64], text[STAT_MAX + 1];
    const char *next;

    (void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    buf_init(&content, STAT_MAX);
    if (fd < 0 || io_read_all(fd, STAT_MAX, &content) != VSC_OK || content.len == 0)
        return 0;
    memcpy(text, content.data, content.len);
    text[content.len] = '\0';
    next = strrchr(text, ')'); /* a name may hold anything, a parenthesis too */
    for (int word = 0; next != NULL && word < START_WORD; word++)
        next = strchr(next + 1, ' ');
    return next != NULL ? strtoull(next + 1, NULL, 10) : 0;
}

static void name_of(char name[MARK_SIZE], uid_t uid, pid_t pid, unsigned long long start)
{
    (void)snprintf(name, MARK_SIZE, "session.%lu.%ld.%llu", (unsigned long)uid, (long)pid, start);
}

/* The process of a mark of this owner's; 0 for any other file. */
static pid_t session_of(const char *name, uid_t uid)
{
    char again[MARK_SIZE];
    unsigned long owner;
    unsigned long long start;
    long pid;

    if (sscanf(name, "session.%lu.%ld.%llu", &owner, &pid, &start) != 3 || owner != uid || pid <= 1)
        return 0;
    name_of(again, uid, (pid_t)pid, start);
    return strcmp(again, name) == 0 ? (pid_t)pid : 0;
}

static bool is_alive(const char *name, uid_t uid, pid_t pid)
{
    char now[MARK_SIZE];

    name_of(now, uid, pid, start_of(pid));
    return strcmp(now, name) == 0;
}

/* What is done with each session of an owner that is still there; false ends it. */
struct visit {
    bool (*each)(int folder, const char *name, pid_t session, void *data);
    void *data;
};

/* Marks of processes that are gone are removed. False if the folder cannot be read. */
static bool visit_all(int folder, uid_t uid, const struct visit *visit)
{
    auto_fd int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;

    if (list == NULL)
        return false;
    fd = -1; /* the list's now */
    while ((entry = readdir(list)) != NULL) {
        const pid_t session = session_of(entry->d_name, uid);

        if (session == 0)
            continue;
        if (!is_alive(entry->d_name, uid, session))
            (void)unlinkat(folder, entry->d_name, 0);
        else if (!visit->each(folder, entry->d_name, session, visit->data))
            break;
    }
    (void)closedir(list);
    return true;
}

struct others {
    pid_t except;
    bool any;
};

static bool is_other(int folder, const char *name, pid_t session, void *data)
{
    struct others *others = data;

    (void)folder;
    (void)name;
    others->any = others->any || session != others->except;
    return !others->any;
}

bool sharing_others(int folder, uid_t uid, pid_t except)
{
    struct others others = {.except = except};

    /* Nobody knows: then the cache stays. */
    return !visit_all(folder, uid, &(struct visit){is_other, &others}) || others.any;
}

struct caches {
    char (*names)[TGT_CCACHE_SIZE];
    size_t count;
};

static bool add_cache(int folder, const char *name, pid_t session, void *data)
{
    struct caches *caches = data;
    char *to = caches->names[caches->count];
    auto_buf struct buf content;

    (void)session;
    buf_init(&content, TGT_CCACHE_SIZE);
    if (io_read_at(folder, name, TGT_CCACHE_SIZE - 1, &content) != VSC_OK || content.len == 0)
        return true;
    memcpy(to, content.data, content.len);
    to[content.len] = '\0';
    for (size_t i = 0; i < caches->count; i++)
        if (strcmp(caches->names[i], to) == 0)
            return true;
    return ++caches->count < SHARING_MAX;
}

size_t sharing_caches(int folder, uid_t uid, char caches[SHARING_MAX][TGT_CCACHE_SIZE])
{
    struct caches found = {.names = caches};

    return visit_all(folder, uid, &(struct visit){add_cache, &found}) ? found.count : 0;
}

void sharing_mark(int folder, uid_t uid, pid_t session, const char *ccache)
{
    char name[MARK_SIZE];

    name_of(name, uid, session, start_of(session));
    if (io_write_at(folder, name, ccache, strlen(ccache), 0600) != VSC_OK)
        return;
}

void sharing_unmark(int folder, uid_t uid, pid_t session)
{
    char name[MARK_SIZE];

    name_of(name, uid, session, start_of(session));
    (void)unlinkat(folder, name, 0);
}
