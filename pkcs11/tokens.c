/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/tokens.h"

#include <string.h>

#include "common/cryptoki.h"
#include "common/deadline.h"
#include "common/hex.h"
#include "pkcs11/channel.h"

#define FRESH_MS 1000

/* Static, so that PINs can be wiped wherever another thread was when the process forked. */
static struct token tokens[CARDS_MAX];
static size_t count;
static unsigned long next_handle = 1;
static int64_t fresh_until_ms;

/* A native card's id is its number, four digits. */
static bool slot_of(const struct card_info *card, unsigned long *ret_slot)
{
    unsigned long slot = 0;

    if (card->kind != CARD_NATIVE || card->restricted || strlen(card->id) != 4 ||
        strspn(card->id, "0123456789") != 4)
        return false;
    for (const char *digit = card->id; *digit != '\0'; digit++)
        slot = slot * 10 + (unsigned long)(*digit - '0');
    *ret_slot = slot;
    return true;
}

struct token *tokens_find(unsigned long slot)
{
    for (size_t i = 0; i < count; i++)
        if (tokens[i].slot == slot)
            return &tokens[i];
    return NULL;
}

static struct token *find_or_add(unsigned long slot)
{
    struct token *token = tokens_find(slot);

    if (token != NULL || count == CARDS_MAX)
        return token;
    token = &tokens[count++];
    token->slot = slot;
    return token;
}

void token_log_out(struct token *token)
{
    token->is_logged_in = false;
    secret_done(&token->pin);
}

static void empty(struct token *token)
{
    objects_done(&token->objects);
    card_info_done(&token->card);
    token->is_present = false;
}

/* Another card in the place of this one must not get its PIN. */
static bool is_another(const struct token *token, const struct card_info *card,
                       const struct objects *objects)
{
    return strcmp(token->card.name, card->name) != 0 || token->card.owner_uid != card->owner_uid ||
           !objects_agree(&token->objects, objects);
}

/* Takes `card` over. */
static enum vsc_err insert(struct token *token, struct card_info *card)
{
    struct objects objects;
    enum vsc_err err =
        objects_make(card, token->is_present ? &token->objects : NULL, &next_handle, &objects);

    if (err != VSC_OK)
        return err;
    if (token->is_present && is_another(token, card, &objects))
        token_log_out(token);
    empty(token);
    token->card = *card;
    *card = (struct card_info){.keys = NULL};
    token->objects = objects;
    token->is_present = true;
    return VSC_OK;
}

static void withdraw(struct token *token)
{
    token_log_out(token);
    empty(token);
}

static enum vsc_err take_list(struct card_list *list)
{
    bool seen[CARDS_MAX] = {false};
    enum vsc_err failed = VSC_OK;

    for (size_t i = 0; i < list->count; i++) {
        struct token *token;
        unsigned long slot;
        enum vsc_err err;

        token = slot_of(&list->cards[i], &slot) ? find_or_add(slot) : NULL;
        if (token == NULL)
            continue;
        err = insert(token, &list->cards[i]);
        if (err == VSC_OK)
            seen[token - tokens] = true;
        else
            failed = err;
    }
    for (size_t i = 0; i < count; i++)
        if (!seen[i])
            withdraw(&tokens[i]);
    return failed;
}

enum vsc_err tokens_refresh(void)
{
    auto_card_list struct card_list list = {.cards = NULL};
    enum vsc_err err;

    if (clock_ms() < fresh_until_ms)
        return VSC_OK;
    err = channel_list(&list);
    if (err == VSC_OK)
        err = take_list(&list);
    if (count == 0)
        (void)find_or_add(0);
    fresh_until_ms = err == VSC_OK ? clock_ms() + FRESH_MS : 0;
    return err;
}

void tokens_look(void)
{
    const enum vsc_err err = tokens_refresh();

    (void)err;
}

void tokens_expire(void)
{
    fresh_until_ms = 0;
}

size_t tokens_count(void)
{
    return count;
}

struct token *tokens_at(size_t index)
{
    return &tokens[index];
}

void tokens_done(void)
{
    for (size_t i = 0; i < count; i++)
        withdraw(&tokens[i]);
    tokens_abandon();
}

void tokens_abandon(void)
{
    explicit_bzero(tokens, sizeof(tokens));
    count = 0;
    fresh_until_ms = 0;
}

unsigned long token_rv(enum vsc_err err)
{
    switch ((int)err) {
    case VSC_OK:
        return CKR_OK;
    case VSC_NO_CARD:
    case VSC_DENIED:
        return CKR_DEVICE_REMOVED;
    case VSC_NO_KEY:
        return CKR_KEY_HANDLE_INVALID;
    case VSC_CARD_GONE:
        return CKR_TOKEN_NOT_RECOGNIZED;
    case VSC_MEMORY:
        return CKR_HOST_MEMORY;
    default:
        return CKR_DEVICE_ERROR;
    }
}

unsigned long token_outcome_rv(enum vsc_err err, const struct card_outcome *outcome)
{
    if (err != VSC_OK)
        return token_rv(err);
    switch ((int)outcome->result) {
    case VSC_OK:
        return CKR_OK;
    case VSC_PIN:
        return CKR_PIN_INCORRECT;
    case VSC_PIN_BLOCKED:
        return CKR_PIN_LOCKED;
    case VSC_PIN_POLICY:
        return CKR_PIN_INVALID;
    default:
        return token_rv(outcome->result);
    }
}
