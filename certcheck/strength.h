/* SPDX-License-Identifier: BSD-2-Clause */
/* Which keys and signatures are strong enough. */
#ifndef VSC_CERTCHECK_STRENGTH_H
#define VSC_CERTCHECK_STRENGTH_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#define STRENGTH_RSA_MAX 8192 /* bits */

/* "RSA" with its bits, "P-256", "P-384", "P-521", or the name of another algorithm. */
void strength_describe_key(const X509 *cert, char *type, size_t size, unsigned *ret_bits);

/*
 * RSA of `min_rsa_bits` to STRENGTH_RSA_MAX bits with sound numbers, or a named NIST curve of
 * 256 bits or more.
 */
bool strength_key_is_enough(const X509 *cert, unsigned min_rsa_bits);

/* To verify with it costs no more than with any key that is taken: a hostile one may be huge. */
bool strength_is_affordable(const EVP_PKEY *key);

/* Made with SHA-256 or better. */
bool strength_signature_is_enough(X509 *cert);
bool strength_algorithm_is_enough(const X509_ALGOR *algorithm);
bool strength_crl_signature_is_enough(const X509_CRL *crl);

#endif
