/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates, revocation lists and OCSP answers made in the process, each with what a test wants
 * to be different. All keys are P-256. Whatever fails aborts. */
#ifndef VSC_TESTS_SUPPORT_MILL_H
#define VSC_TESTS_SUPPORT_MILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "common/buf.h"

#define MILL_DAY 86400

/* A CA or a person: a certificate and its key. */
struct mill_one {
    X509 *cert;    /* owned */
    EVP_PKEY *key; /* owned */
};

struct mill_cert {
    const char *name;              /* the common name; may be another's */
    const struct mill_one *issuer; /* NULL: itself */
    const struct mill_one *key;    /* whose key it has; NULL: a new one */
    const char *serial;            /* hexadecimal, with '-' for a negative one; NULL: the next */
    const char *key_usage;         /* as openssl writes it; NULL: none */
    bool ca;
    int from_days, until_days; /* from now; until 0: 365 */
    const char *extensions;    /* lines of a section [ext], and more sections; NULL: none */
    const EVP_MD *md;          /* NULL: SHA-256 */
};

struct mill_entry {
    const char *serial; /* hexadecimal; NULL ends the list */
    const X509 *issuer; /* certificateIssuer; NULL: none stands there */
    int reason;         /* 0: none stands there; else reason + 1, see REASON() */
    bool strange;       /* something critical that nobody knows */
    const char *date;   /* as it stands there; NULL: yesterday */
};
#define MILL_REASON(number) ((number) + 1)
#define MILL_ENTRIES        8

struct mill_crl {
    const struct mill_one *signer;
    const X509 *issuer;        /* whose name it bears; NULL: the signer's */
    int from_days, until_days; /* from now; 0: -1 and 7; until 9999: none */
    const char *number;        /* CRL number, decimal; NULL: 1; "": none */
    const char *base;          /* of a delta; NULL: complete */
    const char *next;          /* nextUpdate as it stands, a GeneralizedTime; NULL: by until_days */
    bool no_aki;
    const char *extensions; /* as above */
    const EVP_MD *md;
    struct mill_entry entries[MILL_ENTRIES];
};

/* Everything is made for this moment. */
extern int64_t mill_now;

struct mill_one mill_cert(const struct mill_cert *recipe);
void mill_done(struct mill_one *one);
/* A list in DER. The caller calls buf_done(). */
struct buf mill_crl(const struct mill_crl *recipe);
/* Flip the last bit, which is one of the signature's. */
void mill_spoil(struct buf *der);
/* The serial number in hexadecimal, in one of a few static buffers. */
const char *mill_serial(const X509 *cert);
/* An OCSP answer about a certificate (V_OCSP_CERTSTATUS_...), good for a day. */
struct buf mill_answer(const struct mill_one *one, const struct mill_one *issuer, int status,
                       const struct mill_one *signer);
/* A list of so many entries, signed; quickly. Serial numbers are 16 octets: 4a, zeroes, and a
 * number that goes up by `step` from 0. */
struct buf mill_big_crl(const struct mill_one *signer, unsigned entries, unsigned step);

#endif
