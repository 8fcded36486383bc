/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each step leaves a state from which any other process can go on: the trial is written before the
 * first file is touched, and removed after the last; a file is put in place and taken back by one
 * rename(2).
 */
#include "vscmgr/stacks/trial.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/own.h"
#include "vscmgr/stacks/services.h"

#define LOCK_NAME      "lock"
#define BEFORE         ".before-vsc~"
#define EDITED         ".edited-vsc~"
#define ENABLED        "enabled."
#define NAME_SIZE      (STACK_NAME_SIZE + 32)
#define STACK_FILE_MAX (64 * 1024)

DEFINE_AUTO(DIR, closedir)

enum vsc_err trial_open(const char *path, struct trial_place *ret_place, struct problem *problem)
{
    auto_fd int fd = -1;
    auto_fd int lock = -1;
    enum vsc_err err;

    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return problem_set(problem, errno == EACCES ? VSC_DENIED : VSC_SYSTEM, "%s: %s", path,
                           strerror(errno));
    err = io_open_trusted_folder(path, &fd, problem);
    if (err != VSC_OK)
        return err;
    if ((mkdirat(fd, TRIAL_NEW, 0700) != 0 && errno != EEXIST) ||
        (mkdirat(fd, TRIAL_STAGED, 0700) != 0 && errno != EEXIST))
        return problem_set(problem, VSC_DENIED, "%s: %s", path, strerror(errno));
    lock = openat(fd, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0 || flock(lock, LOCK_EX) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s/" LOCK_NAME ": %s", path, strerror(errno));
    *ret_place = (struct trial_place){.fd = take_fd(fd), .lock = take_fd(lock), .path = path};
    return VSC_OK;
}

void trial_close(struct trial_place *place)
{
    if (place->fd >= 0)
        (void)close(place->fd);
    if (place->lock >= 0)
        (void)close(place->lock);
    *place = (struct trial_place){.fd = -1, .lock = -1};
}

enum vsc_err trial_open_stage(const struct trial_place *place, int *ret_fd, struct problem *problem)
{
    auto_by(closedir) DIR *stream = NULL;
    auto_fd int fd = openat(place->fd, TRIAL_STAGED, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int again = fd >= 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    const struct dirent *entry;
    bool is_empty = again >= 0;

    stream = is_empty ? fdopendir(again) : NULL;
    if (stream == NULL && again >= 0)
        (void)close(again);
    while (stream != NULL && (entry = readdir(stream)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            unlinkat(fd, entry->d_name, 0) != 0)
            is_empty = false;
    if (stream == NULL || !is_empty)
        return problem_set(problem, VSC_SYSTEM, "%s/" TRIAL_STAGED ": it cannot be emptied",
                           place->path);
    *ret_fd = take_fd(fd);
    return VSC_OK;
}

static bool is_there(int folder, const char *name)
{
    struct stat status;

    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum vsc_err open_folder(const char *path, int *ret_fd, struct problem *problem)
{
    return io_open_trusted_folder(path, ret_fd, problem);
}

/* What was put in place for the service. */
static enum vsc_err read_new(const struct trial_place *place, const char *service,
                             struct buf *ret_content)
{
    auto_fd int folder = openat(place->fd, TRIAL_NEW, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return folder < 0 ? VSC_SYSTEM : io_read_at(folder, service, STACK_FILE_MAX, ret_content);
}

/* Is the service's file what was put there? */
static bool is_as_put(const struct trial_place *place, int folder, const char *service)
{
    auto_buf struct buf ours;
    auto_buf struct buf now;

    buf_init(&ours, 0);
    buf_init(&now, 0);
    return read_new(place, service, &ours) == VSC_OK &&
           io_read_at(folder, service, STACK_FILE_MAX, &now) == VSC_OK && ours.len == now.len &&
           memcmp(ours.data, now.data, ours.len) == 0;
}

/* Somebody changed it since: that is kept beside, for nobody's work is thrown away. */
static bool save_edited(const struct trial_place *place, int folder, const char *service)
{
    char edited[NAME_SIZE];

    if (is_as_put(place, folder, service))
        return false;
    (void)snprintf(edited, sizeof(edited), "%s" EDITED, service);
    (void)unlinkat(folder, edited, 0);
    return linkat(folder, service, folder, edited, 0) == 0;
}

/* Before this service was touched, or after it was taken back, there is nothing to do. */
static enum vsc_err take_back(const struct trial_place *place, int folder,
                              const struct trial_service *service, struct problem *problem)
{
    char before[NAME_SIZE];
    int done = 0;

    (void)snprintf(before, sizeof(before), "%s" BEFORE, service->name);
    if (service->replaced ? is_there(folder, before) : is_there(folder, service->name)) {
        struct stat old, now;
        bool untouched = service->replaced &&
                         fstatat(folder, before, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
                         fstatat(folder, service->name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
                         old.st_ino == now.st_ino && old.st_dev == now.st_dev;

        if (!untouched)
            (void)save_edited(place, folder, service->name);
        /* rename(2) of two names of one file does nothing, and leaves both. */
        if (untouched || !service->replaced)
            done = unlinkat(folder, untouched ? before : service->name, 0);
        else
            done = renameat(folder, before, folder, service->name);
    }
    if (done != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", service->name, strerror(errno));
    return VSC_OK;
}

/* Notes of sign-ins are of this trial only. */
static void sweep(const struct trial_place *place, const struct trial *trial)
{
    char name[NAME_SIZE];

    for (size_t i = 0; i < trial->count; i++) {
        (void)snprintf(name, sizeof(name), TRIAL_NOTE "%s", trial->services[i].name);
        (void)unlinkat(place->fd, name, 0);
    }
}

static enum vsc_err end_trial(const struct trial_place *place, const struct trial *trial)
{
    if (unlinkat(place->fd, TRIAL_NAME, 0) != 0 && errno != ENOENT)
        return VSC_SYSTEM;
    (void)fsync(place->fd);
    sweep(place, trial);
    return VSC_OK;
}

enum vsc_err trial_take_back(const struct trial_place *place, const struct trial *trial,
                             struct problem *problem)
{
    auto_fd int folder = -1;
    enum vsc_err err = open_folder(trial->folder, &folder, problem);

    for (size_t i = 0; i < trial->count; i++) { /* all of them, whatever becomes of one */
        enum vsc_err one =
            folder < 0 ? VSC_OK : take_back(place, folder, &trial->services[i], problem);

        err = err == VSC_OK ? one : err;
    }
    if (err != VSC_OK)
        return err;
    (void)fsync(folder);
    for (size_t i = 0; i < trial->count; i++) { /* of a trial_keep() that came to no end */
        char name[NAME_SIZE];

        (void)snprintf(name, sizeof(name), ENABLED "%s", trial->services[i].name);
        (void)unlinkat(place->fd, name, 0);
    }
    return end_trial(place, trial);
}

enum vsc_err trial_keep(const struct trial_place *place, const struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++) {
        const char *kind = trial->services[i].replaced ? "replaced\n" : "new\n";
        char name[NAME_SIZE];
        enum vsc_err err;

        (void)snprintf(name, sizeof(name), ENABLED "%s", trial->services[i].name);
        err = io_write_at(place->fd, name, kind, strlen(kind), 0600);
        if (err != VSC_OK)
            return err;
    }
    return end_trial(place, trial);
}

enum vsc_err trial_settle(const struct trial_place *place, enum trial_state *ret_state,
                          struct trial *ret_trial, int64_t *ret_left, struct problem *problem)
{
    enum vsc_err err;

    *ret_left = 0;
    *ret_state = TRIAL_NONE;
    if (!is_there(place->fd, TRIAL_NAME))
        return VSC_OK;
    if (!trial_read(place, ret_trial))
        return problem_set(problem, VSC_INPUT,
                           "%s/" TRIAL_NAME ": it cannot be read; take the "
                           "services back by hand: the files before are SERVICE" BEFORE,
                           place->path);
    for (size_t i = 0; i < ret_trial->count; i++) {
        if (!trial_noted(place->fd, ret_trial->services[i].name))
            continue;
        err = trial_keep(place, ret_trial);
        if (err == VSC_OK)
            *ret_state = TRIAL_KEPT;
        return err;
    }
    if (!trial_is_over(ret_trial, ret_left)) {
        *ret_state = TRIAL_RUNS;
        return VSC_OK;
    }
    err = trial_take_back(place, ret_trial, problem);
    if (err == VSC_OK)
        *ret_state = TRIAL_TAKEN_BACK;
    return err;
}

static enum vsc_err put_one(const struct trial_place *place, int folder,
                            const struct trial_service *service, struct problem *problem)
{
    auto_buf struct buf content;
    char before[NAME_SIZE];
    enum vsc_err err;

    buf_init(&content, 0);
    err = read_new(place, service->name, &content);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", service->name, vsc_strerror(err));
    (void)snprintf(before, sizeof(before), "%s" BEFORE, service->name);
    if (service->replaced && linkat(folder, service->name, folder, before, 0) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", before, strerror(errno));
    err = io_write_at(folder, service->name, content.data, content.len, 0644);
    return err == VSC_OK ? VSC_OK
                         : problem_set(problem, err, "%s: %s", service->name, vsc_strerror(err));
}

/* What lay beside a service from an older trial would stand in the way. */
static void clear_beside(int folder, struct trial *trial)
{
    char before[NAME_SIZE];

    for (size_t i = 0; i < trial->count; i++) {
        (void)snprintf(before, sizeof(before), "%s" BEFORE, trial->services[i].name);
        (void)unlinkat(folder, before, 0);
        trial->services[i].replaced = is_there(folder, trial->services[i].name);
    }
}

/* None of these is in place: what new/ has of them is of a trial that is over. */
static enum vsc_err move_staged(const struct trial_place *place, const struct trial *trial)
{
    for (size_t i = 0; i < trial->count; i++) {
        char from[NAME_SIZE], to[NAME_SIZE];

        (void)snprintf(from, sizeof(from), TRIAL_STAGED "/%s", trial->services[i].name);
        (void)snprintf(to, sizeof(to), TRIAL_NEW "/%s", trial->services[i].name);
        if (renameat(place->fd, from, place->fd, to) != 0)
            return VSC_SYSTEM;
    }
    return VSC_OK;
}

enum vsc_err trial_begin(const struct trial_place *place, struct trial *trial,
                         struct problem *problem)
{
    auto_fd int folder = -1;
    enum vsc_err err = open_folder(trial->folder, &folder, problem);

    if (err != VSC_OK)
        return err;
    sweep(place, trial);
    clear_beside(folder, trial);
    err = move_staged(place, trial);
    if (err == VSC_OK)
        err = trial_write(place, trial);
    return err == VSC_OK ? VSC_OK : problem_set(problem, err, "%s/" TRIAL_NAME, place->path);
}

enum vsc_err trial_put(const struct trial_place *place, const struct trial *trial,
                       struct problem *problem)
{
    auto_fd int folder = -1;
    struct problem second = {""};
    enum vsc_err err = open_folder(trial->folder, &folder, problem);

    for (size_t i = 0; err == VSC_OK && i < trial->count; i++)
        err = put_one(place, folder, &trial->services[i], problem);
    if (err != VSC_OK && trial_take_back(place, trial, &second) != VSC_OK)
        return problem_set(problem, err, "%s; and it could not be taken back: %s", trial->folder,
                           second.text);
    return err;
}

bool trial_is_enabled(const struct trial_place *place, const char *service, bool *ret_replaced)
{
    auto_buf struct buf content;
    char name[NAME_SIZE];

    buf_init(&content, 0);
    (void)snprintf(name, sizeof(name), ENABLED "%s", service);
    if (io_read_at(place->fd, name, NAME_SIZE, &content) != VSC_OK)
        return false;
    *ret_replaced = content.len > 0 && content.data[0] == 'r';
    return true;
}

enum vsc_err trial_disable(const struct trial_place *place, const char *folder, const char *service,
                           struct problem *problem)
{
    struct trial_service one = {.replaced = false};
    char before[NAME_SIZE], marker[NAME_SIZE];
    auto_fd int fd = -1;
    enum vsc_err err;

    if (!trial_is_enabled(place, service, &one.replaced))
        return problem_set(problem, VSC_USAGE, "%s: \"stacks enable\" has not put it in place",
                           service);
    (void)snprintf(one.name, sizeof(one.name), "%s", service);
    (void)snprintf(before, sizeof(before), "%s" BEFORE, service);
    (void)snprintf(marker, sizeof(marker), ENABLED "%s", service);
    err = open_folder(folder, &fd, problem);
    if (err != VSC_OK)
        return err;
    /* If another one is there already, this was begun before. */
    if (one.replaced && !is_there(fd, before) && is_as_put(place, fd, service))
        return problem_set(problem, VSC_INPUT, "%s/%s: the file before is not there any more",
                           folder, before);
    err = take_back(place, fd, &one, problem);
    if (err != VSC_OK)
        return err;
    (void)fsync(fd);
    return unlinkat(place->fd, marker, 0) == 0 ? VSC_OK : VSC_SYSTEM;
}
