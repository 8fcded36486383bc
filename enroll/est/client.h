/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificate that the card has, as what a TLS connection shows (RFC 7030, 3.3.2). */
#ifndef VSC_ENROLL_EST_CLIENT_H
#define VSC_ENROLL_EST_CLIENT_H

#include "enroll/est/card_key.h"
#include "enroll/est/http.h"
#include "enroll/run.h"

struct est_shown {
    struct est_client client; /* its parts owned; key NULL: there is nothing to show */
    struct est_signer signer;
    struct run *run;
    char key[KEY_ID_SIZE];
    bool started;
};

/*
 * What the run's card shows: the enrolled key, if its certificate has not expired. Asks for the
 * PIN, but not in a pulse that asks nobody: VSC_INPUT. Release `ret_shown` with est_shown_done(),
 * also after a failure; it stays where it is until then.
 */
must_check enum vsc_err est_shown_open(struct run *run, struct est_shown *ret_shown,
                                       struct problem *problem);
void est_shown_done(struct est_shown *shown);

#endif
