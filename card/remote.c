/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "card/remote_call.h"

struct remote {
    struct card_source base;
    const char *name; /* for messages */
    int fd;           /* owned; -1 when dead */
};

static struct remote *remote_of(struct card_source *source)
{
    return (struct remote *)source;
}

enum vsc_err remote_call(struct card_source *source, const struct message *request,
                         enum wire_type answer_type, struct message *ret_answer,
                         struct problem *problem)
{
    struct remote *remote = remote_of(source);
    enum vsc_err err;

    message_init(ret_answer, WIRE_ERROR);
    if (remote->fd < 0)
        return problem_set(problem, VSC_HELPER, "%s has failed before", remote_of(source)->name);
    err = wire_send(remote->fd, request, &source->deadline);
    if (err == VSC_OK)
        err = wire_receive(remote->fd, ret_answer, &source->deadline);
    if (err == VSC_OK && ret_answer->type == WIRE_ERROR)
        return wire_take_error(ret_answer, problem);
    if (err == VSC_OK && ret_answer->type != answer_type)
        err = VSC_PROTOCOL;
    if (err == VSC_OK)
        return VSC_OK;
    (void)close(remote->fd);
    remote->fd = -1;
    return problem_set(problem, err, "%s: %s: %s", remote_of(source)->name,
                       wire_type_name((uint16_t)request->type), vsc_strerror(err));
}

enum vsc_err remote_decoded(struct card_source *source, enum vsc_err err, struct problem *problem)
{
    struct remote *remote = remote_of(source);

    if (err == VSC_OK)
        return VSC_OK;
    (void)close(remote->fd);
    remote->fd = -1;
    return problem_set(problem, err, "%s: a malformed answer", remote_of(source)->name);
}

static enum vsc_err remote_list(struct card_source *source, struct card_list *ret_list,
                                struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_LIST);
    err = remote_call(source, &request, WIRE_CARD_LISTED, &answer, problem);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return remote_decoded(source, card_list_decode(&reader, ret_list), problem);
}

static struct card_which which_of(const char *card, const char *key)
{
    struct card_which which = {0};

    (void)snprintf(which.card, sizeof(which.card), "%s", card);
    (void)snprintf(which.key, sizeof(which.key), "%s", key);
    return which;
}

enum vsc_err remote_check_ids(const char *card, const char *key, struct problem *problem)
{
    if (card[0] == '\0' || strlen(card) >= CARD_ID_SIZE || !text_is_printable(card))
        return problem_set(problem, VSC_NO_CARD, "this is no card's id");
    if (key != NULL && (key[0] == '\0' || strlen(key) >= KEY_ID_SIZE || !text_is_printable(key)))
        return problem_set(problem, VSC_NO_KEY, "this is no key's id");
    return VSC_OK;
}

static enum vsc_err remote_state(struct card_source *source, const char *card,
                                 struct card_state *ret_state, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct card_which which = which_of(card, "");
    struct reader reader;
    enum vsc_err err = remote_check_ids(card, NULL, problem);

    message_init(&request, WIRE_CARD_STATE);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    card_which_encode(&request.body, &which);
    err = remote_call(source, &request, WIRE_CARD_STATED, &answer, problem);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return remote_decoded(source, card_state_decode(&reader, ret_state), problem);
}

static enum vsc_err remote_prepare(struct card_source *source, const char *card, const char *key,
                                   struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct card_which which = which_of(card, key);
    enum vsc_err err = remote_check_ids(card, key, problem);

    message_init(&request, WIRE_CARD_PREPARE);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    card_which_encode(&request.body, &which);
    err = remote_call(source, &request, WIRE_CARD_PREPARED, &answer, problem);
    if (err != VSC_OK)
        return err;
    return remote_decoded(source, answer.body.len == 0 ? VSC_OK : VSC_PROTOCOL, problem);
}

enum vsc_err remote_outcome(struct card_source *source, const struct message *answer,
                            struct card_outcome *ret_outcome, struct problem *problem)
{
    struct reader reader;

    reader_init(&reader, answer->body.data, answer->body.len);
    return remote_decoded(source, card_outcome_decode(&reader, ret_outcome), problem);
}

/* A PIN that no card may see does not travel either; the outcome needs the card's state. */
static enum vsc_err refuse_pin(struct card_source *source, const char *card,
                               struct card_outcome *ret_outcome)
{
    struct card_outcome outcome = {.result = VSC_PIN_POLICY};
    enum vsc_err err = remote_state(source, card, &outcome.state, NULL);

    if (err == VSC_OK)
        *ret_outcome = outcome;
    return err;
}

static enum vsc_err remote_sign(struct card_source *source, const struct card_sign *sign,
                                struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    enum vsc_err err = remote_check_ids(sign->card, sign->key, problem);

    message_init(&request, WIRE_CARD_SIGN);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    if (card_pin_check(&sign->pin, problem) != VSC_OK)
        return refuse_pin(source, sign->card, ret_outcome);
    card_sign_encode(&request.body, sign);
    err = remote_call(source, &request, WIRE_CARD_SIGNED, &answer, problem);
    if (err != VSC_OK)
        return err;
    return remote_outcome(source, &answer, ret_outcome, problem);
}

static enum vsc_err remote_change_pin(struct card_source *source,
                                      const struct card_change_pin *change,
                                      struct card_outcome *ret_outcome, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    enum vsc_err err = remote_check_ids(change->card, NULL, problem);

    message_init(&request, WIRE_CARD_CHANGE_PIN);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    if (card_pin_check(&change->old_pin, problem) != VSC_OK ||
        card_pin_check(&change->new_pin, problem) != VSC_OK)
        return refuse_pin(source, change->card, ret_outcome);
    card_change_pin_encode(&request.body, change);
    err = remote_call(source, &request, WIRE_CARD_CHANGED_PIN, &answer, problem);
    if (err != VSC_OK)
        return err;
    return remote_outcome(source, &answer, ret_outcome, problem);
}

static enum vsc_err remote_find_token(struct card_source *source, const char *card,
                                      struct card_found *ret_found, struct problem *problem)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct card_which which = which_of(card, "");
    struct reader reader;
    enum vsc_err err = remote_check_ids(card, NULL, problem);

    message_init(&request, WIRE_CARD_FIND_TOKEN);
    message_init(&answer, WIRE_ERROR);
    if (err != VSC_OK)
        return err;
    card_which_encode(&request.body, &which);
    err = remote_call(source, &request, WIRE_CARD_FOUND_TOKEN, &answer, problem);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return remote_decoded(source, card_found_decode(&reader, ret_found), problem);
}

static void remote_free(struct card_source *source)
{
    struct remote *remote = remote_of(source);

    if (remote->fd >= 0)
        (void)close(remote->fd);
    free(remote);
}

static const struct card_ops remote_ops = {
    .name = "remote",
    .list = remote_list,
    .state = remote_state,
    .prepare = remote_prepare,
    .sign = remote_sign,
    .change_pin = remote_change_pin,
    .find_token = remote_find_token,
    .free = remote_free,
};

enum vsc_err remote_source_new(int fd, const char *name, struct card_source **ret_source)
{
    struct remote *remote = calloc(1, sizeof(*remote));

    if (remote == NULL) {
        (void)close(fd);
        return VSC_MEMORY;
    }
    remote->base.ops = &remote_ops;
    remote->base.deadline = deadline_in(0);
    remote->name = name;
    remote->fd = fd;
    *ret_source = (struct card_source *)remote;
    return VSC_OK;
}
