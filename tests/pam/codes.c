/* SPDX-License-Identifier: BSD-2-Clause */
#include <stddef.h>

#include <security/pam_modules.h>

#include "tests/pam/case.h"

static const struct {
    const char *name;
    int code;
} codes[] = {
#define CODE(name)                                                                                 \
    {                                                                                              \
#name, name                                                                                \
    }
    CODE(PAM_SUCCESS),          CODE(PAM_SERVICE_ERR),
    CODE(PAM_SYSTEM_ERR),       CODE(PAM_BUF_ERR),
    CODE(PAM_CONV_ERR),         CODE(PAM_AUTH_ERR),
    CODE(PAM_PERM_DENIED),      CODE(PAM_CRED_INSUFFICIENT),
    CODE(PAM_AUTHINFO_UNAVAIL), CODE(PAM_MAXTRIES),
    CODE(PAM_USER_UNKNOWN),     CODE(PAM_ACCT_EXPIRED),
    CODE(PAM_AUTHTOK_ERR),      CODE(PAM_IGNORE),
    CODE(PAM_NEW_AUTHTOK_REQD), CODE(PAM_CRED_ERR),
#undef CODE
};

const char *case_code_name(int code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        if (codes[i].code == code)
            return codes[i].name;
    return "another code";
}
