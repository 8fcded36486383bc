/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TPM's own authorisations: the owner hierarchy's password, which making and removing NV
 * indices asks for, and the lockout hierarchy's, without which anybody in group tss could clear the
 * counter of the whole machine.
 */
#ifndef VSC_CARD_ADMIN_HIERARCHY_H
#define VSC_CARD_ADMIN_HIERARCHY_H

#include <stdbool.h>
#include <tss2/tss2_esys.h>

#include "card/owner/change.h"

#define HIERARCHY_PASSWORD_MAX 32 /* bytes: a SHA-256 digest's size (part 1, 13.8) */

/*
 * What authorises the next commands to the owner hierarchy: ESYS_TR_PASSWORD where it has no
 * password, else a session, salted with the machine's storage root key where there is one, so that
 * the password is never sent. To be ended.
 */
must_check enum vsc_err hierarchy_session(struct change *change, ESYS_TR *ret_session,
                                          struct problem *problem);
void hierarchy_session_end(struct change *change, ESYS_TR *session);
/* tpm_status(), and words for a refusal by the owner hierarchy (VSC_DENIED). */
enum vsc_err hierarchy_status(const struct change *change, TSS2_RC rc, const char *command,
                              struct problem *problem);

must_check enum vsc_err lockout_has_password(struct tpm *tpm, bool *ret_has,
                                             struct problem *problem);
/*
 * Give the lockout hierarchy its first password: at most HIERARCHY_PASSWORD_MAX bytes. `hmac` is a
 * salted session, which encrypts it. VSC_EXISTS if it has one.
 */
must_check enum vsc_err lockout_set_password(struct tpm *tpm, ESYS_TR hmac,
                                             const struct secret *password,
                                             struct problem *problem);
/*
 * The same for a TPM without a card being made: the session is salted with the machine's storage
 * root key. VSC_NO_CARD if there is none yet.
 */
must_check enum vsc_err lockout_protect(struct tpm *tpm, const struct secret *password,
                                        struct problem *problem);

/* TPM2_DictionaryAttackParameters: how many wrong tries, and in how many seconds one is forgotten.
 */
struct lockout_limits {
    uint32_t tries, interval, recovery; /* recovery: seconds of rest after a wrong password */
};

/* `password` is the lockout hierarchy's; empty where it has none. VSC_DENIED for a wrong one. */
must_check enum vsc_err lockout_set_limits(struct tpm *tpm, const struct secret *password,
                                           const struct lockout_limits *limits,
                                           struct problem *problem);

#endif
