/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's six functions: what each does is in a file of its own. */
#include <security/pam_modules.h>

#include "pam_vsc/account.h"
#include "pam_vsc/login.h"
#include "pam_vsc/note.h"
#include "pam_vsc/password.h"
#include "pam_vsc/session.h"
#include "pam_vsc/ticket.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return login_authenticate(pamh, &(struct call_argv){(unsigned)flags, argc, argv});
}

EXPORT int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return account_check(pamh, &(struct call_argv){(unsigned)flags, argc, argv});
}

EXPORT int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    return password_change(pamh, &(struct call_argv){(unsigned)flags, argc, argv});
}

/* The one credential is the Kerberos ticket; what else the session needs is in the PAM environment
 * already. Never PAM_IGNORE, which libpam would take for the outcome of the whole stack. */
EXPORT int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    if (((unsigned)flags & PAM_DELETE_CRED) == 0)
        note_sign_in(pamh, NULL);
    return ticket_setcred(pamh, &(struct call_argv){(unsigned)flags, argc, argv});
}

EXPORT int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    (void)flags;
    (void)argc;
    (void)argv;
    return session_open(pamh);
}

EXPORT int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
    ticket_close(pamh, &(struct call_argv){(unsigned)flags, argc, argv});
    return session_close(pamh);
}
