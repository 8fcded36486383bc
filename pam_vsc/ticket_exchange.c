/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/ticket_exchange.h"

#include <syslog.h>

#include <security/pam_ext.h>

#define ANSWER 0x80 /* a request's type with it is that of its answer */

/* The request is released. */
static enum vsc_err ask(const struct peer_place *place, struct message *request,
                        struct message *answer, struct reader *ret_reader)
{
    const enum wire_type type = (enum wire_type)(request->type | ANSWER);
    auto_peer struct peer tgt = PEER_NONE;
    enum vsc_err err = peer_open_tgt(place, &tgt);

    if (err == VSC_OK)
        err = peer_send(&tgt, request);
    message_done(request);
    if (err == VSC_OK)
        err = peer_receive(&tgt, (struct peer_answers){type, type}, answer);
    if (err == VSC_OK)
        reader_init(ret_reader, answer->body.data, answer->body.len);
    return err;
}

static enum vsc_err checked(const struct peer_place *place, enum vsc_err err)
{
    if (err != VSC_OK)
        pam_syslog(place->pamh, LOG_ERR, PEER_TGT ": %s", vsc_strerror(err));
    return err;
}

enum vsc_err exchange_tgt_get(const struct peer_place *place, struct tgt_get *get,
                              struct tgt_got *ret_got)
{
    auto_message struct message request, answer = {.type = WIRE_ERROR};
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_TGT_GET);
    tgt_get_encode(&request.body, get);
    secret_done(&get->pin);
    err = ask(place, &request, &answer, &reader);
    return err != VSC_OK ? err : checked(place, tgt_got_decode(&reader, ret_got));
}

enum vsc_err exchange_tgt_cache(const struct peer_place *place, enum wire_type type,
                                const struct tgt_cache *cache, struct tgt_cached *ret_cached)
{
    auto_message struct message request, answer = {.type = WIRE_ERROR};
    struct reader reader;
    enum vsc_err err;

    message_init(&request, type);
    tgt_cache_encode(&request.body, cache);
    err = ask(place, &request, &answer, &reader);
    return err != VSC_OK ? err : checked(place, tgt_cached_decode(&reader, ret_cached));
}
