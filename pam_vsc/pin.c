/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/pin.h"

#include <stdio.h>
#include <string.h>

#include "pam_vsc/exchange.h"
#include "pam_vsc/texts.h"

/* What is remembered from one attempt to the next. */
struct attempts {
    struct secret pin;       /* the one at hand */
    struct secret refused;   /* the one just refused */
    bool any_refused;        /* `refused` holds one */
    bool any_wrong;          /* the card has said "wrong PIN" in this call */
    bool earlier;            /* `pin` was typed before, for something else */
    bool given;              /* `pin` came with the choice */
    uint16_t kept;           /* tries that are not this attempt's */
    struct card_state state; /* of the card */
};

static void attempts_done(struct attempts *attempts)
{
    secret_done(&attempts->pin);
    secret_done(&attempts->refused);
}

#define auto_attempts __attribute__((cleanup(attempts_done)))

enum ending pin_refused(struct call *call, const struct card_info *card,
                        const struct card_outcome *outcome, bool wrong_before)
{
    const struct card_state *state = &outcome->state;
    enum vsc_err result = outcome->result;
    enum ending ending;
    char text[TEXTS_SIZE];

    if (result == VSC_PIN && (state->blocked || (state->tries_known && state->tries_left == 0)))
        result = VSC_PIN_BLOCKED;
    if (result == VSC_PIN_BLOCKED)
        return call_explain(call, card, state, ENDING_LAST_TRY);
    if (result == VSC_CARD_GONE)
        return call_explain(call, card, state, ENDING_CARD_GONE);
    if (result == VSC_TPM_LOCKED) {
        ending = call_explain(call, card, state, ENDING_TPM_LOCKED);
        return ending == ENDING_TPM_LOCKED && wrong_before ? ENDING_LAST_TRY : ending;
    }
    if (result == VSC_PIN)
        texts_wrong_pin(text, state);
    else if (result == VSC_PIN_POLICY)
        (void)snprintf(text, sizeof(text), "%s", texts_breaks_policy());
    else
        return ENDING_HELPER;
    return talk_error(&call->talk, text);
}

/* The password that a module before us asked for; false where there is none. */
static bool read_earlier(const struct call *call, struct secret *ret_pin)
{
    const void *item = NULL;
    size_t len;

    if (pam_get_item(call->pamh, PAM_AUTHTOK, &item) != PAM_SUCCESS || item == NULL)
        return false;
    len = strlen(item);
    return len > 0 && len <= SECRET_MAX && secret_set(ret_pin, item, len) == VSC_OK;
}

/*
 * Take the earlier password where the arguments say so. ENDING_NOT_YET with attempts->earlier
 * unset means: ask.
 */
static enum ending take_earlier(const struct call *call, struct attempts *attempts)
{
    if (!call->args.try_first_pass && !call->args.use_first_pass)
        return ENDING_NOT_YET;
    /* A password that cannot be a PIN costs no try; it is not even looked at by the card. */
    attempts->earlier =
        read_earlier(call, &attempts->pin) &&
        pin_policy_flaw(&call->chosen->info->policy, &attempts->pin).kind == FLAW_NONE;
    if (!attempts->earlier)
        secret_done(&attempts->pin);
    return attempts->earlier || !call->args.use_first_pass ? ENDING_NOT_YET : ENDING_NOT_A_PIN;
}

static enum ending ask(struct call *call, struct attempts *attempts)
{
    const struct candidate *chosen = call->chosen;
    const char *person = chosen->verdict->display[0] != '\0' ? chosen->verdict->display
                                                             : chosen->info->owner_display;
    char prompt[TEXTS_SIZE];
    enum ending ending;
    enum vsc_err err = exchange_prepare(&call->card, chosen->info->id, chosen->key->id);

    if (err != VSC_OK)
        return ending_of_err(err);
    texts_pin_prompt(prompt, chosen->info->name, person, &attempts->state);
    ending = talk_ask(&call->talk, ASK_HIDDEN, prompt, &attempts->pin);
    if (ending != ENDING_NOT_YET)
        return ending;
    if (attempts->pin.len == 0)
        return ENDING_DECLINED;
    err = exchange_prepared(&call->card);
    return err != VSC_OK ? ending_of_err(err) : ENDING_NOT_YET;
}

/* Remember the PIN at hand as the one just refused. */
static enum ending forget(struct attempts *attempts)
{
    enum vsc_err err = secret_set(&attempts->refused, attempts->pin.bytes, attempts->pin.len);

    attempts->any_refused = true;
    attempts->earlier = false;
    secret_done(&attempts->pin);
    return err != VSC_OK ? ending_of_err(err) : ENDING_NOT_YET;
}

static enum ending refuse_shape(struct call *call, struct attempts *attempts,
                                const struct pin_flaw *flaw)
{
    char text[TEXTS_SIZE];
    enum ending ending;

    /* A locker's box may hold a password: let the stack go on to it. */
    if (call->rules.talk == TALK_BLIND)
        return ENDING_NOT_A_PIN;
    texts_not_a_pin(text, flaw);
    ending = talk_error(&call->talk, text);
    return ending != ENDING_NOT_YET ? ending : forget(attempts);
}

