/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An enrollment, from nothing to a certificate that signs in:
 *
 *   idle -> generating -> keyed -> requested -> [pending ->] issued -> idle
 *
 * Each phase is on disk before what it announces is done. run_on() goes on from whatever phase is
 * there, as far as it goes. The card signs in with what it had until CARD_STORE, which stores the
 * certificate and makes it the default container in one step, and comes last.
 */
#ifndef VSC_ENROLL_RUN_H
#define VSC_ENROLL_RUN_H

#include <stdbool.h>

#include "enroll/errand.h"

/* What came of it. */
enum run_result {
    RUN_NOTHING, /* there was nothing to do */
    RUN_DONE,    /* enrolled */
    RUN_WAITING, /* for the CA, or for the answer's import */
    RUN_FAILED,
};

/* One profile at work. */
struct run {
    struct errand *errand;
    const struct profile *profile;
    char upn[PROFILE_UPN_SIZE];
    struct state state;
    const struct card_info *card; /* in the errand's list; NULL: none */
    bool resumed;                 /* a request was under way when it was opened */
    enum run_result result;
    char code[CODE_MAX]; /* why it was refused; "" */
    bool keep;           /* refused, but the request stays for a later try */
    bool yes;            /* another's certificate may lose its place, and nobody is asked */
    bool kept_place;     /* it keeps its place: the person said no, or nobody was there */
};

/* Read the state and find its card, or the one that is meant by `card` (NULL: the only one).
 * VSC_USAGE where a request is under way on another card. Release with run_close(). */
must_check enum vsc_err run_open(struct errand *errand, const struct profile *profile,
                                 const char *card, struct run *ret_run, struct problem *problem);
void run_close(struct run *run);
#define auto_run __attribute__((cleanup(run_close)))

/*
 * Begin a request, if none is under way. VSC_EXISTS: the key before the enrolled one waits for a
 * first sign-in still, and a third would be too many.
 */
must_check enum vsc_err run_begin(struct run *run, struct problem *problem);
/*
 * A certificate that is not this profile's loses its place as the default container only where the
 * person says so, before a request begins and again where another has come to that place meanwhile.
 * VSC_DENIED, and kept_place: it does not. A quiet pulse asks nobody and comes no further than the
 * PIN.
 */
must_check enum vsc_err run_may_replace(struct run *run, struct problem *problem);
/* Go on. A refusal by the CA, or of its answer, deletes the new key: the card is as it was. `poll`:
 * ask a CA that said to wait also before its time has come. */
must_check enum vsc_err run_on(struct run *run, bool poll, struct problem *problem);
/* The answer by hand, for the back end "file". A refusal changes nothing. */
must_check enum vsc_err run_import(struct run *run, const void *bytes, size_t len,
                                   struct problem *problem);
/* Give the request up: delete its key. */
must_check enum vsc_err run_cancel(struct run *run, struct problem *problem);
/* After run_open() has failed: is a request under way on a card that is not this user's any more?
 * It can never end, and its key is gone with the card. */
bool run_is_orphan(const struct run *run);
/* Give it up, and forget what is known of that card. */
must_check enum vsc_err run_forget(struct run *run, struct problem *problem);
/*
 * Delete the key before, once it is not needed any more: the user has signed in with the
 * certificate of the current one (common/sign_ins.h, or this session's PKCS11_LOGIN_CERT_SERIAL and
 * _ISSUER, pam_vsc(8)), or its own certificate has expired. Likewise all keys of a profile whose
 * place another has taken, once the user has signed in with that one's. *ret_deleted tells whether
 * any was.
 */
must_check enum vsc_err run_tidy(struct run *run, bool *ret_deleted, struct problem *problem);

/* The certificate of the current key on the card; false where there is none. */
bool run_current(struct run *run, struct issued *ret_issued);
/* Judge it now, as run_on() judges an answer. */
must_check enum vsc_err run_check(struct run *run, const struct issued *issued,
                                  struct problem *problem);

#endif
