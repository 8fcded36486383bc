/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/serve_try.h"

#include "common/wire.h"

enum vsc_err serve_sign(struct serve *serve, struct serve_request *request)
{
    struct card_sign sign = {0};
    struct card_outcome outcome = {.result = VSC_PIN};
    struct card_source *source = NULL;
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_sign_decode(&reader, &sign);
    serve_wipe(request);
    if (err == VSC_OK)
        err = serve_find_own(serve, sign.card, request, &source);
    if (err == VSC_OK)
        err = source->ops->sign(source, &sign, &outcome, &request->problem);
    secret_done(&sign.pin);
    if (err == VSC_OK)
        err = serve_outcome(serve, request, WIRE_CARD_SIGNED, sign.card, &outcome);
    return err;
}

static enum vsc_err sign_as_with(struct card_source *source, const struct card_sign_as *sign,
                                 struct card_outcome *ret_outcome, struct problem *problem)
{
    if (source->ops->sign_as == NULL)
        return problem_set(problem, VSC_DENIED, "this is no native card");
    return source->ops->sign_as(source, sign, ret_outcome, problem);
}

enum vsc_err serve_sign_as(struct serve *serve, struct serve_request *request)
{
    struct card_sign_as sign = {0};
    struct card_outcome outcome = {.result = VSC_PIN};
    struct card_source *source = NULL;
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_sign_as_decode(&reader, &sign);
    serve_wipe(request);
    if (err == VSC_OK)
        err = serve_find_own(serve, sign.card, request, &source);
    if (err == VSC_OK)
        err = sign_as_with(source, &sign, &outcome, &request->problem);
    secret_done(&sign.pin);
    if (err == VSC_OK)
        err = serve_outcome(serve, request, WIRE_CARD_SIGNED_AS, sign.card, &outcome);
    return err;
}

static enum vsc_err verify_with(struct card_source *source, const struct card_verify *verify,
                                struct card_outcome *ret_outcome, struct problem *problem)
{
    if (source->ops->verify == NULL)
        return problem_set(problem, VSC_DENIED, "this is no native card");
    return source->ops->verify(source, verify, ret_outcome, problem);
}

enum vsc_err serve_verify(struct serve *serve, struct serve_request *request)
{
    struct card_verify verify = {0};
    struct card_outcome outcome = {.result = VSC_PIN};
    struct card_source *source = NULL;
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_verify_decode(&reader, &verify);
    serve_wipe(request);
    if (err == VSC_OK)
        err = serve_find_own(serve, verify.card, request, &source);
    if (err == VSC_OK)
        err = verify_with(source, &verify, &outcome, &request->problem);
    secret_done(&verify.pin);
    if (err == VSC_OK)
        err = serve_outcome(serve, request, WIRE_CARD_VERIFIED, verify.card, &outcome);
    return err;
}

enum vsc_err serve_change_pin(struct serve *serve, struct serve_request *request)
{
    struct card_change_pin change = {0};
    struct card_outcome outcome = {.result = VSC_PIN};
    struct card_source *source = NULL;
    struct reader reader;
    enum vsc_err err;

    reader_init(&reader, request->message->body.data, request->message->body.len);
    err = card_change_pin_decode(&reader, &change);
    serve_wipe(request);
    if (err == VSC_OK)
        err = serve_find_own(serve, change.card, request, &source);
    if (err == VSC_OK)
        err = source->ops->change_pin(source, &change, &outcome, &request->problem);
    secret_done(&change.old_pin);
    secret_done(&change.new_pin);
    if (err == VSC_OK)
        err = serve_outcome(serve, request, WIRE_CARD_CHANGED_PIN, change.card, &outcome);
    return err;
}
