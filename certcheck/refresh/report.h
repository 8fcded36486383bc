/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a refresh tells: one line, or one JSON object, for each source, as soon as it is known; and
 * whether all is current, which it is only while every source says so.
 */
#ifndef VSC_CERTCHECK_REFRESH_REPORT_H
#define VSC_CERTCHECK_REFRESH_REPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "certcheck/refresh/progress.h"
#include "common/json.h"

enum report_result {
    REPORT_STORED,    /* fetched or indexed, verified, and now in the cache */
    REPORT_UNCHANGED, /* what the cache has is what there is */
    REPORT_KEPT,      /* what came is worse than what the cache has, which stays */
    REPORT_FAILED,    /* nothing came that may be used; what the cache has stays */
    REPORT_SKIPPED,   /* nothing is wanted of it */
    REPORT_STALE,     /* stored or unchanged, but past its nextUpdate */
};

struct report_line {
    enum report_result result;
    /* "by-hand", "card", "crl", "delta", "issuer", "ocsp", "sources"; of the directory "account",
     * "aia", "cdp", "directory", "ntauth", "roots" */
    const char *kind;
    const char *source;  /* an address or a file */
    const char *subject; /* whom it is about: a name; "" where that is not known */
    const char *text;    /* why, or ""; foreign text is cleaned here */
    int64_t until;       /* nextUpdate in seconds since 1970; 0 for none */
};

struct report {
    FILE *out; /* borrowed */
    bool as_json;
    struct json json;
    bool current;              /* all sources so far */
    struct progress *progress; /* borrowed: taken away before a line; NULL for none */
};

/* The word of a result: "stored". */
const char *report_result_word(enum report_result result);

void report_start(struct report *report, FILE *out, bool as_json, struct progress *progress);
void report_tell(struct report *report, const struct report_line *line);
/* The end of the output; false if not all was written. */
bool report_end(struct report *report);

#endif
