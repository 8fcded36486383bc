/* SPDX-License-Identifier: BSD-2-Clause */
/* The lists of all distribution points. */
#ifndef VSC_CERTCHECK_REFRESH_LISTS_FETCH_H
#define VSC_CERTCHECK_REFRESH_LISTS_FETCH_H

#include "certcheck/refresh/plan.h"
#include "certcheck/refresh/refresh.h"

/* Fetch each list of the plan, tell of it, and add to the plan the deltas that one speaks of. */
must_check enum vsc_err lists_fetch(struct refresh *refresh, struct plan *plan);

#endif
