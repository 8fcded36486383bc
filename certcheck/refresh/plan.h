/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be fetched: from the distribution points (RFC 5280 4.2.1.13, freshest 4.2.1.15 and
 * 5.2.6) and the authority information (4.2.2.1) of certificates. Several addresses of one point
 * are alternatives; several points are all wanted. What two certificates ask for alike stands once.
 */
#ifndef VSC_CERTCHECK_REFRESH_PLAN_H
#define VSC_CERTCHECK_REFRESH_PLAN_H

#include <stddef.h>

#include <openssl/x509.h>

#include "common/err.h"

#define PLAN_MAX      512 /* things to fetch in one run */
#define ADDRESSES_MAX 8   /* of one thing */

enum want_kind {
    WANT_CRL,
    WANT_DELTA,
    WANT_ISSUER, /* the certificate of the issuer */
    WANT_OCSP,
};

struct want {
    enum want_kind kind;
    X509 *cert;                     /* owned reference: the certificate that asks for it */
    X509_NAME *signer;              /* owned: who must have issued the list; else NULL */
    char *addresses[ADDRESSES_MAX]; /* owned; as url_parse() takes them */
    size_t count;
    char *flaw; /* owned: why an address was left out; NULL for none */
};

struct plan {
    struct want *items; /* owned: room for PLAN_MAX, so that none ever moves */
    size_t count;
    size_t left_out; /* beyond PLAN_MAX */
};

void plan_done(struct plan *plan);
#define auto_plan __attribute__((cleanup(plan_done)))

/* The word of a kind for people and JSON: "crl", "delta", "issuer", "ocsp". */
const char *want_kind_word(enum want_kind kind);

/* The lists of `cert`, complete and delta. */
must_check enum vsc_err plan_add_lists(struct plan *plan, X509 *cert);
/* The delta lists that a complete list of a certificate's issuer speaks of. */
must_check enum vsc_err plan_add_deltas(struct plan *plan, X509 *cert, const X509_CRL *crl);
/* The certificate of its issuer, where it says from where. */
must_check enum vsc_err plan_add_issuer(struct plan *plan, X509 *cert);
/* An OCSP answer about it, likewise. */
must_check enum vsc_err plan_add_ocsp(struct plan *plan, X509 *cert);

#endif
