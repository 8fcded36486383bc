/* SPDX-License-Identifier: BSD-2-Clause */
/* What est.c and est_meaning.c have in common. */
#ifndef VSC_ENROLL_EST_EST_PARTS_H
#define VSC_ENROLL_EST_EST_PARTS_H

#include "enroll/est/client.h"
#include "enroll/est/est.h"
#include "enroll/est/http.h"

/* One call of est_ask(). */
struct est_work {
    struct run *run;
    struct buf anchors; /* of TLS, PEM; empty: the system's */
    char user[PROFILE_UPN_SIZE];
    struct secret password; /* empty: none was asked for */
    struct est_shown shown;
    struct deadline deadline;
};

/* Refuse with a code. `stays`: the request stays where the CA has it already. */
enum vsc_err est_refuse(struct est_work *work, const char *code, bool stays,
                        struct problem *problem, const char *why);
/* One operation, and what the transport says of it: anything but an answer is an error, and so is a
 * redirect. */
must_check enum vsc_err est_say(struct est_work *work, const char *operation, const char *body,
                                struct est_response *ret_response, struct problem *problem);
/* What the answer to an enrollment means. */
must_check enum vsc_err est_meaning(struct est_work *work, const struct est_response *response,
                                    struct helper_answer *answer, struct problem *problem);

#endif
