/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Indexes of the CRLs that were put into revocation.crls by hand. At sign-in an index stands in for
 * the file, which is then not opened, as long as the file's path, size, mtime and inode are those
 * that the index holds.
 */
#ifndef VSC_CERTCHECK_HAND_INDEX_H
#define VSC_CERTCHECK_HAND_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include <openssl/x509.h>

#include "certcheck/cache.h"
#include "certcheck/crl_index.h"
#include "certcheck/source.h"
#include "common/err.h"
#include "common/problem.h"

#define HAND_LISTS_MAX 64 /* in one file, for it to be indexed */

struct hand_files {
    const struct source *source; /* borrowed: revocation.crls */
    const struct cache *cache;   /* borrowed */
    STACK_OF(X509) * signers;    /* borrowed: every CA certificate at hand; not trusted */
};

/* What became of one file. */
struct hand_report {
    const char *file; /* borrowed for the call */
    bool was_current; /* the indexes were good already: nothing was read */
    unsigned lists;   /* in the file */
    unsigned indexed;
    unsigned broken;     /* do not parse: as good as absent, and the file is read at each sign-in */
    unsigned unverified; /* no CA at hand verifies the signature: as with a broken one */
};
typedef void hand_report_visit(void *arg, const struct hand_report *report);

/*
 * Index every file that has no current indexes, and take away indexes that belong to no file any
 * more. A file all of whose lists were indexed is not opened at sign-in. Anything but VSC_OK is of
 * the machine, or a file that cannot be read (VSC_INPUT).
 */
must_check enum vsc_err hand_index_update(const struct hand_files *files, hand_report_visit *visit,
                                          void *arg, struct problem *problem);

/*
 * The indexes of all lists of a file, if they are current: at most HAND_LISTS_MAX into `indexes`,
 * which the caller frees. 0: the file must be read. `folder` is the cache's part CACHE_HAND.
 */
unsigned hand_index_of(const struct cache *cache, int folder, const char *file,
                       struct crl_index *indexes[HAND_LISTS_MAX]);

#endif
