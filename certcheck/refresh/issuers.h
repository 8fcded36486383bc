/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Missing issuers (RFC 5280 4.2.2.1, caIssuers): fetched for certificates whose issuer is not at
 * hand, in DER, PEM or PKCS #7. One is kept only if its key verifies the certificate that named it
 * and a path leads from it to an anchor.
 */
#ifndef VSC_CERTCHECK_REFRESH_ISSUERS_H
#define VSC_CERTCHECK_REFRESH_ISSUERS_H

#include "certcheck/refresh/refresh.h"
#include "common/buf.h"

/* The certificates in bytes of a server, however packed; an empty stack for none. The caller frees;
 * NULL when memory ran out. */
STACK_OF(X509) * issuers_parse(const struct buf *content);

/* Those that earlier refreshes stored, into the pool. */
must_check enum vsc_err issuers_load(struct refresh *refresh);
/* Into the cache; one that leads to an anchor. */
must_check enum vsc_err issuers_store(const struct refresh *refresh, X509 *cert);
/* Fetch until nothing is missing, and store what leads to an anchor. */
must_check enum vsc_err issuers_fetch(struct refresh *refresh);

#endif
