/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/source.h"

#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card/pkcs11/presence.h"
#include "card/pkcs11/session.h"
#include "card/pkcs11/tokens.h"
#include "common/io.h"
#include "common/own.h"

struct p11_source {
    struct card_source base;
    struct module module;
    char prefix[CARD_ID_SIZE];
    struct tokens tokens; /* as they were when last read */
};

static struct p11_source *source_of(struct card_source *source)
{
    return (struct p11_source *)source;
}

enum vsc_err p11_module_check(const char *module, char *ret_path, size_t size,
                              struct problem *problem)
{
    char copy[PATH_MAX], resolved[PATH_MAX];
    auto_fd int folder = -1;
    auto_fd int file = -1;
    enum vsc_err err;

    if (strlen(module) >= sizeof(copy) || realpath(module, resolved) == NULL)
        return problem_set(problem, VSC_CONFIG, "%s: %m", module);
    memcpy(copy, module, strlen(module) + 1);
    /* Distributions name modules by links: who can change the link chooses the module. */
    err = io_open_trusted_folder(dirname(copy), &folder, problem);
    if (err == VSC_OK)
        err = io_open_trusted(resolved, &file, problem);
    if (err != VSC_OK)
        return err;
    if (strlen(resolved) >= size)
        return problem_set(problem, VSC_CONFIG, "%s: the path is too long", module);
    memcpy(ret_path, resolved, strlen(resolved) + 1);
    return VSC_OK;
}

/* A module that hangs cannot be called back: SIGALRM ends the process a little after the deadline,
 * when whoever waits for the answer has given up. */
static enum vsc_err arm(const struct card_source *source, struct problem *problem)
{
    int left = deadline_left(&source->deadline);

    if (left == 0)
        return problem_set(problem, VSC_TIMEOUT, "%s", vsc_strerror(VSC_TIMEOUT));
    (void)alarm((unsigned)left / 1000 + 2);
    return VSC_OK;
}

static void disarm(void)
{
    (void)alarm(0);
}

static enum vsc_err refresh(struct p11_source *source, struct problem *problem)
{
    struct tokens tokens = {0};
    enum vsc_err err = tokens_read(&source->module, source->prefix, &tokens, problem);

    if (err != VSC_OK)
        return err;
    for (size_t i = 0; i < tokens.count; i++) {
        for (size_t k = 0; k < source->tokens.count; k++) {
            if (strcmp(tokens.items[i].info.id, source->tokens.items[k].info.id) == 0)
                tokens.items[i].locked = source->tokens.items[k].locked;
        }
    }
    tokens_done(&source->tokens);
    source->tokens = tokens;
    return VSC_OK;
}

/* The token `card` where it was last seen, and what it says of itself now; NULL if it is not. */
static struct token *look_up(struct p11_source *source, const char *card,
                             struct ck_token_info *info)
{
    for (size_t i = 0; i < source->tokens.count; i++) {
        struct token *token = &source->tokens.items[i];
        char id[CARD_ID_SIZE];

        if (strcmp(token->info.id, card) != 0)
            continue;
        if (module_token_info(&source->module, token->slot, info, NULL) != VSC_OK)
            return NULL;
        name_token(source->prefix, info, token->twin, id);
        return strcmp(id, card) == 0 ? token : NULL;
    }
    return NULL;
}

/* Never another token than the one that was meant: it may have been exchanged. */
static enum vsc_err find_token(struct p11_source *source, const char *card,
                               struct token **ret_token, struct ck_token_info *info,
                               struct problem *problem)
{
    struct token *token = look_up(source, card, info);
    enum vsc_err err = VSC_OK;

    if (token == NULL) {
        err = refresh(source, problem);
        token = err == VSC_OK ? look_up(source, card, info) : NULL;
    }
    if (err != VSC_OK)
        return err;
    if (token == NULL) {
        (void)problem_set(problem, VSC_NO_CARD, "there is no token %s", card);
        return VSC_NO_CARD;
    }
    *ret_token = token;
    return VSC_OK;
}

