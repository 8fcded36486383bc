/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tpm2-tss 3.2 makes a new OpenSSL library context for every digest, HMAC and random number, and
 * loads and drops all algorithms with it: 0.5 ms each, half of a sign-in's processor time (measured
 * on Debian 12: 39 ms with, 21 ms without). ESYS 3 has no way to bring own cryptography, so the two
 * functions by which it does that are defined in our programs too, and come first.
 */
#ifndef VSC_CARD_TPM_CRYPTO_CONTEXT_H
#define VSC_CARD_TPM_CRYPTO_CONTEXT_H

/*
 * From now on OSSL_LIB_CTX_new() in this process is the default context, and stays when it is
 * freed. Until then both are OpenSSL's own: where a PKCS#11 module is loaded, nothing changes.
 */
void crypto_share_context(void);

#endif
