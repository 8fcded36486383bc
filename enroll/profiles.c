/* SPDX-License-Identifier: BSD-2-Clause */
/* The folder of profiles, and who may use them. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "enroll/profile.h"

#define LOOKUP_MAX (256 * 1024) /* bytes for one entry of passwd or group */
#define NAMES_MAX  (PROFILES_MAX * 4)

DEFINE_AUTO(struct profile, profile_free)

struct names {
    char *items[NAMES_MAX];
    size_t count;
};

static void names_done(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->items[i]);
}

static bool is_profile(const char *name)
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
        return problem_set(problem, VSC_CONFIG, "%s: %s", folder, strerror(errno));
    while (err == VSC_OK && (entry = readdir(listing)) != NULL) {
        if (!is_profile(entry->d_name))
            continue;
        if (names->count == PROFILES_MAX) {
            err =
                problem_set(problem, VSC_CONFIG, "%s: more than %d profiles", folder, PROFILES_MAX);
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

static enum vsc_err load_one(const char *folder, const char *name, struct profiles *profiles,
                             struct problem *problem)
{
    auto_by(profile_free) struct profile *profile = NULL;
    auto_buf struct buf content = {0};
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/%s", folder, name);
    enum vsc_err err;

    if (len < 0 || (size_t)len >= sizeof path)
        return problem_set(problem, VSC_CONFIG, "%s: the path is too long", name);
    err = io_read_trusted(path, PROFILE_SIZE_MAX, &content, problem);
    if (err != VSC_OK)
        return err == VSC_MEMORY ? err : VSC_CONFIG;
    err = profile_parse(path, content.data, content.len, &profile, problem);
    if (err != VSC_OK)
        return err;
    if (profiles_find(profiles, profile->name) != NULL)
        return problem_set(problem, VSC_CONFIG, "%s:1: name: another profile has the name \"%s\"",
                           path, profile->name);
    profiles->items[profiles->count++] = take(profile);
    return VSC_OK;
}

enum vsc_err profiles_load(const struct conf *conf, struct profiles *ret_profiles,
                           struct problem *problem)
{
    __attribute__((cleanup(names_done))) struct names names = {.count = 0};
    const char *folder = conf->enroll.profiles;
    auto_fd int fd = -1;
    enum vsc_err err;

    ret_profiles->count = 0;
    if (*folder == '\0')
        return VSC_OK;
    err = io_open_trusted_folder(folder, &fd, problem);
    if (err == VSC_INPUT && errno == ENOENT && !conf->enroll.profiles_named) {
        (void)problem_set(problem, VSC_OK, "%s", "");
        return VSC_OK;
    }
    if (err != VSC_OK)
        return err == VSC_MEMORY ? err : VSC_CONFIG;
    err = list_names(folder, fd, &names, problem);
    for (size_t i = 0; err == VSC_OK && i < names.count; i++)
        err = load_one(folder, names.items[i], ret_profiles, problem);
    return err;
}

void profiles_done(struct profiles *profiles)
{
    for (size_t i = 0; i < profiles->count; i++)
        profile_free(profiles->items[i]);
    profiles->count = 0;
}

const struct profile *profiles_find(const struct profiles *profiles, const char *name)
{
    for (size_t i = 0; i < profiles->count; i++)
        if (strcmp(profiles->items[i]->name, name) == 0)
            return profiles->items[i];
    return NULL;
}

/* As many as a list holds; a profile is not for who is in still more. */
static enum vsc_err add_groups(struct person *person, gid_t primary)
{
    auto_free gid_t *ids = calloc(GROUPS_MAX, sizeof *ids);
    auto_free char *room = malloc(LOOKUP_MAX);
    int count = GROUPS_MAX;

    if (ids == NULL || room == NULL)
        return VSC_MEMORY;
    if (getgrouplist(person->name, primary, ids, &count) < 0)
        count = 0;
    for (int i = 0; i < count && person->groups.count < CONF_LIST_MAX; i++) {
        struct group entry, *found = NULL;

        if (getgrgid_r(ids[i], &entry, room, LOOKUP_MAX, &found) != 0 || found == NULL)
            continue;
        person->groups.items[person->groups.count] = strdup(found->gr_name);
        if (person->groups.items[person->groups.count] == NULL)
            return VSC_MEMORY;
        person->groups.count++;
    }
    return VSC_OK;
}

enum vsc_err person_find(struct person *ret_person, struct problem *problem)
{
    auto_free char *room = malloc(LOOKUP_MAX);
    struct passwd entry, *found = NULL;

    memset(ret_person, 0, sizeof *ret_person);
    ret_person->uid = geteuid();
    if (room == NULL)
        return VSC_MEMORY;
    if (getpwuid_r(ret_person->uid, &entry, room, LOOKUP_MAX, &found) != 0 || found == NULL ||
        strlen(found->pw_name) >= sizeof ret_person->name)
        return problem_set(problem, VSC_SYSTEM, "no account has the user number %u",
                           (unsigned)ret_person->uid);
    memcpy(ret_person->name, found->pw_name, strlen(found->pw_name) + 1);
    ret_person->home = strdup(found->pw_dir);
    if (ret_person->home == NULL)
        return VSC_MEMORY;
    return add_groups(ret_person, found->pw_gid);
}

void person_done(struct person *person)
{
    free(person->home);
    for (size_t i = 0; i < person->groups.count; i++)
        free(person->groups.items[i]);
}
