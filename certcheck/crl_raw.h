/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A revocation list (RFC 5280 5) as it came, of which only the head is a tree in memory: a million
 * entries are walked where they stand.
 */
#ifndef VSC_CERTCHECK_CRL_RAW_H
#define VSC_CERTCHECK_CRL_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "common/der.h"
#include "common/buf.h"
#include "common/err.h"

#define CRL_DER_MAX ((size_t)256 * 1024 * 1024)

struct crl_raw {
    unsigned char *der; /* owned */
    size_t len;
    struct der_span tbs;      /* in `der`: what is signed */
    struct der_span entries;  /* in `der`: the content of revokedCertificates; may be empty */
    bool one_algorithm;       /* inside and outside of what is signed stands the same */
    struct buf head_der;      /* the list without its entries */
    X509_CRL *head;           /* owned; its own signature does not verify, the raw list's does */
    unsigned char sha256[32]; /* of `der` */
};

/* Take a copy of one list of version 1 or 2 that fills `der` wholly, DER but for its entries, which
 * crl_raw_next() looks at. VSC_INPUT: it is none. The caller frees. */
must_check enum vsc_err crl_raw_parse(const unsigned char *der, size_t len,
                                      struct crl_raw **ret_raw);
void crl_raw_free(struct crl_raw *raw);

/* Does `key` verify the signature? Both places that name the algorithm must agree. */
bool crl_raw_verifies(const struct crl_raw *raw, EVP_PKEY *key);

#define CRL_ENTRY_NO_REASON 0xff
#define CRL_ENTRY_REMOVED   8 /* removeFromCRL (RFC 5280 5.3.1) */

struct crl_raw_entry {
    struct der_span serial; /* the INTEGER's content */
    int64_t since;          /* revocationDate in seconds; 0 where it cannot be read */
    uint8_t reason;         /* CRL_ENTRY_NO_REASON where none stands */
    bool has_extensions;    /* which version 1 of lists does not know */
    bool has_issuer;        /* a certificateIssuer stands there (RFC 5280 5.3.3) */
    struct der_span issuer; /* its directoryName, a Name in DER; empty where there is none */
    bool strange;           /* something critical is not known, or cannot be read */
};

/* Take the first entry off `entries`, a copy of the list's. False where it is malformed or no DER:
 * the same number written in another way would not be found. */
bool crl_raw_next(struct der_span *entries, struct crl_raw_entry *ret_entry);

#endif
