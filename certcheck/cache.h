/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The folder revocation.cache, in which `certcheck refresh` leaves what it fetched and verified
 * (vsc-cache(5)):
 *
 *   crl/KEY-SCOPE.idx      an index of a CRL that was fetched; KEY: the first 32 hexadecimal digits
 *                          of the SHA-256 of its signer's SubjectPublicKeyInfo; SCOPE: those of the
 *                          SHA-256 of its scope, see cache_scope_of()
 *   hand/FILE-N.idx        an index of the list number N (from 0) in a file of revocation.crls;
 *                          FILE: the first 32 digits of the SHA-256 of its path
 *   ocsp/CERT.der          an OCSP answer as it came; CERT: SHA-256 of the certificate, 64 digits
 *   certs/CERT.der         a CA certificate from an AIA; not trusted
 *   sources/               what refresh wants to know again
 *   directory/accounts     what the directory says of the owners of cards: directory_accounts.h
 *   directory/ntauth, roots  what the directory publishes of CAs: published.h
 *   lock                   held by refresh
 *
 * It belongs to helpers.fetch_user, root, or in a process of one user to that user; nobody else may
 * write it or a file in it. It makes no trust: the worst that its owner can do is to hide that
 * something was revoked.
 */
#ifndef VSC_CERTCHECK_CACHE_H
#define VSC_CERTCHECK_CACHE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#include "certcheck/crl_index.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define CACHE_NAME_SIZE 96
#define CACHE_FILES_MAX 4096 /* of one part that are read */
#define CACHE_LOCK      "lock"

enum cache_part {
    CACHE_CRLS,
    CACHE_HAND,
    CACHE_OCSP,
    CACHE_CERTS,
    CACHE_SOURCES,
    CACHE_DIRECTORY,
    CACHE_PARTS
};

struct cache {
    const char *path;   /* borrowed */
    const char *keeper; /* borrowed: helpers.fetch_user; "" for none */
    int folder;         /* owned; -1: there is no cache */
};

/*
 * Open the cache. "" or a folder that is not there yet is an empty one and VSC_OK. VSC_UNTRUSTED:
 * somebody else could write it. The strings must live as long as the cache.
 */
must_check enum vsc_err cache_open(const char *path, const char *keeper, struct cache *ret_cache,
                                   struct problem *problem);
void cache_close(struct cache *cache);

/* The folder's name of a part, below the cache's. */
const char *cache_part_name(enum cache_part part);
/* Open a part. VSC_INPUT: it is not there; VSC_UNTRUSTED. */
must_check enum vsc_err cache_open_part(const struct cache *cache, enum cache_part part,
                                        int *ret_folder);
/* The same; makes it (0755) where it is not there yet. For refresh. */
must_check enum vsc_err cache_make_part(const struct cache *cache, enum cache_part part,
                                        int *ret_folder);
/*
 * Open a file of an open part for reading. VSC_INPUT: not there, or no regular file; VSC_UNTRUSTED:
 * foreign or writable by others: as good as absent.
 */
must_check enum vsc_err cache_open_file(const struct cache *cache, int folder, const char *name,
                                        int *ret_fd);
/* The same, all of it, at most `max` bytes. */
must_check enum vsc_err cache_read_file(const struct cache *cache, int folder, const char *name,
                                        size_t max, struct buf *ret_content);
/* Call `visit` with each name in an open part that ends with `ending`, in no order, at most
 * CACHE_FILES_MAX; anything but VSC_OK ends it with that. */
typedef enum vsc_err cache_visit(void *arg, int folder, const char *name);
must_check enum vsc_err cache_list(int folder, const char *ending, cache_visit *visit, void *arg);

/* Names of files. */
must_check enum vsc_err cache_name_of_cert(const X509 *cert, char name[CACHE_NAME_SIZE]);
void cache_name_of_hand(const char *path, unsigned position, char name[CACHE_NAME_SIZE]);
/*
 * Of an index of a fetched CRL. Two lists of the same key have the same name, and the newer takes
 * the older's place, if they have the same scope: the same issuer and issuingDistributionPoint (or
 * none), and both are complete or both are deltas.
 */
must_check enum vsc_err cache_name_of_crl(const struct crl_index *index,
                                          char name[CACHE_NAME_SIZE]);
/* SHA-256 of the scope: a byte 1 for a delta, else 0, the issuer's Name (its length as 4 bytes,
 * then its DER), and issuingDistributionPoint's DER, if any. */
must_check enum vsc_err cache_scope_of(const X509_CRL *crl,
                                       unsigned char ret_scope[CRL_INDEX_SHA256]);

#endif
