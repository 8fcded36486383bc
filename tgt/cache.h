/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner's credential cache. All of it is done as the owner, who cannot be led to anything that
 * is not his own: a file gets a name that cannot be guessed, is made there and nowhere else
 * (O_EXCL), with mode 0600, and takes its place by rename().
 */
#ifndef VSC_TGT_CACHE_H
#define VSC_TGT_CACHE_H

#include <stdbool.h>

#include <krb5/krb5.h>

#include "tgt/worker.h"

struct cache_job {
    const char *account; /* borrowed, as all here */
    const char *realm;
    const char *ccache;      /* the cache that is meant; "" for one of this session's */
    const struct buf *creds; /* PLACE: the ticket, marshalled */
    bool refresh;            /* PLACE without a name: the default cache itself */
    bool shared;             /* other sessions of ours have the owner's collection too */
};

/*
 * Each takes a struct cache_job. cache_place: what krb5.conf's default_ccache_name says. For FILE a
 * file of this session's, that name with a suffix; for KEYRING, DIR and KCM the cache of this
 * principal in the collection. `ccache` and `own` of the result as in struct tgt_cached.
 */
void cache_place(void *data, struct worker_result *result);
/* A ticket that is still young stays as it is; one that cannot be renewed too. TGT_MISMATCH, and no
 * KDC is asked: it is not the account's. */
void cache_renew(void *data, struct worker_result *result);
void cache_remove(void *data, struct worker_result *result);

#endif
