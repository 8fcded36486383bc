/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Certificates made in the process, as a test wants them: right or wrong in one thing. Everything
 * that a row leaves out is as a domain's CA would have it. It aborts where OpenSSL cannot make it.
 */
#ifndef VSC_TESTS_SUPPORT_ISSUE_H
#define VSC_TESTS_SUPPORT_ISSUE_H

#include <stdbool.h>
#include <stdint.h>

#include <openssl/x509.h>

/* 2026-06-15T12:00:00Z: certificates are valid from 2026-01-01 for a year, CAs from 2020 for 20. */
#define ISSUE_NOW            INT64_C(1781524800)

#define ISSUE_EXTENSIONS_MAX 12
#define ISSUE_KEYS_MAX       128

enum issue_role {
    ROLE_USUAL, /* the first row is the anchor, the last the end certificate, others between */
    ROLE_ANCHOR,
    ROLE_BETWEEN, /* in trust.intermediates */
    ROLE_EXTRA,   /* came with the end certificate */
    ROLE_END,
    ROLE_ANCHOR_END, /* both */
    ROLE_ABSENT,     /* its key signs others, nothing more */
};

struct issue {
    const char *name;    /* others name it in `by` */
    const char *by;      /* who signs, by the key of that row; NULL: itself */
    const char *subject; /* "/CN=x/O=y"; NULL: /CN=NAME; "": empty. "UTF8:/CN=x" in UTF8String */
    const char *issuer;  /* another issuer's name than that of `by` */
    const char *key; /* NULL: P-256. "rsa1024" ..., an OpenSSL curve, "ed25519", "=NAME": of it */
    const char *md;  /* NULL: SHA-256 */
    /*
     * "keyUsage=critical,keyCertSign" in OpenSSL's words or "1.2.3=DER:0500" takes the place of a
     * usual one, "-keyUsage" leaves it out, "+..." adds a second one.
     */
    const char *extensions[ISSUE_EXTENSIONS_MAX];
    const char *from, *until; /* as ASN1_TIME_set_string() takes them */
    const char *serial;       /* hexadecimal, may be negative */
    enum issue_role role;
    unsigned copies; /* that many more, which differ in nothing but the serial number */
    bool end;        /* an end certificate, whatever its role is */
    bool old;        /* version 1: without extensions */
    bool spoiled;    /* its signature does not verify */
};

/* All keys made so far, by the rows' names. */
struct issue_keys {
    struct {
        char name[64];
        EVP_PKEY *key;
        X509 *cert;
    } items[ISSUE_KEYS_MAX];
    unsigned count;
};

/* Make one. Rows are made in their order; `is_end` for the usual role. The caller frees. */
X509 *issue_cert(struct issue_keys *keys, const struct issue *row, bool is_end);
/* Forget keys and names; the keys themselves are used again. */
void issue_done(struct issue_keys *keys);
/* The key of a row that was made, borrowed. */
EVP_PKEY *issue_key(const struct issue_keys *keys, const char *name);

#endif
