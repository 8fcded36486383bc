/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules for commands that the TPM never sees. */
#include "tests/proxy/rules.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static bool parse_number(const char **text, unsigned long max, unsigned long *ret_number)
{
    char *end = NULL;

    if (**text < '0' || **text > '9')
        return false;
    errno = 0;
    unsigned long number = strtoul(*text, &end, 0);
    if (errno != 0 || number > max)
        return false;
    *ret_number = number;
    *text = end;
    return true;
}

static bool parse_digit(char digit, unsigned *ret_value, unsigned *ret_mask)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = strchr(digits, digit);

    if (digit == '.') {
        *ret_value = 0;
        *ret_mask = 0;
        return true;
    }
    if (digit == '\0' || found == NULL)
        return false;
    *ret_value = (unsigned)(found - digits) & 0xf;
    *ret_mask = 0xf;
    return true;
}

static bool parse_pattern(const char **text, struct rule *rule)
{
    const char *at = *text;

    while (*at != '\0' && *at != ':') {
        unsigned high = 0, high_mask = 0, low = 0, low_mask = 0;

        if (rule->len == PATTERN_MAX || !parse_digit(at[0], &high, &high_mask) ||
            !parse_digit(at[1], &low, &low_mask))
            return false;
        rule->bytes[rule->len] = (uint8_t)(high << 4 | low);
        rule->mask[rule->len] = (uint8_t)(high_mask << 4 | low_mask);
        rule->len++;
        at += 2;
    }
    *text = at;
    return true;
}

bool rule_parse(const char *text, struct rule *ret_rule)
{
    struct rule rule = {.left = ULONG_MAX};
    unsigned long command = 0, answer = 0;

    if (!parse_number(&text, UINT32_MAX, &command) || *text++ != ':' ||
        !parse_number(&text, UINT32_MAX, &answer))
        return false;
    rule.command = (uint32_t)command;
    rule.answer = (uint32_t)answer;
    if (*text == ':') {
        text++;
        if (!parse_pattern(&text, &rule))
            return false;
    }
    if (*text == ':') {
        text++;
        if (!parse_number(&text, ULONG_MAX, &rule.left))
            return false;
    }
    if (*text != '\0')
        return false;
    *ret_rule = rule;
    return true;
}

static bool stands_at(const struct rule *rule, const uint8_t *at)
{
    for (size_t i = 0; i < rule->len; i++) {
        if ((at[i] & rule->mask[i]) != rule->bytes[i])
            return false;
    }
    return true;
}

bool rule_fits(const struct rule *rule, uint32_t code, const uint8_t *command, size_t len)
{
    if (rule->command != code || rule->left == 0)
        return false;
    for (size_t at = 0; at + rule->len <= len; at++) {
        if (stands_at(rule, command + at))
            return true;
    }
    return false;
}
