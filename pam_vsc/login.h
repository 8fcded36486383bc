/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_sm_authenticate: the steps of a sign-in, in their order. */
#ifndef VSC_PAM_VSC_LOGIN_H
#define VSC_PAM_VSC_LOGIN_H

#include "pam_vsc/call.h"

int login_authenticate(pam_handle_t *pamh, const struct call_argv *argv);

#endif
