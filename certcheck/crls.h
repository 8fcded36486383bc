/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The revocation lists at hand: those put there by hand, and those in the cache. A list that came
 * from an index is never read; any other becomes one in memory when a key verifies it.
 */
#ifndef VSC_CERTCHECK_CRLS_H
#define VSC_CERTCHECK_CRLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/cache.h"
#include "certcheck/crl_index.h"
#include "certcheck/crl_raw.h"
#include "certcheck/source.h"
#include "common/err.h"
#include "common/problem.h"

#define CRLS_MAX 4096

struct crl_at_hand {
    struct crl_raw *raw;     /* owned; NULL once a key has verified it */
    struct crl_index *index; /* owned; NULL before */
};

struct crls {
    struct crl_at_hand *items; /* owned */
    size_t count;
    size_t broken;  /* that claim to be lists and do not parse: as good as absent */
    int64_t newest; /* thisUpdate of the newest that was fetched; 0 for none */
};

/* Add all lists of a source; `cache` holds indexes that stand in for its files. */
must_check enum vsc_err crls_load(struct crls *crls, const struct source *source,
                                  const struct cache *cache, struct problem *problem);
/* Add the lists that were fetched. What is damaged or foreign is passed over. */
must_check enum vsc_err crls_load_cache(struct crls *crls, const struct cache *cache);
/* Add one list; one that does not parse is counted as broken. */
must_check enum vsc_err crls_add(struct crls *crls, const unsigned char *der, size_t len);
void crls_done(struct crls *crls);

/* The name of its issuer. */
const X509_NAME *crl_issuer(const struct crl_at_hand *list);
/* The list without its entries. */
const X509_CRL *crl_head(const struct crl_at_hand *list);
/* The list's index if the key of `signer` verifies its signature. VSC_CERT: it does not; VSC_INPUT:
 * an entry is malformed. */
must_check enum vsc_err crl_verified_by(struct crl_at_hand *list, const X509 *signer,
                                        const struct crl_index **ret_index);

#endif
