/* SPDX-License-Identifier: BSD-2-Clause */
#include "conf/value.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"

/* gcc 12's analyzer loses sight of what is stored behind a table's offset. */
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif

#define KEY_ROOM   128
#define STRING_MAX 4096
#define DEPTH_MAX  8 /* groups and lists that a key's name in a message shows */

/* "mapping.rules[0].method", from the setting's parents. */
static void key_name(const config_setting_t *setting, char to[KEY_ROOM])
{
    const config_setting_t *path[DEPTH_MAX];
    size_t depth = 0, used = 0;

    to[0] = '\0';
    for (; !config_setting_is_root(setting) && depth < DEPTH_MAX; setting = setting->parent)
        path[depth++] = setting;
    while (depth > 0 && used < KEY_ROOM) {
        const char *name = config_setting_name(path[--depth]);

        if (name != NULL)
            used += (size_t)snprintf(to + used, KEY_ROOM - used, "%s%s", used > 0 ? "." : "", name);
        else
            used += (size_t)snprintf(to + used, KEY_ROOM - used, "[%d]",
                                     config_setting_index(path[depth]));
    }
}

enum vsc_err conf_fault(const struct conf_source *source, const config_setting_t *setting,
                        const char *format, ...)
{
    char key[KEY_ROOM], what[256];
    va_list args;

    key_name(setting, key);
    va_start(args, format);
    (void)vsnprintf(what, sizeof(what), format, args);
    va_end(args);
    (void)problem_set(source->problem, VSC_CONFIG, "%s:%u: %s: %s", source->file,
                      (unsigned)config_setting_source_line(setting), key, what);
    return VSC_CONFIG;
}

enum vsc_err conf_read_string(const struct conf_source *source, const config_setting_t *setting,
                              const char *(*check)(const char *), char **target)
{
    const char *value = config_setting_get_string(setting);
    const char *wrong = NULL;
    auto_free char *copy = NULL;

    if (config_setting_type(setting) != CONFIG_TYPE_STRING || value == NULL)
        wrong = "must be a string, \"...\"";
    else if (strlen(value) > STRING_MAX)
        wrong = "is too long";
    else if (!text_is_printable(value))
        wrong = "must be printable UTF-8";
    if (wrong != NULL) {
        (void)conf_fault(source, setting, "%s", wrong);
        return VSC_CONFIG;
    }
    wrong = check != NULL ? check(value) : NULL;
    if (wrong != NULL) {
        (void)conf_fault(source, setting, "\"%.100s\" %s", value, wrong);
        return VSC_CONFIG;
    }
    copy = strdup(value);
    if (copy == NULL)
        return VSC_MEMORY;
    free(*target);
    *target = take(copy);
    return VSC_OK;
}

enum vsc_err conf_read_choice(const struct conf_source *source, const config_setting_t *setting,
                              const char *const *choices, unsigned *ret_index)
{
    auto_free char *value = NULL;
    char list[128] = "";
    enum vsc_err err = conf_read_string(source, setting, NULL, &value);
    size_t used = 0;

    if (err != VSC_OK)
        return err;
    for (unsigned i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], value) == 0) {
            *ret_index = i;
            return VSC_OK;
        }
        if (used < sizeof(list))
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s\"%s\"",
                                     i > 0 ? ", " : "", choices[i]);
    }
    return conf_fault(source, setting, "\"%.64s\" is none of %s", value, list);
}

static enum vsc_err read_number(const struct conf_source *source, const struct conf_key *key,
                                const config_setting_t *setting, unsigned *target)
{
    int type = config_setting_type(setting);
    long long number = type == CONFIG_TYPE_INT64 ? config_setting_get_int64(setting)
                                                 : config_setting_get_int(setting);

    if (type != CONFIG_TYPE_INT && type != CONFIG_TYPE_INT64)
        return conf_fault(source, setting, "must be a whole number");
    if (number < key->min || number > key->max)
        return conf_fault(source, setting, "%lld is not from %u to %u", number, key->min, key->max);
    *target = (unsigned)number;
    return VSC_OK;
}

static enum vsc_err read_bool(const struct conf_source *source, const config_setting_t *setting,
                              bool *target)
{
    if (config_setting_type(setting) != CONFIG_TYPE_BOOL)
        return conf_fault(source, setting, "must be true or false");
    *target = config_setting_get_bool(setting) == CONFIG_TRUE;
    return VSC_OK;
}

static enum vsc_err read_list(const struct conf_source *source, const struct conf_key *key,
                              const config_setting_t *setting, struct conf_list *list)
{
    int count = config_setting_length(setting);

    if (config_setting_type(setting) != CONFIG_TYPE_ARRAY)
        return conf_fault(source, setting, "must be an array of strings, [ \"...\" ]");
    if (count > CONF_LIST_MAX)
        return conf_fault(source, setting, "more than %d entries", CONF_LIST_MAX);
    for (size_t i = 0; i < list->count; i++)
        free(take(list->items[i]));
    list->count = 0;
    for (int i = 0; i < count; i++) {
        const config_setting_t *item = config_setting_get_elem(setting, (unsigned)i);
        auto_free char *value = NULL;
        enum vsc_err err = conf_read_string(source, item, key->check, &value);

        if (err != VSC_OK)
            return err;
        if (conf_list_has(list, value))
            return conf_fault(source, item, "\"%.100s\" is there twice", value);
        list->items[list->count++] = take(value);
    }
    return VSC_OK;
}

/* Does the key hold what the table gives it? Asked of keys whose feature is not built yet. */
static bool is_default(const struct conf_key *key, const void *target)
{
    const void *value = (const char *)target + key->offset;

    switch (key->kind) {
    case KEY_STRING:
        return strcmp(*(char *const *)value, key->text) == 0;
    case KEY_LIST:
        return ((const struct conf_list *)value)->count == 0;
    case KEY_NUMBER:
    case KEY_CHOICE:
        return *(const unsigned *)value == key->number;
    case KEY_BOOL:
        return *(const bool *)value == (key->number != 0);
    case KEY_OWN:
        return true;
    }
    return false;
}

static enum vsc_err read_kind(struct conf_source *source, const struct conf_key *key,
                              const config_setting_t *setting)
{
    void *target = (char *)source->target + key->offset;

    switch (key->kind) {
    case KEY_STRING:
        return conf_read_string(source, setting, key->check, target);
    case KEY_NUMBER:
        return read_number(source, key, setting, target);
    case KEY_BOOL:
        return read_bool(source, setting, target);
    case KEY_CHOICE:
        return conf_read_choice(source, setting, key->choices, target);
    case KEY_LIST:
        return read_list(source, key, setting, target);
    case KEY_OWN:
        return key->read(source, setting);
    }
    return VSC_SYSTEM;
}

enum vsc_err conf_read_key(struct conf_source *source, const struct conf_key *key,
                           const config_setting_t *setting)
{
    enum vsc_err err = read_kind(source, key, setting);

    if (err != VSC_OK)
        return err;
    if (key->default_only && !is_default(key, source->target))
        return conf_fault(source, setting, "not built yet, leave it at its default");
    if (key->named_offset != 0)
        *(bool *)(void *)((char *)source->target + key->named_offset) = true;
    return VSC_OK;
}
