/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cli/expectation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/cli/expectation_line.h"
#include "common/own.h"
#include "common/text.h"

#define TEXT_SIZE (4 * EXPECTATION_LINE_MAX + 1)

struct parse {
    const char *file;
    unsigned line;
    struct question question; /* what "set" lines say so far */
    struct expectations *expectations;
    struct problem *problem;
};

static enum vsc_err fail_at(const struct parse *parse, const char *text)
{
    struct problem inner;

    (void)snprintf(inner.text, sizeof(inner.text), "%s", text);
    return problem_set(parse->problem, VSC_INPUT, "%s:%u: %s", parse->file, parse->line,
                       inner.text);
}

static void expectation_done(struct expectation *expectation)
{
    free(expectation->text);
    free(expectation->words);
    free(expectation->certificate);
}

void expectations_done(struct expectations *expectations)
{
    for (size_t i = 0; i < expectations->count; i++)
        expectation_done(&expectations->items[i]);
    for (size_t i = 0; i < expectations->setting_count; i++)
        free(expectations->settings[i]);
    free(expectations->items);
    free(expectations->settings);
    *expectations = (struct expectations){0};
}

/* A relative path is one beside the file. */
static char *path_beside(const char *file, const char *certificate)
{
    const char *slash = strrchr(file, '/');
    char *path = NULL;

    if (*certificate == '/' || slash == NULL)
        return strdup(certificate);
    if (asprintf(&path, "%.*s/%s", (int)(slash - file), file, certificate) < 0)
        return NULL;
    return path;
}

/* Safe to show, and with one blank where there are several. */
static char *shown(const char *text, size_t len)
{
    char line[EXPECTATION_LINE_MAX + 1], clean[TEXT_SIZE];
    size_t used = 0;

    for (size_t i = 0; i < len && used < EXPECTATION_LINE_MAX; i++)
        if (!strchr(" \t", text[i]) || (used > 0 && line[used - 1] != ' '))
            line[used++] = (char)(text[i] == '\t' ? ' ' : text[i]);
    line[used] = '\0';
    text_clean(clean, sizeof(clean), line);
    return strdup(clean);
}

static enum vsc_err take_setting(struct parse *parse, const struct expectation_words *words,
                                 char *line)
{
    struct expectations *expectations = parse->expectations;
    struct problem problem = {""};
    size_t from = 1;

    if (expectations->setting_count == EXPECTATIONS_MAX) {
        free(line);
        return fail_at(parse, "too many \"set\" lines");
    }
    expectations->settings[expectations->setting_count++] = line;
    if (!expectation_options(words, &from, &parse->question, &problem))
        return fail_at(parse, problem.text);
    if (from < words->count || from == 1)
        return fail_at(parse, "only options may stand behind \"set\", and one must");
    return VSC_OK;
}

/* CERTIFICATE OPTION ... -> VERDICT */
static enum vsc_err take_case(struct parse *parse, const struct expectation_words *words,
                              struct expectation *expectation)
{
    struct problem problem = {""};
    size_t from = 1;

    if (!expectation_options(words, &from, &expectation->question, &problem))
        return fail_at(parse, problem.text);
    if (*words->items[0] == '\0')
        return fail_at(parse, "the certificate's name is empty");
    if (from == words->count || words->quoted[from] || strcmp(words->items[from], "->") != 0)
        return fail_at(parse, "\"->\" must stand behind the certificate and its options");
    if (!expectation_verdict(words, from + 1, expectation, &problem))
        return fail_at(parse, problem.text);
    expectation->certificate = path_beside(parse->file, words->items[0]);
    return expectation->certificate != NULL ? VSC_OK : VSC_MEMORY;
}

static enum vsc_err take_line(struct parse *parse, const char *text, size_t len)
{
    struct expectations *expectations = parse->expectations;
    struct expectation_words words;
    struct expectation *expectation;
    auto_free char *line = strndup(text, len);
    const char *wrong;

    if (line == NULL)
        return VSC_MEMORY;
    wrong = expectation_split(line, &words);
    if (wrong != NULL)
        return fail_at(parse, wrong);
    if (words.count == 0)
        return VSC_OK;
    if (!words.quoted[0] && strcmp(words.items[0], "set") == 0)
        return take_setting(parse, &words, take(line));
    if (expectations->count == EXPECTATIONS_MAX)
        return fail_at(parse, "too many cases");
    expectation = &expectations->items[expectations->count++];
    *expectation = (struct expectation){
        .line = parse->line,
        .question = parse->question,
        .text = shown(text, words.text_len),
        .words = take(line),
    };
    return expectation->text != NULL ? take_case(parse, &words, expectation) : VSC_MEMORY;
}

enum vsc_err expectations_parse(const char *file, const void *content, size_t len,
                                const struct question *first, struct expectations *expectations,
                                struct problem *problem)
{
    struct parse parse = {
        .file = file, .question = *first, .expectations = expectations, .problem = problem};
    const char *next = content;
    enum vsc_err err = VSC_OK;

    *expectations = (struct expectations){
        .items = calloc(EXPECTATIONS_MAX, sizeof(*expectations->items)),
        .settings = calloc(EXPECTATIONS_MAX, sizeof(*expectations->settings)),
    };
    if (expectations->items == NULL || expectations->settings == NULL)
        return VSC_MEMORY;
    while (err == VSC_OK && len > 0) {
        const char *end = memchr(next, '\n', len);
        const size_t line = end != NULL ? (size_t)(end - next) : len;

        parse.line++;
        if (line > EXPECTATION_LINE_MAX)
            err = fail_at(&parse, "the line is too long");
        else if (memchr(next, '\0', line) != NULL)
            err = fail_at(&parse, "a NUL byte");
        else
            err = take_line(&parse, next, line - (line > 0 && next[line - 1] == '\r'));
        len -= line + (end != NULL);
        next += line + (end != NULL);
    }
    if (err == VSC_OK && expectations->count == 0)
        err = problem_set(problem, VSC_INPUT, "%s: no case is in it", file);
    return err;
}

bool expectation_holds(const struct expectation *expectation, const struct evaluation *evaluation)
{
    if (expectation->accepted || evaluation->accepted)
        return expectation->accepted && evaluation->accepted &&
               (expectation->account == NULL ||
                (evaluation->mapped &&
                 strcmp(expectation->account, evaluation->account.name) == 0));
    for (size_t i = 0; i < REASON_COUNT && !expectation->any_code; i++) {
        bool found = verdict_has(&evaluation->verdict, (enum reason)i);

        if (expectation->codes[i] ? !found : found && !expectation->at_least)
            return false;
    }
    return true;
}
