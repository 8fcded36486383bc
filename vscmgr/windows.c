/* SPDX-License-Identifier: BSD-2-Clause */
/* Turns Windows' command lines into ours, see the header. */
#include "vscmgr/windows.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum value {
    VALUE_NONE,
    VALUE_AS_IS,
    VALUE_WORD,  /* one of fixed words, in any case */
    VALUE_WORDS, /* all words up to the next option */
};

struct windows_option {
    const char *windows, *ours;
    enum value value;
};

static const struct windows_option windows_options[] = {
    {"/name", "--name", VALUE_AS_IS},
    {"/instance", "--instance", VALUE_AS_IS},
    {"/pin", "--pin", VALUE_WORD},
    {"/adminkey", "--adminkey", VALUE_WORD},
    {"/puk", "--puk", VALUE_WORD},
    {"/generate", "--generate", VALUE_NONE},
    {"/quiet", "--quiet", VALUE_NONE},
    {"/pinpolicy", "--pinpolicy", VALUE_WORDS},
    {"/attestation", "--attestation", VALUE_WORD},
};

struct rewrite {
    struct windows_line *line;
    size_t used;
    bool full;
};

static void add_text(struct rewrite *rewrite, const char *text, size_t len, bool lower)
{
    char *to = rewrite->line->text + rewrite->used;

    if (len >= sizeof rewrite->line->text - rewrite->used) {
        rewrite->full = true;
        return;
    }
    for (size_t i = 0; i < len; i++)
        to[i] = lower ? (char)tolower((unsigned char)text[i]) : text[i];
    to[len] = '\0';
    rewrite->used += len;
}

/* Begin an argument, and end the one before it. */
static void add_argument(struct rewrite *rewrite)
{
    struct windows_line *line = rewrite->line;

    if (line->argc == WINDOWS_ARGS_MAX || sizeof line->text - rewrite->used < 2) {
        rewrite->full = true;
        return;
    }
    if (line->argc > 0)
        rewrite->used++;
    line->argv[line->argc++] = line->text + rewrite->used;
}

/* Append an argument, in lower case if wanted. */
static void add(struct rewrite *rewrite, const char *text, bool lower)
{
    add_argument(rewrite);
    if (!rewrite->full)
        add_text(rewrite, text, strlen(text), lower);
}

static const struct windows_option *find(const char *text)
{
    for (size_t i = 0; i < sizeof windows_options / sizeof windows_options[0]; i++)
        if (strcasecmp(windows_options[i].windows, text) == 0)
            return &windows_options[i];
    return NULL;
}

/* Windows' options begin with a slash, and none has a second one: a path is a value. */
static bool is_option(const char *text)
{
    return text[0] == '/' && strchr(text + 1, '/') == NULL;
}

/* The words of a value that may have several, joined by blanks. */
static void add_words(struct rewrite *rewrite, int argc, char **argv, int *at)
{
    add(rewrite, argv[(*at)++], false);
    while (!rewrite->full && *at < argc && argv[*at][0] != '-' && !is_option(argv[*at])) {
        add_text(rewrite, " ", 1, false);
        add_text(rewrite, argv[*at], strlen(argv[*at]), false);
        (*at)++;
    }
}

/* One option with its value; *at moves on. */
static enum vsc_err translate(struct rewrite *rewrite, int argc, char **argv, int *at,
                              struct problem *problem)
{
    const char *text = argv[(*at)++];
    const struct windows_option *option = find(text);

    if (option == NULL)
        return problem_set(problem, VSC_USAGE, "%s: unknown option (see tpmvscmgr /?)", text);
    add(rewrite, option->ours, false);
    if (option->value == VALUE_NONE)
        return VSC_OK;
    if (*at == argc || (option->value != VALUE_AS_IS && is_option(argv[*at])))
        return problem_set(problem, VSC_USAGE, "%s: a value is missing", text);
    if (option->value == VALUE_WORDS)
        add_words(rewrite, argc, argv, at);
    else
        add(rewrite, argv[(*at)++], option->value == VALUE_WORD);
    return VSC_OK;
}

enum vsc_err windows_translate(int argc, char **argv, struct windows_line *ret_line,
                               struct problem *problem)
{
    struct rewrite rewrite = {.line = ret_line};
    bool slashes = false;
    enum vsc_err err = VSC_OK;

    memset(ret_line, 0, sizeof *ret_line);
    for (int at = 0; err == VSC_OK && at < argc;) {
        if (is_option(argv[at])) {
            slashes = true;
            err = translate(&rewrite, argc, argv, &at, problem);
        } else if (argv[at][0] == '-') {
            /* One of ours; its value must not be taken for a Windows option: -c /etc/x. */
            add(&rewrite, argv[at++], false);
            if (at < argc && argv[at][0] != '-' && find(argv[at]) == NULL)
                add(&rewrite, argv[at++], false);
        } else {
            add(&rewrite, argv[at], at == 0);
            at++;
        }
    }
    if (err != VSC_OK)
        return err;
    /* Windows' commands never ask for confirmation. */
    if (slashes && ret_line->argc > 0 && strcmp(ret_line->argv[0], "destroy") == 0)
        add(&rewrite, "--yes", false);
    if (rewrite.full)
        return problem_set(problem, VSC_USAGE, "the command line is too long");
    return VSC_OK;
}
