/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/adminkey/card_profile.h"

#include <grp.h>
#include <openssl/x509.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "certcheck/facts.h"
#include "common/io.h"
#include "common/own.h"
#include "conf/check.h"
#include "conf/scan.h"
#include "conf/table.h"
#include "conf/value.h"
#include "vscmgr/adminkey/admin_key.h"

#define PROFILE_MAX  (64 * 1024) /* bytes of one */
#define KEY_FILE_MAX 128
#define GROUPS_MAX   1024
#define LOOKUP_MAX   (256 * 1024) /* bytes for one entry of passwd or group */

DEFINE_AUTO(struct card_profile, card_profile_free)
DEFINE_AUTO(struct facts, facts_free)
DEFINE_AUTO(X509, X509_free)
#define auto_config __attribute__((cleanup(config_destroy)))

#define AT(member)  .group = "", .offset = offsetof(struct card_profile, member)
static const struct conf_key keys[] = {
    {AT(name), .name = "name", .kind = KEY_STRING, .text = "", .check = check_profile},
    {AT(upn), .name = "upn", .kind = KEY_STRING, .text = "", .check = check_upn_template},
    {AT(users), .name = "users", .kind = KEY_LIST, .check = check_account},
    {AT(groups), .name = "groups", .kind = KEY_LIST, .check = check_account},
    {AT(admin_key), .name = "admin_key", .kind = KEY_STRING, .text = "", .check = check_path},
    {AT(rotate_adminkey), .name = "rotate_adminkey", .kind = KEY_BOOL, .number = false},
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])

void card_profile_free(struct card_profile *profile)
{
    if (profile == NULL)
        return;
    for (size_t i = 0; i < KEY_COUNT; i++)
        conf_key_free(&keys[i], profile);
    free(profile);
}

static enum vsc_err read_keys(struct conf_source *source, const char *text)
{
    auto_config config_t config;
    const config_setting_t *root;
    enum vsc_err err = VSC_OK;

    config_init(&config);
    if (config_read_string(&config, text) != CONFIG_TRUE)
        return problem_set(source->problem, VSC_CONFIG, "%s:%d: %s", source->file,
                           config_error_line(&config), config_error_text(&config));
    root = config_root_setting(&config);
    for (int i = 0; err == VSC_OK && i < config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);

        for (size_t k = 0; err == VSC_OK && k < KEY_COUNT; k++)
            if (strcmp(keys[k].name, config_setting_name(setting)) == 0)
                err = conf_read_key(source, &keys[k], setting);
    }
    return err;
}

enum vsc_err card_profile_parse(const char *name, const char *text, size_t len,
                                struct card_profile **ret_profile, struct problem *problem)
{
    auto_by(card_profile_free) struct card_profile *profile = calloc(1, sizeof *profile);
    auto_free char *copy = calloc(1, len + 1);
    struct conf_source source = {.file = name, .target = profile, .problem = problem};
    enum vsc_err err = profile != NULL && copy != NULL ? VSC_OK : VSC_MEMORY;

    if (err == VSC_OK && len > 0)
        memcpy(copy, text, len);
    for (size_t i = 0; err == VSC_OK && i < KEY_COUNT; i++)
        err = conf_key_default(&keys[i], profile);
    if (err == VSC_OK)
        err = conf_scan(name, copy, len, problem);
    if (err == VSC_OK)
        err = read_keys(&source, copy);
    if (err != VSC_OK || profile == NULL)
        return err;
    if (*profile->name == '\0' || *profile->upn == '\0')
        return problem_set(problem, VSC_CONFIG, "%s:1: name or upn: is missing", name);
    if (profile->rotate_adminkey && *profile->admin_key == '\0')
        return problem_set(problem, VSC_CONFIG, "%s:1: admin_key: is missing", name);
    *ret_profile = take(profile);
    return VSC_OK;
}

static enum vsc_err add_profile(void *context, const char *path, const struct buf *content,
                                struct problem *problem)
{
    struct card_profiles *profiles = context;
    enum vsc_err err = card_profile_parse(path, (const char *)content->data, content->len,
                                          &profiles->items[profiles->count], problem);

    if (err == VSC_OK)
        profiles->count++;
    return err;
}

