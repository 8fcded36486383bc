/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and writes card.conf, strictly. */
#include "card/tpm/card_conf.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum field_kind {
    FIELD_NUMBER, /* uint32_t-sized unsigned */
    FIELD_BYTE,   /* uint8_t */
    FIELD_RULE,   /* enum pin_rule */
    FIELD_TEXT,   /* char[size] */
};

struct field {
    const char *key;
    enum field_kind kind;
    size_t offset;
    unsigned long min, max; /* FIELD_TEXT: max is the size of the array */
    bool optional;          /* the owner's */
};

#define AT(member) offsetof(struct card_conf, member)
_Static_assert(sizeof(uid_t) == sizeof(unsigned), "owner_uid is read as a number");

static const struct field fields[] = {
    {"format", FIELD_NUMBER, AT(format), 1, UINT32_MAX, false},
    {"name", FIELD_TEXT, AT(name), 0, CARD_NAME_SIZE, false},
    {"tries", FIELD_NUMBER, AT(tries), 1, 255, false},
    {"owner_uid", FIELD_NUMBER, AT(owner_uid), 0, UINT32_MAX - 1, true},
    {"owner", FIELD_TEXT, AT(owner), 0, USER_NAME_SIZE, true},
    {"owner_display", FIELD_TEXT, AT(owner_display), 0, TEXT_NAME, true},
    {"pin_minlen", FIELD_BYTE, AT(policy.minlen), PIN_FLOOR, PIN_MAX, false},
    {"pin_maxlen", FIELD_BYTE, AT(policy.maxlen), PIN_FLOOR, PIN_MAX, false},
    {"pin_uppercase", FIELD_RULE, AT(policy.uppercase), 0, 0, false},
    {"pin_lowercase", FIELD_RULE, AT(policy.lowercase), 0, 0, false},
    {"pin_digits", FIELD_RULE, AT(policy.digits), 0, 0, false},
    {"pin_specialchars", FIELD_RULE, AT(policy.specialchars), 0, 0, false},
};
#define FIELD_COUNT (sizeof fields / sizeof fields[0])

static const char *const rules[] = {
    [PIN_ALLOWED] = "allowed", [PIN_DISALLOWED] = "disallowed", [PIN_REQUIRED] = "required"};

bool card_name_is_good(const char *name)
{
    size_t len = strlen(name);

    return len > 0 && len < CARD_NAME_SIZE && text_is_printable(name) &&
           strpbrk(name, "/\\:") == NULL && name[0] != ' ' && name[len - 1] != ' ';
}

static void put_line(struct buf *buf, const char *key, const char *value)
{
    buf_put(buf, key, strlen(key));
    buf_put(buf, " = ", 3);
    buf_put(buf, value, strlen(value));
    buf_put(buf, "\n", 1);
}

void card_conf_encode(struct buf *buf, const struct card_conf *conf)
{
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        const char *at = (const char *)conf + fields[i].offset;
        char number[16];

        if (fields[i].optional && !conf->has_owner)
            continue;
        switch (fields[i].kind) {
        case FIELD_NUMBER:
            snprintf(number, sizeof number, "%u", *(const unsigned *)(const void *)at);
            put_line(buf, fields[i].key, number);
            break;
        case FIELD_BYTE:
            snprintf(number, sizeof number, "%u", *(const uint8_t *)at);
            put_line(buf, fields[i].key, number);
            break;
        case FIELD_RULE:
            put_line(buf, fields[i].key, rules[*(const enum pin_rule *)(const void *)at]);
            break;
        case FIELD_TEXT:
            put_line(buf, fields[i].key, at);
            break;
        }
    }
}

static bool parse_number(const char *text, const struct field *field, unsigned long *ret_number)
{
    unsigned long number;
    char *end;

    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    number = strtoul(text, &end, 10);
    if (errno != 0 || *end != '\0' || number < field->min || number > field->max)
        return false;
    *ret_number = number;
    return true;
}

static bool parse_rule(const char *text, enum pin_rule *ret_rule)
{
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (strcmp(text, rules[i]) == 0) {
            *ret_rule = (enum pin_rule)i;
            return true;
        }
    return false;
}

static bool parse_value(const struct field *field, const char *text, struct card_conf *conf)
{
    char *at = (char *)conf + field->offset;
    unsigned long number = 0;

    switch (field->kind) {
    case FIELD_NUMBER:
        if (!parse_number(text, field, &number))
            return false;
        *(unsigned *)(void *)at = (unsigned)number;
        return true;
    case FIELD_BYTE:
        if (!parse_number(text, field, &number))
            return false;
        *(uint8_t *)at = (uint8_t)number;
        return true;
    case FIELD_RULE:
        return parse_rule(text, (enum pin_rule *)(void *)at);
    case FIELD_TEXT:
        if (strlen(text) >= field->max || !text_is_printable(text))
            return false;
        memcpy(at, text, strlen(text) + 1);
        return true;
    }
    return false;
}

/* One line, NUL-terminated; *seen has a bit for each field. */
static bool parse_line(char *line, struct card_conf *conf, unsigned *seen)
{
    char *value = strstr(line, " = ");

    if (value == NULL)
        return false;
    *value = '\0';
    value += 3;
    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (strcmp(line, fields[i].key) != 0)
            continue;
        if ((*seen & (1u << i)) != 0)
            return false;
        *seen |= 1u << i;
        return parse_value(&fields[i], value, conf);
    }
    return false;
}

/* All that must be there is there; the owner's fields wholly or not at all. */
static bool is_complete(unsigned seen, struct card_conf *conf)
{
    unsigned wanted = 0, owner = 0;

    for (size_t i = 0; i < FIELD_COUNT; i++) {
        if (fields[i].optional)
            owner |= 1u << i;
        else
            wanted |= 1u << i;
    }
    conf->has_owner = (seen & owner) == owner;
    if ((seen & wanted) != wanted || ((seen & owner) != 0 && !conf->has_owner))
        return false;
    return card_name_is_good(conf->name) && conf->policy.minlen <= conf->policy.maxlen &&
           (!conf->has_owner || conf->owner[0] != '\0');
}

enum vsc_err card_conf_decode(const void *bytes, size_t len, struct card_conf *ret_conf,
                              struct problem *problem)
{
    struct card_conf conf = {0};
    char text[CARD_CONF_MAX + 1], *next = text, *line;
    unsigned seen = 0, number = 0;

    if (len > CARD_CONF_MAX || memchr(bytes, '\0', len) != NULL)
        return problem_set(problem, VSC_STORE, "%s: not a text file", CARD_CONF_FILE);
    memcpy(text, bytes, len);
    text[len] = '\0';
    while ((line = strsep(&next, "\n")) != NULL) {
        number++;
        if (*line == '\0' && next == NULL)
            break;
        if (!parse_line(line, &conf, &seen))
            return problem_set(problem, VSC_STORE, "%s:%u: malformed", CARD_CONF_FILE, number);
        /* A newer format may have keys that are unknown here: say what matters first. */
        if (conf.format > CARD_CONF_FORMAT)
            return problem_set(problem, VSC_NOT_BUILT,
                               "%s:%u: format %u was made by a newer version, this one knows %d",
                               CARD_CONF_FILE, number, conf.format, CARD_CONF_FORMAT);
    }
    if (!is_complete(seen, &conf))
        return problem_set(problem, VSC_STORE, "%s: incomplete", CARD_CONF_FILE);
    *ret_conf = conf;
    return VSC_OK;
}
