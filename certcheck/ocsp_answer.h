/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks an OCSP answer (RFC 6960 3.2, 4.2.2) that was fetched now or earlier. One that is kept is
 * checked at each sign-in again, as if it came from anybody.
 */
#ifndef VSC_CERTCHECK_OCSP_ANSWER_H
#define VSC_CERTCHECK_OCSP_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/revocation_answer.h"
#include "common/err.h"

#define OCSP_ANSWER_MAX  ((size_t)64 * 1024) /* bytes of an answer */
#define OCSP_CLOCK_SKEW  300                 /* seconds that a responder's clock may be ahead */
#define OCSP_ANSWERS_MAX 64                  /* certificates that one answer is about */

struct ocsp_question {
    X509 *cert, *issuer; /* borrowed; the issuer's signature of the certificate was verified */
    const unsigned char *nonce; /* borrowed: the value that the request had; NULL: not asked for */
    size_t nonce_len;
    int64_t at;
    unsigned max_stale; /* seconds past nextUpdate that it counts still */
    unsigned min_rsa_bits;
};

/*
 * What the answer says about the certificate. It counts if it names the certificate by its issuer's
 * name and key and its serial number, and is signed, with SHA-256 or better, by the issuer's key or
 * a responder that this key certified for OCSP signing and that is valid at the time. It must say
 * until when it holds, and must not be from the future. "revoked" counts however old it is;
 * "unknown" is ANSWER_NONE.
 *
 * *ret_responder is the responder's certificate where its own revocation is to be asked for (it is
 * not the issuer and has no id-pkix-ocsp-nocheck), else NULL. The caller frees it.
 */
void ocsp_answer_check(const struct ocsp_question *question, const unsigned char *der, size_t len,
                       struct revocation_answer *ret_answer, X509 **ret_responder);

#endif
