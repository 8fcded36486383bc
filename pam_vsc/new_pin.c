/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/new_pin.h"

#include <stdio.h>

#include "pam_vsc/exchange.h"
#include "pam_vsc/pin.h"
#include "pam_vsc/texts.h"

enum ending new_pin_ask_one(struct call *call, const char *prompt, struct secret *ret_answer)
{
    enum ending ending = talk_ask(&call->talk, ASK_HIDDEN, prompt, ret_answer);

    if (ending == ENDING_NOT_YET && ret_answer->len == 0)
        return ENDING_DECLINED;
    return ending;
}

/* One that fits the rules, and is another one where somebody else chose the old; else why not. */
static bool is_good(const struct card_info *card, const struct secret *old_pin,
                    const struct secret *new_pin, char text[TEXTS_SIZE])
{
    const struct pin_flaw flaw = pin_policy_flaw(&card->policy, new_pin);

    if (flaw.kind != FLAW_NONE) {
        texts_not_a_pin(text, &flaw);
        return false;
    }
    if (card->must_change && old_pin != NULL && secret_equal(old_pin, new_pin)) {
        (void)snprintf(text, TEXTS_SIZE, "%s", texts_same_pin());
        return false;
    }
    return true;
}

enum ending new_pin_ask(struct call *call, const struct card_info *card,
                        const struct secret *old_pin, struct secret *ret_pin)
{
    for (unsigned i = 0; i < PIN_ATTEMPTS; i++) {
        auto_secret struct secret again = {0};
        char text[TEXTS_SIZE];
        enum ending ending;

        texts_new_pin_prompt(text, card->name);
        ending = new_pin_ask_one(call, text, ret_pin);
        if (ending != ENDING_NOT_YET)
            return ending;
        if (is_good(card, old_pin, ret_pin, text)) {
            ending = new_pin_ask_one(call, texts_new_pin_again(), &again);
            if (ending != ENDING_NOT_YET)
                return ending;
            if (secret_equal(ret_pin, &again))
                return ENDING_NOT_YET;
            (void)snprintf(text, sizeof(text), "%s", texts_pins_differ());
        }
        ending = talk_error(&call->talk, text);
        if (ending != ENDING_NOT_YET)
            return ending;
    }
    return ENDING_BAD_NEW_PIN;
}

enum ending new_pin_send(struct call *call, const struct card_info *card,
                         const struct secret *old_pin, const struct secret *new_pin,
                         struct card_outcome *ret_outcome)
{
    struct card_change_pin request = {.old_pin = {.len = 0}, .keep = call_kept(call, false)};
    enum vsc_err err;

    (void)snprintf(request.card, sizeof(request.card), "%s", card->id);
    err = secret_set(&request.old_pin, old_pin->bytes, old_pin->len);
    if (err == VSC_OK)
        err = secret_set(&request.new_pin, new_pin->bytes, new_pin->len);
    if (err == VSC_OK)
        err = exchange_change_pin(&call->card, &request, ret_outcome);
    secret_done(&request.old_pin);
    secret_done(&request.new_pin);
    return err == VSC_DENIED && request.keep > 0 ? ENDING_RESERVED : ending_of_err(err);
}
