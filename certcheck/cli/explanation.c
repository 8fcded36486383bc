/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/explanation.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CODE_MAX  40 /* characters of a word that is compared at all */
#define SHOWN     "VSC-"
#define SHOWN_LEN 4

size_t explanation_count(void)
{
    return REASON_COUNT + explanation_ending_count;
}

struct explanation explanation_at(size_t index)
{
    if (index < REASON_COUNT) {
        enum reason reason = (enum reason)index;

        return (struct explanation){
            .code = reason_code(reason),
            .text = reason_text(reason),
            .meaning = explanation_reasons[index].meaning,
            .fix = explanation_reasons[index].fix,
            .fixers = explanation_reasons[index].fixers,
            .is_reason = true,
            .reason = reason,
        };
    }
    return (struct explanation){
        .code = explanation_endings[index - REASON_COUNT].code,
        .text = explanation_endings[index - REASON_COUNT].text,
        .meaning = explanation_endings[index - REASON_COUNT].meaning,
        .fix = explanation_endings[index - REASON_COUNT].fix,
        .fixers = explanation_endings[index - REASON_COUNT].fixers,
    };
}

static const char *without_prefix(const char *code)
{
    return strncasecmp(code, SHOWN, SHOWN_LEN) == 0 ? code + SHOWN_LEN : code;
}

bool explanation_find(const char *code, struct explanation *ret_explanation)
{
    for (size_t i = 0; i < explanation_count(); i++) {
        struct explanation explanation = explanation_at(i);

        if (strcasecmp(explanation.code, without_prefix(code)) == 0) {
            *ret_explanation = explanation;
            return true;
        }
    }
    return false;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* How many letters have to be put in, taken out or exchanged. */
static unsigned distance(const char *word, const char *code)
{
    unsigned row[CODE_MAX + 1];
    size_t len = strlen(code);

    if (len > CODE_MAX || strlen(word) > CODE_MAX)
        return UINT32_MAX;
    for (size_t j = 0; j <= len; j++)
        row[j] = (unsigned)j;
    for (size_t i = 0; word[i] != '\0'; i++) {
        unsigned corner = row[0];

        row[0] = (unsigned)i + 1;
        for (size_t j = 0; j < len; j++) {
            unsigned best = corner + (lower(word[i]) != code[j]);

            corner = row[j + 1];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (corner + 1 < best)
                best = corner + 1;
            row[j + 1] = best;
        }
    }
    return row[len];
}

/* Half of the letters may be wrong where the one word is not a part of the other. */
static unsigned strangeness(const char *word, const char *code)
{
    unsigned apart = distance(word, code);
    size_t len = strlen(word);

    if (len >= 3 && strcasestr(code, word) != NULL)
        return 1;
    return apart <= 2 || (apart != UINT32_MAX && apart * 2 <= len) ? apart + 1 : UINT32_MAX;
}

size_t explanation_near(const char *code, const char *near[EXPLANATION_NEAR_MAX])
{
    unsigned how[EXPLANATION_NEAR_MAX];
    size_t count = 0;

    for (size_t i = 0; i < explanation_count(); i++) {
        const char *candidate = explanation_at(i).code;
        unsigned strange = strangeness(without_prefix(code), candidate);
        size_t at = count;

        while (at > 0 && how[at - 1] > strange)
            at--;
        if (strange == UINT32_MAX || at == EXPLANATION_NEAR_MAX)
            continue;
        if (count < EXPLANATION_NEAR_MAX)
            count++;
        memmove(&how[at + 1], &how[at], (count - 1 - at) * sizeof(how[0]));
        memmove(&near[at + 1], &near[at], (count - 1 - at) * sizeof(near[0]));
        how[at] = strange;
        near[at] = candidate;
    }
    return count;
}

const char *fixer_name(enum fixer fixer)
{
    switch (fixer) {
    case FIX_USER:
        return "the user";
    case FIX_HELP_DESK:
        return "the help desk";
    case FIX_ADMIN:
        return "the administrator";
    case FIX_CA:
        return "the CA";
    }
    return "unknown";
}
