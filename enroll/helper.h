/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A CA behind a program of root's choice, by certmonger's helper protocol: the request in the
 * environment, the answer in the exit status and on standard output. It runs as the user, with
 * nothing else in its environment, in a session of its own, and is ended after HELPER_SECONDS or
 * when it says more than ANSWER_MAX. It never sees a PIN or a descriptor of ours.
 */
#ifndef VSC_ENROLL_HELPER_H
#define VSC_ENROLL_HELPER_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "enroll/profile.h"
#include "enroll/state.h"

#define HELPER_SECONDS 120

enum helper_result {
    HELPER_ISSUED, /* `answer` is the certificate */
    HELPER_WAIT,   /* ask again after `delay` seconds with `cookie` */
    HELPER_REJECTED,
    HELPER_UNREACHABLE,
    HELPER_UNCONFIGURED,
    HELPER_UNSUPPORTED,
    HELPER_BROKEN, /* an exit status or an answer that means nothing */
};

struct helper_answer {
    enum helper_result result;
    struct buf answer; /* what it wrote */
    char *cookie;      /* owned; HELPER_WAIT, else NULL */
    int64_t delay;     /* seconds */
    char words[256];   /* the last that it said, safe to show */
};

void helper_answer_done(struct helper_answer *answer);
#define auto_answer __attribute__((cleanup(helper_answer_done)))

/* What is asked; strings are borrowed, NULL for none. */
struct helper_question {
    const char *request;     /* PEM */
    const char *cookie;      /* of the last answer: POLL, else SUBMIT */
    const char *certificate; /* the one that is renewed, PEM */
    const char *upn;
    const char *home;        /* of the user */
    const char *attestation; /* path of a file; with SUBMIT only */
};

/*
 * Run it. VSC_TIMEOUT; VSC_DENIED where it said too much; VSC_HELPER where it cannot be started.
 * Release `ret_answer` also after a failure.
 */
must_check enum vsc_err helper_ask(const struct profile *profile,
                                   const struct helper_question *question,
                                   struct helper_answer *ret_answer, struct problem *problem);

/* What `status` (of exit) and the bytes in answer->answer mean. `words`: the last line of its
 * standard error, which tells where it says nothing else. */
void helper_read(int status, const char *words, struct helper_answer *answer);

#endif
