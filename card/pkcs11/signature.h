/* SPDX-License-Identifier: BSD-2-Clause */
/* A signature by a private key of a token, in the form of the card interface, verified. */
#ifndef VSC_CARD_PKCS11_SIGNATURE_H
#define VSC_CARD_PKCS11_SIGNATURE_H

#include "card/pkcs11/tokens.h"

/* A logged-in session, and the key that is wanted; all borrowed. */
struct signer {
    const struct ck_functions *functions;
    unsigned long session;
    const struct token_key *key;
    const struct secret *pin; /* for keys that want it again (CKA_ALWAYS_AUTHENTICATE) */
};

/*
 * RSA: PKCS#1 v1.5 over the DigestInfo of SHA-256. ECDSA: the token's raw r || s as DER. Several
 * private keys may have the same CKA_ID: the one whose signature verifies is taken. VSC_NO_KEY
 * where there is none. Fills the outcome's result and signature.
 */
must_check enum vsc_err signature_make(const struct signer *signer,
                                       const unsigned char digest[DIGEST_SIZE],
                                       struct card_outcome *outcome, struct problem *problem);

#endif
