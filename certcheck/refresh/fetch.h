/* SPDX-License-Identifier: BSD-2-Clause */
/* One address, of whatever scheme, and what it gives: nothing of it is verified yet. */
#ifndef VSC_CERTCHECK_REFRESH_FETCH_H
#define VSC_CERTCHECK_REFRESH_FETCH_H

#include "certcheck/refresh/http.h"
#include "certcheck/refresh/ldap_fetch.h"
#include "certcheck/refresh/plan.h"

struct fetched {
    bool not_modified;
    struct ldap_values values; /* owned; one of HTTP, perhaps several of a directory */
    struct http_version version;
};

/*
 * Fetch what a want of `kind` asks for. `known` is the version that the cache has, NULL for none.
 * VSC_INPUT with the reason in `problem`. The caller releases with fetched_done().
 */
must_check enum vsc_err fetch(const struct network *network, enum want_kind kind,
                              const char *address, const struct http_version *known,
                              struct fetched *ret_fetched, struct problem *problem);
/* POST an OCSP request (RFC 6960 A.1); the answer's bytes. HTTP only. */
must_check enum vsc_err fetch_ocsp(const struct network *network, const char *address,
                                   const struct buf *request, struct buf *ret_answer,
                                   struct problem *problem);
void fetched_done(struct fetched *fetched);
#define auto_fetched __attribute__((cleanup(fetched_done)))

#endif
