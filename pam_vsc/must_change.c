/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/must_change.h"

#include "pam_vsc/exchange.h"
#include "pam_vsc/new_pin.h"
#include "pam_vsc/pin.h"
#include "pam_vsc/texts.h"

/* Is it to be done here, and is there somebody to ask? */
static enum ending is_here(const struct call *call, bool *ret_here)
{
    struct check_served served = {.change_pin = false};
    enum vsc_err err = exchange_service(&call->check, &served);

    if (err != VSC_OK)
        return ending_of_err(err);
    *ret_here = served.change_pin && call->rules.talk != TALK_BLIND && !call->args.use_first_pass;
    return ENDING_NOT_YET;
}

static enum ending refuse(struct call *call, const char *text)
{
    enum ending ending = talk_error(&call->talk, text);

    return ending == ENDING_NOT_YET ? ENDING_MUST_CHANGE : ending;
}

static enum ending change(struct call *call, struct secret *pin)
{
    const struct card_info *card = call->chosen->info;
    auto_secret struct secret new_pin = {0};
    struct card_outcome outcome = {.result = VSC_SYSTEM};
    enum ending ending;

    talk_inform(&call->talk, texts_must_change());
    ending = new_pin_ask(call, card, pin, &new_pin);
    if (ending == ENDING_DECLINED || ending == ENDING_BAD_NEW_PIN)
        return refuse(call, texts_not_without_a_new_pin());
    if (ending == ENDING_NOT_YET)
        ending = new_pin_send(call, card, pin, &new_pin, &outcome);
    if (ending != ENDING_NOT_YET)
        return ending;
    if (outcome.result != VSC_OK) {
        ending = pin_refused(call, card, &outcome, false);
        return ending == ENDING_NOT_YET ? ENDING_MUST_CHANGE : ending;
    }
    ending = ending_of_err(secret_set(pin, new_pin.bytes, new_pin.len));
    call->pin_changed = ending == ENDING_NOT_YET;
    return ending;
}

enum ending must_change_pin(struct call *call, struct secret *pin)
{
    bool here = false;
    enum ending ending;

    if (!call->chosen->info->must_change)
        return ENDING_NOT_YET;
    /* GNOME drops every prompt behind its own questions, pam_chauthtok's too. */
    if (call->talk.json)
        return refuse(call, texts_change_elsewhere());
    ending = is_here(call, &here);
    if (ending != ENDING_NOT_YET || !here)
        return ending;
    return change(call, pin);
}
