/* SPDX-License-Identifier: BSD-2-Clause */
/* pam_sm_acct_mgmt: is the certificate of this sign-in still good? */
#ifndef VSC_PAM_VSC_ACCOUNT_H
#define VSC_PAM_VSC_ACCOUNT_H

#include "pam_vsc/call.h"

int account_check(pam_handle_t *pamh, const struct call_argv *argv);

#endif
