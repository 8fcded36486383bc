/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A key of the card as OpenSSL's: its public half, and a function that signs digests. TLS is given
 * what it needs to show a certificate, and nothing else: RSA by PKCS #1 v1.5 and by PSS, ECDSA. It
 * is a provider within this process, because PSS must reach the card as a digest: what OpenSSL has
 * padded itself a TPM does not sign.
 */
#ifndef VSC_ENROLL_EST_CARD_KEY_H
#define VSC_ENROLL_EST_CARD_KEY_H

#include <openssl/evp.h>

#include "common/err.h"
#include "common/wire_card.h"
#include "common/wire_use.h"

struct est_signer {
    /* Sign a digest of 32, 48 or 64 bytes. */
    enum vsc_err (*sign)(void *arg, enum sign_scheme scheme, const unsigned char *digest,
                         size_t len, struct card_outcome *ret_outcome);
    void *arg;
    enum vsc_err err; /* of the last that failed */
};

/* Once, before the first key and after the last one. */
must_check enum vsc_err est_keys_start(void);
void est_keys_end(void);
/* `signer` lives as long as the key, which the caller frees. VSC_CERT: a key of another kind. */
must_check enum vsc_err est_key_new(const EVP_PKEY *public, struct est_signer *signer,
                                    EVP_PKEY **ret_key);

#endif
