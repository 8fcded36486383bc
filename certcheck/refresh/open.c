/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/open.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/deadline.h"
#include "common/drop.h"
#include "common/own.h"

#define PAUSE_MS 50

enum vsc_err open_prepare(const struct conf *conf, struct problem *problem)
{
    const char *path = conf->revocation.cache;
    struct drop_user user;
    auto_fd int folder = -1;
    enum vsc_err err;

    if (*path == '\0')
        return problem_set(problem, VSC_CONFIG,
                           "revocation.cache is empty: there is nowhere to keep anything");
    if (mkdir(path, 0755) != 0)
        return errno == EEXIST ? VSC_OK
                               : problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    if (geteuid() != 0 || *conf->helpers.fetch_user == '\0')
        return VSC_OK;
    err = drop_find(conf->helpers.fetch_user, NULL, &user, problem);
    if (err != VSC_OK)
        return err;
    folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0 || fchown(folder, user.uid, user.gid) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    return VSC_OK;
}

static void pause_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = PAUSE_MS * 1000000L};

    (void)nanosleep(&moment, NULL);
}

static enum vsc_err take_lock(int lock, const char *path, struct problem *problem)
{
    const struct deadline deadline = deadline_in(OPEN_WAIT_MS);
    bool told = false;

    while (flock(lock, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return problem_set(problem, VSC_SYSTEM, "%s/%s: %s", path, CACHE_LOCK, strerror(errno));
        if (deadline_left(&deadline) == 0)
            return problem_set(problem, VSC_DENIED, "%s: another refresh has not ended in time",
                               path);
        if (!told)
            (void)fprintf(stderr, "certcheck: %s: waits for another refresh to end\n", path);
        told = true;
        pause_a_moment();
    }
    return VSC_OK;
}

enum vsc_err open_locked(const struct conf *conf, struct cache *ret_cache, int *ret_lock,
                         struct problem *problem)
{
    const char *path = conf->revocation.cache;
    struct cache cache;
    auto_fd int lock = -1;
    enum vsc_err err = cache_open(path, conf->helpers.fetch_user, &cache, problem);

    if (err != VSC_OK)
        return err;
    lock = openat(cache.folder, CACHE_LOCK, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (lock < 0)
        err = problem_set(problem, VSC_SYSTEM, "%s/%s: %s", path, CACHE_LOCK, strerror(errno));
    if (err == VSC_OK)
        err = take_lock(lock, path, problem);
    if (err != VSC_OK) {
        cache_close(&cache);
        return err;
    }
    *ret_cache = cache;
    *ret_lock = take_fd(lock);
    return VSC_OK;
}
