/* SPDX-License-Identifier: BSD-2-Clause */
/* One profile: its keys, and what they mean. The folder is in profiles.c. */
#include "enroll/profile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"
#include "conf/check.h"
#include "conf/scan.h"
#include "conf/table.h"
#include "conf/value.h"
#include "enroll/est/url.h"
#include "enroll/xcep/post.h"

#define DAY 86400

_Static_assert(PROFILE_NAME_MAX == CHECK_PROFILE_MAX && PROFILE_UPN_SIZE == 2 * CHECK_UPN_MAX,
               "what the checks let pass has room");

DEFINE_AUTO(struct profile, profile_free)
#define auto_config __attribute__((cleanup(config_destroy)))

static const char *const backends[] = {"file", "helper", "est", "xcep-wstep", NULL};
static const char *const key_words[] = {"rsa2048", "rsa3072", "p256", "p384", NULL};
static const enum key_type key_kinds[] = {KEY_RSA2048, KEY_RSA3072, KEY_P256, KEY_P384};
static const char *const renew_keys[] = {"new", "same", NULL};

static const char *check_argument(const char *value)
{
    return strlen(value) > 1024 ? "is longer than 1024 bytes" : NULL;
}

#define AT(member) .group = "", .offset = offsetof(struct profile, member)
static const struct conf_key keys[] = {
    {AT(name), .name = "name", .kind = KEY_STRING, .text = "", .check = check_profile},
    {AT(backend), .name = "backend", .kind = KEY_CHOICE, .choices = backends},
    {AT(helper), .name = "helper", .kind = KEY_STRING, .text = "", .check = check_path_needed},
    {AT(arguments), .name = "arguments", .kind = KEY_LIST, .check = check_argument},
    {AT(url), .name = "url", .kind = KEY_STRING, .text = ""},
    {AT(tls_anchors), .name = "tls_anchors", .kind = KEY_STRING, .text = "", .check = check_path},
    {AT(delegate), .name = "delegate", .kind = KEY_BOOL, .number = false},
    {AT(key), .name = "key", .kind = KEY_CHOICE, .choices = key_words},
    {AT(upn), .name = "upn", .kind = KEY_STRING, .text = "", .check = check_upn_template},
    {AT(anchors), .name = "anchors", .kind = KEY_STRING, .text = "", .check = check_path},
    {AT(template_name), .name = "template", .kind = KEY_STRING, .text = "",
     .check = check_template_id},
    {AT(ekus), .name = "ekus", .kind = KEY_LIST, .check = check_oid},
    {AT(renew_percent), .name = "renew_percent", .kind = KEY_NUMBER, .number = 80, .min = 1,
     .max = 99},
    {AT(renew_days), .name = "renew_days", .kind = KEY_NUMBER, .number = 42, .min = 1, .max = 3650},
    {AT(renew_key), .name = "renew_key", .kind = KEY_CHOICE, .choices = renew_keys},
    {AT(supersedes), .name = "supersedes", .kind = KEY_LIST, .check = check_profile},
    {AT(users), .name = "users", .kind = KEY_LIST, .check = check_account},
    {AT(groups), .name = "groups", .kind = KEY_LIST, .check = check_account},
    {AT(prompt), .name = "prompt", .kind = KEY_BOOL, .number = true},
    {AT(attestation), .name = "attestation", .kind = KEY_BOOL, .number = false},
    {AT(autoenroll), .name = "autoenroll", .kind = KEY_BOOL, .number = false},
    {AT(admin_key), .name = "admin_key", .kind = KEY_STRING, .text = "", .check = check_path},
    {AT(rotate_adminkey), .name = "rotate_adminkey", .kind = KEY_BOOL, .number = false},
    {AT(pending_days), .name = "pending_days", .kind = KEY_NUMBER, .number = 30, .min = 1,
     .max = 366},
    {AT(version), .name = "version", .kind = KEY_NUMBER, .number = 0, .max = 1000000},
};
#define KEY_COUNT (sizeof keys / sizeof keys[0])
_Static_assert(KEY_COUNT <= 32, "one bit each");

void profile_free(struct profile *profile)
{
    if (profile == NULL)
        return;
    for (size_t i = 0; i < KEY_COUNT; i++)
        conf_key_free(&keys[i], profile);
    free(profile);
}

static const struct conf_key *find_key(const char *name, size_t *ret_index)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        if (strcmp(keys[i].name, name) == 0) {
            *ret_index = i;
            return &keys[i];
        }
    return NULL;
}

static enum vsc_err check_whole(const struct conf_source *source, const struct profile *profile)
{
    const char *missing = NULL;
    char host[POST_HOST_SIZE];

