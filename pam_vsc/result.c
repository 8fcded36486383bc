/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/result.h"

static const struct {
    int authenticate, acct_mgmt, chauthtok;
    const char *result, *code;
} rows[ENDING_COUNT] = {
#define VSC_ENDING_ROW(name, auth, acct, chauth, result, code)                                     \
    [ENDING_##name] = {auth, acct, chauth, result, code},
    VSC_ENDINGS(VSC_ENDING_ROW)
#undef VSC_ENDING_ROW
};

int result_authenticate(enum ending ending)
{
    return (unsigned)ending < ENDING_COUNT ? rows[ending].authenticate : PAM_SERVICE_ERR;
}

int result_acct_mgmt(enum ending ending)
{
    return (unsigned)ending < ENDING_COUNT ? rows[ending].acct_mgmt : PAM_SERVICE_ERR;
}

int result_chauthtok(enum ending ending)
{
    return (unsigned)ending < ENDING_COUNT ? rows[ending].chauthtok : PAM_SERVICE_ERR;
}

const char *ending_result(enum ending ending)
{
    return (unsigned)ending < ENDING_COUNT ? rows[ending].result : "error";
}

const char *ending_code(enum ending ending)
{
    return (unsigned)ending < ENDING_COUNT ? rows[ending].code : "internal";
}

enum ending ending_of_err(enum vsc_err err)
{
    switch (err) {
    case VSC_OK:
        return ENDING_NOT_YET;
    case VSC_NO_CARD:
    case VSC_NO_KEY:
        return ENDING_NO_CARD;
    case VSC_PIN:
    case VSC_PIN_POLICY:
    case VSC_ADMIN_KEY:
    case VSC_PUK:
        return ENDING_WRONG_PIN;
    case VSC_PIN_BLOCKED:
    case VSC_PUK_BLOCKED:
    case VSC_UNWELL:
        return ENDING_BLOCKED;
    case VSC_TPM_LOCKED:
        return ENDING_TPM_LOCKED;
    case VSC_CARD_GONE:
        return ENDING_CARD_GONE;
    case VSC_DENIED:
        return ENDING_NOT_ALLOWED;
    case VSC_USAGE:
    case VSC_CONFIG:
    case VSC_UNTRUSTED:
        return ENDING_SETTINGS;
    case VSC_MEMORY:
        return ENDING_MEMORY;
    case VSC_TPM:
    case VSC_TOKEN:
    case VSC_STORE:
    case VSC_NOT_BUILT: /* a card of a newer format: of no use here, but no fault of the settings */
        return ENDING_TPM;
    case VSC_TIMEOUT:
        return ENDING_DEADLINE;
    case VSC_CERT:
    case VSC_EXISTS:
    case VSC_INPUT:
    case VSC_SYSTEM:
    case VSC_PROTOCOL:
    case VSC_HELPER:
    case VSC_ERR_COUNT:
        return ENDING_HELPER;
    }
    return ENDING_HELPER;
}

enum ending ending_of_reasons(const uint16_t *reasons, size_t count, bool user_given,
                              enum reason *ret_reason)
{
    for (size_t i = 0; i < count; i++) {
        enum reason reason = (enum reason)reasons[i];

        if (reason_is_mapping(reason))
            continue;
        *ret_reason = reason;
        return reason == REASON_PROOF_FAILED ? ENDING_PROOF : ENDING_REFUSED;
    }
    if (count == 0)
        return ENDING_HELPER;
    *ret_reason = (enum reason)reasons[0];
    return user_given ? ENDING_WRONG_ACCOUNT : ENDING_NO_ACCOUNT;
}
