/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/reach_challenge.h"

#include <stdio.h>
#include <string.h>

#include "card/remote_owner.h"

enum vsc_err reach_challenge_begin(const struct reach *reach, const char *card,
                                   struct reach_challenge *challenge, struct problem *problem)
{
    struct card_challenge *show = &challenge->show;
    enum vsc_err err;

    *challenge = REACH_CHALLENGE_CLOSED;
    challenge->reach = reach;
    (void)snprintf(challenge->card, sizeof challenge->card, "%s", card);
    if (reach->remote) {
        reach->source->deadline = deadline_in(CHANGE_DEADLINE_MS);
        return remote_challenge(reach->source, card, show, problem);
    }
    err = challenge_begin(&challenge->by_store, reach->conf->card.store, reach->conf->card.tcti,
                          card, problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(show->card_code, sizeof show->card_code, "%s", challenge->by_store.card_code);
    (void)snprintf(show->code, sizeof show->code, "%s", challenge->by_store.code);
    return VSC_OK;
}

/* What was typed, in the one form that surely fits the message. */
static enum vsc_err set_answer(const char *answer, struct secret *secret)
{
    unsigned char bytes[HELPDESK_ANSWER_SIZE];
    char text[CODE_SIZE];
    enum vsc_err err = code_read(answer, sizeof bytes, bytes);

    if (err == VSC_OK) {
        code_write(bytes, sizeof bytes, ANSWER_GROUP, text);
        err = secret_set(secret, text, strlen(text));
    }
    explicit_bzero(bytes, sizeof bytes);
    explicit_bzero(text, sizeof text);
    return err;
}

static enum vsc_err finish_remote(struct reach_challenge *challenge, const char *answer,
                                  const struct secret *new_pin, struct card_outcome *ret_outcome,
                                  struct problem *problem)
{
    struct card_source *source = challenge->reach->source;
    struct card_change_pin secrets = {0};
    enum vsc_err err = challenge_check_answer(answer, problem);

    (void)snprintf(secrets.card, sizeof secrets.card, "%s", challenge->card);
    if (err == VSC_OK)
        err = set_answer(answer, &secrets.old_pin);
    if (err == VSC_OK)
        err = secret_set(&secrets.new_pin, new_pin->bytes, new_pin->len);
    source->deadline = deadline_in(CHANGE_DEADLINE_MS);
    if (err == VSC_OK)
        err = remote_answer(source, &secrets, ret_outcome, problem);
    secret_done(&secrets.old_pin);
    secret_done(&secrets.new_pin);
    if (err == VSC_OK && ret_outcome->result == VSC_DENIED)
        return challenge_wrong_answer(problem);
    return err;
}

enum vsc_err reach_challenge_finish(struct reach_challenge *challenge, const char *answer,
                                    const struct secret *new_pin, struct card_outcome *ret_outcome,
                                    struct problem *problem)
{
    if (challenge->reach->remote)
        return finish_remote(challenge, answer, new_pin, ret_outcome, problem);
    return challenge_finish(&challenge->by_store, answer, new_pin, ret_outcome, problem);
}

void reach_challenge_end(struct reach_challenge *challenge)
{
    challenge_end(&challenge->by_store);
}
