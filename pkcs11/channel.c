/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/channel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/dial.h"
#include "common/own.h"
#include "common/wire.h"

#define LOOK_MS 10000 /* files, or one command of the TPM */
#define TRY_MS  60000 /* a signature, behind others and after the pause of a wrong PIN */

static const char *socket_path(void)
{
    const char *named = secure_getenv(CHANNEL_VARIABLE);

    return named != NULL && named[0] == '/' ? named : CHANNEL_SOCKET;
}

/* The caller releases the answer, also after a failure. */
static enum vsc_err ask(const struct message *request, enum wire_type type, int64_t ms,
                        struct message *ret_answer)
{
    const struct deadline deadline = deadline_in(ms);
    auto_fd int fd = -1;
    enum vsc_err err = buf_status(&request->body);

    message_init(ret_answer, WIRE_ERROR);
    if (err == VSC_OK)
        err = dial(socket_path(), &deadline, &fd);
    return err == VSC_OK ? wire_call(fd, request, type, ret_answer, &deadline, NULL) : err;
}

static enum vsc_err ask_outcome(const struct message *request, enum wire_type type,
                                struct card_outcome *ret_outcome)
{
    auto_message struct message answer;
    struct reader reader;
    enum vsc_err err = ask(request, type, TRY_MS, &answer);

    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return card_outcome_decode(&reader, ret_outcome);
}

enum vsc_err channel_list(struct card_list *ret_list)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_LIST);
    err = ask(&request, WIRE_CARD_LISTED, LOOK_MS, &answer);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return card_list_decode(&reader, ret_list);
}

enum vsc_err channel_state(const char *card, struct card_state *ret_state)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct card_which which = {.key = ""};
    struct reader reader;
    enum vsc_err err;

    (void)snprintf(which.card, sizeof(which.card), "%s", card);
    message_init(&request, WIRE_CARD_STATE);
    card_which_encode(&request.body, &which);
    err = ask(&request, WIRE_CARD_STATED, LOOK_MS, &answer);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return card_state_decode(&reader, ret_state);
}

enum vsc_err channel_public(const struct card_which *which, struct card_made *ret_made)
{
    auto_message struct message request;
    auto_message struct message answer;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_PUBLIC);
    card_which_encode(&request.body, which);
    err = ask(&request, WIRE_CARD_PUBLISHED, LOOK_MS, &answer);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    err = card_made_decode(&reader, ret_made);
    return err == VSC_OK && strcmp(ret_made->key, which->key) != 0 ? VSC_PROTOCOL : err;
}

enum vsc_err channel_verify(const struct card_verify *verify, struct card_outcome *ret_outcome)
{
    auto_message struct message request;

    message_init(&request, WIRE_CARD_VERIFY);
    card_verify_encode(&request.body, verify);
    return ask_outcome(&request, WIRE_CARD_VERIFIED, ret_outcome);
}

enum vsc_err channel_sign(const struct card_sign_as *sign, struct card_outcome *ret_outcome)
{
    auto_message struct message request;

    message_init(&request, WIRE_CARD_SIGN_AS);
    card_sign_as_encode(&request.body, sign);
    return ask_outcome(&request, WIRE_CARD_SIGNED_AS, ret_outcome);
}

enum vsc_err channel_change_pin(const struct card_change_pin *change,
                                struct card_outcome *ret_outcome)
{
    auto_message struct message request;

    message_init(&request, WIRE_CARD_CHANGE_PIN);
    card_change_pin_encode(&request.body, change);
    return ask_outcome(&request, WIRE_CARD_CHANGED_PIN, ret_outcome);
}
