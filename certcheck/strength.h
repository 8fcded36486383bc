/* SPDX-License-Identifier: BSD-2-Clause */
/* Which keys and signatures are strong enough. */
#ifndef VSC_CERTCHECK_STRENGTH_H
#define VSC_CERTCHECK_STRENGTH_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

/* "RSA" with its bits, "P-256", "P-384", "P-521", or the name of another algorithm. */
void strength_describe_key(const X509 *cert, char *type, size_t size, unsigned *ret_bits);

/* RSA of at least `min_rsa_bits` with a sound exponent, or a named NIST curve of 256 bits or more.
 */
bool strength_key_is_enough(const X509 *cert, unsigned min_rsa_bits);

/* Made with SHA-256 or better. */
bool strength_signature_is_enough(X509 *cert);
bool strength_crl_signature_is_enough(const X509_CRL *crl);

#endif
