/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/wire_card.h"

#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/wire_field.h"

static void policy_encode(struct buf *body, const struct pin_policy *policy)
{
    buf_u8(body, policy->minlen);
    buf_u8(body, policy->maxlen);
    buf_u8(body, (uint8_t)policy->uppercase);
    buf_u8(body, (uint8_t)policy->lowercase);
    buf_u8(body, (uint8_t)policy->digits);
    buf_u8(body, (uint8_t)policy->specialchars);
}

static void policy_decode(struct reader *reader, struct pin_policy *policy)
{
    policy->minlen = field_choice(reader, 0, PIN_MAX);
    policy->maxlen = field_choice(reader, policy->minlen, PIN_MAX);
    policy->uppercase = (enum pin_rule)field_choice(reader, PIN_ALLOWED, PIN_REQUIRED);
    policy->lowercase = (enum pin_rule)field_choice(reader, PIN_ALLOWED, PIN_REQUIRED);
    policy->digits = (enum pin_rule)field_choice(reader, PIN_ALLOWED, PIN_REQUIRED);
    policy->specialchars = (enum pin_rule)field_choice(reader, PIN_ALLOWED, PIN_REQUIRED);
}

static void info_encode(struct buf *body, const struct card_info *card)
{
    buf_str(body, card->id);
    buf_str(body, card->name);
    buf_u8(body, (uint8_t)card->kind);
    buf_u8(body, card->has_owner);
    buf_u32(body, card->has_owner ? card->owner_uid : 0);
    buf_str(body, card->has_owner ? card->owner : "");
    buf_str(body, card->owner_display);
    policy_encode(body, &card->policy);
    buf_u8(body, card->must_change);
    buf_u8(body, card->restricted);
    buf_u8(body, card->has_puk);
    buf_str(body, card->helpdesk);
    buf_u32(body, (uint32_t)card->key_count);
    for (size_t i = 0; i < card->key_count; i++) {
        buf_str(body, card->keys[i].id);
        buf_u8(body, card->keys[i].is_default);
        field_chain_encode(body, card->keys[i].chain, card->keys[i].chain_len);
    }
}

void card_list_encode(struct buf *body, const struct card_list *list)
{
    buf_u32(body, (uint32_t)list->count);
    for (size_t i = 0; i < list->count; i++)
        info_encode(body, &list->cards[i]);
}

/* gcc 12's analyzer loses sight of what is stored in an element of a list. */
#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wanalyzer-malloc-leak"
#endif
static enum vsc_err keys_decode(struct reader *reader, struct card_info *card)
{
    uint32_t count = field_count(reader, card->restricted ? 0 : CARD_KEYS_MAX);
    enum vsc_err err = VSC_OK;

    if (count == 0)
        return VSC_OK;
    card->keys = calloc(count, sizeof(*card->keys));
    if (card->keys == NULL)
        return VSC_MEMORY;
    while (err == VSC_OK && card->key_count < count) {
        struct card_key *key = &card->keys[card->key_count++];

        field_name(reader, key->id, sizeof(key->id));
        key->is_default = reader_bool(reader);
        err = field_chain_decode(reader, 0, key->chain, &key->chain_len);
    }
    return err;
}

#ifndef __clang__
#pragma GCC diagnostic pop
#endif

static enum vsc_err info_decode(struct reader *reader, struct card_info *card)
{
    field_name(reader, card->id, sizeof(card->id));
    field_name(reader, card->name, sizeof(card->name));
    card->kind = (enum card_kind)field_choice(reader, CARD_NATIVE, CARD_TOKEN);
    card->has_owner = reader_bool(reader);
    card->owner_uid = reader_u32(reader);
    field_text(reader, card->owner, sizeof(card->owner));
    if (card->has_owner != (card->owner[0] != '\0') || (!card->has_owner && card->owner_uid != 0))
        reader->fault = true;
    field_text(reader, card->owner_display, sizeof(card->owner_display));
    policy_decode(reader, &card->policy);
    card->must_change = reader_bool(reader);
    card->restricted = reader_bool(reader);
    card->has_puk = reader_bool(reader);
    field_text(reader, card->helpdesk, sizeof(card->helpdesk));
    if (card->restricted && (card->has_puk || card->helpdesk[0] != '\0'))
        reader->fault = true;
    return keys_decode(reader, card);
}

enum vsc_err card_list_decode(struct reader *reader, struct card_list *ret_list)
{
    auto_card_list struct card_list list = {0};
    uint32_t count = field_count(reader, CARDS_MAX);
    enum vsc_err err = VSC_OK;

    list.cards = calloc(count > 0 ? count : 1, sizeof(*list.cards));
    if (list.cards == NULL)
        return VSC_MEMORY;
    while (err == VSC_OK && list.count < count && !reader->fault)
        err = info_decode(reader, &list.cards[list.count++]);
    if (err == VSC_OK)
        err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    *ret_list = list;
    list = (struct card_list){0};
    return VSC_OK;
}

void card_info_done(struct card_info *card)
{
    for (size_t k = 0; k < card->key_count; k++)
        field_chain_done(card->keys[k].chain, &card->keys[k].chain_len);
    free(card->keys);
    card->keys = NULL;
    card->key_count = 0;
}

void card_list_done(struct card_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        card_info_done(&list->cards[i]);
    free(list->cards);
    *list = (struct card_list){0};
}

