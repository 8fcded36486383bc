/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A certificate request (PKCS#10, RFC 2986) for a card's key: built here, signed by the card, so
 * that its signature proves the possession of the key. It asks for what a smart card logon
 * certificate has: both EKUs, digitalSignature, and the UPN in the subject's alternative name.
 */
#ifndef VSC_CARD_OWNER_CSR_H
#define VSC_CARD_OWNER_CSR_H

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

/* A distinguished name: "/O=Corp/CN=alice", or RFC 4514's "CN=alice,O=Corp". The caller frees. */
must_check enum vsc_err dn_parse(const char *text, X509_NAME **ret_name, struct problem *problem);
/* The name of one common name, taken as it is. */
must_check enum vsc_err dn_of_common_name(const char *name, X509_NAME **ret_name,
                                          struct problem *problem);

/* Build the request for `key`; `upn` may be NULL. The caller frees. */
must_check enum vsc_err csr_build(EVP_PKEY *key, X509_NAME *subject, const char *upn,
                                  X509_REQ **ret_request, struct problem *problem);
/* A certificate template of AD CS; `oid` "" where only its name is known. */
struct csr_template {
    const char *name, *oid;
    uint32_t major, minor;
};
/* Ask for it ([MS-WCCE] 2.2.2.7.7.2 and .1.). Before csr_digest(). */
must_check enum vsc_err csr_add_template(X509_REQ *request, const struct csr_template *template,
                                         struct problem *problem);
/* Set its signature algorithm (SHA-256 with the key's), and give the digest to be signed. */
must_check enum vsc_err csr_digest(X509_REQ *request, unsigned char ret_digest[DIGEST_SIZE],
                                   struct problem *problem);
/* Put the signature in, and verify it. */
must_check enum vsc_err csr_finish(X509_REQ *request, const struct card_outcome *signature,
                                   struct problem *problem);

#endif
