/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/choose_json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "pam_vsc/exchange.h"
#include "pam_vsc/gdm.h"
#include "pam_vsc/gdm_json.h"
#include "pam_vsc/menu.h"
#include "pam_vsc/texts.h"

/* What is offered, and where each stands among those that could be. */
struct offer {
    struct gdm_identity identities[MENU_MAX];
    size_t places[MENU_MAX];
    size_t count;
};

/* The last tries are not this request's: such a card is not offered. */
static bool is_reserved(struct call *call, const struct candidate *candidate)
{
    bool reserved;

    call->chosen = candidate;
    reserved = call_is_reserved(call, &call->cards.standing[candidate->card].state, false);
    call->chosen = NULL;
    return reserved;
}

static void describe(const struct call *call, const struct candidate *candidate,
                     struct gdm_identity *identity)
{
    const struct check_evaluated *verdict = candidate->verdict;
    size_t len;

    *identity = (struct gdm_identity){
        .token = candidate->info->name,
        .label = verdict->label,
        .title = verdict->display[0] != '\0' ? verdict->display : verdict->label,
    };
    (void)snprintf(identity->key, sizeof(identity->key), "%s/%s", candidate->info->id,
                   candidate->key->id);
    texts_pin_prompt(identity->prompt, candidate->info->name, "",
                     &call->cards.standing[candidate->card].state);
    /* The screen shows it in the entry, not before it. */
    len = strlen(identity->prompt);
    while (len > 0 && strchr(": ", identity->prompt[len - 1]) != NULL)
        identity->prompt[--len] = '\0';
}

static void fill(struct call *call, const size_t *items, size_t count, struct offer *offer)
{
    for (size_t i = 0; i < count; i++) {
        const struct candidate *candidate = &call->cards.candidates[items[i]];

        if (is_reserved(call, candidate))
            continue;
        describe(call, candidate, &offer->identities[offer->count]);
        offer->places[offer->count++] = i;
    }
}

/* The password goes to the module behind us, and decides nothing here. */
static enum ending hand_on(const struct call *call, const char *password)
{
    if (password[0] == '\0')
        return ENDING_DECLINED;
    return pam_set_item(call->pamh, PAM_AUTHTOK, password) == PAM_SUCCESS ? ENDING_DECLINED
                                                                          : ENDING_MEMORY;
}

static enum ending take_answer(const struct call *call, const struct offer *offer, const char *json,
                               size_t *ret_choice, struct secret *ret_pin)
{
    auto_json struct json_document document = {.text = NULL};
    const size_t len = strnlen(json, GDM_JSON_MAX + 1);
    struct gdm_answer answer;
    enum ending ending;
    enum vsc_err err;

    if (len > GDM_JSON_MAX)
        return ENDING_CONVERSATION;
    err = json_read(json, len, &document, NULL);
    if (err != VSC_OK)
        return err == VSC_MEMORY ? ENDING_MEMORY : ENDING_CONVERSATION;
    ending = gdm_json_read(&document, offer->identities, offer->count, &answer);
    if (ending != ENDING_NOT_YET)
        return ending;
    if (answer.password)
        return hand_on(call, answer.text);
    if (answer.text[0] == '\0')
        return ENDING_DECLINED;
    *ret_choice = offer->places[answer.index];
    /* A longer one is no PIN; what is left of it is too long for one as well. */
    return ending_of_err(secret_set(ret_pin, answer.text, strnlen(answer.text, SECRET_MAX)));
}

static enum ending ask(struct call *call, const struct offer *offer, size_t *ret_choice,
                       struct secret *ret_pin)
{
    auto_free char *request = gdm_json_write(offer->identities, offer->count);
    char *reply = NULL;
    enum ending ending;

    if (request == NULL)
        return ENDING_MEMORY;
    ending = gdm_exchange_json(&call->talk, call->talk.json_type, request, &reply);
    if (ending != ENDING_NOT_YET)
        return ending;
    ending = take_answer(call, offer, reply, ret_choice, ret_pin);
    explicit_bzero(reply, strlen(reply));
    free(reply);
    return ending;
}

enum ending choose_by_json(struct call *call, const size_t *items, size_t count, size_t *ret_choice,
                           struct secret *ret_pin)
{
    auto_free struct offer *offer = calloc(1, sizeof(*offer));
    const struct candidate *only;
    enum ending ending;
    enum vsc_err err;

    if (offer == NULL)
        return ENDING_MEMORY;
    fill(call, items, count, offer);
    if (offer->count == 0)
        return ENDING_RESERVED;
    if (offer->count > 1)
        return ask(call, offer, ret_choice, ret_pin);
    /* While the person types, the card makes ready. */
    only = &call->cards.candidates[items[offer->places[0]]];
    err = exchange_prepare(&call->card, only->info->id, only->key->id);
    if (err != VSC_OK)
        return ending_of_err(err);
    ending = ask(call, offer, ret_choice, ret_pin);
    if (ending != ENDING_NOT_YET)
        return ending;
    return ending_of_err(exchange_prepared(&call->card));
}
