/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/expectation_line.h"

#include <string.h>

#include "certcheck/cli/explanation.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Take a quoted word off `*next`, which stands behind its first quote; NULL where it does not end.
 */
static char *take_quoted(char **next)
{
    char *word = *next, *to = word, *from = word;

    for (; *from != '"'; from++) {
        if (*from == '\\' && (from[1] == '"' || from[1] == '\\'))
            from++;
        if (*from == '\0')
            return NULL;
        *to++ = *from;
    }
    *next = from + 1;
    *to = '\0';
    return word;
}

const char *expectation_split(char *line, struct expectation_words *ret_words)
{
    struct expectation_words words = {.count = 0};
    char *next = line;

    for (;;) {
        while (is_blank(*next))
            next++;
        if (*next == '\0' || *next == '#')
            break;
        if (words.count == EXPECTATION_WORDS_MAX)
            return "too many words";
        words.quoted[words.count] = *next == '"';
        if (*next == '"') {
            next++;
            words.items[words.count] = take_quoted(&next);
            if (words.items[words.count] == NULL)
                return "a quote does not end";
            if (*next != '\0' && !is_blank(*next))
                return "a blank is missing behind a quote";
        } else {
            words.items[words.count] = next;
            next += strcspn(next, " \t");
        }
        words.text_len = (size_t)(next - line);
        words.count++;
        if (*next == '\0')
            break;
        *next++ = '\0';
    }
    *ret_words = words;
    return NULL;
}

static bool take_choice(const char *value, const char *const *choices, int *target)
{
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(choices[i], value) != 0)
            continue;
        *target = i;
        return true;
    }
    return false;
}

/* An empty value takes back what a line above has set. */
static bool take_text(const char *value, const char **target)
{
    *target = *value != '\0' ? value : NULL;
    return true;
}

static bool take_time(const char *value, const char **target, struct problem *problem)
{
    int64_t seconds;

    return take_text(value, target) &&
           (*value == '\0' || judge_time("at=", value, &seconds, problem) == VSC_OK);
}

static bool take_option(const char *name, size_t len, const char *value, struct question *question,
                        struct problem *problem)
{
    bool good = false;

    if (len == 2 && memcmp(name, "at", len) == 0)
        return take_time(value, &question->at, problem);
    if (len == 4 && memcmp(name, "user", len) == 0)
        return take_text(value, &question->user);
    if (len == 7 && memcmp(name, "service", len) == 0)
        return take_text(value, &question->service);
    if (len == 7 && memcmp(name, "purpose", len) == 0)
        good = take_choice(value, judge_purposes, &question->purpose);
    else if (len == 10 && memcmp(name, "revocation", len) == 0)
        good = take_choice(value, judge_revocations, &question->revocation);
    else
        return problem_set(problem, VSC_INPUT, "%.*s=: there is no such option", (int)len, name) ==
               VSC_OK;
    return good || problem_set(problem, VSC_INPUT, "%.*s=%s: there is no such choice", (int)len,
                               name, value) == VSC_OK;
}

bool expectation_options(const struct expectation_words *words, size_t *from,
                         struct question *question, struct problem *problem)
{
    for (; *from < words->count; (*from)++) {
        const char *word = words->items[*from];
        const char *equals = strchr(word, '=');

        if (words->quoted[*from])
            break;
        if (strcmp(word, "no-mapping") == 0) {
            question->no_mapping = true;
            continue;
        }
        if (equals == NULL)
            break;
        if (!take_option(word, (size_t)(equals - word), equals + 1, question, problem))
            return false;
    }
    return true;
}

static bool take_codes(const struct expectation_words *words, size_t from,
                       struct expectation *expectation, struct problem *problem)
{
    struct explanation explanation;

    expectation->any_code = from == words->count;
    for (size_t i = from; i < words->count; i++) {
        if (i > from && i + 1 == words->count && strcmp(words->items[i], "...") == 0) {
            expectation->at_least = true;
        } else if (!explanation_find(words->items[i], &explanation) || !explanation.is_reason) {
            const char *near[EXPLANATION_NEAR_MAX];
            bool known = explanation_near(words->items[i], near) > 0;

            return problem_set(problem, VSC_INPUT, "%s: there is no such reason%s%s%s",
                               words->items[i], known ? "; did you mean " : "",
                               known ? near[0] : "", known ? "?" : "") == VSC_OK;
        } else {
            expectation->codes[explanation.reason] = true;
        }
    }
    return true;
}

bool expectation_verdict(const struct expectation_words *words, size_t from,
                         struct expectation *expectation, struct problem *problem)
{
    const char *verdict = from < words->count ? words->items[from] : "";

    if (strcmp(verdict, "refused") == 0)
        return take_codes(words, from + 1, expectation, problem);
    if (strcmp(verdict, "accepted") != 0)
        return problem_set(problem, VSC_INPUT,
                           "\"accepted\" or \"refused\" must stand behind \"->\"") == VSC_OK;
    if (words->count - from > 2)
        return problem_set(problem, VSC_INPUT, "%s: more than an account behind \"accepted\"",
                           words->items[from + 2]) == VSC_OK;
    expectation->accepted = true;
    expectation->account = words->count - from == 2 ? words->items[from + 1] : NULL;
    return true;
}
