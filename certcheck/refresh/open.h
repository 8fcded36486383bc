/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache, opened to write: by one refresh at a time. */
#ifndef VSC_CERTCHECK_REFRESH_OPEN_H
#define VSC_CERTCHECK_REFRESH_OPEN_H

#include "certcheck/cache.h"
#include "common/err.h"
#include "common/problem.h"
#include "conf/conf.h"

#define OPEN_WAIT_MS (10 * 60 * 1000) /* for another refresh to end */

/* Make revocation.cache where it is missing; root gives it to helpers.fetch_user. Before the drop.
 * VSC_CONFIG where no cache is configured. */
must_check enum vsc_err open_prepare(const struct conf *conf, struct problem *problem);

/*
 * Open it and take the lock; says on standard error that it waits for another refresh, where it
 * does. VSC_DENIED: the other one has not ended within OPEN_WAIT_MS. The caller closes both.
 */
must_check enum vsc_err open_locked(const struct conf *conf, struct cache *ret_cache, int *ret_lock,
                                    struct problem *problem);

#endif
