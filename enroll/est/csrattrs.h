/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an EST server wants of a request (RFC 7030, 4.5.2; RFC 8951): kinds of keys, and the
 * challengePassword that ties a request to its TLS connection. All else is the server's to add, and
 * passed over.
 */
#ifndef VSC_ENROLL_EST_CSRATTRS_H
#define VSC_ENROLL_EST_CSRATTRS_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

#define EST_WISHES_MAX 16

/* One kind of key. */
struct est_key_wish {
    bool is_rsa;
    int bits;  /* RSA; 0 for any */
    int curve; /* EC: its NID; 0 for any */
};

struct est_wishes {
    struct est_key_wish keys[EST_WISHES_MAX]; /* any of them will do */
    size_t key_count;
    bool wants_challenge;
};

/* The body of the answer, base64. VSC_CERT: malformed. */
must_check enum vsc_err est_csrattrs_read(const void *body, size_t len,
                                          struct est_wishes *ret_wishes);
/* Why a request by that key is not what is wanted, as a part of a sentence; NULL: it is. */
const char *est_wishes_unmet(const struct est_wishes *wishes, const EVP_PKEY *key);

#endif
