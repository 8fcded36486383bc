/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/token.h"

#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "common/text.h"
#include "pam_vsc/exchange.h"
#include "pam_vsc/record.h"

static bool is_safe(const struct card_found *found, char label[TOKEN_LABEL_MAX + 1])
{
    memcpy(label, found->label, found->label_len);
    label[found->label_len] = '\0';
    return label[0] != '\0' && strlen(label) == found->label_len && text_is_printable(label);
}

bool token_label(const struct call *call, char ret_label[TOKEN_LABEL_MAX + 1])
{
    struct card_found found = {.present = false};
    enum vsc_err err = exchange_find_token(&call->card, call->chosen->info->id, &found);
    char label[TOKEN_LABEL_MAX + 1];

    if (err == VSC_OK && found.present && is_safe(&found, label)) {
        memcpy(ret_label, label, sizeof(label));
        return true;
    }
    pam_syslog(call->pamh, LOG_NOTICE, "no " ENV_TOKEN ": %s",
               err != VSC_OK    ? vsc_strerror(err)
               : !found.present ? "the token is not there any more"
                                : "its label cannot be told");
    return false;
}
