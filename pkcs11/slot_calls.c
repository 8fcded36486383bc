/* SPDX-License-Identifier: BSD-2-Clause */
/* Slots and tokens (PKCS #11 2.40, 5.5). */
#include <stdio.h>
#include <string.h>

#include "pkcs11/channel.h"
#include "pkcs11/module.h"

#define MAKER          "pam_vsc"
#define MECHANISMS_MAX 3

static unsigned long list_slots(bool present, unsigned long *slots, unsigned long *count)
{
    unsigned long room, wanted = 0;

    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    /* The list may change when it is asked how long it is, and only then. */
    if (slots == NULL || tokens_count() == 0)
        tokens_look();
    room = *count;
    for (size_t i = 0; i < tokens_count(); i++) {
        if (present && !tokens_at(i)->is_present)
            continue;
        if (slots != NULL && wanted < room)
            slots[wanted] = tokens_at(i)->slot;
        wanted++;
    }
    *count = wanted;
    return slots != NULL && wanted > room ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

unsigned long C_GetSlotList(unsigned char present, unsigned long *slots, unsigned long *count)
{
    unsigned long rv = module_enter();

    return rv == CKR_OK ? module_leave(list_slots(present != 0, slots, count)) : rv;
}

static struct token *find_slot(unsigned long slot)
{
    if (tokens_count() == 0)
        tokens_look();
    return tokens_find(slot);
}

static unsigned long slot_info(unsigned long slot, struct ck_slot_info *info)
{
    const struct token *token = find_slot(slot);
    char description[sizeof(info->description) + 1];

    if (info == NULL)
        return CKR_ARGUMENTS_BAD;
    if (token == NULL)
        return CKR_SLOT_ID_INVALID;
    *info =
        (struct ck_slot_info){.flags = CKF_HW_SLOT | (token->is_present ? CKF_TOKEN_PRESENT : 0)};
    (void)snprintf(description, sizeof(description), "Virtual smart card %04lu", slot);
    module_put_text(info->description, sizeof(info->description), description);
    module_put_text(info->manufacturer, sizeof(info->manufacturer), MAKER);
    return CKR_OK;
}

unsigned long C_GetSlotInfo(unsigned long slot, struct ck_slot_info *info)
{
    unsigned long rv = module_enter();

    return rv == CKR_OK ? module_leave(slot_info(slot, info)) : rv;
}

/* CKR_OK, and the token of a slot that has one. */
static unsigned long find_token(unsigned long slot, struct token **ret_token)
{
    *ret_token = find_slot(slot);
    if (*ret_token == NULL)
        return CKR_SLOT_ID_INVALID;
    return (*ret_token)->is_present ? CKR_OK : CKR_TOKEN_NOT_PRESENT;
}

static unsigned long pin_flags(const struct card_state *state)
{
    unsigned long flags = 0;

    if (state->blocked)
        return CKF_USER_PIN_LOCKED;
    if (state->tries_known && state->tries_left < state->tries_max)
        flags |= CKF_USER_PIN_COUNT_LOW;
    if (state->tries_known && state->tries_left == 1)
        flags |= CKF_USER_PIN_FINAL_TRY;
    return flags;
}

static void put_token(const struct token *token, const struct card_state *state,
                      struct ck_token_info *info)
{
    *info = (struct ck_token_info){
        .flags = CKF_LOGIN_REQUIRED | CKF_USER_PIN_INITIALIZED | CKF_TOKEN_INITIALIZED |
                 pin_flags(state) | (token->card.must_change ? CKF_USER_PIN_TO_BE_CHANGED : 0),
        .max_sessions = SESSIONS_MAX,
        .sessions = token->sessions,
        .max_rw_sessions = SESSIONS_MAX,
        .rw_sessions = token->rw_sessions,
        .max_pin_len = token->card.policy.maxlen,
        .min_pin_len = token->card.policy.minlen,
        .total_public = CK_UNAVAILABLE,
        .free_public = CK_UNAVAILABLE,
        .total_private = CK_UNAVAILABLE,
        .free_private = CK_UNAVAILABLE,
    };
    module_put_text(info->label, sizeof(info->label), token->card.name);
    module_put_text(info->manufacturer, sizeof(info->manufacturer), MAKER);
    module_put_text(info->model, sizeof(info->model), "TPM 2.0");
    module_put_text(info->serial, sizeof(info->serial), token->card.id);
    module_put_text(info->utc_time, sizeof(info->utc_time), "");
}

static unsigned long token_info(unsigned long slot, struct ck_token_info *info)
{
    struct card_state state = {0};
    struct token *token;
    unsigned long rv;

    if (info == NULL)
        return CKR_ARGUMENTS_BAD;
    rv = find_token(slot, &token);
    if (rv == CKR_OK)
        rv = token_rv(channel_state(token->card.id, &state));
    if (rv == CKR_OK && state.gone)
        rv = CKR_TOKEN_NOT_RECOGNIZED;
    if (rv == CKR_OK)
        put_token(token, &state, info);
    return rv;
}

unsigned long C_GetTokenInfo(unsigned long slot, struct ck_token_info *info)
{
    unsigned long rv = module_enter();

    return rv == CKR_OK ? module_leave(token_info(slot, info)) : rv;
}

/* Of the card's keys of one kind: the smallest and the largest, 0 without any. */
static void key_sizes(const struct token *token, unsigned long type,
                      struct ck_mechanism_info *sizes)
{
    for (size_t i = 0; i < token->objects.count; i++) {
        const struct object *object = &token->objects.list[i];

        if (object->class != CKO_PRIVATE_KEY || object->public.type != type)
            continue;
        if (sizes->min_key_size == 0 || object->public.bits < sizes->min_key_size)
            sizes->min_key_size = object->public.bits;
        if (object->public.bits > sizes->max_key_size)
            sizes->max_key_size = object->public.bits;
    }
}

static bool mechanism_info(const struct token *token, unsigned long mechanism,
                           struct ck_mechanism_info *info)
{
    *info = (struct ck_mechanism_info){.flags = CKF_HW | CKF_SIGN};
    switch (mechanism) {
    case CKM_RSA_PKCS:
    case CKM_RSA_PKCS_PSS:
        key_sizes(token, CKK_RSA, info);
        break;
    case CKM_ECDSA:
        info->flags |= CKF_EC_F_P | CKF_EC_NAMEDCURVE | CKF_EC_UNCOMPRESS;
        key_sizes(token, CKK_EC, info);
        break;
    default:
        break;
    }
    return info->max_key_size > 0;
}

static unsigned long list_mechanisms(unsigned long slot, unsigned long *mechanisms,
                                     unsigned long *count)
{
    static const unsigned long known[MECHANISMS_MAX] = {CKM_RSA_PKCS, CKM_RSA_PKCS_PSS, CKM_ECDSA};
    unsigned long room, wanted = 0, rv;
    struct ck_mechanism_info info;
    struct token *token;

    if (count == NULL)
        return CKR_ARGUMENTS_BAD;
    rv = find_token(slot, &token);
    if (rv != CKR_OK)
        return rv;
    room = *count;
    for (size_t i = 0; i < MECHANISMS_MAX; i++) {
        if (!mechanism_info(token, known[i], &info))
            continue;
        if (mechanisms != NULL && wanted < room)
            mechanisms[wanted] = known[i];
        wanted++;
    }
    *count = wanted;
    return mechanisms != NULL && wanted > room ? CKR_BUFFER_TOO_SMALL : CKR_OK;
}

unsigned long C_GetMechanismList(unsigned long slot, unsigned long *mechanisms,
                                 unsigned long *count)
{
    unsigned long rv = module_enter();

    return rv == CKR_OK ? module_leave(list_mechanisms(slot, mechanisms, count)) : rv;
}

static unsigned long get_mechanism(unsigned long slot, unsigned long mechanism,
                                   struct ck_mechanism_info *info)
{
    struct ck_mechanism_info found;
    struct token *token;
    unsigned long rv;

    if (info == NULL)
        return CKR_ARGUMENTS_BAD;
    rv = find_token(slot, &token);
    if (rv == CKR_OK && !mechanism_info(token, mechanism, &found))
        rv = CKR_MECHANISM_INVALID;
    if (rv == CKR_OK)
        *info = found;
    return rv;
}

unsigned long C_GetMechanismInfo(unsigned long slot, unsigned long mechanism,
                                 struct ck_mechanism_info *info)
{
    unsigned long rv = module_enter();

    return rv == CKR_OK ? module_leave(get_mechanism(slot, mechanism, info)) : rv;
}

/* Nothing is ever put in or taken out: no slot is removable. */
unsigned long C_WaitForSlotEvent(unsigned long flags, unsigned long *slot, void *reserved)
{
    unsigned long rv = module_enter();

    if (rv != CKR_OK)
        return rv;
    if (slot == NULL || reserved != NULL)
        return module_leave(CKR_ARGUMENTS_BAD);
    return module_leave((flags & CKF_DONT_BLOCK) != 0 ? CKR_NO_EVENT : CKR_FUNCTION_NOT_SUPPORTED);
}
