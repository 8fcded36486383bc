/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is remembered of an address: which version of its list the cache has, so that the server can
 * say that it has nothing newer. It is believed only while the cache still has exactly that list.
 */
#ifndef VSC_CERTCHECK_REFRESH_SOURCES_H
#define VSC_CERTCHECK_REFRESH_SOURCES_H

#include <stdbool.h>

#include "certcheck/refresh/http.h"
#include "certcheck/refresh/refresh.h"

struct source_note {
    struct http_version version;
    char index[CACHE_NAME_SIZE];            /* of crl/ */
    unsigned char sha256[CRL_INDEX_SHA256]; /* of the list in it */
};

/* False where nothing is known of the address, or its list is not in the cache any more. */
bool source_recall(const struct refresh *refresh, const char *address, struct source_note *ret_note,
                   int64_t *ret_until);
/* Nothing depends on it: what cannot be written is fetched again. */
void source_remember(const struct refresh *refresh, const char *address,
                     const struct source_note *note);

#endif
