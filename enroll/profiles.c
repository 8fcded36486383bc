/* SPDX-License-Identifier: BSD-2-Clause */
/* The folder of profiles, and who may use them. */
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "conf/folder.h"
#include "enroll/profile.h"

#define LOOKUP_MAX (256 * 1024) /* bytes for one entry of passwd or group */

DEFINE_AUTO(struct profile, profile_free)

static enum vsc_err add_profile(void *context, const char *path, const struct buf *content,
                                struct problem *problem)
{
    auto_by(profile_free) struct profile *profile = NULL;
    struct profiles *profiles = context;
    enum vsc_err err = profile_parse(path, content->data, content->len, &profile, problem);

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
    enum vsc_err err;

    ret_profiles->count = 0;
    err = conf_folder_read(conf->enroll.profiles, conf->enroll.profiles_named, PROFILE_SIZE_MAX,
                           add_profile, ret_profiles, problem);
    return err == VSC_OK || err == VSC_MEMORY ? err : VSC_CONFIG;
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
