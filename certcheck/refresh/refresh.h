/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One refresh of the cache: lists put there by hand are indexed, then lists, issuers and OCSP
 * answers are fetched for all certificates that lead to an anchor. Everything is verified before it
 * is stored; what is in the cache stays until something better takes its place in one step.
 */
#ifndef VSC_CERTCHECK_REFRESH_REFRESH_H
#define VSC_CERTCHECK_REFRESH_REFRESH_H

#include <stdint.h>

#include "certcheck/cache.h"
#include "certcheck/refresh/cards.h"
#include "certcheck/refresh/ldap_directory.h"
#include "certcheck/refresh/network.h"
#include "certcheck/refresh/owners.h"
#include "certcheck/refresh/pool.h"
#include "certcheck/refresh/report.h"
#include "common/err.h"
#include "common/problem.h"
#include "conf/conf.h"

/* What the steps of a refresh share. */
struct refresh {
    const struct conf *conf; /* borrowed */
    struct network network;
    struct ldap_directory *directory; /* owned; NULL: none, or it cannot be asked */
    const struct cache *cache;        /* borrowed */
    int parts[CACHE_PARTS];           /* owned: open folders of the cache */
    struct pool pool;
    struct report *report; /* borrowed */
    int64_t now;           /* seconds since 1970 */
};

/* What was read while there were the rights to. */
struct foretaken {
    struct cards cards;
    struct owners owners;                 /* of the cards; none before owners_find() */
    struct ldap_credentials *credentials; /* owned; NULL: no directory, or see `flaw` */
    struct problem flaw;                  /* why there are none; "" where none are wanted */
};
must_check enum vsc_err foretaken_read(const struct conf *conf, struct foretaken *foretaken);
void foretaken_done(struct foretaken *foretaken);

/*
 * Do it all, and tell `report` of each source. `cache` is open, locked and may be written. VSC_OK:
 * done, and report->current says whether all is current; VSC_INPUT, VSC_UNTRUSTED: a configured
 * file cannot be read; else the machine failed.
 */
must_check enum vsc_err refresh_run(const struct conf *conf, const struct cache *cache,
                                    const struct foretaken *foretaken, struct report *report,
                                    struct problem *problem);

#endif
