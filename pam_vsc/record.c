/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "pam_vsc/token.h"

#define ENV_SIZE 1024

static void record_free(struct record *record)
{
    for (size_t i = 0; i < record->chain_len; i++)
        free(record->chain[i].data);
    free(record);
}

DEFINE_AUTO(struct record, record_free)

static void record_cleanup(pam_handle_t *pamh, void *data, int status)
{
    (void)pamh;
    (void)status;
    if (data != NULL)
        record_free(data);
}

static struct record *record_new(const struct call *call)
{
    const struct card_key *key = call->chosen->key;
    auto_by(record_free) struct record *record = calloc(1, sizeof(*record));

    if (record == NULL)
        return NULL;
    (void)snprintf(record->user, sizeof(record->user), "%s",
                   call->user_given ? call->request.user : call->verdict.account);
    (void)snprintf(record->account, sizeof(record->account), "%s", call->verdict.account);
    (void)snprintf(record->card, sizeof(record->card), "%s", call->chosen->info->name);
    if (call->chosen->info->kind == CARD_TOKEN)
        (void)snprintf(record->token_id, sizeof(record->token_id), "%s", call->chosen->info->id);
    (void)snprintf(record->issuer, sizeof(record->issuer), "%s", call->verdict.issuer);
    (void)snprintf(record->serial, sizeof(record->serial), "%s", call->verdict.serial);
    record->account_uid = call->verdict.account_uid;
    record->must_change = call->chosen->info->must_change && !call->pin_changed;
    for (size_t i = 0; i < key->chain_len; i++) {
        unsigned char *copy = malloc(key->chain[i].len);

        if (copy == NULL)
            return NULL;
        memcpy(copy, key->chain[i].data, key->chain[i].len);
        record->chain[record->chain_len++] = (struct der){.data = copy, .len = key->chain[i].len};
    }
    return take(record);
}

static bool put(pam_handle_t *pamh, const char *name, const char *value)
{
    char setting[ENV_SIZE];
    int written = snprintf(setting, sizeof(setting), "%s=%s", name, value);

    return written > 0 && (size_t)written < sizeof(setting) &&
           pam_putenv(pamh, setting) == PAM_SUCCESS;
}

static void take_back(pam_handle_t *pamh)
{
    static const char *const names[] = {ENV_CARD,   ENV_UPN,   ENV_ISSUER,
                                        ENV_SERIAL, ENV_TOKEN, ENV_TOKEN_ID};

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (pam_getenv(pamh, names[i]) != NULL)
            (void)pam_putenv(pamh, names[i]);
}

/* For whoever acts on the removal of a token. */
static bool put_token(const struct call *call)
{
    char label[TOKEN_LABEL_MAX + 1];

    if (call->chosen->info->kind != CARD_TOKEN)
        return true;
    return put(call->pamh, ENV_TOKEN_ID, call->chosen->info->id) &&
           (!token_label(call, label) || put(call->pamh, ENV_TOKEN, label));
}

enum ending record_write(const struct call *call)
{
    const struct check_verdict *verdict = &call->verdict;
    const struct card_info *card = call->chosen->info;
    pam_handle_t *pamh = call->pamh;
    struct record *record;

    if (!put(pamh, ENV_CARD, card->name) || !put(pamh, ENV_UPN, verdict->upn) ||
        !put(pamh, ENV_ISSUER, verdict->issuer) || !put(pamh, ENV_SERIAL, verdict->serial) ||
        !put_token(call)) {
        take_back(pamh);
        return ENDING_MEMORY;
    }
    record = record_new(call);
    if (record == NULL || pam_set_data(pamh, RECORD_DATA, record, record_cleanup) != PAM_SUCCESS) {
        if (record != NULL)
            record_free(record);
        take_back(pamh);
        return ENDING_MEMORY;
    }
    return ENDING_NOT_YET;
}

void record_forget(pam_handle_t *pamh)
{
    take_back(pamh);
    if (record_read(pamh) != NULL)
        (void)pam_set_data(pamh, RECORD_DATA, NULL, NULL);
}

const struct record *record_read(pam_handle_t *pamh)
{
    const void *data = NULL;

    return pam_get_data(pamh, RECORD_DATA, &data) == PAM_SUCCESS ? data : NULL;
}
