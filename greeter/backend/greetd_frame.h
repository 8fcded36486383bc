/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * greetd's messages (greetd-ipc(7)): the length of the JSON as u32 in the machine's byte order,
 * then the JSON. What greetd says is bounded and read strictly; a PIN is written into a buffer that
 * wipes.
 */
#ifndef VSC_GREETER_BACKEND_GREETD_FRAME_H
#define VSC_GREETER_BACKEND_GREETD_FRAME_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"
#include "greeter/backend/backend.h"

#define GREETD_HEAD      4            /* bytes of the length */
#define GREETD_REPLY_MAX (256 * 1024) /* bytes of JSON that are read */
#define GREETD_FRAME_MAX (64 * 1024)  /* of a request, with its length */

enum greetd_reply_kind {
    GREETD_SUCCESS,
    GREETD_ERROR, /* auth_error as well: both end a conversation */
    GREETD_MESSAGE,
};

struct greetd_reply {
    enum greetd_reply_kind kind;
    enum backend_message message; /* of GREETD_MESSAGE */
    char *text;                   /* owned; the description or the message, cut; "" for success */
};

/* The length that a frame announces. VSC_PROTOCOL for none, or for more than GREETD_REPLY_MAX. */
must_check enum vsc_err greetd_frame_length(const unsigned char head[GREETD_HEAD], size_t *ret_len);
/* Read one reply's JSON; VSC_PROTOCOL for anything that greetd-ipc(7) does not have. */
must_check enum vsc_err greetd_reply_read(const void *json, size_t len,
                                          struct greetd_reply *ret_reply);
void greetd_reply_done(struct greetd_reply *reply);
#define auto_greetd_reply __attribute__((cleanup(greetd_reply_done)))

/* Write a whole frame; buf_status() tells whether it fitted. `frame` is empty before. */
void greetd_put_create(struct buf *frame, const char *user);
/* NULL acknowledges an info or error message. */
void greetd_put_answer(struct buf *frame, const struct secret *answer);
void greetd_put_cancel(struct buf *frame);
/* greetd joins the words with blanks and gives them to a shell: each is quoted for it. */
void greetd_put_start(struct buf *frame, const struct backend_session *session);

#endif
