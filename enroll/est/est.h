/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CA behind EST (RFC 7030, RFC 8951): csrattrs, simplereenroll where the card has a certificate
 * to show, else simpleenroll, with a password where the server asks for one, and cacerts for the
 * issuers. The server is trusted with nothing but to be the one
 * that the profile names: what it issues is judged by issued.h as every answer is.
 */
#ifndef VSC_ENROLL_EST_EST_H
#define VSC_ENROLL_EST_EST_H

#include "enroll/helper.h"
#include "enroll/run.h"

#define EST_DELAY_DEFAULT (8 * 3600) /* seconds, where a 202 does not say */
#define EST_DELAY_MAX     (7 * 86400)

/*
 * Hand the request of the run in, or ask for it again. VSC_OK with an answer as a helper's; else
 * what went wrong, with run->code where it is a refusal and run->keep where the request stays all
 * the same. Release `ret_answer` also after a failure.
 */
must_check enum vsc_err est_ask(struct run *run, const struct helper_question *question,
                                struct helper_answer *ret_answer, struct problem *problem);

#endif
