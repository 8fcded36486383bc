/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of a certificate and of a public key that PKCS #11 shows as attributes, as they stand
 * in the DER (RFC 5280 4.1, RFC 3279 2.3, RFC 5480 2). Nothing is judged here: who trusts a
 * certificate is the application's affair.
 */
#ifndef VSC_PKCS11_CERTIFICATE_H
#define VSC_PKCS11_CERTIFICATE_H

#include <stdbool.h>

#include "common/der.h"

struct public_key {
    unsigned long type;                /* CKK_RSA or CKK_EC */
    unsigned long bits;                /* of the modulus, or of the curve's field */
    struct der_span spki;              /* SubjectPublicKeyInfo, whole */
    struct der_span modulus, exponent; /* RSA: big-endian, without leading zeroes */
    struct der_span params, point;     /* EC: the curve's OID, whole; the uncompressed point */
};

struct certificate {
    struct der_span subject, issuer, serial, spki; /* whole elements */
};

/* False for what is none, and for a key that no card has. All spans are borrowed. */
bool public_key_read(struct der_span spki, struct public_key *ret_key);
bool certificate_read(struct der_span der, struct certificate *ret_certificate);

#endif
