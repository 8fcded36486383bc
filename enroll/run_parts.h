/* SPDX-License-Identifier: BSD-2-Clause */
/* What run.c and run_keys.c have in common. */
#ifndef VSC_ENROLL_RUN_PARTS_H
#define VSC_ENROLL_RUN_PARTS_H

#include "enroll/run.h"

/* List anew: what was read of the card is out of date. `run->card` is NULL where it is gone. */
must_check enum vsc_err run_look_again(struct run *run, struct problem *problem);
must_check enum vsc_err run_save(struct run *run, enum state_phase phase, struct problem *problem);
/* As run_check(), and for the key of the request. */
must_check enum vsc_err run_check_answer(struct run *run, const struct issued *issued,
                                         struct problem *problem);
/* The certificate of the card's key with that SPKI; false where there is none. */
bool run_issued(struct run *run, const char *spki, struct issued *ret_issued);
/* The id of the request's key. One that is gone ends the request. */
must_check enum vsc_err run_find_next(struct run *run, char ret_key[KEY_ID_SIZE],
                                      struct problem *problem);
/* generating -> keyed: the key that was made before a crash, or a new one. */
must_check enum vsc_err run_make_key(struct run *run, struct problem *problem);
/* keyed -> requested */
must_check enum vsc_err run_make_request(struct run *run, struct problem *problem);
/* issued -> idle: judge again, let the key sign, store. */
must_check enum vsc_err run_install(struct run *run, struct problem *problem);

#endif
