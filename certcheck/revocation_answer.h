/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known about the revocation of one certificate, by lists or by OCSP. */
#ifndef VSC_CERTCHECK_REVOCATION_ANSWER_H
#define VSC_CERTCHECK_REVOCATION_ANSWER_H

#include <stdbool.h>
#include <stdint.h>

enum revocation_status {
    ANSWER_NONE,       /* nothing of the issuer that may be used */
    ANSWER_TOO_OLD,    /* good, by something older than nextUpdate and max_stale */
    ANSWER_GOOD_STALE, /* good, by something past nextUpdate, within max_stale */
    ANSWER_GOOD,
    ANSWER_REVOKED, /* however old */
};

struct revocation_answer {
    enum revocation_status status;
    int64_t next_update; /* of what counted; 0 for none */
    bool by_ocsp;        /* what counted is an OCSP answer, no list */
    char detail[160];    /* why nothing is known, when and why revoked */
};

#endif
