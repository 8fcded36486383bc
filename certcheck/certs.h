/* SPDX-License-Identifier: BSD-2-Clause */
/* Certificates out of bytes, files and folders. */
#ifndef VSC_CERTCHECK_CERTS_H
#define VSC_CERTCHECK_CERTS_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#include "certcheck/cache.h"
#include "certcheck/source.h"
#include "common/err.h"
#include "common/problem.h"

#define CERTS_MAX    4096        /* in one set */
#define CERT_DER_MAX (64 * 1024) /* bytes of one certificate in a file */

/*
 * Parse one certificate that fills `der` wholly. VSC_CERT: it does not parse, or is not DER: its
 * hash would not be that of the bytes that came in.
 */
must_check enum vsc_err cert_parse(const unsigned char *der, size_t len, X509 **ret_cert);

/* One certificate, or one CA: a renewed certificate of the same name and key is the same CA. */
bool cert_is_same_ca(X509 *published, X509 *issuer);

/* Add all certificates of a source to `certs`. VSC_INPUT with a problem for one that does not
 * parse. */
must_check enum vsc_err certs_load(const struct source *source, STACK_OF(X509) * certs,
                                   struct problem *problem);

/* Add the issuers that the cache holds. What does not parse is passed over. */
must_check enum vsc_err certs_load_cache(const struct cache *cache, STACK_OF(X509) * certs);

/*
 * A file to check: all its certificates, in their order, into the empty `certs`. VSC_CERT if the
 * first does not parse, or there is something in the file that cannot be decoded; later ones that
 * do not parse are left out. VSC_INPUT if there is none, or the file cannot be read.
 */
must_check enum vsc_err certs_load_chain(const char *file, STACK_OF(X509) * certs,
                                         struct problem *problem);

#endif
