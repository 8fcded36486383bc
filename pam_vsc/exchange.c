/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/exchange.h"

#include <stdio.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

/* What a decoder found wrong is logged like every other fault of a helper. */
static enum vsc_err checked(const struct peer *peer, enum vsc_err err, enum wire_type type)
{
    if (err != VSC_OK)
        pam_syslog(peer->pamh, LOG_ERR, "%s: %s: %s", peer->name, wire_type_name((uint16_t)type),
                   vsc_strerror(err));
    return err;
}

/*
 * Send `request` and receive its one answer. Releases the request, so that a PIN in it is wiped
 * before the wait begins; the caller releases the answer.
 */
static enum vsc_err call(const struct peer *peer, struct message *request,
                         struct peer_answers types, struct message *answer)
{
    enum vsc_err err = peer_send(peer, request);

    message_done(request);
    return err != VSC_OK ? err : peer_receive(peer, types, answer);
}

static enum vsc_err call_one(const struct peer *peer, struct message *request, enum wire_type type,
                             struct message *answer, struct reader *ret_reader)
{
    enum vsc_err err = call(peer, request, (struct peer_answers){type, type}, answer);

    if (err == VSC_OK)
        reader_init(ret_reader, answer->body.data, answer->body.len);
    return err;
}

#define NO_ANSWER ((struct message){.type = WIRE_ERROR})

enum vsc_err exchange_begin(const struct peer *check, const struct check_begin *begin,
                            struct check_begun *ret_begun)
{
    const struct peer_answers types = {WIRE_CHECK_BEGUN, WIRE_CHECK_BEGUN_TICKET};
    auto_message struct message request, answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CHECK_BEGIN);
    check_begin_encode(&request.body, begin);
    err = call(check, &request, types, &answer);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    err = answer.type == WIRE_CHECK_BEGUN_TICKET ? check_begun_ticket_decode(&reader, ret_begun)
                                                 : check_begun_decode(&reader, ret_begun);
    return checked(check, err, answer.type);
}

enum vsc_err exchange_evaluate(const struct peer *check, const struct check_candidate *candidates,
                               size_t count, struct check_evaluations *ret_evaluations)
{
    auto_message struct message request, answer = NO_ANSWER;
    auto_evaluations struct check_evaluations evaluations = {.items = NULL};
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CHECK_EVALUATE);
    check_evaluate_encode(&request.body, candidates, count);
    err = call_one(check, &request, WIRE_CHECK_EVALUATED, &answer, &reader);
    if (err != VSC_OK)
        return err;
    err = check_evaluations_decode(&reader, &evaluations);
    if (err == VSC_OK && evaluations.count != count)
        err = VSC_PROTOCOL;
    if (err != VSC_OK)
        return checked(check, err, answer.type);
    *ret_evaluations = evaluations;
    evaluations = (struct check_evaluations){.items = NULL};
    return VSC_OK;
}

enum vsc_err exchange_prove(const struct peer *check, const struct check_prove *prove,
                            bool *ret_accepted, struct check_verdict *ret_verdict)
{
    const struct peer_answers verdicts = {WIRE_CHECK_ACCEPTED, WIRE_CHECK_REFUSED};
    auto_message struct message request, answer = NO_ANSWER;
    struct check_verdict verdict = {.reason_count = 0};
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CHECK_PROVE);
    check_prove_encode(&request.body, prove);
    err = call(check, &request, verdicts, &answer);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    err = check_verdict_decode(&reader, &verdict);
    /* A verdict that contradicts its own type is none. */
    if (err == VSC_OK && (answer.type == WIRE_CHECK_ACCEPTED) != (verdict.reason_count == 0))
        err = VSC_PROTOCOL;
    if (err != VSC_OK)
        return checked(check, err, answer.type);
    *ret_accepted = answer.type == WIRE_CHECK_ACCEPTED;
    *ret_verdict = verdict;
    return VSC_OK;
}

enum vsc_err exchange_recheck(const struct peer *check, const struct check_recheck *recheck,
                              struct check_verdict *ret_verdict)
{
    auto_message struct message request, answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CHECK_RECHECK);
    check_recheck_encode(&request.body, recheck);
    err = call_one(check, &request, WIRE_CHECK_RECHECKED, &answer, &reader);
    if (err != VSC_OK)
        return err;
    return checked(check, check_verdict_decode(&reader, ret_verdict), answer.type);
}

enum vsc_err exchange_service(const struct peer *check, struct check_served *ret_served)
{
    auto_message struct message request, answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CHECK_SERVICE);
    err = call_one(check, &request, WIRE_CHECK_SERVED, &answer, &reader);
    if (err != VSC_OK)
        return err;
    return checked(check, check_served_decode(&reader, ret_served), answer.type);
}

enum vsc_err exchange_stale(const struct peer *check, struct stale *ret_stale)
{
    auto_message struct message request, answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CHECK_STALE);
    err = call_one(check, &request, WIRE_CHECK_STALE_TOLD, &answer, &reader);
    if (err != VSC_OK)
        return err;
    return checked(check, check_stale_decode(&reader, ret_stale), answer.type);
}

