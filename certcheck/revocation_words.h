/* SPDX-License-Identifier: BSD-2-Clause */
/* Dates and reasons of revocation, the same for lists and OCSP answers. */
#ifndef VSC_CERTCHECK_REVOCATION_WORDS_H
#define VSC_CERTCHECK_REVOCATION_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/asn1.h>

#include "certcheck/revocation_answer.h"

/* Seconds since 1970; false for NULL, and for what is no time in the form of RFC 5280 4.1.2.5. */
bool words_read_time(const ASN1_TIME *time, int64_t *ret_seconds);
/* What something good is worth that holds until `next`. */
enum revocation_status words_of_age(int64_t next, int64_t at, unsigned max_stale);
/* "since 2026-01-02, key compromise": without the date where it is 0, without a word where the
 * reason (RFC 5280 5.3.1) is none of the known. */
void words_revoked(char *to, size_t size, int64_t since, int reason);

#endif
