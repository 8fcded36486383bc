/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proof of possession: what the card is asked to sign, and whether it did. The nonce is ours,
 * never the card's, and the digest is bound to who signs in where (X41-2018-003).
 */
#ifndef VSC_CERTCHECK_PROOF_H
#define VSC_CERTCHECK_PROOF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "common/err.h"
#include "common/wire_card.h"

#define PROOF_RANDOM 32

/* All strings borrowed. */
struct proof_context {
    const char *service, *account;
    X509 *cert;
    const char *host, *boot_id, *tty;
    int64_t time; /* seconds since 1970 */
    unsigned char random[PROOF_RANDOM];
};

/* Fill context->random from the kernel. */
must_check enum vsc_err proof_draw(struct proof_context *context);

/*
 * SHA-256 over "pam_vsc sign-in v1", a zero byte and, each as u32 length and bytes: service,
 * account, SHA-256 of the certificate, host, boot id, tty, time (u64, big-endian), random.
 */
must_check enum vsc_err proof_digest(const struct proof_context *context,
                                     unsigned char ret_digest[DIGEST_SIZE]);

/*
 * Is `signature` one over `digest` by the key of `cert`? RSA: PKCS#1 v1.5 with SHA-256, as long as
 * the modulus; ECDSA: DER of (r, s), no longer than the curve allows (CVE-2019-16058). Nothing
 * else.
 */
bool proof_verifies(X509 *cert, const unsigned char digest[DIGEST_SIZE],
                    const unsigned char *signature, size_t signature_len);

#endif
