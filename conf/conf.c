/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/conf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"
#include "conf/lists.h"
#include "conf/parse.h"
#include "conf/scan.h"
#include "conf/table.h"
#include "conf/value.h"

DEFINE_AUTO(struct conf, conf_free)

#define auto_config __attribute__((cleanup(config_destroy)))

void conf_free(struct conf *conf)
{
    if (conf == NULL)
        return;
    for (size_t i = 0; i < conf_key_count; i++)
        conf_key_free(&conf_keys[i], conf);
    conf_lists_free(conf);
    free(conf);
}

static enum vsc_err conf_new(struct conf **ret_conf)
{
    auto_by(conf_free) struct conf *conf = calloc(1, sizeof(*conf));

    if (conf == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < conf_key_count; i++) {
        enum vsc_err err = conf_key_default(&conf_keys[i], conf);

        if (err != VSC_OK)
            return err;
    }
    conf_lists_default(conf);
    *ret_conf = take(conf);
    return VSC_OK;
}

static const struct conf_key *find_key(const char *group, const char *name)
{
    for (size_t i = 0; i < conf_key_count; i++)
        if (strcmp(conf_keys[i].group, group) == 0 && strcmp(conf_keys[i].name, name) == 0)
            return &conf_keys[i];
    return NULL;
}

static bool is_group(const char *name)
{
    for (size_t i = 0; i < conf_key_count; i++)
        if (strcmp(conf_keys[i].group, name) == 0)
            return true;
    return false;
}

/* A group, or a key of no group. */
static enum vsc_err read_entry(struct conf_source *source, const config_setting_t *group)
{
    const char *name = config_setting_name(group);
    const struct conf_key *alone = find_key("", name);

    if (alone != NULL)
        return conf_read_key(source, alone, group);
    if (!is_group(name))
        return conf_fault(source, group, "unknown key");
    if (config_setting_type(group) != CONFIG_TYPE_GROUP)
        return conf_fault(source, group, "must be a group, { ... }");
    for (int i = 0; i < config_setting_length(group); i++) {
        const config_setting_t *setting = config_setting_get_elem(group, (unsigned)i);
        const struct conf_key *key = find_key(name, config_setting_name(setting));
        enum vsc_err err;

        if (key == NULL)
            return conf_fault(source, setting, "unknown key");
        err = conf_read_key(source, key, setting);
        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

static enum vsc_err read_config(struct conf_source *source, const char *text)
{
    auto_config config_t config;
    const config_setting_t *root;

    config_init(&config);
    if (config_read_string(&config, text) != CONFIG_TRUE)
        return problem_set(source->problem, VSC_CONFIG, "%s:%d: %s", source->file,
                           config_error_line(&config), config_error_text(&config));
    root = config_root_setting(&config);
    for (int i = 0; i < config_setting_length(root); i++) {
        enum vsc_err err = read_entry(source, config_setting_get_elem(root, (unsigned)i));

        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}

/* A password in clear text never leaves this computer. */
static enum vsc_err check_password(const struct conf_source *source)
{
    const struct conf *conf = source->conf;

    if (*conf->directory.user == '\0' || strncmp(conf->directory.uri, "ldap:", 5) != 0)
        return VSC_OK;
    return problem_set(source->problem, VSC_CONFIG,
                       "%s: directory.user: a password is sent by ldaps:// only", source->file);
}

enum vsc_err conf_parse(const char *name, const void *content, size_t len, struct conf **ret_conf,
                        struct problem *problem)
{
    auto_by(conf_free) struct conf *conf = NULL;
    auto_free char *text = NULL;
    struct conf_source source = {.file = name, .problem = problem};
    enum vsc_err err;

    if (len > CONF_SIZE_MAX)
        return problem_set(problem, VSC_CONFIG, "%s: larger than %d bytes", name, CONF_SIZE_MAX);
    text = calloc(1, len + 1);
    if (text == NULL)
        return VSC_MEMORY;
    if (len > 0)
        memcpy(text, content, len);
    err = conf_new(&conf);
    source.conf = conf;
    source.target = conf;
    if (err == VSC_OK)
        err = conf_scan(name, text, len, problem);
    if (err == VSC_OK)
        err = read_config(&source, text);
    if (err == VSC_OK)
        err = conf_check_rules(&source);
    if (err == VSC_OK)
        err = check_password(&source);
    if (err == VSC_OK)
        *ret_conf = take(conf);
    return err;
}

enum vsc_err conf_load(const char *path, struct conf **ret_conf, struct problem *problem)
{
    const char *name = path != NULL ? path : CONF_PATH;
    auto_buf struct buf content = {0};
    enum vsc_err err = io_read_trusted(name, CONF_SIZE_MAX, &content, problem);

    if (path == NULL && err == VSC_INPUT && errno == ENOENT) {
        (void)problem_set(problem, VSC_OK, "%s", "");
        return conf_new(ret_conf);
    }
    if (err != VSC_OK)
        return err == VSC_MEMORY ? err : VSC_CONFIG; /* io_read_trusted has said what */
    return conf_parse(name, content.data, content.len, ret_conf, problem);
}
