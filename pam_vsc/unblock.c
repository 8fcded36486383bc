/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/unblock.h"

#include <stdio.h>
#include <string.h>

#include "common/code.h"
#include "pam_vsc/exchange.h"
#include "pam_vsc/new_pin.h"
#include "pam_vsc/pin.h"
#include "pam_vsc/texts.h"

#define ANSWER_BYTES 32 /* of a help desk's answer (vsc-wire.7, CARD_ANSWER) */

/* One way out: how it is asked for, and what it is sent as. */
struct way {
    void (*prompt)(char to[TEXTS_SIZE], const char *card);
    enum talk_ask how;
    enum vsc_err (*exchange)(const struct peer *card, const struct card_change_pin *secrets,
                             struct card_outcome *ret_outcome);
};

static const struct way by_puk = {texts_puk_prompt, ASK_HIDDEN, exchange_unblock};
/* An answer is good once, for this challenge: it may be seen while it is typed. */
static const struct way by_answer = {texts_answer_prompt, ASK_SHOWN, exchange_answer};

/* What is remembered from one attempt to the next. */
struct offer {
    struct call *call;
    const struct card_info *card;
    const struct way *way;
    struct secret refused; /* what was just refused */
    bool any_refused;
    bool unblocked;
    struct card_state state; /* the card's, when it is unblocked */
};

/* Who may be asked: the owner at the own screen, however many tries are kept, who can answer twice.
 */
static bool may_offer(const struct call *call)
{
    return !call->offered && call->rules.talk != TALK_BLIND && !call->talk.json &&
           !call->args.use_first_pass && !call_is_strangers(call);
}

static enum ending refuse(struct offer *offer, const struct card_outcome *outcome,
                          const struct secret *typed)
{
    enum ending ending;
    char text[TEXTS_SIZE];

    if (outcome->result == VSC_CARD_GONE)
        return call_explain(offer->call, offer->card, &outcome->state, ENDING_CARD_GONE);
    if (outcome->result == VSC_PUK_BLOCKED)
        (void)snprintf(text, sizeof(text), "%s", texts_puk_blocked());
    else if (outcome->result == VSC_PUK)
        texts_wrong_puk(text, &outcome->state);
    else if (outcome->result == VSC_DENIED)
        (void)snprintf(text, sizeof(text), "%s", texts_wrong_answer());
    else if (outcome->result == VSC_PIN_POLICY)
        (void)snprintf(text, sizeof(text), "%s", texts_breaks_policy());
    else
        return ENDING_HELPER;
    ending = talk_error(&offer->call->talk, text);
    if (ending != ENDING_NOT_YET)
        return ending;
    if (outcome->result == VSC_PIN_POLICY)
        return ENDING_BAD_NEW_PIN;
    if (outcome->result == VSC_PUK_BLOCKED)
        return ENDING_BLOCKED;
    offer->any_refused = true;
    return ending_of_err(secret_set(&offer->refused, typed->bytes, typed->len));
}

/* The check characters of an answer tell typing errors before anything else is asked. */
static bool is_mistyped(const struct offer *offer, const struct secret *typed)
{
    unsigned char bytes[ANSWER_BYTES];
    char text[PIN_MAX + 1];
    bool mistyped;

    if (offer->way != &by_answer)
        return false;
    memcpy(text, typed->bytes, typed->len);
    text[typed->len] = '\0';
    mistyped = code_read(text, sizeof(bytes), bytes) != VSC_OK;
    explicit_bzero(text, sizeof(text));
    explicit_bzero(bytes, sizeof(bytes));
    return mistyped;
}

static enum ending send(struct offer *offer, const struct secret *typed,
                        const struct secret *new_pin)
{
    struct card_change_pin request = {.old_pin = {.len = 0}};
    struct card_outcome outcome = {.result = VSC_SYSTEM};
    enum vsc_err err;

    (void)snprintf(request.card, sizeof(request.card), "%s", offer->card->id);
    err = secret_set(&request.old_pin, typed->bytes, typed->len);
    if (err == VSC_OK)
        err = secret_set(&request.new_pin, new_pin->bytes, new_pin->len);
    if (err == VSC_OK)
        err = offer->way->exchange(&offer->call->card, &request, &outcome);
    secret_done(&request.old_pin);
    secret_done(&request.new_pin);
    if (err != VSC_OK)
        return ending_of_err(err);
    if (outcome.result != VSC_OK)
        return refuse(offer, &outcome, typed);
    offer->state = outcome.state;
    offer->unblocked = true;
    return ENDING_NOT_YET;
}

static enum ending attempt(struct offer *offer)
{
    auto_secret struct secret typed = {0};
    auto_secret struct secret new_pin = {0};
    char prompt[TEXTS_SIZE];
    enum ending ending;

    offer->way->prompt(prompt, offer->card->name);
    ending = talk_ask(&offer->call->talk, offer->way->how, prompt, &typed);
    if (ending != ENDING_NOT_YET)
        return ending;
    if (typed.len == 0)
        return ENDING_DECLINED;
    /* It costs no try: nothing of the kind is as long, or it has just been refused. */
    if (typed.len > PIN_MAX || (offer->any_refused && secret_equal(&typed, &offer->refused)))
        return ENDING_WRONG_PUK;
    if (is_mistyped(offer, &typed))
        return talk_error(&offer->call->talk, texts_mistyped_answer());
    ending = new_pin_ask(offer->call, offer->card, NULL, &new_pin);
    if (ending != ENDING_NOT_YET)
        return ending;
    return send(offer, &typed, &new_pin);
}

/* ENDING_DECLINED and ENDING_BLOCKED go on to the next way, if there is one. */
static enum ending run_way(struct offer *offer, const struct way *way)
{
    enum ending ending = ENDING_NOT_YET;

    offer->way = way;
    offer->any_refused = false;
    for (unsigned i = 0; ending == ENDING_NOT_YET && !offer->unblocked && i < PIN_ATTEMPTS; i++)
        ending = attempt(offer);
    secret_done(&offer->refused);
    if (ending == ENDING_NOT_YET && !offer->unblocked)
        return ENDING_WRONG_PUK;
    return ending;
}

/* The challenge lives while vsc-card's channel does: leaving this call ends it. */
static enum ending run_challenge(struct offer *offer)
{
    struct card_challenge challenge;
    char text[TEXTS_SIZE];
    enum ending ending;
    enum vsc_err err = exchange_challenge(&offer->call->card, offer->card->id, &challenge);

    if (err != VSC_OK)
        return ending_of_err(err);
    texts_challenge(text, challenge.card_code, challenge.code);
    ending = talk_error(&offer->call->talk, text);
    return ending != ENDING_NOT_YET ? ending : run_way(offer, &by_answer);
}

static bool goes_on(enum ending ending)
{
    return ending == ENDING_DECLINED || ending == ENDING_BLOCKED;
}

enum ending unblock_offer(struct call *call, size_t index)
{
    struct offer offer = {.call = call, .card = &call->cards.list.cards[index]};
    enum ending ending = ENDING_DECLINED;

    if (!may_offer(call))
        return ENDING_BLOCKED;
    call->offered = true;
    if (offer.card->has_puk)
        ending = run_way(&offer, &by_puk);
    if (goes_on(ending) && offer.card->helpdesk[0] != '\0')
        ending = run_challenge(&offer);
    if (ending != ENDING_NOT_YET)
        return goes_on(ending) ? ENDING_BLOCKED : ending;
    call->cards.standing[index] =
        (struct standing){.known = true, .ending = ENDING_NOT_YET, .state = offer.state};
    return ENDING_NOT_YET;
}
