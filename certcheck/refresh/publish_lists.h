/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The revocation lists that the directory publishes for everybody (CN=CDP, [MS-WCCE] 2.2.2.11.4),
 * also for certificates that name no address. What is wrong with one is told and no failure: of a
 * certificate that names its list the list is asked for by name (lists_fetch.h).
 */
#ifndef VSC_CERTCHECK_REFRESH_PUBLISH_LISTS_H
#define VSC_CERTCHECK_REFRESH_PUBLISH_LISTS_H

#include "certcheck/refresh/refresh.h"

/* Fetch those of CAs that lead to an anchor, verify and store them, where there is a directory. */
must_check enum vsc_err publish_fetch_lists(struct refresh *refresh);

#endif
