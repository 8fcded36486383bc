/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One question to a server of AD CS: a POST over HTTPS with the user's Kerberos ticket. Redirects
 * are not followed, and sizes and times have limits.
 */
#ifndef VSC_ENROLL_XCEP_POST_H
#define VSC_ENROLL_XCEP_POST_H

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "enroll/issued.h"
#include "enroll/profile.h"

/* https, with a host and without a user; its host, without case, to `host`. */
#define POST_HOST_SIZE 256
bool post_url_is_good(const char *url, char host[POST_HOST_SIZE]);

/*
 * The body of an answer with the status 200, or 500, which has a fault in it. VSC_DENIED with a
 * code: an answer that is refused. VSC_HELPER: the server cannot be asked now. Release `ret_body`
 * also after a failure.
 */
must_check enum vsc_err post(const struct profile *profile, const char *url,
                             const struct buf *question, struct buf *ret_body, char code[CODE_MAX],
                             struct problem *problem);
/* No for good: `word` is the code. VSC_DENIED. */
enum vsc_err post_refuse(const char *word, const char *what, char code[CODE_MAX],
                         struct problem *problem);

#endif