static enum vsc_err find_key(const struct token *token, const char *key,
                             const struct token_key **ret_key, struct problem *problem)
{
    for (size_t i = 0; i < token->info.key_count; i++) {
        if (strcmp(token->info.keys[i].id, key) == 0) {
            *ret_key = &token->keys[i];
            return VSC_OK;
        }
    }
    return problem_set(problem, VSC_NO_KEY, "%s has no key %s", token->info.id, key);
}

static enum vsc_err copy_keys(const struct card_info *from, struct card_info *to)
{
    *to = *from;
    to->key_count = 0;
    to->keys = calloc(CARD_KEYS_MAX, sizeof(*to->keys));
    if (to->keys == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < from->key_count; i++) {
        struct card_key *key = &to->keys[to->key_count++];

        *key = from->keys[i];
        key->chain_len = 0;
        for (size_t k = 0; k < from->keys[i].chain_len; k++) {
            struct der *der = &key->chain[k];

            der->data = malloc(der->len);
            if (der->data == NULL)
                return VSC_MEMORY;
            memcpy(der->data, from->keys[i].chain[k].data, der->len);
            key->chain_len++;
        }
    }
    return VSC_OK;
}

static enum vsc_err p11_list(struct card_source *base, struct card_list *ret_list,
                             struct problem *problem)
{
    struct p11_source *source = source_of(base);
    auto_card_list struct card_list list = {.cards = calloc(CARDS_MAX, sizeof(*list.cards))};
    enum vsc_err err = arm(base, problem);

    if (err != VSC_OK)
        return err;
    err = list.cards != NULL ? refresh(source, problem) : VSC_MEMORY;
    disarm();
    for (size_t i = 0; err == VSC_OK && i < source->tokens.count; i++)
        err = copy_keys(&source->tokens.items[i].info, &list.cards[list.count++]);
    if (err != VSC_OK)
        return err;
    *ret_list = list;
    list = (struct card_list){0};
    return VSC_OK;
}

/* Tokens do not tell how many tries are left, but for the last one. */
static struct card_state state_of(const struct token *token, const struct ck_token_info *info)
{
    struct card_state state = {
        .blocked = token->locked || (info->flags & CKF_USER_PIN_LOCKED) != 0,
    };

    if (!state.blocked && (info->flags & CKF_USER_PIN_FINAL_TRY) != 0) {
        state.tries_known = true;
        state.tries_left = 1;
        state.tries_max = 2;
    }
    return state;
}

static enum vsc_err p11_state(struct card_source *base, const char *card,
                              struct card_state *ret_state, struct problem *problem)
{
    struct ck_token_info info = {0};
    struct token *token = NULL;
    enum vsc_err err = arm(base, problem);

    if (err != VSC_OK)
        return err;
    err = find_token(source_of(base), card, &token, &info, problem);
    disarm();
    if (err == VSC_OK)
        *ret_state = state_of(token, &info);
    return err;
}

/* There is nothing to do before the PIN: the token was read when it was listed. */
static enum vsc_err p11_prepare(struct card_source *base, const char *card, const char *key,
                                struct problem *problem)
{
    struct ck_token_info info = {0};
    const struct token_key *found;
    struct token *token = NULL;
    enum vsc_err err = arm(base, problem);

    if (err != VSC_OK)
        return err;
    err = find_token(source_of(base), card, &token, &info, problem);
    disarm();
    return err == VSC_OK ? find_key(token, key, &found, problem) : err;
}

/* Add the state to an outcome that has its result. */
static void finish(struct p11_source *source, struct token *token, struct card_outcome *outcome)
{
    struct ck_token_info info = {0};

    if (outcome->result == VSC_OK)
        token->locked = false;
    if (outcome->result == VSC_PIN_BLOCKED)
        token->locked = true;
    if (module_token_info(&source->module, token->slot, &info, NULL) != VSC_OK)
        info.flags = 0;
    outcome->state = state_of(token, &info);
    if (outcome->result == VSC_PIN && outcome->state.blocked)
        outcome->result = VSC_PIN_BLOCKED; /* this try was the last */
}

static enum vsc_err spare_reserve(const struct token *token, const struct ck_token_info *info,
                                  uint16_t keep, struct problem *problem)
{
    const struct card_state state = state_of(token, info);

    return card_state_allows(&state, keep, problem);
}

