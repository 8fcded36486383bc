/* SPDX-License-Identifier: BSD-2-Clause */
/* Where an EST server is (RFC 7030, 3.2.2): https://HOST[:PORT][/.well-known/est[/LABEL]]. */
#ifndef VSC_ENROLL_EST_URL_H
#define VSC_ENROLL_EST_URL_H

#include "common/err.h"

#define EST_URL_SIZE 640

/* What is wrong with it, as a part of a sentence; NULL for nothing. */
const char *est_url_fault(const char *url);
/* The URL of an operation such as "cacerts". VSC_CONFIG where est_url_fault() finds one. */
must_check enum vsc_err est_url(const char *url, const char *operation, char to[EST_URL_SIZE]);

#endif
