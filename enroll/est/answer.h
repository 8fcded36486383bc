/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an EST server answers, read (RFC 7030, 4.1.3 and 4.2.3): base64 of a certs-only PKCS #7
 * message. Nothing is judged here: that is issued.h's.
 */
#ifndef VSC_ENROLL_EST_ANSWER_H
#define VSC_ENROLL_EST_ANSWER_H

#include <openssl/x509.h>

#include "common/buf.h"
#include "common/err.h"

#define EST_BODY_MAX  (4 * 1024 * 1024) /* bytes of an answer */
#define EST_CERTS_MAX 64                /* certificates in one */

/* Base64 with any white space. `ret_der` is initialised here; the caller releases it, also after a
 * failure. VSC_CERT: it is none. */
must_check enum vsc_err est_decode(const void *body, size_t len, struct buf *ret_der);
/* Add its certificates to `certs`. VSC_CERT: it is no such message, or has none, or too many. */
must_check enum vsc_err est_certs_read(const void *body, size_t len, STACK_OF(X509) * certs);
/*
 * PEM of the certificate for the key with that SPKI (enroll/state.h), or of the first where there
 * is none, and of its issuers among `certs` and `more`, without a root. `ret_pem` is initialised by
 * the caller.
 */
must_check enum vsc_err est_chain(STACK_OF(X509) * certs, STACK_OF(X509) * more, const char *spki,
                                  struct buf *ret_pem);

#endif
