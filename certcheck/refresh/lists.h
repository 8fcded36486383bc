/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revocation lists on their way into the cache. A list is taken if it parses, is complete or a
 * delta as was wanted, comes from whom it should, says from when and until when it holds, is not
 * from the future, is signed with SHA-256 or better, and verifies under the key of a certificate
 * that leads to an anchor. It takes the place of an older one of the same scope only.
 */
#ifndef VSC_CERTCHECK_REFRESH_LISTS_H
#define VSC_CERTCHECK_REFRESH_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/crl_index.h"
#include "certcheck/crl_raw.h"
#include "certcheck/refresh/refresh.h"

struct list_offer {
    const unsigned char *der; /* borrowed */
    size_t len;
    const X509_NAME *signer; /* borrowed: who should have issued it; NULL: anybody */
    enum {
        LIST_COMPLETE,
        LIST_DELTA,
        LIST_ANY
    } form;
};

/* A list that is verified. */
struct list {
    struct crl_raw *raw; /* owned */
    X509 *signer;        /* borrowed from the pool */
    int64_t from, until; /* thisUpdate, nextUpdate: seconds since 1970 */
};

enum list_fate {
    LIST_STORED,
    LIST_UNCHANGED, /* it is the one that the cache has */
    LIST_OLDER,     /* than the one that the cache has, which stays */
};

/* VSC_INPUT with the reason in `problem`. The caller releases. */
must_check enum vsc_err list_verify(const struct refresh *refresh, const struct list_offer *offer,
                                    struct list *ret_list, struct problem *problem);
void list_done(struct list *list);
#define auto_list __attribute__((cleanup(list_done)))

/* Is `old` newer than `fresh`, by thisUpdate or by CRL number? */
bool list_is_newer(const X509_CRL *old, const X509_CRL *fresh);
/* When a list holds no more, in seconds since 1970; 0 where it does not say. */
int64_t list_until(const X509_CRL *crl);

/* The index that the cache has under this name; NULL for none, and for one that is damaged
 * anywhere. The caller frees. */
struct crl_index *list_in_cache(const struct refresh *refresh, enum cache_part part,
                                const char *name);
/* Into crl/, under its name, unless what is there is as new. */
must_check enum vsc_err list_keep(const struct refresh *refresh, const struct list *list,
                                  char ret_name[CACHE_NAME_SIZE], enum list_fate *ret_fate,
                                  struct problem *problem);

#endif
