/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is in the messages by which other programs than a sign-in use a card: they prove the PIN
 * once and sign later, with a scheme or a hash of their own (TLS 1.3 wants PSS, ssh SHA-512). The
 * rules of wire_card.h hold here too. The answers are a struct card_outcome.
 */
#ifndef VSC_COMMON_WIRE_USE_H
#define VSC_COMMON_WIRE_USE_H

#include "common/wire_card.h"

#define SIGN_DIGEST_MAX 64 /* SHA-512 */

enum sign_scheme {
    SIGN_BY_KEY = 0, /* as a sign-in wants it: PKCS#1 or ECDSA; never on the wire */
    SIGN_PKCS1 = 1,  /* RSA, PKCS#1 v1.5 (RFC 8017 8.2) */
    SIGN_PSS = 2,    /* RSA, MGF1 with the same hash, a salt as long as the digest (RFC 8017 8.1) */
    SIGN_ECDSA = 3,  /* DER of (r, s) */
};

struct card_sign_as {
    char card[CARD_ID_SIZE];
    char key[KEY_ID_SIZE];
    enum sign_scheme scheme;
    unsigned char digest[SIGN_DIGEST_MAX];
    size_t digest_len; /* 32, 48 or 64: of SHA-256, SHA-384, SHA-512; SIGN_PKCS1 also 20: SHA-1 */
    struct secret pin; /* 1 to PIN_MAX bytes */
    uint16_t keep;     /* as in struct card_sign */
};

struct card_verify {
    char card[CARD_ID_SIZE];
    struct secret pin; /* 1 to PIN_MAX bytes */
    uint16_t keep;     /* as in struct card_sign */
};

void card_verify_encode(struct buf *body, const struct card_verify *verify);
must_check enum vsc_err card_verify_decode(struct reader *reader, struct card_verify *ret_verify);

void card_sign_as_encode(struct buf *body, const struct card_sign_as *sign);
must_check enum vsc_err card_sign_as_decode(struct reader *reader, struct card_sign_as *ret_sign);

#endif
