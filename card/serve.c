/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/serve.h"

#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>

#include "card/serve_list.h"
#include "card/serve_request.h"
#include "card/serve_try.h"
#include "common/log.h"
#include "common/wire.h"

#define RETRY_STEPS_MAX 3 /* 1, 2, 4, 8 times the first pause */
#define FAULT_MS        1000
#define FOREVER_MS      (86400000LL) /* a person may take the time */

enum vsc_err serve_add(struct serve *serve, struct card_source *source, const char *prefix)
{
    struct serve_source *entry = &serve->sources[serve->source_count];

    if (serve->source_count == SERVE_SOURCES_MAX) {
        card_source_free(source);
        return VSC_CONFIG;
    }
    entry->source = source;
    (void)snprintf(entry->prefix, sizeof(entry->prefix), "%s", prefix);
    serve->source_count++;
    return VSC_OK;
}

static void rest_parts(struct serve *serve, const struct serve_part *but)
{
    for (size_t i = 0; i < serve->part_count; i++)
        if (serve->parts[i] != but && serve->parts[i]->rest != NULL)
            serve->parts[i]->rest(serve);
}

/* A challenge is over then; a card that was prepared is so again when it signs. */
static void rest_all(struct serve *serve)
{
    rest_parts(serve, NULL);
    for (size_t i = 0; i < serve->source_count; i++)
        if (serve->sources[i].source->ops->rest != NULL)
            serve->sources[i].source->ops->rest(serve->sources[i].source);
}

void serve_done(struct serve *serve)
{
    rest_parts(serve, NULL);
    serve->part_count = 0;
    for (size_t i = 0; i < serve->source_count; i++)
        card_source_free(serve->sources[i].source);
    serve->source_count = 0;
}

void serve_wipe(struct serve_request *request)
{
    message_done(request->message);
}

static enum vsc_err answer_list(struct serve *serve, struct serve_request *request)
{
    auto_card_list struct card_list list = {0};
    enum vsc_err err;

    if (request->message->body.len > 0)
        return problem_set(&request->problem, VSC_PROTOCOL, "CARD_LIST has no body");
    err = serve_list(serve, &request->deadline, &list, &request->problem);
    if (err != VSC_OK)
        return err;
    message_init(request->answer, WIRE_CARD_LISTED);
    card_list_encode(&request->answer->body, &list);
    return buf_status(&request->answer->body);
}

enum vsc_err serve_which(const struct serve_request *request, struct card_which *which)
{
    struct reader reader;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    return card_which_decode(&reader, which);
}

static enum vsc_err answer_state(struct serve *serve, struct serve_request *request)
{
    struct card_which which;
    struct card_state state = {0};
    struct card_source *source = NULL;
    enum access access = ACCESS_NONE;
    enum vsc_err err = serve_which(request, &which);

    if (err == VSC_OK && which.key[0] != '\0')
        err = VSC_PROTOCOL;
    if (err != VSC_OK)
        return err;
    err = serve_find(serve, which.card, &request->deadline, &source, &access, &request->problem);
    if (err == VSC_OK)
        err = source->ops->state(source, which.card, &state, &request->problem);
    if (err != VSC_OK)
        return err;
    if (access != ACCESS_FULL)
        state = access_glance(&state);
    message_init(request->answer, WIRE_CARD_STATED);
    card_state_encode(&request->answer->body, &state);
    return buf_status(&request->answer->body);
}

static enum vsc_err answer_find_token(struct serve *serve, struct serve_request *request)
{
    struct card_which which;
    struct card_found found = {.present = false};
    enum vsc_err err = serve_which(request, &which);

    if (err == VSC_OK && which.key[0] != '\0')
        err = VSC_PROTOCOL;
    if (err == VSC_OK)
        err = serve_find_token(serve, which.card, &request->deadline, &found, &request->problem);
    if (err != VSC_OK)
        return err;
    message_init(request->answer, WIRE_CARD_FOUND_TOKEN);
    card_found_encode(&request->answer->body, &found);
    return buf_status(&request->answer->body);
}

enum vsc_err serve_find_own(struct serve *serve, const char *card, struct serve_request *request,
                            struct card_source **ret_source)
{
    enum access access = ACCESS_NONE;
    enum vsc_err err =
        serve_find(serve, card, &request->deadline, ret_source, &access, &request->problem);

    if (err != VSC_OK)
        return err;
    if (access != ACCESS_FULL)
        return problem_set(&request->problem, VSC_DENIED, "this card is not yours");
    return VSC_OK;
}

enum vsc_err serve_begin_change(struct serve *serve, struct serve_request *request,
                                const char *card)
{
    struct card_source *source = NULL;
    enum vsc_err err = serve_find_own(serve, card, request, &source);

    if (err != VSC_OK)
        return err;
    if (source->ops->rest == NULL)
        return problem_set(&request->problem, VSC_DENIED, "this is no native card");
    rest_parts(serve, NULL);
    source->ops->rest(source);
    return VSC_OK;
}

static enum vsc_err answer_prepare(struct serve *serve, struct serve_request *request)
{
    struct card_which which;
    struct card_source *source = NULL;
    enum vsc_err err = serve_which(request, &which);

    if (err == VSC_OK)
        err = serve_find_own(serve, which.card, request, &source);
    if (err == VSC_OK)
        err = source->ops->prepare(source, which.card, which.key, &request->problem);
    if (err == VSC_OK)
        message_init(request->answer, WIRE_CARD_PREPARED);
    return err;
}

