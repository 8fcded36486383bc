/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A sub-command of certcheck(1): one file each, found by its name in the table of certcheck_main.c.
 * It parses its own options, writes its result to standard output and what went wrong to standard
 * error, and returns the exit status.
 */
#ifndef VSC_CERTCHECK_CLI_COMMAND_H
#define VSC_CERTCHECK_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/err.h"
#include "common/options.h"
#include "common/problem.h"

#define WORDS_MAX 4096

/* What follows the command's name, or certcheck's own name for the command without one. */
struct request {
    int argc;
    char *const *argv;
};

int command_check(const struct request *request);
int command_explain(const struct request *request);
int command_facts(const struct request *request);
int command_refresh(const struct request *request);
int command_test(const struct request *request);

/* The words of a command line that are no options. */
struct words {
    const char **items; /* owned array of borrowed words */
    size_t count;
};

static inline void words_done(struct words *words)
{
    free(words->items);
}
#define auto_words __attribute__((cleanup(words_done)))

/* Parse; what is wrong is told, with the usage. `words` must be empty. */
must_check enum vsc_err command_parse(const struct request *request, const struct option *table,
                                      void *target, struct words *words);
/* Print the usage of all commands; the exit status. */
int command_usage(FILE *out);
/* The command line makes no sense: tell the usage; the exit status. */
int command_misused(void);
/* Tell what went wrong; the exit status. */
int command_failed(enum vsc_err err, const struct problem *problem);
/* Of two exit statuses the one that counts. */
int command_worse(int a, int b);

#endif