    if (*profile->name == '\0')
        missing = "name";
    else if (*profile->upn == '\0')
        missing = "upn";
    else if (profile->backend == PROFILE_HELPER && *profile->helper == '\0')
        missing = "helper";
    else if (profile->backend >= PROFILE_EST && *profile->url == '\0')
        missing = "url";
    else if (profile->backend == PROFILE_XCEP && *profile->template_name == '\0')
        missing = "template";
    else if (profile->rotate_adminkey && *profile->admin_key == '\0')
        missing = "admin_key";
    if (missing != NULL)
        return problem_set(source->problem, VSC_CONFIG, "%s:1: %s: is missing", source->file,
                           missing);
    /* Neither protocol has a place for a bundle: a request without it would be one that lies. */
    if (profile->attestation && profile->backend >= PROFILE_EST)
        return problem_set(source->problem, VSC_CONFIG,
                           "%s:1: attestation: the back end \"%s\" cannot carry it, only \"file\" "
                           "and \"helper\" can",
                           source->file, profile_backend_word(profile));
    if (profile->backend == PROFILE_EST && est_url_fault(profile->url) != NULL)
        return problem_set(source->problem, VSC_CONFIG, "%s:1: url: \"%s\" %s", source->file,
                           profile->url, est_url_fault(profile->url));
    if (profile->backend == PROFILE_XCEP && !post_url_is_good(profile->url, host))
        return problem_set(source->problem, VSC_CONFIG, "%s:1: url: is no https address",
                           source->file);
    return VSC_OK;
}

static enum vsc_err read_keys(struct conf_source *source, const char *text)
{
    auto_config config_t config;
    const config_setting_t *root;
    unsigned seen = 0;
    size_t index = 0;

    config_init(&config);
    if (config_read_string(&config, text) != CONFIG_TRUE)
        return problem_set(source->problem, VSC_CONFIG, "%s:%d: %s", source->file,
                           config_error_line(&config), config_error_text(&config));
    root = config_root_setting(&config);
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
        const struct conf_key *key = find_key(config_setting_name(setting), &index);
        enum vsc_err err;

        if (key == NULL)
            return conf_fault(source, setting, "unknown key");
        err = conf_read_key(source, key, setting);
        if (err != VSC_OK)
            return err;
        seen |= 1U << index;
    }
    (void)find_key("backend", &index);
    if ((seen & 1U << index) == 0)
        return problem_set(source->problem, VSC_CONFIG, "%s:1: backend: is missing", source->file);
    return VSC_OK;
}

enum vsc_err profile_parse(const char *name, const void *content, size_t len,
                           struct profile **ret_profile, struct problem *problem)
{
    auto_by(profile_free) struct profile *profile = calloc(1, sizeof *profile);
    auto_free char *text = NULL;
    struct conf_source source = {.file = name, .target = profile, .problem = problem};
    enum vsc_err err = VSC_OK;

    if (len > PROFILE_SIZE_MAX)
        return problem_set(problem, VSC_CONFIG, "%s: larger than %d bytes", name, PROFILE_SIZE_MAX);
    text = calloc(1, len + 1);
    if (profile == NULL || text == NULL)
        return VSC_MEMORY;
    if (len > 0)
        memcpy(text, content, len);
    for (size_t i = 0; err == VSC_OK && i < KEY_COUNT; i++)
        err = conf_key_default(&keys[i], profile);
    if (err == VSC_OK)
        err = conf_scan(name, text, len, problem);
    if (err == VSC_OK)
        err = read_keys(&source, text);
    if (err == VSC_OK)
        err = check_whole(&source, profile);
    if (err == VSC_OK)
        *ret_profile = take(profile);
    return err;
}

bool profile_allows(const struct profile *profile, const struct person *person)
{
    if (profile->users.count == 0 && profile->groups.count == 0)
        return true;
    if (conf_list_has(&profile->users, person->name))
        return true;
    for (size_t i = 0; i < profile->groups.count; i++)
        if (conf_list_has(&person->groups, profile->groups.items[i]))
            return true;
    return false;
}

enum key_type profile_key_type(const struct profile *profile)
{
    return key_kinds[profile->key];
}

const char *profile_key_word(const struct profile *profile)
{
    return key_words[profile->key];
}

const char *profile_backend_word(const struct profile *profile)
{
    return backends[profile->backend];
}

enum vsc_err profile_upn(const struct profile *profile, const char *user, char to[PROFILE_UPN_SIZE],
                         struct problem *problem)
{
    const char *percent = strchr(profile->upn, '%');
    int len = snprintf(to, PROFILE_UPN_SIZE, "%.*s%s%s", (int)(percent - profile->upn),
                       profile->upn, user, percent + 2);

    if (len <= 0 || len >= PROFILE_UPN_SIZE / 2)
        return problem_set(problem, VSC_CONFIG, "%s: the UPN is too long", profile->name);
    return VSC_OK;
}

int64_t profile_renew_at(const struct profile *profile, int64_t not_before, int64_t not_after,
                         int64_t period)
{
    int64_t life = not_after > not_before ? not_after - not_before : 0;
    int64_t left = life / 100 * (100 - (int64_t)profile->renew_percent);

    if (period == 0)
        period = (int64_t)profile->renew_days * DAY;
    return not_after - (period < left ? period : left);
}
