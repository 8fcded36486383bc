/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/tokens.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

#include "card/card.h"
#include "card/pkcs11/objects.h"
#include "common/log.h"

#define PIN_LEN_FALLBACK 4 /* the shortest PIN of a token that tells no sensible limit */

static void token_done(struct token *token)
{
    for (size_t i = 0; i < token->info.key_count; i++)
        EVP_PKEY_free(token->keys[i].public);
    card_info_done(&token->info);
}

void tokens_done(struct tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        token_done(&tokens->items[i]);
    free(tokens->items);
    *tokens = (struct tokens){0};
}

static struct pin_policy policy_of(const struct ck_token_info *info)
{
    struct pin_policy policy = {.minlen = PIN_LEN_FALLBACK, .maxlen = PIN_MAX};

    if (info->min_pin_len > 0 && info->min_pin_len <= PIN_MAX)
        policy.minlen = (uint8_t)info->min_pin_len;
    if (info->max_pin_len >= policy.minlen && info->max_pin_len < PIN_MAX)
        policy.maxlen = (uint8_t)info->max_pin_len;
    return policy;
}

/* A token in sight, before it is named. */
struct sight {
    PKCS11_SLOT *slot;
    unsigned long number;
    struct ck_token_info info;
};

/* All tokens that are alike are named by their slots, so that the order says nothing. */
static unsigned long twin_of(const struct sight *sights, size_t count, size_t index)
{
    for (size_t i = 0; i < count; i++) {
        if (i != index && name_is_alike(&sights[i].info, &sights[index].info))
            return sights[index].number;
    }
    return CK_UNAVAILABLE;
}

static size_t look(const struct module *module, PKCS11_SLOT *slots, unsigned slot_count,
                   struct sight *sights)
{
    size_t count = 0;

    for (unsigned i = 0; i < slot_count && count < CARDS_MAX; i++) {
        struct sight *sight = &sights[count];

        if (slots[i].token == NULL)
            continue;
        sight->slot = &slots[i];
        sight->number = PKCS11_get_slotid_from_slot(&slots[i]);
        if (module_token_info(module, sight->number, &sight->info, NULL) == VSC_OK)
            count++;
    }
    return count;
}

static enum vsc_err read_one(const struct sight *sight, unsigned long twin, const char *prefix,
                             struct tokens *tokens, struct problem *problem)
{
    struct token *token = &tokens->items[tokens->count];
    enum vsc_err err;

    token->slot = sight->number;
    token->twin = twin;
    token->info.kind = CARD_TOKEN;
    token->info.policy = policy_of(&sight->info);
    name_token(prefix, &sight->info, twin, token->info.id);
    name_label(&sight->info, token->info.name);
    tokens->count++;
    err = objects_read(sight->slot, token, problem);
    if (err != VSC_OK) {
        tokens->count--;
        token_done(token);
        *token = (struct token){0};
    }
    return err;
}

/* The tokens of open slots. One that cannot be read does not keep the others away. */
static enum vsc_err read_all(const struct module *module, const char *prefix, PKCS11_SLOT *slots,
                             unsigned slot_count, struct tokens *tokens)
{
    struct sight *sights = calloc(CARDS_MAX, sizeof(*sights));
    size_t count;

    tokens->items = calloc(CARDS_MAX, sizeof(*tokens->items));
    if (sights == NULL || tokens->items == NULL) {
        free(sights);
        return VSC_MEMORY;
    }
    count = look(module, slots, slot_count, sights);
    for (size_t i = 0; i < count; i++) {
        struct problem fault = {""};

        if (read_one(&sights[i], twin_of(sights, count, i), prefix, tokens, &fault) != VSC_OK)
            vsc_log(LOG_WARNING, "slot=%lu left out: %s", sights[i].number, fault.text);
    }
    free(sights);
    return VSC_OK;
}

enum vsc_err tokens_read(const struct module *module, const char *prefix, struct tokens *ret_tokens,
                         struct problem *problem)
{
    auto_tokens struct tokens tokens = {0};
    PKCS11_SLOT *slots = NULL;
    unsigned slot_count = 0;
    enum vsc_err err;

    if (PKCS11_enumerate_slots(module->context, &slots, &slot_count) != 0) {
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());

        (void)problem_set(problem, VSC_TOKEN, "the slots cannot be read: %s",
                          reason != NULL ? reason : "unknown reason");
        ERR_clear_error();
        return VSC_TOKEN;
    }
    err = read_all(module, prefix, slots, slot_count, &tokens);
    PKCS11_release_all_slots(module->context, slots, slot_count);
    if (err != VSC_OK)
        return err;
    *ret_tokens = tokens;
    tokens = (struct tokens){0};
    return VSC_OK;
}