enum vsc_err exchange_list(const struct peer *card, struct card_list *ret_list)
{
    auto_message struct message request, answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_LIST);
    err = call_one(card, &request, WIRE_CARD_LISTED, &answer, &reader);
    if (err != VSC_OK)
        return err;
    return checked(card, card_list_decode(&reader, ret_list), answer.type);
}

static void which_encode(struct message *request, const char *id, const char *key)
{
    struct card_which which;

    (void)snprintf(which.card, sizeof(which.card), "%s", id);
    (void)snprintf(which.key, sizeof(which.key), "%s", key);
    card_which_encode(&request->body, &which);
}

enum vsc_err exchange_state(const struct peer *card, const char *id, struct card_state *ret_state)
{
    auto_message struct message request, answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_STATE);
    which_encode(&request, id, "");
    err = call_one(card, &request, WIRE_CARD_STATED, &answer, &reader);
    if (err != VSC_OK)
        return err;
    return checked(card, card_state_decode(&reader, ret_state), answer.type);
}

enum vsc_err exchange_find_token(const struct peer *card, const char *id,
                                 struct card_found *ret_found)
{
    auto_message struct message request, answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_FIND_TOKEN);
    which_encode(&request, id, "");
    err = call_one(card, &request, WIRE_CARD_FOUND_TOKEN, &answer, &reader);
    if (err != VSC_OK)
        return err;
    return checked(card, card_found_decode(&reader, ret_found), answer.type);
}

enum vsc_err exchange_prepare(const struct peer *card, const char *id, const char *key)
{
    auto_message struct message request;

    message_init(&request, WIRE_CARD_PREPARE);
    which_encode(&request, id, key);
    return peer_send(card, &request);
}

enum vsc_err exchange_prepared(const struct peer *card)
{
    auto_message struct message answer = NO_ANSWER;
    const struct peer_answers types = {WIRE_CARD_PREPARED, WIRE_CARD_PREPARED};
    enum vsc_err err = peer_receive(card, types, &answer);

    /* An ERROR is the card's, and SIGN will say so too; anything else is the channel's. */
    if (err != VSC_OK && answer.type == WIRE_ERROR && answer.body.len > 0 && err != VSC_PROTOCOL)
        return VSC_OK;
    if (err == VSC_OK && answer.body.len > 0)
        err = checked(card, VSC_PROTOCOL, answer.type);
    return err;
}

static enum vsc_err take_outcome(const struct peer *card, struct message *request,
                                 enum wire_type type, struct card_outcome *ret_outcome)
{
    auto_message struct message answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err = call_one(card, request, type, &answer, &reader);

    if (err != VSC_OK)
        return err;
    return checked(card, card_outcome_decode(&reader, ret_outcome), answer.type);
}

enum vsc_err exchange_sign(const struct peer *card, const struct card_sign *sign,
                           struct card_outcome *ret_outcome)
{
    auto_message struct message request;
    struct card_outcome outcome;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_SIGN);
    card_sign_encode(&request.body, sign);
    err = take_outcome(card, &request, WIRE_CARD_SIGNED, &outcome);
    /* A signature without bytes would be none; CVE-2019-16058: its length is capped on decoding. */
    if (err == VSC_OK && outcome.result == VSC_OK && outcome.signature_len == 0)
        err = checked(card, VSC_PROTOCOL, WIRE_CARD_SIGNED);
    if (err == VSC_OK)
        *ret_outcome = outcome;
    return err;
}

/* The requests that have the body of CARD_CHANGE_PIN. */
static enum vsc_err use_secrets(const struct peer *card, enum wire_type request_type,
                                enum wire_type answer_type, const struct card_change_pin *secrets,
                                struct card_outcome *ret_outcome)
{
    auto_message struct message request;

    message_init(&request, request_type);
    card_change_pin_encode(&request.body, secrets);
    return take_outcome(card, &request, answer_type, ret_outcome);
}

enum vsc_err exchange_change_pin(const struct peer *card, const struct card_change_pin *change,
                                 struct card_outcome *ret_outcome)
{
    return use_secrets(card, WIRE_CARD_CHANGE_PIN, WIRE_CARD_CHANGED_PIN, change, ret_outcome);
}

enum vsc_err exchange_unblock(const struct peer *card, const struct card_change_pin *unblock,
                              struct card_outcome *ret_outcome)
{
    return use_secrets(card, WIRE_CARD_UNBLOCK, WIRE_CARD_UNBLOCKED, unblock, ret_outcome);
}

enum vsc_err exchange_challenge(const struct peer *card, const char *id,
                                struct card_challenge *ret_challenge)
{
    auto_message struct message request;
    auto_message struct message answer = NO_ANSWER;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_CHALLENGE);
    which_encode(&request, id, "");
    err = call_one(card, &request, WIRE_CARD_CHALLENGED, &answer, &reader);
    if (err != VSC_OK)
        return err;
    return checked(card, card_challenge_decode(&reader, ret_challenge), answer.type);
}

enum vsc_err exchange_answer(const struct peer *card, const struct card_change_pin *answer,
                             struct card_outcome *ret_outcome)
{
    return use_secrets(card, WIRE_CARD_ANSWER, WIRE_CARD_ANSWERED, answer, ret_outcome);
}
