/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/lists.h"

#include <stdlib.h>
#include <string.h>

#include "conf/check.h"
#include "conf/value.h"

void conf_lists_default(struct conf *conf)
{
    conf->card.backends[0] = BACKEND_TPM;
    conf->card.backends[1] = BACKEND_PKCS11;
    conf->card.backend_count = 2;
}

void conf_lists_free(struct conf *conf)
{
    for (size_t i = 0; i < conf->mapping.rule_count; i++) {
        struct conf_rule *rule = &conf->mapping.rules[i];

        free(rule->suffix);
        free(rule->account);
        free(rule->file);
        free(rule->sha256);
    }
    for (size_t i = 0; i < conf->login.talk_count; i++)
        free(conf->login.talk[i].service);
}

enum vsc_err conf_read_backends(struct conf_source *source, const config_setting_t *setting)
{
    static const char *const names[] = {"tpm", "pkcs11", NULL};
    int count = config_setting_length(setting);

    if (config_setting_type(setting) != CONFIG_TYPE_ARRAY || count < 1 || count > 2)
        return conf_fault(source, setting, "must be an array of \"tpm\" and \"pkcs11\"");
    source->conf->card.backend_count = 0;
    for (int i = 0; i < count; i++) {
        const config_setting_t *item = config_setting_get_elem(setting, (unsigned)i);
        unsigned backend = 0;
        enum vsc_err err = conf_read_choice(source, item, names, &backend);

        if (err != VSC_OK)
            return err;
        if (i > 0 && source->conf->card.backends[0] == (enum conf_backend)backend)
            return conf_fault(source, item, "\"%s\" is there twice", names[backend]);
        source->conf->card.backends[source->conf->card.backend_count++] =
            (enum conf_backend)backend;
    }
    return VSC_OK;
}

/* One member of a group in a list: its name, its check and where it goes. */
struct member {
    const char *name;
    const char *(*check)(const char *);
    char **target;
};

/* Read the members (ended by a NULL name): all must be there, and nothing else but `besides`. */
static enum vsc_err read_members(const struct conf_source *source, const config_setting_t *group,
                                 const struct member *members, const char *besides)
{
    for (const struct member *member = members; member->name != NULL; member++) {
        const config_setting_t *setting = config_setting_get_member(group, member->name);
        enum vsc_err err;

        if (setting == NULL)
            return conf_fault(source, group, "needs \"%s\"", member->name);
        err = conf_read_string(source, setting, member->check, member->target);
        if (err != VSC_OK)
            return err;
    }
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const char *name = config_setting_name(setting);
        bool known = strcmp(name, besides) == 0;

        for (const struct member *member = members; member->name != NULL; member++)
            known = known || strcmp(name, member->name) == 0;
        if (!known)
            return conf_fault(source, setting, "unknown key");
    }
    return VSC_OK;
}

/* A list of groups with at most `max` entries; `what` shows how one looks. */
static enum vsc_err check_groups(const struct conf_source *source, const config_setting_t *setting,
                                 int max, const char *what)
{
    int count = config_setting_length(setting);

    if (config_setting_type(setting) != CONFIG_TYPE_LIST)
        return conf_fault(source, setting, "must be a list, ( %s )", what);
    if (count > max)
        return conf_fault(source, setting, "more than %d entries", max);
    for (int i = 0; i < count; i++) {
        const config_setting_t *item = config_setting_get_elem(setting, (unsigned)i);

        if (config_setting_type(item) != CONFIG_TYPE_GROUP)
            return conf_fault(source, item, "must be a group, %s", what);
    }
    return VSC_OK;
}

static enum vsc_err read_method(const struct conf_source *source, const config_setting_t *group,
                                enum conf_method *ret_method)
{
    static const char *const names[] = {"upn",     "file", "sha256", "sid", "altsecid",
                                        "subject", "mail", "cn",     NULL};
    const config_setting_t *setting = config_setting_get_member(group, "method");
    unsigned method = 0;
    enum vsc_err err;

    if (setting == NULL)
        return conf_fault(source, group, "needs \"method\"");
    err = conf_read_choice(source, setting, names, &method);
    if (err != VSC_OK)
        return err;
    if (method > METHOD_SHA256)
        return conf_fault(source, setting, "\"%s\" is not built yet", names[method]);
    *ret_method = (enum conf_method)method;
    return VSC_OK;
}

static enum vsc_err read_rule(const struct conf_source *source, const config_setting_t *group,
                              struct conf_rule *rule)
{
    const struct member upn[] = {{"suffix", check_suffix, &rule->suffix},
                                 {"account", check_template, &rule->account},
                                 {.name = NULL}};
    const struct member file[] = {{"file", check_path_needed, &rule->file}, {.name = NULL}};
    const struct member sha256[] = {{"sha256", check_sha256, &rule->sha256},
                                    {"account", check_account, &rule->account},
                                    {.name = NULL}};
    const struct member *const members[] = {
        [METHOD_UPN] = upn, [METHOD_FILE] = file, [METHOD_SHA256] = sha256};
    enum vsc_err err = read_method(source, group, &rule->method);

    rule->line = (unsigned)config_setting_source_line(group);
    if (err == VSC_OK)
        err = read_members(source, group, members[rule->method], "method");
    return err;
}

enum vsc_err conf_read_rules(struct conf_source *source, const config_setting_t *setting)
{
    enum vsc_err err = check_groups(source, setting, CONF_RULES_MAX, "{ method = \"...\"; ... }");
    int count = config_setting_length(setting);

    for (int i = 0; err == VSC_OK && i < count; i++)
        err = read_rule(source, config_setting_get_elem(setting, (unsigned)i),
                        &source->conf->mapping.rules[source->conf->mapping.rule_count++]);
    return err;
}

static enum vsc_err read_talk(const struct conf_source *source, const config_setting_t *group,
                              struct conf_talk *talk)
{
    static const char *const names[] = {"text", "gdm", "blind", NULL};
    const struct member members[] = {{"service", check_service, &talk->service}, {.name = NULL}};
    const config_setting_t *setting = config_setting_get_member(group, "style");
    unsigned style = 0;
    enum vsc_err err;

    if (setting == NULL)
        return conf_fault(source, group, "needs \"style\"");
    err = conf_read_choice(source, setting, names, &style);
    if (err != VSC_OK)
        return err;
    talk->style = (enum talk_style)(TALK_TEXT + style);
    return read_members(source, group, members, "style");
}

enum vsc_err conf_read_talk(struct conf_source *source, const config_setting_t *setting)
{
    enum vsc_err err =
        check_groups(source, setting, CONF_LIST_MAX, "{ service = \"...\"; style = \"...\"; }");
    struct conf_talk *talk = source->conf->login.talk;
    size_t *count = &source->conf->login.talk_count;

    for (int i = 0; err == VSC_OK && i < config_setting_length(setting); i++) {
        const config_setting_t *group = config_setting_get_elem(setting, (unsigned)i);

        err = read_talk(source, group, &talk[(*count)++]);
        for (size_t k = 0; err == VSC_OK && k + 1 < *count; k++)
            if (strcmp(talk[k].service, talk[*count - 1].service) == 0)
                err = conf_fault(source, group, "\"%.64s\" is there twice", talk[k].service);
    }
    return err;
}
