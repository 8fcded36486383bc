/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-watch at work: asks vsc-card, and tells what is new. */
#ifndef VSC_GREETER_WATCH_WATCH_H
#define VSC_GREETER_WATCH_WATCH_H

#include <stdbool.h>

#include "common/err.h"
#include "common/wire_watch.h"

#define WATCH_ANSWER_MS    10000 /* so long vsc-card may take for an answer */
#define WATCH_RETRY_MIN_MS 100   /* after vsc-card has gone, doubled each time up to the next */
#define WATCH_RETRY_MAX_MS 2000

struct watch_options {
    const char *socket; /* of vsc-card */
    bool json, once;
    int out;           /* descriptor for the lines */
    int64_t poll_ms;   /* between two questions: WATCH_POLL_MS */
    int64_t answer_ms; /* WATCH_ANSWER_MS */
};

/*
 * Until nobody reads `out` (VSC_OK); with `once` until the picture is told, or vsc-card cannot be
 * asked (its error). VSC_MEMORY, VSC_SYSTEM: nothing can be told.
 */
must_check enum vsc_err watch_run(const struct watch_options *options);

#endif
