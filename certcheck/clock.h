/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Can the computer's clock be right? With one that is behind, what has expired or was revoked would
 * pass. Times that have been: this program's release, the last sign-in (common/mark.h), and the
 * newest revocation list in the cache.
 */
#ifndef VSC_CERTCHECK_CLOCK_H
#define VSC_CERTCHECK_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "certcheck/verdict.h"

/*
 * No clock is right that shows less than the year of this release (2026-01-01T00:00:00Z), or than
 * what was built: SOURCE_DATE_EPOCH, which packagers set to the time of the package's last change.
 */
#define RELEASE_YEAR INT64_C(1767225600)
#ifndef VSC_SOURCE_DATE
#define VSC_SOURCE_DATE 0
#endif
#define RELEASE_TIME (VSC_SOURCE_DATE > RELEASE_YEAR ? VSC_SOURCE_DATE : RELEASE_YEAR)
#define CLOCK_GRACE  3600 /* seconds that clocks may differ by */

/* 0 where there is none. */
struct clock_seen {
    int64_t sign_in;
    int64_t list; /* thisUpdate of the newest list that refresh has put into the cache */
};

/*
 * Add the check to `verdict`: `now` is what the clock shows. Only with `strict` (revocation.mode
 * "hard") does more than the release count.
 */
void clock_check(int64_t now, const struct clock_seen *seen, bool strict, struct verdict *verdict);

#endif
