/* SPDX-License-Identifier: BSD-2-Clause */
/* One line of a file of expected verdicts: its words, and what they mean. */
#ifndef VSC_CERTCHECK_CLI_EXPECTATION_LINE_H
#define VSC_CERTCHECK_CLI_EXPECTATION_LINE_H

#include "certcheck/cli/expectation.h"

struct expectation_words {
    char *items[EXPECTATION_WORDS_MAX]; /* borrowed: parts of the line */
    bool quoted[EXPECTATION_WORDS_MAX]; /* such a word is no sign and no option's name */
    size_t count;
    size_t text_len; /* of the line without its comment and the blanks before it */
};

/* Split `line` in place. NULL, or what is wrong with it. */
const char *expectation_split(char *line, struct expectation_words *ret_words);

/* Take the words from `from` on as options, up to the first that is none; false with `problem`. */
bool expectation_options(const struct expectation_words *words, size_t *from,
                         struct question *question, struct problem *problem);
/* Take the words from `from` on as the verdict; false with `problem`. */
bool expectation_verdict(const struct expectation_words *words, size_t from,
                         struct expectation *expectation, struct problem *problem);

#endif
