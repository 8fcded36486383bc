/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Secrets from a person or from standard input; never from the command line or the environment.
 * On the terminal nothing is echoed, and its settings come back whatever signal arrives.
 */
#ifndef VSC_COMMON_ASK_H
#define VSC_COMMON_ASK_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

enum ask_from {
    ASK_TERMINAL, /* /dev/tty */
    ASK_STDIN,    /* one line for each */
};

/* Ask "WHAT: ". VSC_INPUT without a terminal, at the end of input, or for a line too long. */
must_check enum vsc_err ask_secret(enum ask_from from, const char *what, struct secret *ret_secret,
                                   struct problem *problem);
/* The same for a new one: on the terminal asked twice. */
must_check enum vsc_err ask_new_secret(enum ask_from from, const char *what,
                                       struct secret *ret_secret, struct problem *problem);
/* "yes" on the terminal. VSC_USAGE with `otherwise` where there is none. */
must_check enum vsc_err ask_yes(const char *question, const char *otherwise, bool *ret_yes,
                                struct problem *problem);

#endif
