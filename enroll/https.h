/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How every CA's server is spoken to: HTTPS with TLS 1.2 or later and a certificate that is
 * verified, no redirect, no proxy, and nothing from the environment. Times and sizes are the
 * caller's.
 */
#ifndef VSC_ENROLL_HTTPS_H
#define VSC_ENROLL_HTTPS_H

#include <curl/curl.h>
#include <stdbool.h>

#include "common/buf.h"

/* `anchors`: PEM that must live as long as `easy`; empty: the system's. False where libcurl lacks
 * something; `easy` is not to be used then. */
bool https_set(CURL *easy, const char *url, const struct buf *anchors);

#endif
