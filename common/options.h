/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options from one table, for command lines (--name VALUE, --name=VALUE, -c VALUE; before or after
 * the words) and for PAM module arguments (name, name=value). Unknown, repeated and malformed ones
 * are errors that name the option. No abbreviations.
 */
#ifndef VSC_COMMON_OPTIONS_H
#define VSC_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_STRING, /* const char *, borrowed from argv; must not be empty */
    OPTION_TEXT,   /* the same, and may be empty */
    OPTION_NUMBER, /* unsigned, decimal, min..max */
    OPTION_CHOICE, /* int: index into choices; initialise it to the default */
    OPTION_PATH,   /* const char *, borrowed; absolute */
};

struct option {
    const char *name; /* without dashes; one character means -c; NULL ends the table */
    enum option_kind kind;
    size_t offset; /* in the target */
    unsigned min, max;
    const char *const *choices; /* NULL-terminated */
};

/*
 * argv[0..argc-1] are what follows the program's name. Words that are no options are collected in
 * order into `words` (room for `words_max`; more is VSC_USAGE). "--" ends the options.
 */
must_check enum vsc_err options_parse_command(const struct option *table, int argc,
                                              char *const *argv, void *target, const char **words,
                                              size_t words_max, size_t *ret_word_count,
                                              struct problem *problem);
/* PAM module arguments. */
must_check enum vsc_err options_parse_module(const struct option *table, int argc,
                                             const char *const *argv, void *target,
                                             struct problem *problem);

#endif
