/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The Kerberos ticket of a sign-in, by vsc-tgt (8). Nothing of this where the configuration's
 * `kerberos` is "off": no process, no message. As root the ticket is kept from the sign-in to
 * pam_setcred, by a name in PAM's data and, for sshd loses that, in the PAM environment; without
 * root it goes into the caller's own credential cache at once.
 */
#ifndef VSC_PAM_VSC_TICKET_H
#define VSC_PAM_VSC_TICKET_H

#include <security/pam_modules.h>

#include "common/secret.h"
#include "pam_vsc/call.h"

#define ENV_TICKET "VSC_TICKET" /* gone once the ticket is placed */
#define ENV_CCACHE "KRB5CCNAME"

/*
 * After the proof: get one. ENDING_NOT_YET where the sign-in goes on, with a ticket, or without one
 * where the configuration lets it; else how it ends. Of a virtual card the helpers are closed.
 */
must_check enum ending ticket_get(struct call *call, const struct secret *pin);
/* Take back what an earlier sign-in of this handle left, and was not placed. */
void ticket_forget(pam_handle_t *pamh);

/* pam_setcred: PAM_SUCCESS, or PAM_CRED_ERR where a ticket is required and cannot be placed. */
int ticket_setcred(pam_handle_t *pamh, const struct call_argv *argv);
/* The session ends: what was placed for it goes. */
void ticket_close(pam_handle_t *pamh, const struct call_argv *argv);

#endif
