/* SPDX-License-Identifier: BSD-2-Clause */
/* The module's functions by the names that a script's [run] has for them. */
#include <string.h>

#include <security/pam_modules.h>

#include "tests/pam/case.h"

static const struct {
    const char *name;
    int (*call)(pam_handle_t *pamh, int flags, int argc, const char **argv);
    unsigned flags;
} rows[] = {
    {"authenticate", pam_sm_authenticate, 0},
    {"acct_mgmt", pam_sm_acct_mgmt, 0},
    {"setcred", pam_sm_setcred, PAM_ESTABLISH_CRED},
    {"setcred-delete", pam_sm_setcred, PAM_DELETE_CRED},
    {"setcred-reinitialize", pam_sm_setcred, PAM_REINITIALIZE_CRED},
    {"setcred-refresh", pam_sm_setcred, PAM_REFRESH_CRED},
    {"open_session", pam_sm_open_session, 0},
    {"close_session", pam_sm_close_session, 0},
    {"chauthtok", pam_sm_chauthtok, PAM_UPDATE_AUTHTOK},
    {"chauthtok-prelim", pam_sm_chauthtok, PAM_PRELIM_CHECK},
    {"chauthtok-expired", pam_sm_chauthtok, PAM_UPDATE_AUTHTOK | PAM_CHANGE_EXPIRED_AUTHTOK},
};

bool case_call(const char *what, pam_handle_t *pamh, const struct call_argv *argv, int *ret_code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(rows[i].name, what) != 0)
            continue;
        *ret_code = rows[i].call(pamh, (int)(argv->flags | rows[i].flags), argv->argc,
                                 (const char **)(uintptr_t)argv->argv);
        return true;
    }
    return false;
}
