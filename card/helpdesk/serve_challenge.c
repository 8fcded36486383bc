/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/helpdesk/serve_challenge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "card/helpdesk/challenge.h"
#include "card/serve_request.h"
#include "common/wire_owner.h"

static void end(struct serve *serve)
{
    if (serve->challenge == NULL)
        return;
    challenge_end(serve->challenge);
    free(serve->challenge);
    serve->challenge = NULL;
}

static enum vsc_err begin(struct serve *serve, struct serve_request *request, const char *card)
{
    struct challenge *challenge = calloc(1, sizeof(*challenge));

    if (challenge == NULL)
        return VSC_MEMORY;
    *challenge = CHALLENGE_CLOSED;
    serve->challenge = challenge;
    return challenge_begin(challenge, serve->store, serve->tcti, card, &request->problem);
}

static enum vsc_err answer_challenge(struct serve *serve, struct serve_request *request)
{
    struct card_challenge texts = {{0}, {0}};
    struct card_which which;
    enum vsc_err err = serve_which(request, &which);

    if (err == VSC_OK && which.key[0] != '\0')
        return problem_set(&request->problem, VSC_PROTOCOL, "CARD_CHALLENGE has no key");
    if (err == VSC_OK)
        err = serve_begin_change(serve, request, which.card);
    if (err == VSC_OK)
        err = begin(serve, request, which.card);
    if (err != VSC_OK) {
        end(serve);
        return err;
    }
    (void)snprintf(texts.card_code, sizeof(texts.card_code), "%s", serve->challenge->card_code);
    (void)snprintf(texts.code, sizeof(texts.code), "%s", serve->challenge->code);
    message_init(request->answer, WIRE_CARD_CHALLENGED);
    card_challenge_encode(&request->answer->body, &texts);
    return buf_status(&request->answer->body);
}

/* What was typed as a C string; it is no longer than a PIN may be. */
static void as_text(const struct secret *secret, char to[PIN_MAX + 1])
{
    memcpy(to, secret->bytes, secret->len);
    to[secret->len] = '\0';
}

static enum vsc_err finish(struct serve *serve, const struct card_change_pin *secrets,
                           struct card_outcome *ret_outcome, struct problem *problem)
{
    char typed[PIN_MAX + 1];
    enum vsc_err err;

    if (serve->challenge == NULL || strcmp(serve->challenge->card, secrets->card) != 0)
        return problem_set(problem, VSC_TIMEOUT, "there is no challenge for this card");
    as_text(&secrets->old_pin, typed);
    err = challenge_finish(serve->challenge, typed, &secrets->new_pin, ret_outcome, problem);
    explicit_bzero(typed, sizeof(typed));
    if (err != VSC_INPUT && (err != VSC_OK || ret_outcome->result == VSC_OK))
        end(serve);
    return err;
}

static enum vsc_err answer_answer(struct serve *serve, struct serve_request *request)
{
    struct card_change_pin secrets = {0};
    struct card_outcome outcome = {.result = VSC_DENIED};
    struct card_source *source = NULL;
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_change_pin_decode(&reader, &secrets);
    serve_wipe(request);
    if (err == VSC_OK)
        err = serve_find_own(serve, secrets.card, request, &source);
    if (err == VSC_OK)
        err = finish(serve, &secrets, &outcome, &request->problem);
    secret_done(&secrets.old_pin);
    secret_done(&secrets.new_pin);
    if (err == VSC_OK)
        err = serve_outcome(serve, request, WIRE_CARD_ANSWERED, secrets.card, &outcome);
    return err;
}

static enum vsc_err answer(struct serve *serve, struct serve_request *request)
{
    if (request->type == WIRE_CARD_CHALLENGE)
        return answer_challenge(serve, request);
    if (request->type == WIRE_CARD_ANSWER)
        return answer_answer(serve, request);
    return VSC_PROTOCOL;
}

const struct serve_part serve_challenge = {.answer = answer, .rest = end};
