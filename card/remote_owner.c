/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/remote_owner.h"

#include <stdio.h>

#include "card/remote_call.h"

static struct card_which which_of(const char *card, const char *key)
{
    struct card_which which = {0};

    (void)snprintf(which.card, sizeof(which.card), "%s", card);
    (void)snprintf(which.key, sizeof(which.key), "%s", key);
    return which;
}

/* A request whose answer is a key. */
static enum vsc_err ask_key(struct card_source *source, const struct message *request,
                            enum wire_type answer_type, struct card_made *ret_made,
                            struct problem *problem)
{
    auto_message struct message answer;
    struct reader reader;
    enum vsc_err err = remote_call(source, request, answer_type, &answer, problem);

    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return remote_decoded(source, card_made_decode(&reader, ret_made), problem);
}

enum vsc_err remote_public(struct card_source *source, const char *card, const char *key,
                           struct card_made *ret_made, struct problem *problem)
{
    auto_message struct message request;
    const struct card_which which = which_of(card, key);
    enum vsc_err err = remote_check_ids(card, key, problem);

    message_init(&request, WIRE_CARD_PUBLIC);
    if (err != VSC_OK)
        return err;
    card_which_encode(&request.body, &which);
    return ask_key(source, &request, WIRE_CARD_PUBLISHED, ret_made, problem);
}

enum vsc_err remote_generate(struct card_source *source, const char *card, enum key_type type,
                             struct card_made *ret_made, struct problem *problem)
{
    auto_message struct message request;
    struct card_generate generate = {.type = type};
    enum vsc_err err = remote_check_ids(card, NULL, problem);

    message_init(&request, WIRE_CARD_GENERATE);
    if (err != VSC_OK)
        return err;
    (void)snprintf(generate.card, sizeof(generate.card), "%s", card);
    card_generate_encode(&request.body, &generate);
    return ask_key(source, &request, WIRE_CARD_GENERATED, ret_made, problem);
}

enum vsc_err remote_store(struct card_source *source, const struct card_store *store,
                          struct card_made *ret_made, struct problem *problem)
{
    auto_message struct message request;
    enum vsc_err err = remote_check_ids(store->card, NULL, problem);

    message_init(&request, WIRE_CARD_STORE);
    if (err != VSC_OK)
        return err;
    card_store_encode(&request.body, store);
    return ask_key(source, &request, WIRE_CARD_STORED, ret_made, problem);
}

enum vsc_err remote_delete_key(struct card_source *source, const char *card, const char *key,
                               struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    const struct card_which which = which_of(card, key);
    enum vsc_err err = remote_check_ids(card, key, problem);

    message_init(&request, WIRE_CARD_DELETE_KEY);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    card_which_encode(&request.body, &which);
    err = remote_call(source, &request, WIRE_CARD_DELETED_KEY, &answer, problem);
    if (err != VSC_OK)
        return err;
    return remote_decoded(source, answer.body.len == 0 ? VSC_OK : VSC_PROTOCOL, problem);
}

enum vsc_err remote_attest(struct card_source *source, const struct card_attest *attest,
                           struct card_attested *ret_attested, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct reader reader;
    enum vsc_err err = remote_check_ids(attest->card, NULL, problem);

    message_init(&request, WIRE_CARD_ATTEST);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    card_attest_encode(&request.body, attest);
    err = remote_call(source, &request, WIRE_CARD_ATTESTED, &answer, problem);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return remote_decoded(source, card_attested_decode(&reader, ret_attested), problem);
}

enum vsc_err remote_verify(struct card_source *source, const struct card_verify *verify,
                           struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    enum vsc_err err = remote_check_ids(verify->card, NULL, problem);

    message_init(&request, WIRE_CARD_VERIFY);
    message_init(&answer, WIRE_ERROR);
    if (err == VSC_OK && card_pin_check(&verify->pin, problem) != VSC_OK)
        err = VSC_INPUT;
    if (err != VSC_OK)
        return err;
    card_verify_encode(&request.body, verify);
    err = remote_call(source, &request, WIRE_CARD_VERIFIED, &answer, problem);
    if (err != VSC_OK)
        return err;
    return remote_outcome(source, &answer, ret_outcome, problem);
}

enum vsc_err remote_sign_as(struct card_source *source, const struct card_sign_as *sign,
                            struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    enum vsc_err err = remote_check_ids(sign->card, sign->key, problem);

    message_init(&request, WIRE_CARD_SIGN_AS);
    message_init(&answer, WIRE_ERROR);
    if (err == VSC_OK && card_pin_check(&sign->pin, problem) != VSC_OK)
        err = VSC_INPUT;
    if (err != VSC_OK)
        return err;
    card_sign_as_encode(&request.body, sign);
    err = remote_call(source, &request, WIRE_CARD_SIGNED_AS, &answer, problem);
    if (err != VSC_OK)
        return err;
    return remote_outcome(source, &answer, ret_outcome, problem);
}

/* A secret that no card may see does not travel: it breaks the policy of every card. */
static enum vsc_err use_secrets(struct card_source *source, enum wire_type request_type,
                                enum wire_type answer_type, const struct card_change_pin *secrets,
                                struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    enum vsc_err err = remote_check_ids(secrets->card, NULL, problem);

    message_init(&request, request_type);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    if (card_pin_check(&secrets->old_pin, problem) != VSC_OK)
        return VSC_INPUT;
    if (card_pin_check(&secrets->new_pin, problem) != VSC_OK) {
        *ret_outcome = (struct card_outcome){.result = VSC_PIN_POLICY};
        return VSC_OK;
    }
    card_change_pin_encode(&request.body, secrets);
    err = remote_call(source, &request, answer_type, &answer, problem);
    if (err != VSC_OK)
        return err;
    return remote_outcome(source, &answer, ret_outcome, problem);
}

enum vsc_err remote_unblock(struct card_source *source, const struct card_change_pin *secrets,
                            struct card_outcome *ret_outcome, struct problem *problem)
{
    return use_secrets(source, WIRE_CARD_UNBLOCK, WIRE_CARD_UNBLOCKED, secrets, ret_outcome,
                       problem);
}

enum vsc_err remote_change_puk(struct card_source *source, const struct card_change_pin *secrets,
                               struct card_outcome *ret_outcome, struct problem *problem)
{
    return use_secrets(source, WIRE_CARD_CHANGE_PUK, WIRE_CARD_CHANGED_PUK, secrets, ret_outcome,
                       problem);
}

enum vsc_err remote_challenge(struct card_source *source, const char *card,
                              struct card_challenge *ret_challenge, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    const struct card_which which = which_of(card, "");
    struct reader reader;
    enum vsc_err err = remote_check_ids(card, NULL, problem);

    message_init(&request, WIRE_CARD_CHALLENGE);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    card_which_encode(&request.body, &which);
    err = remote_call(source, &request, WIRE_CARD_CHALLENGED, &answer, problem);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return remote_decoded(source, card_challenge_decode(&reader, ret_challenge), problem);
}

enum vsc_err remote_answer(struct card_source *source, const struct card_change_pin *secrets,
                           struct card_outcome *ret_outcome, struct problem *problem)
{
    return use_secrets(source, WIRE_CARD_ANSWER, WIRE_CARD_ANSWERED, secrets, ret_outcome, problem);
}