static bool fits(const struct token *token, const struct secret *pin, struct problem *problem)
{
    return card_pin_check(pin, problem) == VSC_OK &&
           pin_policy_check(&token->info.policy, pin, problem) == VSC_OK;
}

static enum vsc_err sign_armed(struct p11_source *source, const struct card_sign *sign,
                               struct card_outcome *ret_outcome, struct problem *problem)
{
    struct card_outcome outcome = {.result = VSC_PIN_POLICY};
    struct ck_token_info info = {0};
    const struct token_key *key = NULL;
    struct token *token = NULL;
    enum vsc_err err = find_token(source, sign->card, &token, &info, problem);

    if (err == VSC_OK)
        err = find_key(token, sign->key, &key, problem);
    if (err == VSC_OK)
        err = spare_reserve(token, &info, sign->keep, problem);
    if (err == VSC_OK && fits(token, &sign->pin, problem))
        err = session_sign(&source->module, token, key, sign, &outcome, problem);
    if (err != VSC_OK)
        return err;
    finish(source, token, &outcome);
    *ret_outcome = outcome;
    return VSC_OK;
}

static enum vsc_err p11_sign(struct card_source *base, const struct card_sign *sign,
                             struct card_outcome *ret_outcome, struct problem *problem)
{
    enum vsc_err err = arm(base, problem);

    if (err != VSC_OK)
        return err;
    err = sign_armed(source_of(base), sign, ret_outcome, problem);
    disarm();
    return err;
}

static enum vsc_err change_armed(struct p11_source *source, const struct card_change_pin *change,
                                 struct card_outcome *ret_outcome, struct problem *problem)
{
    struct card_outcome outcome = {.result = VSC_PIN_POLICY};
    struct ck_token_info info = {0};
    struct token *token = NULL;
    enum vsc_err err = find_token(source, change->card, &token, &info, problem);

    if (err == VSC_OK)
        err = spare_reserve(token, &info, change->keep, problem);
    if (err == VSC_OK && fits(token, &change->old_pin, problem) &&
        fits(token, &change->new_pin, problem))
        err = session_change_pin(&source->module, token, change, &outcome, problem);
    if (err != VSC_OK)
        return err;
    finish(source, token, &outcome);
    *ret_outcome = outcome;
    return VSC_OK;
}

static enum vsc_err p11_change_pin(struct card_source *base, const struct card_change_pin *change,
                                   struct card_outcome *ret_outcome, struct problem *problem)
{
    enum vsc_err err = arm(base, problem);

    if (err != VSC_OK)
        return err;
    err = change_armed(source_of(base), change, ret_outcome, problem);
    disarm();
    return err;
}

static enum vsc_err p11_find_token(struct card_source *base, const char *card,
                                   struct card_found *ret_found, struct problem *problem)
{
    const struct p11_source *source = source_of(base);
    enum vsc_err err = arm(base, problem);

    if (err != VSC_OK)
        return err;
    err = presence_find(&source->module, source->prefix, card, ret_found, problem);
    disarm();
    return err;
}

static void p11_free(struct card_source *base)
{
    struct p11_source *source = source_of(base);

    tokens_done(&source->tokens);
    module_unload(&source->module);
    free(source);
}

static const struct card_ops p11_ops = {
    .name = "pkcs11",
    .list = p11_list,
    .state = p11_state,
    .prepare = p11_prepare,
    .sign = p11_sign,
    .change_pin = p11_change_pin,
    .find_token = p11_find_token,
    .free = p11_free,
};

enum vsc_err p11_source_new(const char *path, unsigned load_seconds,
                            struct card_source **ret_source, struct problem *problem)
{
    struct p11_source *source = calloc(1, sizeof(*source));
    enum vsc_err err;

    if (source == NULL)
        return VSC_MEMORY;
    source->base.ops = &p11_ops;
    source->base.deadline = deadline_in((int64_t)load_seconds * 1000);
    p11_card_prefix(path, source->prefix);
    (void)alarm(load_seconds + 1);
    err = module_load(&source->module, path, problem);
    disarm();
    if (err != VSC_OK) {
        free(source);
        return err;
    }
    *ret_source = &source->base;
    return VSC_OK;
}
