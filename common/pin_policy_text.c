/* SPDX-License-Identifier: BSD-2-Clause */
/* A PIN policy in words, see pin_policy.h. */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/pin_policy.h"

#define POLICY_TEXT_MAX 512
#define BLANKS          " \t"

static const char *const rule_words[] = {
    [PIN_ALLOWED] = "allowed", [PIN_DISALLOWED] = "disallowed", [PIN_REQUIRED] = "required"};
#define RULE_COUNT (sizeof rule_words / sizeof rule_words[0])

static const struct {
    const char *word;
    size_t offset;
    bool is_length;
} parts[] = {
    {"minlen", offsetof(struct pin_policy, minlen), true},
    {"maxlen", offsetof(struct pin_policy, maxlen), true},
    {"uppercase", offsetof(struct pin_policy, uppercase), false},
    {"lowercase", offsetof(struct pin_policy, lowercase), false},
    {"digits", offsetof(struct pin_policy, digits), false},
    {"specialchars", offsetof(struct pin_policy, specialchars), false},
};
#define PART_COUNT (sizeof parts / sizeof parts[0])

static enum vsc_err set_length(const char *word, const char *value, uint8_t *length,
                               struct problem *problem)
{
    size_t digits = strspn(value, "0123456789");
    unsigned long number = digits > 0 && digits <= 3 ? strtoul(value, NULL, 10) : 0;

    if (value[digits] != '\0' || number < PIN_FLOOR || number > PIN_MAX)
        return problem_set(problem, VSC_USAGE, "PIN policy: %s is a number from %d to %d", word,
                           PIN_FLOOR, PIN_MAX);
    *length = (uint8_t)number;
    return VSC_OK;
}

static enum vsc_err set_rule(const char *word, const char *value, enum pin_rule *rule,
                             struct problem *problem)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (strcasecmp(value, rule_words[i]) == 0) {
            *rule = (enum pin_rule)i;
            return VSC_OK;
        }
    }
    return problem_set(problem, VSC_USAGE,
                       "PIN policy: %s is allowed, disallowed or required, not \"%s\"", word,
                       value);
}

static enum vsc_err set_part(const char *word, const char *value, struct pin_policy *policy,
                             unsigned *seen, struct problem *problem)
{
    for (size_t i = 0; i < PART_COUNT; i++) {
        char *at = (char *)policy + parts[i].offset;

        if (strcasecmp(word, parts[i].word) != 0)
            continue;
        if ((*seen & (1u << i)) != 0)
            return problem_set(problem, VSC_USAGE, "PIN policy: %s stands twice", parts[i].word);
        *seen |= 1u << i;
        return parts[i].is_length
                   ? set_length(parts[i].word, value, (uint8_t *)at, problem)
                   : set_rule(parts[i].word, value, (enum pin_rule *)(void *)at, problem);
    }
    return problem_set(problem, VSC_USAGE, "PIN policy: \"%s\" is unknown", word);
}

/* Is there a PIN that fits? */
static enum vsc_err check_sense(const struct pin_policy *policy, struct problem *problem)
{
    const enum pin_rule rules[] = {policy->uppercase, policy->lowercase, policy->digits,
                                   policy->specialchars};
    size_t open = 0;

    if (policy->minlen > policy->maxlen)
        return problem_set(problem, VSC_USAGE, "PIN policy: minlen %u is more than maxlen %u",
                           policy->minlen, policy->maxlen);
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
        if (rules[i] != PIN_DISALLOWED)
            open++;
    if (open == 0)
        return problem_set(problem, VSC_USAGE, "PIN policy: no character is allowed");
    return VSC_OK;
}

enum vsc_err pin_policy_parse(const char *text, struct pin_policy *ret_policy,
                              struct problem *problem)
{
    struct pin_policy policy = PIN_POLICY_DEFAULT;
    char room[POLICY_TEXT_MAX], *next = NULL, *word;
    unsigned seen = 0;
    enum vsc_err err = VSC_OK;

    if (strlen(text) >= sizeof room)
        return problem_set(problem, VSC_USAGE, "PIN policy: too long");
    memcpy(room, text, strlen(text) + 1);
    word = strtok_r(room, BLANKS, &next);
    if (word == NULL)
        return problem_set(problem, VSC_USAGE, "PIN policy: empty");
    while (err == VSC_OK && word != NULL) {
        const char *value = strtok_r(NULL, BLANKS, &next);

        if (value == NULL)
            return problem_set(problem, VSC_USAGE, "PIN policy: \"%s\" has no value", word);
        err = set_part(word, value, &policy, &seen, problem);
        word = strtok_r(NULL, BLANKS, &next);
    }
    if (err == VSC_OK)
        err = check_sense(&policy, problem);
    if (err == VSC_OK)
        *ret_policy = policy;
    return err;
}

void pin_policy_text(const struct pin_policy *policy, char *to)
{
    (void)snprintf(to, PIN_POLICY_TEXT,
                   "minlen %u maxlen %u uppercase %s lowercase %s digits %s specialchars %s",
                   policy->minlen, policy->maxlen, rule_words[policy->uppercase % RULE_COUNT],
                   rule_words[policy->lowercase % RULE_COUNT],
                   rule_words[policy->digits % RULE_COUNT],
                   rule_words[policy->specialchars % RULE_COUNT]);
}