/* Others have used tries up since the person was asked: by that time they were the owner's. */
static enum ending not_sent(enum vsc_err err, uint16_t kept, bool any_wrong)
{
    if (err == VSC_DENIED && kept > 0)
        return any_wrong ? ENDING_WRONG_PIN : ENDING_RESERVED;
    return ending_of_err(err);
}

static enum ending send(struct call *call, struct attempts *attempts, struct check_prove *ret_prove,
                        bool *ret_signed)
{
    const struct candidate *chosen = call->chosen;
    struct card_outcome outcome = {.result = VSC_SYSTEM};
    struct card_sign sign = {.pin = {.len = 0}, .keep = attempts->kept};
    enum ending ending;
    enum vsc_err err;

    (void)snprintf(sign.card, sizeof(sign.card), "%s", chosen->info->id);
    (void)snprintf(sign.key, sizeof(sign.key), "%s", chosen->key->id);
    memcpy(sign.digest, chosen->verdict->challenge, sizeof(sign.digest));
    err = secret_set(&sign.pin, attempts->pin.bytes, attempts->pin.len);
    if (err == VSC_OK)
        err = exchange_sign(&call->card, &sign, &outcome);
    secret_done(&sign.pin);
    if (err != VSC_OK)
        return not_sent(err, attempts->kept, attempts->any_wrong);
    attempts->state = outcome.state;
    if (outcome.result == VSC_OK) {
        *ret_prove = (struct check_prove){
            .index = (uint32_t)(chosen - call->cards.candidates),
            .signature_len = outcome.signature_len,
        };
        memcpy(ret_prove->signature, outcome.signature, outcome.signature_len);
        *ret_signed = true;
        return ENDING_NOT_YET;
    }
    ending = pin_refused(call, chosen->info, &outcome, attempts->any_wrong);
    attempts->any_wrong = attempts->any_wrong || outcome.result == VSC_PIN;
    return ending != ENDING_NOT_YET ? ending : forget(attempts);
}

/* A person may take minutes to type; a challenge lives shorter. */
static enum ending freshen(struct call *call, const struct card_state *state)
{
    const struct cards_of of = call_cards_of(call);
    const struct check_evaluated *verdict;
    enum ending ending;
    enum vsc_err err = cards_freshen(&call->cards, &call->check);

    if (err != VSC_OK)
        return ending_of_err(err);
    if (candidate_is_good(call->chosen, &of))
        return ENDING_NOT_YET;
    verdict = call->chosen->verdict;
    call->has_reason = true;
    call->reason = REASON_ACCOUNT_MISMATCH;
    ending = verdict->accepted ? ENDING_WRONG_ACCOUNT
                               : ending_of_reasons(verdict->reasons, verdict->reason_count,
                                                   call->user_given, &call->reason);
    return call_explain(call, call->chosen->info, state, ending);
}

/* One attempt, from the question to the card's answer. */
static enum ending attempt(struct call *call, struct attempts *attempts,
                           struct check_prove *ret_prove, bool *ret_signed)
{
    const bool typed_before = attempts->earlier || call->rules.talk == TALK_BLIND;
    struct pin_flaw flaw;
    enum ending ending;

    attempts->kept = call_kept(call, typed_before);
    if (call_is_reserved(call, &attempts->state, typed_before))
        return attempts->any_wrong ? ENDING_WRONG_PIN : ENDING_RESERVED;
    if (!attempts->earlier && !attempts->given) {
        ending = ask(call, attempts);
        if (ending != ENDING_NOT_YET)
            return ending;
    }
    if (attempts->any_refused && secret_equal(&attempts->pin, &attempts->refused))
        return ENDING_WRONG_PIN;
    flaw = pin_policy_flaw(&call->chosen->info->policy, &attempts->pin);
    if (flaw.kind != FLAW_NONE)
        return refuse_shape(call, attempts, &flaw);
    ending = freshen(call, &attempts->state);
    if (ending != ENDING_NOT_YET)
        return ending;
    return send(call, attempts, ret_prove, ret_signed);
}

/* A PIN to begin with: the one that came with the choice, or an earlier one. */
static enum ending take_first(const struct call *call, struct attempts *attempts,
                              const struct secret *pin)
{
    attempts->given = pin->len > 0;
    return attempts->given ? ending_of_err(secret_set(&attempts->pin, pin->bytes, pin->len))
                           : take_earlier(call, attempts);
}

enum ending pin_sign(struct call *call, struct check_prove *ret_prove, struct secret *pin)
{
    auto_attempts struct attempts attempts = {.state =
                                                  call->cards.standing[call->chosen->card].state};
    const bool only_one =
        call->args.use_first_pass || call->rules.talk == TALK_BLIND || call->talk.json;
    bool is_signed = false;
    enum ending ending = take_first(call, &attempts, pin);

    for (unsigned i = 0; ending == ENDING_NOT_YET && i < (only_one ? 1 : PIN_ATTEMPTS); i++) {
        ending = attempt(call, &attempts, ret_prove, &is_signed);
        if (ending == ENDING_NOT_YET && is_signed)
            return ending_of_err(secret_set(pin, attempts.pin.bytes, attempts.pin.len));
    }
    return ending != ENDING_NOT_YET ? ending : ENDING_WRONG_PIN;
}
