/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A file of expected verdicts (certcheck(1), "EXPECTED VERDICTS"): one case a line,
 *
 *     CERTIFICATE OPTION=VALUE ... -> accepted [ACCOUNT]
 *     CERTIFICATE OPTION=VALUE ... -> refused [CODE ... [...]]
 *
 * and lines "set OPTION=VALUE ..." that hold for all lines below them. Words with blanks stand in
 * quotes, in which \" and \\ stand for themselves; # begins a comment.
 */
#ifndef VSC_CERTCHECK_CLI_EXPECTATION_H
#define VSC_CERTCHECK_CLI_EXPECTATION_H

#include <stdbool.h>
#include <stddef.h>

#include "certcheck/cli/judge.h"
#include "certcheck/verdict.h"
#include "common/err.h"
#include "common/problem.h"

#define EXPECTATION_FILE_MAX  (1024 * 1024)
#define EXPECTATION_LINE_MAX  4096 /* bytes */
#define EXPECTATION_WORDS_MAX 64   /* in a line */
#define EXPECTATIONS_MAX      4096

struct expectation {
    unsigned line;
    char *text;        /* owned: the line as it stands, safe to show */
    char *words;       /* owned: what the strings below and in `question` point into */
    char *certificate; /* owned; a path */
    struct question question;
    bool accepted;
    const char *account; /* NULL: any */
    bool any_code;       /* refused, for whatever reason */
    bool at_least;       /* other codes may stand beside these */
    bool codes[REASON_COUNT];
};

struct expectations {
    struct expectation *items; /* owned */
    size_t count;
    char **settings; /* owned: the words of "set" lines */
    size_t setting_count;
};

/*
 * Parse a file's `content`; `file` is its name, to which certificates are relative, and `first`
 * what holds for all of it (borrowed strings). VSC_INPUT with FILE:LINE. The caller calls
 * expectations_done() also after a failure.
 */
must_check enum vsc_err expectations_parse(const char *file, const void *content, size_t len,
                                           const struct question *first,
                                           struct expectations *expectations,
                                           struct problem *problem);
void expectations_done(struct expectations *expectations);
#define auto_expectations __attribute__((cleanup(expectations_done)))

/* Is the verdict the one that was expected? */
bool expectation_holds(const struct expectation *expectation, const struct evaluation *evaluation);

#endif
