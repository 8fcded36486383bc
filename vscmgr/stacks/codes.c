/* SPDX-License-Identifier: BSD-2-Clause */
/* The names of PAM's codes (pam.conf.5). */
#include <strings.h>

#include "vscmgr/stacks/stack.h"

static const struct {
    const char *name;
    int code;
} codes[] = {
    {"success", PAM_SUCCESS},
    {"open_err", PAM_OPEN_ERR},
    {"symbol_err", PAM_SYMBOL_ERR},
    {"service_err", PAM_SERVICE_ERR},
    {"system_err", PAM_SYSTEM_ERR},
    {"buf_err", PAM_BUF_ERR},
    {"perm_denied", PAM_PERM_DENIED},
    {"auth_err", PAM_AUTH_ERR},
    {"cred_insufficient", PAM_CRED_INSUFFICIENT},
    {"authinfo_unavail", PAM_AUTHINFO_UNAVAIL},
    {"user_unknown", PAM_USER_UNKNOWN},
    {"maxtries", PAM_MAXTRIES},
    {"new_authtok_reqd", PAM_NEW_AUTHTOK_REQD},
    {"acct_expired", PAM_ACCT_EXPIRED},
    {"session_err", PAM_SESSION_ERR},
    {"cred_unavail", PAM_CRED_UNAVAIL},
    {"cred_expired", PAM_CRED_EXPIRED},
    {"cred_err", PAM_CRED_ERR},
    {"no_module_data", PAM_NO_MODULE_DATA},
    {"conv_err", PAM_CONV_ERR},
    {"authtok_err", PAM_AUTHTOK_ERR},
    {"authtok_recover_err", PAM_AUTHTOK_RECOVERY_ERR},
    {"authtok_lock_busy", PAM_AUTHTOK_LOCK_BUSY},
    {"authtok_disable_aging", PAM_AUTHTOK_DISABLE_AGING},
    {"try_again", PAM_TRY_AGAIN},
    {"ignore", PAM_IGNORE},
    {"abort", PAM_ABORT},
    {"authtok_expired", PAM_AUTHTOK_EXPIRED},
    {"module_unknown", PAM_MODULE_UNKNOWN},
    {"bad_item", PAM_BAD_ITEM},
    {"conv_again", PAM_CONV_AGAIN},
    {"incomplete", PAM_INCOMPLETE},
};

#define COUNT (sizeof(codes) / sizeof(codes[0]))

const char *stack_code_name(int code)
{
    for (size_t i = 0; i < COUNT; i++)
        if (codes[i].code == code)
            return codes[i].name;
    return "unknown";
}

int stack_code_of(const char *name)
{
    for (size_t i = 0; i < COUNT; i++)
        if (strcasecmp(codes[i].name, name) == 0)
            return codes[i].code;
    return -1;
}
