/* SPDX-License-Identifier: BSD-2-Clause */
/* A line on a terminal that says how far a download is, once it has taken a second. */
#ifndef VSC_CERTCHECK_REFRESH_PROGRESS_H
#define VSC_CERTCHECK_REFRESH_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct progress {
    FILE *terminal;     /* borrowed; NULL: nothing is shown */
    int64_t started_ms; /* of the download at hand; 0 for none */
    int64_t shown_ms;   /* when a line was written last; 0 for never */
};

/* As network_progress wants it; `arg` is a struct progress. `total` is 0 where it is not known. */
void progress_show(void *arg, const char *address, size_t got, size_t total);
/* The download is over: take the line away. */
void progress_clear(struct progress *progress);

#endif
