/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the domain's directory publishes about CAs, as `certcheck refresh` keeps it in the cache
 * (vsc-cache(5)): NTAuthCertificates, and the enterprise's roots. It makes no trust: it can only
 * take away from the anchors.
 */
#ifndef VSC_CERTCHECK_PUBLISHED_H
#define VSC_CERTCHECK_PUBLISHED_H

#include <stdint.h>

#include <openssl/x509.h>

#include "certcheck/cache.h"
#include "common/buf.h"
#include "common/err.h"

#define PUBLISHED_VERSION  1
#define PUBLISHED_MAX      1024 /* certificates */
#define PUBLISHED_SIZE_MAX ((size_t)8 * 1024 * 1024)

enum published_kind {
    PUBLISHED_NTAUTH,
    PUBLISHED_ROOTS,
    PUBLISHED_KINDS
};

struct published {
    enum published_kind kind;
    STACK_OF(X509) * certs; /* owned; may be empty: then the directory names nobody */
    int64_t fetched;        /* seconds since 1970 */
};

/* The name of its file in the cache's part directory/. */
const char *published_name(enum published_kind kind);

/* Read a file's bytes. VSC_INPUT: damaged, of another version or another kind: as good as absent.
 */
must_check enum vsc_err published_parse(const void *bytes, size_t len, enum published_kind kind,
                                        struct published *ret_published);
/* Write the file's bytes into `to`, which is empty. VSC_MEMORY also beyond PUBLISHED_SIZE_MAX. */
must_check enum vsc_err published_write(const struct published *published, struct buf *to);
void published_done(struct published *published);
#define auto_published __attribute__((cleanup(published_done)))

/* The one that the cache has. VSC_INPUT: none. */
must_check enum vsc_err published_load(const struct cache *cache, enum published_kind kind,
                                       struct published *ret_published);

#endif
