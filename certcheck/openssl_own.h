/* SPDX-License-Identifier: BSD-2-Clause */
/* Ownership by scope (common/own.h) for the OpenSSL objects that this folder uses. */
#ifndef VSC_CERTCHECK_OPENSSL_OWN_H
#define VSC_CERTCHECK_OPENSSL_OWN_H

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "common/own.h"

/* Frees the certificates too. */
static inline void x509_stack_free(STACK_OF(X509) * certs)
{
    sk_X509_pop_free(certs, X509_free);
}

/* Frees a stack of borrowed certificates. */
static inline void x509_view_free(STACK_OF(X509) * certs)
{
    sk_X509_free(certs);
}

static inline void openssl_free(unsigned char *bytes)
{
    OPENSSL_free(bytes);
}

DEFINE_AUTO(X509, X509_free)
DEFINE_AUTO(X509_CRL, X509_CRL_free)
DEFINE_AUTO(X509_STORE, X509_STORE_free)
DEFINE_AUTO(X509_STORE_CTX, X509_STORE_CTX_free)
DEFINE_AUTO(STACK_OF(X509), x509_stack_free)
DEFINE_AUTO(STACK_OF(X509), x509_view_free)
DEFINE_AUTO(BIO, BIO_free_all)
DEFINE_AUTO(BIGNUM, BN_free)
DEFINE_AUTO(EVP_MD_CTX, EVP_MD_CTX_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO(GENERAL_NAMES, GENERAL_NAMES_free)
DEFINE_AUTO(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)
DEFINE_AUTO(CERTIFICATEPOLICIES, CERTIFICATEPOLICIES_free)
DEFINE_AUTO(POLICY_CONSTRAINTS, POLICY_CONSTRAINTS_free)
DEFINE_AUTO(BASIC_CONSTRAINTS, BASIC_CONSTRAINTS_free)
DEFINE_AUTO(AUTHORITY_KEYID, AUTHORITY_KEYID_free)
DEFINE_AUTO(CRL_DIST_POINTS, CRL_DIST_POINTS_free)
DEFINE_AUTO(ISSUING_DIST_POINT, ISSUING_DIST_POINT_free)
DEFINE_AUTO(unsigned char, openssl_free)

#endif
