/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/choose.h"

#include <stdlib.h>
#include <string.h>

#include "pam_vsc/choose_json.h"
#include "pam_vsc/menu.h"
#include "pam_vsc/record.h"
#include "pam_vsc/texts.h"
#include "pam_vsc/unblock.h"

#define STATES_MAX 8 /* cards whose state is asked for before a menu */

/* Certificates to choose from, or cards: indices of call->cards. */
struct choices {
    size_t items[MENU_MAX];
    size_t count;
};

static const struct candidate *candidate_at(const struct call *call, size_t index)
{
    return &call->cards.candidates[index];
}

/* Nobody can tell their lines apart: a certificate and the one that it renews, on one card. */
static bool are_alike(const struct candidate *a, const struct candidate *b)
{
    return a->card == b->card && strcmp(a->verdict->account, b->verdict->account) == 0 &&
           strcmp(a->verdict->label, b->verdict->label) == 0;
}

/*
 * Of those that are alike one is a choice: the default container, else the last one. The one before
 * a renewal can be chosen still, but only where the new one is not good.
 */
static void add_choice(const struct call *call, struct choices *choices, size_t index)
{
    const struct candidate *candidate = candidate_at(call, index);

    for (size_t i = 0; i < choices->count; i++) {
        const struct candidate *other = candidate_at(call, choices->items[i]);

        if (!are_alike(candidate, other))
            continue;
        if (!other->key->is_default)
            choices->items[i] = index;
        return;
    }
    if (choices->count < MENU_MAX)
        choices->items[choices->count++] = index;
}

static void collect(const struct call *call, struct choices *choices)
{
    const struct cards_of of = call_cards_of(call);

    for (size_t i = 0; i < call->cards.count; i++) {
        const struct candidate *candidate = candidate_at(call, i);

        if (call->cards.counts[candidate->card] && candidate_is_good(candidate, &of))
            add_choice(call, choices, i);
    }
}

static size_t count_cards(const struct call *call, const struct choices *choices)
{
    size_t cards = 0;

    for (size_t i = 0; i < choices->count; i++)
        cards += i == 0 || candidate_at(call, choices->items[i])->card !=
                               candidate_at(call, choices->items[i - 1])->card;
    return cards;
}

/*
 * Leave out the cards that are blocked, locked or gone. With very many cards (no user given) only
 * the one that is chosen is asked: each question is work for the TPM.
 */
static enum ending drop_unusable(struct call *call, struct choices *choices)
{
    size_t kept = 0;

    if (count_cards(call, choices) > STATES_MAX)
        return ENDING_NOT_YET;
    for (size_t i = 0; i < choices->count; i++) {
        size_t card = candidate_at(call, choices->items[i])->card;
        enum vsc_err err = cards_ask_state(&call->cards, card, &call->card);

        if (err != VSC_OK)
            return ending_of_err(err);
        if (call->cards.standing[card].ending == ENDING_NOT_YET)
            choices->items[kept++] = choices->items[i];
    }
    choices->count = kept;
    return ENDING_NOT_YET;
}

/* How one card stands where no certificate can be used, the better the higher `rank` is. */
struct why {
    unsigned rank;
    enum ending ending;
    size_t card;
    bool has_reason;
    enum reason reason;
};

#define RANK_NONE           0u
#define RANK_NO_CERTIFICATE 1u
#define RANK_BLOCKED        2u
#define RANK_MAPPING        3u /* and 4: the default container's certificate speaks for the card */
#define RANK_REFUSED        5u /* and 6 */

static struct why why_candidate(const struct call *call, const struct candidate *candidate)
{
    const struct check_evaluated *verdict = candidate->verdict;
    struct why why = {.card = candidate->card, .has_reason = true};

    if (verdict->accepted) {
        /* For another account than the one that was given. */
        why.reason = REASON_ACCOUNT_MISMATCH;
        why.ending = ENDING_WRONG_ACCOUNT;
    } else {
        why.ending = ending_of_reasons(verdict->reasons, verdict->reason_count, call->user_given,
                                       &why.reason);
    }
    why.rank = (why.ending == ENDING_REFUSED ? RANK_REFUSED : RANK_MAPPING) +
               (candidate->key->is_default ? 1u : 0u);
    return why;
}

static struct why why_card(const struct call *call, size_t card)
{
    const struct cards_of of = call_cards_of(call);
    const struct standing *standing = &call->cards.standing[card];
    struct why why = {.rank = RANK_NO_CERTIFICATE, .ending = ENDING_NO_CERTIFICATE, .card = card};

    for (size_t i = 0; i < call->cards.count; i++) {
        const struct candidate *candidate = candidate_at(call, i);
        struct why one;

        if (candidate->card != card)
            continue;
        /* A good certificate on it: then the card itself is what cannot be used. */
        if (candidate_is_good(candidate, &of))
            return (struct why){.rank = RANK_BLOCKED, .ending = standing->ending, .card = card};
        one = why_candidate(call, candidate);
        if (one.rank > why.rank)
            why = one;
    }
    return why;
}

/* Say why a card cannot be used. A blocked one whose owner has unblocked it is chosen anew. */
static enum ending explain_card(struct call *call, size_t card, enum ending ending,
                                struct secret *ret_pin)
{
    ending = call_explain(call, &call->cards.list.cards[card], &call->cards.standing[card].state,
                          ending);
    if (ending == ENDING_BLOCKED)
        ending = unblock_offer(call, card);
    return ending == ENDING_NOT_YET ? choose_certificate(call, ret_pin) : ending;
}

