/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From a certificate to a trust anchor: finds the path, and collects every reason against it. Any
 * certificate given as an anchor is one, also a CA below another (partial chain).
 */
#ifndef VSC_CERTCHECK_CHAIN_H
#define VSC_CERTCHECK_CHAIN_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/crls.h"
#include "certcheck/verdict.h"
#include "common/err.h"
#include "common/wire_stale.h"
#include "conf/conf.h"

#define CHAIN_DEPTH_MAX 10 /* certificates in a path */

struct revocation_nest;

struct chain_rules {
    int64_t at;
    enum conf_purpose purpose;
    unsigned min_rsa_bits;
    const struct conf_list *policies; /* borrowed */
    enum conf_revocation revocation;
    unsigned max_stale;
    const struct revocation_nest *nest; /* borrowed; NULL but for the signer of a list */
};

struct chain_pool {
    STACK_OF(X509) * anchors;       /* borrowed */
    STACK_OF(X509) * intermediates; /* borrowed, not trusted */
    STACK_OF(X509) * extra;         /* borrowed, not trusted: came with the certificate */
    struct crls *crls;              /* borrowed; verified ones are remembered there */
    const struct cache *cache;      /* borrowed; NULL for none */
    STACK_OF(X509) * ntauth;        /* borrowed; NULL: not asked */
};

struct chain_path {
    X509
        *certs[CHAIN_DEPTH_MAX]; /* borrowed from the pool; the certificate to check is the first */
    unsigned len;
    bool anchored;      /* the last is an anchor */
    struct stale stale; /* what past nextUpdate was used */
};

/*
 * Check the chain of `cert` and add to `verdict`: chain, validity, constraints, policy, key and
 * signature strength, revocation, and the usages of the issuers. Of several paths the first without
 * a reason counts, else the one with the fewest. *ret_path is the one that counted.
 */
must_check enum vsc_err chain_check(X509 *cert, const struct chain_pool *pool,
                                    const struct chain_rules *rules, struct verdict *verdict,
                                    struct chain_path *ret_path);

#endif
