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
    conf_rules_free(conf);
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

enum vsc_err conf_read_members(const struct conf_source *source, const config_setting_t *group,
                               const struct conf_member *members, const char *besides)
{
    for (const struct conf_member *member = members; member->name != NULL; member++) {
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

        for (const struct conf_member *member = members; member->name != NULL; member++)
            known = known || strcmp(name, member->name) == 0;
        if (!known)
            return conf_fault(source, setting, "unknown key");
    }
    return VSC_OK;
}

enum vsc_err conf_check_groups(const struct conf_source *source, const config_setting_t *setting,
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

static enum vsc_err read_talk(const struct conf_source *source, const config_setting_t *group,
                              struct conf_talk *talk)
{
    static const char *const names[] = {"text", "gdm", "blind", NULL};
    const struct conf_member members[] = {{"service", check_service, &talk->service},
                                          {.name = NULL}};
    const config_setting_t *setting = config_setting_get_member(group, "style");
    unsigned style = 0;
    enum vsc_err err;

    if (setting == NULL)
        return conf_fault(source, group, "needs \"style\"");
    err = conf_read_choice(source, setting, names, &style);
    if (err != VSC_OK)
        return err;
    talk->style = (enum talk_style)(TALK_TEXT + style);
    return conf_read_members(source, group, members, "style");
}

enum vsc_err conf_read_talk(struct conf_source *source, const config_setting_t *setting)
{
    enum vsc_err err = conf_check_groups(source, setting, CONF_LIST_MAX,
                                         "{ service = \"...\"; style = \"...\"; }");
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