void card_which_encode(struct buf *body, const struct card_which *which)
{
    buf_str(body, which->card);
    buf_str(body, which->key);
}

static void which_decode(struct reader *reader, struct card_which *which)
{
    field_name(reader, which->card, sizeof(which->card));
    field_text(reader, which->key, sizeof(which->key));
}

enum vsc_err card_which_decode(struct reader *reader, struct card_which *ret_which)
{
    struct card_which which;
    enum vsc_err err;

    which_decode(reader, &which);
    err = reader_end(reader);
    if (err == VSC_OK)
        *ret_which = which;
    return err;
}

void card_state_encode(struct buf *body, const struct card_state *state)
{
    buf_u8(body, state->tries_known);
    buf_u16(body, state->tries_left);
    buf_u16(body, state->tries_max);
    buf_u8(body, state->blocked);
    buf_u8(body, state->gone);
    buf_u32(body, state->locked_seconds);
}

enum vsc_err card_state_decode(struct reader *reader, struct card_state *ret_state)
{
    struct card_state state = field_state(reader);
    enum vsc_err err = reader_end(reader);

    if (err == VSC_OK)
        *ret_state = state;
    return err;
}

/* A PIN, borrowed: it is copied once, into the secret that wipes itself. */
static const unsigned char *pin_decode(struct reader *reader, size_t *ret_len)
{
    const unsigned char *pin = reader_bytes(reader, PIN_MAX, ret_len);

    if (*ret_len == 0)
        reader->fault = true;
    return pin;
}

void card_sign_encode(struct buf *body, const struct card_sign *sign)
{
    buf_str(body, sign->card);
    buf_str(body, sign->key);
    buf_put(body, sign->digest, sizeof(sign->digest));
    buf_bytes(body, sign->pin.bytes, sign->pin.len);
    buf_u16(body, sign->keep);
}

enum vsc_err card_sign_decode(struct reader *reader, struct card_sign *ret_sign)
{
    struct card_which which;
    unsigned char digest[DIGEST_SIZE];
    const unsigned char *pin;
    size_t pin_len;
    uint16_t keep;
    enum vsc_err err;

    which_decode(reader, &which);
    if (which.key[0] == '\0')
        reader->fault = true;
    reader_copy(reader, digest, sizeof(digest));
    pin = pin_decode(reader, &pin_len);
    keep = reader_u16(reader);
    err = reader_end(reader);
    if (err == VSC_OK)
        err = secret_set(&ret_sign->pin, pin, pin_len);
    if (err != VSC_OK)
        return err;
    memcpy(ret_sign->card, which.card, sizeof(which.card));
    memcpy(ret_sign->key, which.key, sizeof(which.key));
    memcpy(ret_sign->digest, digest, sizeof(digest));
    ret_sign->keep = keep;
    return VSC_OK;
}

void card_change_pin_encode(struct buf *body, const struct card_change_pin *change)
{
    buf_str(body, change->card);
    buf_bytes(body, change->old_pin.bytes, change->old_pin.len);
    buf_bytes(body, change->new_pin.bytes, change->new_pin.len);
    buf_u16(body, change->keep);
}

enum vsc_err card_change_pin_decode(struct reader *reader, struct card_change_pin *ret_change)
{
    char card[CARD_ID_SIZE];
    const unsigned char *old_pin, *new_pin;
    size_t old_len, new_len;
    uint16_t keep;
    enum vsc_err err;

    field_name(reader, card, sizeof(card));
    old_pin = pin_decode(reader, &old_len);
    new_pin = pin_decode(reader, &new_len);
    keep = reader_u16(reader);
    err = reader_end(reader);
    if (err == VSC_OK)
        err = secret_set(&ret_change->old_pin, old_pin, old_len);
    if (err == VSC_OK)
        err = secret_set(&ret_change->new_pin, new_pin, new_len);
    if (err != VSC_OK)
        return err;
    memcpy(ret_change->card, card, sizeof(card));
    ret_change->keep = keep;
    return VSC_OK;
}

void card_outcome_encode(struct buf *body, const struct card_outcome *outcome)
{
    buf_u16(body, (uint16_t)outcome->result);
    card_state_encode(body, &outcome->state);
    buf_bytes(body, outcome->signature, outcome->signature_len);
}

static bool is_result(uint16_t result)
{
    return result == VSC_OK || result == VSC_PIN || result == VSC_PIN_BLOCKED ||
           result == VSC_TPM_LOCKED || result == VSC_CARD_GONE || result == VSC_PIN_POLICY ||
           result == VSC_PUK || result == VSC_PUK_BLOCKED || result == VSC_DENIED;
}

enum vsc_err card_outcome_decode(struct reader *reader, struct card_outcome *ret_outcome)
{
    struct card_outcome outcome = {0};
    const unsigned char *signature;
    uint16_t result = reader_u16(reader);
    enum vsc_err err;

    outcome.result = (enum vsc_err)result;
    outcome.state = field_state(reader);
    signature = reader_bytes(reader, SIGNATURE_MAX, &outcome.signature_len);
    if (!is_result(result) || (result != VSC_OK && outcome.signature_len > 0))
        reader->fault = true;
    err = reader_end(reader);
    if (err != VSC_OK)
        return err;
    if (outcome.signature_len > 0)
        memcpy(outcome.signature, signature, outcome.signature_len);
    *ret_outcome = outcome;
    return VSC_OK;
}
