/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/password.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "pam_vsc/choose.h"
#include "pam_vsc/new_pin.h"
#include "pam_vsc/pin.h"
#include "pam_vsc/texts.h"
#include "pam_vsc/unblock.h"

/* One change of a PIN: the card, and what is remembered from one attempt to the next. */
struct change {
    struct call *call;
    const struct card_info *card;
    struct card_state state;
    struct secret refused; /* the old PIN that was just refused */
    bool any_refused, any_wrong;
};

/* The old PIN must fit no rule but the length that every PIN has: the rules may be newer. */
static enum ending ask_old(struct change *change, struct secret *ret_pin)
{
    char prompt[TEXTS_SIZE];
    enum ending ending;

    if (call_is_reserved(change->call, &change->state, false))
        return change->any_wrong ? ENDING_WRONG_PIN : ENDING_RESERVED;
    texts_old_pin_prompt(prompt, change->card->name, &change->state);
    ending = new_pin_ask_one(change->call, prompt, ret_pin);
    if (ending != ENDING_NOT_YET)
        return ending;
    if (ret_pin->len > PIN_MAX || (change->any_refused && secret_equal(ret_pin, &change->refused)))
        return ENDING_WRONG_PIN;
    return ENDING_NOT_YET;
}

static enum ending send(struct change *change, const struct secret *old_pin,
                        const struct secret *new_pin)
{
    struct card_outcome outcome = {.result = VSC_SYSTEM};
    enum ending ending = new_pin_send(change->call, change->card, old_pin, new_pin, &outcome);

    if (ending != ENDING_NOT_YET)
        return ending == ENDING_RESERVED && change->any_wrong ? ENDING_WRONG_PIN : ending;
    change->state = outcome.state;
    if (outcome.result == VSC_OK)
        return ENDING_CHANGED;
    ending = pin_refused(change->call, change->card, &outcome, change->any_wrong);
    if (ending == ENDING_NOT_YET && outcome.result == VSC_PIN_POLICY)
        return ENDING_BAD_NEW_PIN;
    change->any_wrong = change->any_wrong || outcome.result == VSC_PIN;
    change->any_refused = true;
    if (ending == ENDING_NOT_YET)
        ending = ending_of_err(secret_set(&change->refused, old_pin->bytes, old_pin->len));
    return ending;
}

static enum ending run_change(struct change *change)
{
    enum ending ending = ENDING_NOT_YET;

    for (unsigned i = 0; ending == ENDING_NOT_YET && i < PIN_ATTEMPTS; i++) {
        auto_secret struct secret old_pin = {0};
        auto_secret struct secret new_pin = {0};

        ending = ask_old(change, &old_pin);
        if (ending == ENDING_NOT_YET)
            ending = new_pin_ask(change->call, change->card, &old_pin, &new_pin);
        if (ending == ENDING_NOT_YET)
            ending = send(change, &old_pin, &new_pin);
    }
    return ending != ENDING_NOT_YET ? ending : ENDING_WRONG_PIN;
}

static enum ending change_pin(struct call *call)
{
    struct change change = {.call = call};
    size_t index = 0;
    enum ending ending = choose_card(call, &index);
    enum vsc_err err;

    if (ending != ENDING_NOT_YET)
        return ending;
    err = cards_ask_state(&call->cards, index, &call->card);
    if (err != VSC_OK)
        return ending_of_err(err);
    change.card = &call->cards.list.cards[index];
    change.state = call->cards.standing[index].state;
    ending = call->cards.standing[index].ending;
    if (ending != ENDING_NOT_YET)
        ending = call_explain(call, change.card, &change.state, ending);
    if (ending == ENDING_BLOCKED) {
        ending = unblock_offer(call, index);
        return ending == ENDING_NOT_YET ? ENDING_CHANGED : ending;
    }
    if (ending != ENDING_NOT_YET)
        return ending;
    ending = run_change(&change);
    secret_done(&change.refused);
    return ending;
}

static enum ending change(struct call *call, unsigned flags)
{
    enum ending ending;

    if (!call->user_given)
        return ENDING_NO_CARD;
    /* Root knows nobody's PIN, and sets passwords; a change that a sign-in demands is the user's.
     */
    if (call->args.ignore_root && getuid() == 0 && (flags & PAM_CHANGE_EXPIRED_AUTHTOK) == 0)
        return ENDING_DECLINED;
    ending = call_begin(call);
    if (ending == ENDING_NOT_YET)
        ending = call_gather(call, false);
    /* A PIN does not expire: what expired is a password, and another module's, unless somebody else
     * chose the PIN. */
    if (ending == ENDING_NOT_YET && (flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0 &&
        cards_keep_must_change(&call->cards) == 0)
        ending = ENDING_NOT_EXPIRED;
    /* Who answers every prompt alike, or none, cannot give an old and a new PIN. */
    if (ending == ENDING_NOT_YET && (call->rules.talk == TALK_BLIND || call->talk.json))
        ending = ENDING_NO_CHOICE;
    if (ending != ENDING_NOT_YET)
        return ending;
    return (flags & PAM_PRELIM_CHECK) != 0 ? ENDING_CAN_CHANGE : change_pin(call);
}

/*
 * Modules behind this one that say use_authtok take the new password from the first of the stack,
 * which has to ask for it. That it was not given is theirs to say.
 */
static void ask_for_others(pam_handle_t *pamh)
{
    const char *password = NULL;

    (void)pam_get_authtok(pamh, PAM_AUTHTOK, &password, NULL);
}

#define PROMISE_DATA "pam_vsc_can_change"

/*
 * A preliminary check that succeeded has sent the stack past the password's own check of who asks.
 * The modules behind would then set a new password without the old one: so what was promised fails
 * for good, and is no word for the next module to try.
 */
static bool was_promised(pam_handle_t *pamh)
{
    const void *data = NULL;

    return pam_get_data(pamh, PROMISE_DATA, &data) == PAM_SUCCESS && data != NULL;
}

static int promise(pam_handle_t *pamh, int code)
{
    static char promised;
    void *data = code == PAM_SUCCESS ? &promised : NULL;

    return pam_set_data(pamh, PROMISE_DATA, data, NULL) == PAM_SUCCESS ? code : PAM_BUF_ERR;
}

static int keep_promise(pam_handle_t *pamh, int code)
{
    return code == PAM_AUTHINFO_UNAVAIL && was_promised(pamh) ? PAM_AUTHTOK_ERR : code;
}

int password_change(pam_handle_t *pamh, const struct call_argv *argv)
{
    struct call call;
    enum ending ending = call_init(&call, pamh, argv);
    int code;

    if (ending == ENDING_NOT_YET)
        ending = change(&call, argv->flags);
    if (ending == ENDING_CHANGED)
        talk_inform(&call.talk, texts_pin_changed());
    call_end(&call, ending);
    if ((argv->flags & PAM_PRELIM_CHECK) != 0)
        return promise(pamh, result_chauthtok(ending));
    code = keep_promise(pamh, result_chauthtok(ending));
    if (call.args.ask_authtok && code == PAM_AUTHINFO_UNAVAIL)
        ask_for_others(pamh);
    return code;
}
