/* SPDX-License-Identifier: BSD-2-Clause */
/* OCSP answers (RFC 6960) about the certificates of this machine's cards. */
#ifndef VSC_CERTCHECK_REFRESH_ANSWERS_H
#define VSC_CERTCHECK_REFRESH_ANSWERS_H

#include "certcheck/refresh/refresh.h"

/*
 * Ask about each card's certificate that names a responder, verify the answer and store it unless
 * the one in the cache is newer. Answers about certificates that are gone are removed.
 */
must_check enum vsc_err answers_fetch(struct refresh *refresh);

#endif