/* No certificate can be used: the best card's reason, in the order refused, blocked, none. */
static enum ending explain_none(struct call *call, struct secret *ret_pin)
{
    struct why best = {.rank = RANK_NONE, .ending = ENDING_NO_CARD};

    for (size_t i = 0; i < call->cards.list.count; i++) {
        struct why why;

        if (!call->cards.counts[i])
            continue;
        why = why_card(call, i);
        if (why.rank > best.rank)
            best = why;
    }
    /* A blank card of nobody known is not worth a word. */
    if (best.rank == RANK_NONE || (best.rank == RANK_NO_CERTIFICATE && !call->user_given))
        return ENDING_NO_CARD;
    call->has_reason = best.has_reason;
    call->reason = best.reason;
    return explain_card(call, best.card, best.ending, ret_pin);
}

static enum ending ask_menu(struct call *call, const struct choices *choices, bool password,
                            size_t *ret_choice)
{
    struct menu menu = {.head = texts_choice_head(), .count = choices->count, .password = password};

    for (size_t i = 0; i < choices->count; i++) {
        const struct candidate *candidate = candidate_at(call, choices->items[i]);

        menu.lines[i] = (struct menu_line){
            .label = candidate->verdict->label,
            .card = candidate->info->name,
            .card_id = candidate->info->id,
            .key_id = candidate->key->id,
            .is_default = candidate->key->is_default,
        };
    }
    return menu_ask(&menu, &call->talk, ret_choice);
}

/* Those of a card of this name, where there are any. */
static bool keep_named(const struct call *call, struct choices *choices, const char *name)
{
    struct choices kept = {.count = 0};

    for (size_t i = 0; name != NULL && i < choices->count; i++)
        if (strcmp(candidate_at(call, choices->items[i])->info->name, name) == 0)
            kept.items[kept.count++] = choices->items[i];
    if (kept.count > 0)
        *choices = kept;
    return kept.count > 0;
}

/*
 * Nobody to ask: the card that the session was opened with, else the only one, and on it the
 * default container. The environment is the locker's, and a hint: whatever it says, the card is one
 * of those that are good for this user.
 */
static enum ending choose_blind(const struct call *call, struct choices *choices,
                                size_t *ret_choice)
{
    if (!keep_named(call, choices, secure_getenv(ENV_CARD)))
        (void)keep_named(call, choices, secure_getenv(ENV_TOKEN));
    if (count_cards(call, choices) > 1)
        return ENDING_NO_CHOICE;
    *ret_choice = 0;
    for (size_t i = 0; i < choices->count; i++)
        if (candidate_at(call, choices->items[i])->key->is_default)
            *ret_choice = i;
    return ENDING_NOT_YET;
}

static enum ending pick(struct call *call, struct choices *choices, size_t *ret_choice,
                        struct secret *ret_pin)
{
    const bool at_gdm = strcmp(call->request.service, SERVICE_GDM) == 0;

    if (call->talk.json)
        return choose_by_json(call, choices->items, choices->count, ret_choice, ret_pin);
    if (call->rules.talk == TALK_BLIND)
        return choose_blind(call, choices, ret_choice);
    if (choices->count > 1 || (at_gdm && !call->user_given))
        return ask_menu(call, choices, at_gdm, ret_choice);
    *ret_choice = 0;
    return ENDING_NOT_YET;
}

enum ending choose_certificate(struct call *call, struct secret *ret_pin)
{
    struct choices choices = {.count = 0};
    size_t choice = 0;
    const struct candidate *chosen;
    const struct standing *standing;
    enum ending ending;
    enum vsc_err err;

    collect(call, &choices);
    ending = drop_unusable(call, &choices);
    if (ending != ENDING_NOT_YET)
        return ending;
    if (choices.count == 0)
        return explain_none(call, ret_pin);
    ending = pick(call, &choices, &choice, ret_pin);
    if (ending != ENDING_NOT_YET)
        return ending;
    chosen = candidate_at(call, choices.items[choice]);
    err = cards_ask_state(&call->cards, chosen->card, &call->card);
    if (err != VSC_OK)
        return ending_of_err(err);
    call->about = chosen->info;
    standing = &call->cards.standing[chosen->card];
    if (standing->ending != ENDING_NOT_YET)
        return explain_card(call, chosen->card, standing->ending, ret_pin);
    call->chosen = chosen;
    return ENDING_NOT_YET;
}

static enum ending ask_card_menu(struct call *call, const struct choices *choices,
                                 size_t *ret_choice)
{
    struct menu menu = {.head = texts_change_head(), .count = choices->count};

    for (size_t i = 0; i < choices->count; i++) {
        const struct card_info *info = &call->cards.list.cards[choices->items[i]];

        menu.lines[i] =
            (struct menu_line){.label = "", .card = info->name, .card_id = info->id, .key_id = ""};
    }
    return menu_ask(&menu, &call->talk, ret_choice);
}

enum ending choose_card(struct call *call, size_t *ret_index)
{
    struct choices choices = {.count = 0};
    size_t choice = 0;

    for (size_t i = 0; i < call->cards.list.count && choices.count < MENU_MAX; i++)
        if (call->cards.counts[i])
            choices.items[choices.count++] = i;
    if (choices.count == 0)
        return ENDING_NO_CARD;
    if (choices.count > 1) {
        enum ending ending = ask_card_menu(call, &choices, &choice);

        if (ending != ENDING_NOT_YET)
            return ending;
    }
    *ret_index = choices.items[choice];
    call->about = &call->cards.list.cards[*ret_index];
    return ENDING_NOT_YET;
}
