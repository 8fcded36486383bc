/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/watch/inquiry.h"

#include <unistd.h>

#include "common/dial.h"
#include "common/own.h"
#include "common/wire.h"

#define CONNECT_MS                                                                                 \
    2000 /* to connect and to send, and for what is left of an answer that has begun */

void inquiry_end(struct inquiry *inquiry)
{
    own_close(&inquiry->fd);
    *inquiry = INQUIRY_TO(inquiry->socket, inquiry->answer_ms);
}

enum vsc_err inquiry_ask(struct inquiry *inquiry)
{
    const struct deadline deadline = deadline_in(CONNECT_MS);
    auto_message struct message request;
    enum vsc_err err = VSC_OK;

    message_init(&request, WIRE_CARD_WATCH);
    if (inquiry->fd >= 0 && deadline_left(&inquiry->renew) == 0)
        inquiry_end(inquiry);
    if (inquiry->fd < 0) {
        err = dial(inquiry->socket, &deadline, &inquiry->fd);
        inquiry->renew = deadline_in(INQUIRY_RENEW_MS);
    }
    if (err == VSC_OK)
        err = wire_send(inquiry->fd, &request, &deadline);
    if (err != VSC_OK)
        return err;
    inquiry->is_asked = true;
    inquiry->has_refused = false;
    inquiry->answer = deadline_in(inquiry->answer_ms);
    return VSC_OK;
}

enum vsc_err inquiry_take(struct inquiry *inquiry, struct watch_list *ret_list)
{
    const struct deadline deadline = deadline_in(CONNECT_MS);
    auto_message struct message answer;
    struct reader reader;
    enum vsc_err err = wire_receive(inquiry->fd, &answer, &deadline);

    inquiry->is_asked = false;
    if (err != VSC_OK)
        return err;
    if (answer.type == WIRE_ERROR) {
        err = wire_take_error(&answer, NULL);
        inquiry->has_refused = err != VSC_PROTOCOL;
        return err;
    }
    if (answer.type != WIRE_CARD_WATCHED)
        return VSC_PROTOCOL;
    reader_init(&reader, answer.body.data, answer.body.len);
    err = watch_list_decode(&reader, ret_list);
    if (err == VSC_OK)
        inquiry->has_answered = true;
    return err;
}
