/* SPDX-License-Identifier: BSD-2-Clause */
/* pinentry, the desktop's dialog for PINs. The PIN goes from its line into a struct secret, and the
 * line is wiped. */
#ifndef VSC_ENROLL_NOTIFY_PINENTRY_H
#define VSC_ENROLL_NOTIFY_PINENTRY_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define PINENTRY_SECONDS 120 /* for one question */

struct pinentry_words {
    const char *title, *text, *prompt; /* prompt: of the PIN */
    const char *yes, *no, *cancel;     /* buttons of a confirmation */
};

enum pinentry_answer {
    PINENTRY_YES,
    PINENTRY_NO,
    PINENTRY_CANCEL,
};

/* VSC_HELPER: `program` cannot be used, or speaks in another way; VSC_INPUT: nothing was given,
 * or not in time. */
must_check enum vsc_err pinentry_pin(const char *program, const struct pinentry_words *words,
                                     struct secret *ret_pin, struct problem *problem);
must_check enum vsc_err pinentry_confirm(const char *program, const struct pinentry_words *words,
                                         enum pinentry_answer *ret_answer, struct problem *problem);

#endif
