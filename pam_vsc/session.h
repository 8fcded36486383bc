/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pam_sm_open_session and pam_sm_close_session: where root opens a session of logind's that was
 * signed in to with a token, its record (common/session_record.h) is left, so that vsc-removal can
 * act when the token is removed. Nothing of this for a virtual card, and no session fails by it.
 */
#ifndef VSC_PAM_VSC_SESSION_H
#define VSC_PAM_VSC_SESSION_H

#include <security/pam_modules.h>

int session_open(pam_handle_t *pamh);
/* Takes away only what session_open() left by this handle. */
int session_close(pam_handle_t *pamh);

#endif