/* After a wrong PIN the next try has to wait, longer each time: typing is slow, guessing is not. */
static void note_result(struct serve *serve, enum vsc_err result)
{
    unsigned steps;

    if (result != VSC_PIN && result != VSC_PUK && result != VSC_DENIED) {
        serve->wrong_pins = result == VSC_OK ? 0 : serve->wrong_pins;
        return;
    }
    steps = serve->wrong_pins < RETRY_STEPS_MAX ? serve->wrong_pins : RETRY_STEPS_MAX;
    serve->not_before_ms = clock_ms() + (serve->retry_ms << steps);
    serve->wrong_pins++;
}

enum vsc_err serve_outcome(struct serve *serve, struct serve_request *request, enum wire_type type,
                           const char *card, const struct card_outcome *outcome)
{
    note_result(serve, outcome->result);
    vsc_log(outcome->result == VSC_OK ? LOG_INFO : LOG_NOTICE, "%s card=%s uid=%u result=%s",
            wire_type_name((uint16_t)request->type), card, (unsigned)serve->peer.uid,
            vsc_strerror(outcome->result));
    message_init(request->answer, type);
    card_outcome_encode(&request->answer->body, outcome);
    return buf_status(&request->answer->body);
}

static enum vsc_err answer(struct serve *serve, struct serve_request *request)
{
    static const struct {
        enum wire_type type;
        enum vsc_err (*answer)(struct serve *serve, struct serve_request *request);
    } answers[] = {
        {WIRE_CARD_LIST, answer_list},
        {WIRE_CARD_STATE, answer_state},
        {WIRE_CARD_PREPARE, answer_prepare},
        {WIRE_CARD_SIGN, serve_sign},
        {WIRE_CARD_SIGN_AS, serve_sign_as},
        {WIRE_CARD_VERIFY, serve_verify},
        {WIRE_CARD_CHANGE_PIN, serve_change_pin},
        {WIRE_CARD_FIND_TOKEN, answer_find_token},
    };

    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        if (answers[i].type != request->type)
            continue;
        rest_parts(serve, NULL);
        return answers[i].answer(serve, request);
    }
    for (size_t i = 0; i < serve->part_count; i++) {
        enum vsc_err err = serve->parts[i]->answer(serve, request);

        if (err != VSC_PROTOCOL || request->problem.text[0] != '\0')
            return err;
    }
    return problem_set(&request->problem, VSC_PROTOCOL, "%s: malformed, or no request to vsc-card",
                       wire_type_name((uint16_t)request->type));
}

/* The requests that try a PIN or a PUK. */
static bool is_a_try(enum wire_type type)
{
    return type == WIRE_CARD_SIGN || type == WIRE_CARD_SIGN_AS || type == WIRE_CARD_VERIFY ||
           type == WIRE_CARD_CHANGE_PIN || type == WIRE_CARD_UNBLOCK ||
           type == WIRE_CARD_CHANGE_PUK || type == WIRE_CARD_ANSWER;
}

/* Hold a try back until its time; the peer may go away meanwhile. */
static enum vsc_err hold_back(const struct serve *serve, int fd, enum wire_type type)
{
    struct deadline until = {.at_ms = serve->not_before_ms};
    enum vsc_err err;

    if (!is_a_try(type))
        return VSC_OK;
    err = deadline_wait(&until, fd, POLLRDHUP);
    return err == VSC_TIMEOUT ? VSC_OK : VSC_HELPER;
}

/* A moment to tell it, also where the request took all of its time. */
static enum vsc_err send_fault(int fd, enum vsc_err err, const struct problem *problem)
{
    struct deadline deadline = deadline_in(FAULT_MS);

    return wire_send_error(fd, err, problem->text, &deadline);
}

/* The same fault for one that watches is one line in the log. */
static bool is_repeated(struct serve *serve, enum wire_type type, enum vsc_err err)
{
    bool repeated = type == WIRE_CARD_WATCH && serve->watch_err == err;

    if (type == WIRE_CARD_WATCH)
        serve->watch_err = err;
    return repeated;
}

static enum vsc_err handle(struct serve *serve, int fd)
{
    auto_message struct message message;
    auto_message struct message reply;
    struct serve_request request = {.message = &message, .answer = &reply};
    enum vsc_err err, sent;
    bool repeated;

    message_init(&reply, WIRE_ERROR);
    request.deadline = deadline_in(serve->timeout_ms);
    err = wire_receive(fd, &message, &request.deadline);
    if (err != VSC_OK) {
        if (err != VSC_HELPER)
            (void)send_fault(fd, err, &request.problem);
        return err; /* where the next message would begin is not known */
    }
    request.type = message.type;
    err = hold_back(serve, fd, message.type);
    if (err != VSC_OK)
        return err;
    /* A little less than the caller's, who then hears what took so long. */
    request.deadline = deadline_in(serve->timeout_ms - serve->timeout_ms / 10);
    err = answer(serve, &request);
    repeated = is_repeated(serve, message.type, err);
    if (err == VSC_OK)
        return wire_send(fd, &reply, &request.deadline);
    if (!repeated)
        vsc_log(LOG_NOTICE, "%s uid=%u error: %s: %s", wire_type_name((uint16_t)message.type),
                (unsigned)serve->peer.uid, vsc_strerror(err), request.problem.text);
    sent = send_fault(fd, err, &request.problem);
    return err == VSC_PROTOCOL ? err : sent;
}

enum vsc_err serve_run(struct serve *serve, int fd)
{
    for (;;) {
        struct deadline idle = deadline_in(serve->idle_ms > 0 ? serve->idle_ms : FOREVER_MS);
        unsigned char first;
        enum vsc_err err = deadline_wait(&idle, fd, POLLIN);

        if (err == VSC_TIMEOUT) {
            rest_all(serve);
            continue;
        }
        if (err != VSC_OK)
            return err;
        if (recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
            return VSC_OK;
        err = handle(serve, fd);
        if (err != VSC_OK)
            return err;
    }
}
