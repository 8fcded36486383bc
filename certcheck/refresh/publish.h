/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the directory publishes below CN=Public Key Services ([MS-WCCE] 2.2.2.11):
 * NTAuthCertificates and the enterprise's roots as the configuration asks for them, and the CAs
 * that it names for others (AIA), as intermediates.
 */
#ifndef VSC_CERTCHECK_REFRESH_PUBLISH_H
#define VSC_CERTCHECK_REFRESH_PUBLISH_H

#include "certcheck/refresh/refresh.h"

/*
 * Fetch and store, where there is a directory, and tell of each. One value that is no certificate
 * of a CA is told and takes nothing from the others. What could not be fetched leaves the old one.
 */
must_check enum vsc_err publish_fetch(struct refresh *refresh);

#endif
