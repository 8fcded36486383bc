/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_sm_chauthtok: changes the PIN of a card of the user. */
#ifndef VSC_PAM_VSC_PASSWORD_H
#define VSC_PAM_VSC_PASSWORD_H

#include "pam_vsc/call.h"

int password_change(pam_handle_t *pamh, const struct call_argv *argv);

#endif
