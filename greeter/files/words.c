/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/files/words.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

struct cutter {
    const char *at;
    char *out;
    char **words;
    size_t count;
    bool fault;
};

/* %% and the codes that stand for nothing in a session. */
static void take_percent(struct cutter *cutter)
{
    char code = cutter->at[1];

    if (code == '%')
        *cutter->out++ = '%';
    else if (code == '\0' || strchr("fFuUdDnNickvm", code) == NULL)
        cutter->fault = true;
    cutter->at += code == '\0' ? 1 : 2;
}

static void take_quoted(struct cutter *cutter)
{
    cutter->at++;
    while (*cutter->at != '"' && *cutter->at != '\0') {
        if (*cutter->at == '\\' && cutter->at[1] != '\0' && strchr("\"`$\\", cutter->at[1]) != NULL)
            cutter->at++;
        *cutter->out++ = *cutter->at++;
    }
    if (*cutter->at == '\0')
        cutter->fault = true;
    else
        cutter->at++;
}

static void take_word(struct cutter *cutter)
{
    char *start = cutter->out;
    bool quoted = false;

    while (*cutter->at != '\0' && *cutter->at != ' ' && *cutter->at != '\t' && !cutter->fault) {
        if (*cutter->at == '%') {
            take_percent(cutter);
        } else if (*cutter->at == '"') {
            take_quoted(cutter);
            quoted = true;
        } else {
            *cutter->out++ = *cutter->at++;
        }
    }
    *cutter->out++ = '\0';
    /* A field code alone is no word. */
    if (*start == '\0' && !quoted) {
        cutter->out = start;
        return;
    }
    if (cutter->count == WORDS_MAX)
        cutter->fault = true;
    else
        cutter->words[cutter->count++] = start;
}

enum vsc_err words_read(const char *line, char ***ret_words)
{
    const size_t table = (WORDS_MAX + 1) * sizeof(char *);
    /* What comes out is never longer than what goes in, with a NUL for each blank. */
    auto_free char **words = calloc(1, table + strlen(line) + 2);
    struct cutter cutter = {.at = line, .words = words};

    if (words == NULL)
        return VSC_MEMORY;
    cutter.out = (char *)(words + WORDS_MAX + 1);
    while (!cutter.fault) {
        while (*cutter.at == ' ' || *cutter.at == '\t')
            cutter.at++;
        if (*cutter.at == '\0')
            break;
        take_word(&cutter);
    }
    if (cutter.fault || cutter.count == 0 || words[0][0] == '\0')
        return VSC_INPUT;
    *ret_words = take(words);
    return VSC_OK;
}
