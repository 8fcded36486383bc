/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks vsc-card whether a token is there. vsc-card is started when it is first needed and stays;
 * one that fails is started anew, later each time. Whatever goes wrong is "unknown": a helper that
 * fails is not a removal.
 */
#ifndef VSC_REMOVAL_ASKER_H
#define VSC_REMOVAL_ASKER_H

#include <stdint.h>

#include "common/spawn.h"

enum presence {
    PRESENCE_UNKNOWN,
    PRESENCE_THERE,
    PRESENCE_GONE,
};

struct asker {
    const char *helpers, *config; /* borrowed; config may be NULL */
    int64_t timeout_ms;           /* for one answer */
    struct helper helper;         /* HELPER_NONE while none runs */
    int64_t started_ms;
    int64_t not_before_ms; /* of the next start */
    unsigned failures;     /* in a row */
};

enum presence asker_ask(struct asker *asker, const char *card);
void asker_done(struct asker *asker);

#endif
