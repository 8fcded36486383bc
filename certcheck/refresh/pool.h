/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The certificates that a refresh knows: anchors, intermediates, those of this machine's cards, and
 * issuers that were fetched. Nothing is fetched or verified for one that does not lead to an anchor
 * by names, key identifiers and signatures: a certificate that anybody could have made may not send
 * this program anywhere. The one exception is the search for its issuer.
 */
#ifndef VSC_CERTCHECK_REFRESH_POOL_H
#define VSC_CERTCHECK_REFRESH_POOL_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#include "certcheck/crl_raw.h"
#include "common/err.h"

#define POOL_MAX 4096

enum pool_role {
    POOL_ANCHOR,
    POOL_ISSUER,    /* configured as intermediate, in a card's chain, or stored before */
    POOL_FETCHED,   /* in this run */
    POOL_DIRECTORY, /* published by the domain's directory */
    POOL_CARD,      /* the certificate of a card */
};

struct pool_cert {
    X509 *cert; /* owned */
    enum pool_role role;
    bool anchored; /* leads to an anchor; pool_settle() */
};

struct pool {
    struct pool_cert *items; /* owned */
    size_t count, room;
};

void pool_done(struct pool *pool);
#define auto_pool __attribute__((cleanup(pool_done)))

/* Add a reference to `cert`, unless it is there already. VSC_MEMORY also beyond POOL_MAX. */
must_check enum vsc_err pool_add(struct pool *pool, X509 *cert, enum pool_role role);
/* Find out which lead to an anchor. Call it after additions. */
void pool_settle(struct pool *pool);
/* By names, key identifiers, the right to issue, and the signature. */
bool pool_is_issuer(X509 *issuer, X509 *cert);
/* The issuer of `cert`: one that leads to an anchor (or any, with `anchored` false), may issue
 * certificates, and whose key verifies it. Borrowed; NULL for none. */
X509 *pool_issuer_of(const struct pool *pool, X509 *cert, bool anchored);
/*
 * Who signed this revocation list: a certificate that leads to an anchor, bears the list's issuer
 * name, fits its key identifier, may sign lists, and whose key verifies it. Borrowed; NULL for
 * none, and then *ret_flaw says why.
 */
X509 *pool_signer_of(const struct pool *pool, const struct crl_raw *crl, const char **ret_flaw);

#endif
