/* SPDX-License-Identifier: BSD-2-Clause */
/* What one verified list is worth, by itself and beside the others. */
#ifndef VSC_CERTCHECK_CRL_WEIGH_H
#define VSC_CERTCHECK_CRL_WEIGH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509v3.h>

#include "certcheck/crl_index.h"

struct weighed {
    const struct crl_index *index; /* borrowed */
    bool by_issuer;                /* signed by the key that signed the certificate */
    bool named;                    /* the certificate names its issuer as cRLIssuer */
    ISSUING_DIST_POINT *scope;     /* owned; NULL for none */
    ASN1_INTEGER *number;          /* owned: CRL number; NULL for none */
    ASN1_INTEGER *base;            /* owned: of a delta; NULL for a complete list */
    int64_t updated, next;         /* thisUpdate, nextUpdate; with a delta: the later ones */
    const char *flaw;              /* why its silence means nothing; NULL if it does */
    bool has_entry;                /* the certificate stands in it */
    struct crl_entry entry;
    bool superseded; /* a newer list of its scope is at hand */
};

/*
 * Read what matters of a list whose signature is verified, and look the certificate up. Why the
 * list must be as if absent, or NULL. weighed_done() in any case.
 */
const char *weigh(const struct crl_index *index, X509 *cert, int64_t at, struct weighed *weighed);
void weighed_done(struct weighed *weighed);

/* Why a list must be as if absent whatever stands in it, or NULL. */
const char *weigh_head(const X509_CRL *head);

/* Add each delta to the complete lists that it belongs to (RFC 5280 5.2.4, 6.3.3 (c)); then see
 * which lists are superseded by a newer one of the same key and scope. */
void weigh_together(struct weighed *lists, size_t count, int64_t at, unsigned max_stale);

/* Does it say that the certificate is revoked? */
bool weighed_revokes(const struct weighed *weighed);
/* Does it answer for the certificates that it does not name? */
bool weighed_is_whole(const struct weighed *weighed);

#endif
