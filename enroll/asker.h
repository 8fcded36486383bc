/* SPDX-License-Identifier: BSD-2-Clause */
/* Whoever puts questions to the person in a run: the terminal, or the desktop (enroll/notify). */
#ifndef VSC_ENROLL_ASKER_H
#define VSC_ENROLL_ASKER_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

enum asker_card {
    ASKER_USE,    /* this card */
    ASKER_NEXT,   /* another one */
    ASKER_CANCEL, /* none: on to the next profile */
};

struct asker {
    /* `tries_left` 0: not known. `again`: the one before was wrong. Nothing given: VSC_INPUT. */
    enum vsc_err (*pin)(void *context, const char *card, unsigned tries_left, bool again,
                        struct secret *ret_pin, struct problem *problem);
    /* May the default container become the one of `profile`? No, if nobody says yes. */
    bool (*may_replace)(void *context, const char *card, const char *profile);
    enum asker_card (*use_card)(void *context, const char *card, const char *profile);
    void *context;
};

/* Of the terminal; its context may be NULL. */
extern const struct asker asker_terminal;

#endif