enum vsc_err card_profiles_load(const struct conf *conf, struct card_profiles *ret_profiles,
                                struct problem *problem)
{
    ret_profiles->count = 0;
    return conf_folder_read(conf->enroll.profiles, conf->enroll.profiles_named, PROFILE_MAX,
                            add_profile, ret_profiles, problem);
}

void card_profiles_done(struct card_profiles *profiles)
{
    for (size_t i = 0; i < profiles->count; i++)
        card_profile_free(profiles->items[i]);
    profiles->count = 0;
}

const struct card_profile *card_profiles_find(const struct card_profiles *profiles,
                                              const char *name)
{
    for (size_t i = 0; i < profiles->count; i++)
        if (strcmp(profiles->items[i]->name, name) == 0)
            return profiles->items[i];
    return NULL;
}

static bool is_in_groups(const struct card_profile *profile, const char *user)
{
    auto_free gid_t *ids = calloc(GROUPS_MAX, sizeof *ids);
    auto_free char *room = malloc(LOOKUP_MAX);
    struct passwd entry, *found = NULL;
    int count = GROUPS_MAX;

    if (ids == NULL || room == NULL || getpwnam_r(user, &entry, room, LOOKUP_MAX, &found) != 0 ||
        found == NULL || getgrouplist(user, found->pw_gid, ids, &count) < 0)
        return false;
    for (int i = 0; i < count; i++) {
        struct group group, *named = NULL;

        if (getgrgid_r(ids[i], &group, room, LOOKUP_MAX, &named) == 0 && named != NULL &&
            conf_list_has(&profile->groups, named->gr_name))
            return true;
    }
    return false;
}

/* The profile's UPN for `user`, as it stands in a certificate. */
static bool is_upn_of(const struct card_profile *profile, const char *user, const char *upn)
{
    const char *percent = strchr(profile->upn, '%');
    const size_t before = (size_t)(percent - profile->upn), name = strlen(user);

    return strncasecmp(upn, profile->upn, before) == 0 && strlen(upn) > before + name &&
           strncmp(upn + before, user, name) == 0 &&
           strcasecmp(upn + before + name, percent + 2) == 0;
}

static bool has_upn(const struct card_profile *profile, const char *user,
                    const struct card_key *key)
{
    const unsigned char *next = key->chain_len > 0 ? key->chain[0].data : NULL;
    auto_by(facts_free) struct facts *facts = NULL;
    auto_by(X509_free) X509 *cert = NULL;

    if (next == NULL)
        return false;
    cert = d2i_X509(NULL, &next, (long)key->chain[0].len);
    return cert != NULL && facts_read(cert, &facts, NULL) == VSC_OK && facts->upn != NULL &&
           is_upn_of(profile, user, facts->upn);
}

bool card_profile_fits(const struct card_profile *profile, const struct card_info *card)
{
    if (card->kind != CARD_NATIVE || !card->has_owner)
        return false;
    if ((profile->users.count > 0 || profile->groups.count > 0) &&
        !conf_list_has(&profile->users, card->owner) && !is_in_groups(profile, card->owner))
        return false;
    for (size_t i = 0; i < card->key_count; i++)
        if (has_upn(profile, card->owner, &card->keys[i]))
            return true;
    return false;
}

enum vsc_err card_profile_key(const struct card_profile *profile, struct secret *ret_key,
                              struct problem *problem)
{
    const char *path = profile->admin_key;
    auto_buf struct buf content;
    auto_fd int file = -1;
    struct stat status;
    enum vsc_err err;

    buf_init(&content, KEY_FILE_MAX);
    if (*path == '\0')
        return problem_set(problem, VSC_CONFIG, "%s: the profile names no admin_key",
                           profile->name);
    err = io_open_trusted(path, &file, problem);
    if (err != VSC_OK)
        return err;
    if (fstat(file, &status) != 0 || (status.st_mode & 077) != 0)
        return problem_set(problem, VSC_UNTRUSTED, "%s: others may read it", path);
    err = io_read_all(file, KEY_FILE_MAX, &content);
    while (err == VSC_OK && content.len > 0 && content.data[content.len - 1] == '\n')
        content.len--;
    if (err == VSC_OK)
        err = secret_set(ret_key, content.data, content.len);
    if (err == VSC_OK)
        err = admin_key_parse(ret_key, problem);
    return err == VSC_OK ? err : problem_set(problem, err, "%s: holds no administrator key", path);
}
