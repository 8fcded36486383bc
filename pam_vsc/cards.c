/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/cards.h"

#include <stdlib.h>
#include <string.h>

#include "common/deadline.h"
#include "common/own.h"
#include "pam_vsc/exchange.h"

static bool is_wanted(const struct card_info *info, const struct cards_of *of)
{
    return !info->restricted && (of->name == NULL || strcmp(info->name, of->name) == 0 ||
                                 strcmp(info->id, of->name) == 0);
}

/* Every certificate of every wanted card, as far as one message takes them. */
static enum vsc_err collect(struct cards *cards, const struct cards_of *of)
{
    cards->candidates = calloc(CANDIDATES_MAX, sizeof(*cards->candidates));
    if (cards->candidates == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < cards->list.count; i++) {
        const struct card_info *info = &cards->list.cards[i];

        for (size_t k = 0; is_wanted(info, of) && k < info->key_count; k++) {
            if (info->keys[k].chain_len == 0 || cards->count == CANDIDATES_MAX)
                continue;
            cards->candidates[cards->count++] =
                (struct candidate){.card = i, .info = info, .key = &info->keys[k]};
        }
    }
    return VSC_OK;
}

static enum vsc_err evaluate(struct cards *cards, const struct peer *check)
{
    struct check_evaluations evaluations;
    auto_free struct check_candidate *chains = NULL;
    enum vsc_err err;

    if (cards->count == 0)
        return VSC_OK;
    chains = calloc(cards->count, sizeof(*chains));
    if (chains == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < cards->count; i++) {
        const struct card_key *key = cards->candidates[i].key;

        if (key != NULL) /* always; the analyzers cannot know */
            chains[i] = (struct check_candidate){.chain = key->chain, .chain_len = key->chain_len};
    }
    err = exchange_evaluate(check, chains, cards->count, &evaluations);
    if (err != VSC_OK)
        return err;
    check_evaluations_done(&cards->evaluations);
    cards->evaluations = evaluations;
    cards->evaluated_ms = clock_ms();
    for (size_t i = 0; i < cards->count; i++)
        cards->candidates[i].verdict = &cards->evaluations.items[i];
    return VSC_OK;
}

enum vsc_err cards_freshen(struct cards *cards, const struct peer *check)
{
    if (clock_ms() - cards->evaluated_ms < CHALLENGE_FRESH_MS)
        return VSC_OK;
    return evaluate(cards, check);
}

static bool is_user(const char *name, uid_t uid, const struct check_begun *rules)
{
    return rules->user_known && uid == rules->user_uid && strcmp(name, rules->user_name) == 0;
}

static bool is_owned(const struct card_info *info, const struct check_begun *rules)
{
    return info->kind == CARD_NATIVE && info->has_owner &&
           is_user(info->owner, info->owner_uid, rules);
}

static void mark(struct cards *cards, const struct cards_of *of)
{
    for (size_t i = 0; i < cards->list.count; i++)
        cards->counts[i] = is_wanted(&cards->list.cards[i], of) &&
                           (!of->user_given || is_owned(&cards->list.cards[i], of->rules));
    for (size_t i = 0; i < cards->count; i++) {
        const struct candidate *candidate = &cards->candidates[i];

        if (candidate->verdict->mapped &&
            is_user(candidate->verdict->account, candidate->verdict->account_uid, of->rules))
            cards->counts[candidate->card] = true;
    }
}

enum vsc_err cards_gather(const struct peer *card, const struct peer *check,
                          const struct cards_of *of, struct cards *ret_cards)
{
    enum vsc_err err;

    *ret_cards = (struct cards){.count = 0};
    err = exchange_list(card, &ret_cards->list);
    if (err == VSC_OK)
        err = collect(ret_cards, of);
    if (err == VSC_OK)
        err = evaluate(ret_cards, check);
    if (err != VSC_OK) {
        cards_done(ret_cards);
        return err;
    }
    mark(ret_cards, of);
    return VSC_OK;
}

void cards_done(struct cards *cards)
{
    card_list_done(&cards->list);
    check_evaluations_done(&cards->evaluations);
    free(cards->candidates);
    *cards = (struct cards){.count = 0};
}

size_t cards_number(const struct cards *cards)
{
    size_t number = 0;

    for (size_t i = 0; i < cards->list.count; i++)
        number += cards->counts[i];
    return number;
}

size_t cards_keep_must_change(struct cards *cards)
{
    for (size_t i = 0; i < cards->list.count; i++)
        cards->counts[i] = cards->counts[i] && cards->list.cards[i].must_change;
    return cards_number(cards);
}

bool cards_must_change(const struct cards *cards, const char *name)
{
    for (size_t i = 0; i < cards->list.count; i++)
        if (cards->counts[i] && cards->list.cards[i].must_change &&
            strcmp(cards->list.cards[i].name, name) == 0)
            return true;
    return false;
}

bool candidate_is_good(const struct candidate *candidate, const struct cards_of *of)
{
    return candidate->verdict->accepted &&
           (!of->user_given ||
            is_user(candidate->verdict->account, candidate->verdict->account_uid, of->rules));
}

static enum ending ending_of_state(const struct card_state *state)
{
    if (state->gone)
        return ENDING_CARD_GONE;
    if (state->blocked || (state->tries_known && state->tries_left == 0))
        return ENDING_BLOCKED;
    if (state->locked_seconds > 0)
        return ENDING_TPM_LOCKED;
    return ENDING_NOT_YET;
}

/* What an ERROR answer to STATE says of this card only: the others may be good. */
static bool is_of_one_card(enum vsc_err err)
{
    return err == VSC_NO_CARD || err == VSC_NO_KEY || err == VSC_CARD_GONE || err == VSC_TPM ||
           err == VSC_TOKEN || err == VSC_STORE || err == VSC_TPM_LOCKED || err == VSC_PIN_BLOCKED;
}

enum vsc_err cards_ask_state(struct cards *cards, size_t index, const struct peer *card)
{
    struct standing *standing = &cards->standing[index];
    enum vsc_err err;

    if (standing->known)
        return VSC_OK;
    err = exchange_state(card, cards->list.cards[index].id, &standing->state);
    if (err != VSC_OK && !is_of_one_card(err))
        return err;
    standing->known = true;
    standing->ending = err != VSC_OK ? ending_of_err(err) : ending_of_state(&standing->state);
    return VSC_OK;
}
