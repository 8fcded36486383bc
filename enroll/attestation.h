/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where a profile asks for it: what the TPM states of the key of a request, vsc-attest(5). It is
 * made anew for each time that the request is handed in: no PIN is needed for that, and nothing has
 * to be kept.
 */
#ifndef VSC_ENROLL_ATTESTATION_H
#define VSC_ENROLL_ATTESTATION_H

#include <limits.h>

#include "card/remote_owner.h"
#include "enroll/run.h"

/* Can this card state anything? Before a key is made: VSC_DENIED, with a code, where it cannot.
 * VSC_OK where the profile does not ask. */
must_check enum vsc_err attestation_check(struct run *run, struct problem *problem);
/* The bundle for the request under way. The caller releases it. */
must_check enum vsc_err attestation_make(struct run *run, struct card_attested *ret_bundle,
                                         struct problem *problem);
/* The same as a file of the state's folder that only this user reads; its path. "" where the
 * profile does not ask. attestation_drop() it. */
must_check enum vsc_err attestation_put(struct run *run, char ret_path[PATH_MAX],
                                        struct problem *problem);
void attestation_drop(struct run *run);

#endif
