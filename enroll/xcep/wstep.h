/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The messages of MS-WSTEP: a request for a certificate, the question for a pending one, and their
 * answers. The answer is hostile.
 */
#ifndef VSC_ENROLL_XCEP_WSTEP_H
#define VSC_ENROLL_XCEP_WSTEP_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "enroll/xcep/soap.h"

#define WSTEP_ID_SIZE  24
#define WSTEP_URI_SIZE 1024

enum wstep_result {
    WSTEP_ISSUED,  /* `pem` is the certificate and what came with it */
    WSTEP_PENDING, /* `id`, and `uri` where it is asked ("": where it was sent) */
    WSTEP_REFUSED, /* `words`; asking again will not help */
    WSTEP_FAULT,   /* `words`; later, perhaps */
};

struct wstep_answer {
    enum wstep_result result;
    struct buf pem;
    char id[WSTEP_ID_SIZE], uri[WSTEP_URI_SIZE], words[SOAP_WORDS];
};

void wstep_answer_done(struct wstep_answer *answer);
#define auto_wstep __attribute__((cleanup(wstep_answer_done)))

/* Issue: `pem` is the PKCS#10 request. As soap_write(). */
must_check enum vsc_err wstep_write_request(const char *url, const char *pem, struct buf *ret_text);
/* QueryTokenStatus; `id` has digits only. */
must_check enum vsc_err wstep_write_query(const char *url, const char *id, struct buf *ret_text);
/* VSC_DENIED for what is no answer. Release `ret_answer` also after a failure. */
must_check enum vsc_err wstep_read(const void *bytes, size_t len, struct wstep_answer *ret_answer,
                                   struct problem *problem);

#endif
