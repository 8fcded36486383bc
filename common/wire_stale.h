/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was out of date when a certificate was checked, yet counted (revocation.max_stale): for
 * vsc-check to collect and, in STALE_TOLD, for the module to say. The rules of wire_check.h hold
 * here too.
 */
#ifndef VSC_COMMON_WIRE_STALE_H
#define VSC_COMMON_WIRE_STALE_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/text.h"

#define STALE_MAX 3 /* things that are named; the others are counted */

enum stale_kind {
    STALE_LIST = 1,      /* a revocation list */
    STALE_ANSWER = 2,    /* an OCSP answer */
    STALE_DIRECTORY = 3, /* what the directory publishes, or says of accounts */
};

struct stale_item {
    enum stale_kind kind;
    char of[TEXT_NAME]; /* the CA, safe to show; "" for the directory, and only there */
    int64_t since;      /* when it should have been replaced, seconds since 1970 */
};

struct stale {
    struct stale_item items[STALE_MAX];
    size_t count;
    uint32_t more;
};

/* Add one thing, unless it stands there already: then the earlier time counts. `of` is made safe;
 * a CA without a name is "?". */
void stale_add(struct stale *stale, enum stale_kind kind, const char *of, int64_t since);

void check_stale_encode(struct buf *body, const struct stale *stale);
must_check enum vsc_err check_stale_decode(struct reader *reader, struct stale *ret_stale);

#endif
