/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/options.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS_MAX 64 /* in a table; what stands behind is as if unknown */

/* One parse: the table, where the values go, and which options have been seen. */
struct parse {
    const struct option *table;
    char *target;
    uint64_t seen;
    struct problem *problem;
};

static const struct option *option_find(const struct option *table, const char *name, size_t len)
{
    for (const struct option *option = table; option < table + OPTIONS_MAX && option->name != NULL;
         option++)
        if (strlen(option->name) == len && memcmp(option->name, name, len) == 0)
            return option;
    return NULL;
}

/* "-c" and "--config" may stand for the same thing: given twice is given twice. */
static enum vsc_err note_seen(struct parse *parse, const struct option *option, const char *shown)
{
    for (size_t i = 0; i < OPTIONS_MAX && parse->table[i].name != NULL; i++)
        if ((parse->seen & UINT64_C(1) << i) != 0 && parse->table[i].offset == option->offset)
            return problem_set(parse->problem, VSC_USAGE, "%s: given twice", shown);
    parse->seen |= UINT64_C(1) << (option - parse->table);
    return VSC_OK;
}

static enum vsc_err store_number(const struct parse *parse, const struct option *option,
                                 const char *value, const char *shown)
{
    uint64_t number = 0;
    size_t len = strlen(value);
    bool good = len > 0 && len <= 10;

    for (size_t i = 0; good && i < len; i++) {
        good = value[i] >= '0' && value[i] <= '9';
        number = number * 10 + (uint64_t)(value[i] - '0');
    }
    if (!good || number < option->min || number > option->max)
        return problem_set(parse->problem, VSC_USAGE, "%s: \"%s\" is not a number from %u to %u",
                           shown, value, option->min, option->max);
    *(unsigned *)(void *)(parse->target + option->offset) = (unsigned)number;
    return VSC_OK;
}

static enum vsc_err store_choice(const struct parse *parse, const struct option *option,
                                 const char *value, const char *shown)
{
    char list[256] = "";
    size_t used = 0;

    for (int i = 0; option->choices[i] != NULL; i++) {
        if (strcmp(option->choices[i], value) == 0) {
            *(int *)(void *)(parse->target + option->offset) = i;
            return VSC_OK;
        }
        if (used < sizeof(list))
            used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", i > 0 ? ", " : "",
                                     option->choices[i]);
    }
    return problem_set(parse->problem, VSC_USAGE, "%s: \"%s\" is none of %s", shown, value, list);
}

/* `value` is NULL where none was given; `shown` is the option as it was written, for messages. */
static enum vsc_err store(struct parse *parse, const struct option *option, const char *value,
                          const char *shown)
{
    enum vsc_err err = note_seen(parse, option, shown);

    if (err != VSC_OK)
        return err;
    if (option->kind == OPTION_FLAG) {
        if (value != NULL)
            return problem_set(parse->problem, VSC_USAGE, "%s: takes no value", shown);
        *(bool *)(void *)(parse->target + option->offset) = true;
        return VSC_OK;
    }
    if (value == NULL || (*value == '\0' && option->kind != OPTION_TEXT))
        return problem_set(parse->problem, VSC_USAGE, "%s: needs a value", shown);
    switch (option->kind) {
    case OPTION_NUMBER:
        return store_number(parse, option, value, shown);
    case OPTION_CHOICE:
        return store_choice(parse, option, value, shown);
    case OPTION_PATH:
        if (*value != '/')
            return problem_set(parse->problem, VSC_USAGE, "%s: \"%s\" is not an absolute path",
                               shown, value);
        break;
    case OPTION_STRING:
    case OPTION_TEXT:
    case OPTION_FLAG:
        break;
    }
    *(const char **)(void *)(parse->target + option->offset) = value;
    return VSC_OK;
}

/* The option at argv[0]; *ret_used becomes 2 where its value is the next word. */
static enum vsc_err parse_option(struct parse *parse, int argc, char *const *argv, int *ret_used)
{
    bool is_long = argv[0][1] == '-';
    const char *name = argv[0] + (is_long ? 2 : 1);
    const char *equals = is_long ? strchr(name, '=') : NULL;
    size_t len = equals != NULL ? (size_t)(equals - name) : strlen(name);
    const struct option *option = option_find(parse->table, name, len);
    const char *value = equals != NULL ? equals + 1 : NULL;
    char shown[64];
    int used = 1;
    enum vsc_err err;

    (void)snprintf(shown, sizeof(shown), "%.*s", (int)(len + (is_long ? 2 : 1)), argv[0]);
    if (option == NULL || (len == 1) == is_long)
        return problem_set(parse->problem, VSC_USAGE, "%s: unknown option", shown);
    if (option->kind != OPTION_FLAG && value == NULL && argc > 1) {
        value = argv[1];
        used = 2;
    }
    err = store(parse, option, value, shown);
    if (err == VSC_OK)
        *ret_used = used;
    return err;
}

enum vsc_err options_parse_command(const struct option *table, int argc, char *const *argv,
                                   void *target, const char **words, size_t words_max,
                                   size_t *ret_word_count, struct problem *problem)
{
    struct parse parse = {.table = table, .target = target, .problem = problem};
    size_t count = 0;
    bool ended = false;

    for (int i = 0; i < argc;) {
        int used = 1;

        if (!ended && strcmp(argv[i], "--") == 0) {
            ended = true;
        } else if (!ended && argv[i][0] == '-' && argv[i][1] != '\0') {
            enum vsc_err err = parse_option(&parse, argc - i, argv + i, &used);

            if (err != VSC_OK)
                return err;
        } else if (count == words_max) {
            return problem_set(problem, VSC_USAGE, "\"%s\": one word too many", argv[i]);
        } else {
            words[count++] = argv[i];
        }
        i += used;
    }
    *ret_word_count = count;
    return VSC_OK;
}

enum vsc_err options_parse_module(const struct option *table, int argc, const char *const *argv,
                                  void *target, struct problem *problem)
{
    struct parse parse = {.table = table, .target = target, .problem = problem};

    for (int i = 0; i < argc; i++) {
        const char *equals = strchr(argv[i], '=');
        size_t len = equals != NULL ? (size_t)(equals - argv[i]) : strlen(argv[i]);
        const struct option *option = option_find(table, argv[i], len);
        char shown[64];
        enum vsc_err err;

        (void)snprintf(shown, sizeof(shown), "%.*s", (int)len, argv[i]);
        if (option == NULL)
            return problem_set(problem, VSC_USAGE, "%s: unknown argument", shown);
        err = store(&parse, option, equals != NULL ? equals + 1 : NULL, shown);
        if (err != VSC_OK)
            return err;
    }
    return VSC_OK;
}
