/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/backend/greetd_frame.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/json_read.h"
#include "common/own.h"
#include "common/text.h"

enum vsc_err greetd_frame_length(const unsigned char head[GREETD_HEAD], size_t *ret_len)
{
    uint32_t len;

    memcpy(&len, head, sizeof(len));
    if (len == 0 || len > GREETD_REPLY_MAX)
        return VSC_PROTOCOL;
    *ret_len = len;
    return VSC_OK;
}

static bool read_message_kind(const char *word, enum backend_message *ret_kind)
{
    static const char *const words[] = {
        [BACKEND_VISIBLE] = "visible",
        [BACKEND_SECRET] = "secret",
        [BACKEND_INFO] = "info",
        [BACKEND_ERROR] = "error",
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(words[i], word) == 0) {
            *ret_kind = (enum backend_message)i;
            return true;
        }
    return false;
}

/* A copy of at most BACKEND_TEXT_MAX bytes, cut between characters; NULL without memory. */
static char *copy_text(const char *text)
{
    size_t len = strlen(text);

    if (len > BACKEND_TEXT_MAX) {
        len = BACKEND_TEXT_MAX;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
            len--;
    }
    return strndup(text, len);
}

static const char *member_text(const struct json_document *document, const char *name)
{
    const struct json_value *value = json_member(document, json_root(document), name, JSON_STRING);

    return value == NULL ? NULL : value->text;
}

/* What the document says: the kind, and its text in the document. */
static bool read_kind(const struct json_document *document, struct greetd_reply *reply,
                      const char **ret_text)
{
    const char *type = member_text(document, "type");
    const char *detail;

    if (type == NULL)
        return false;
    if (strcmp(type, "success") == 0) {
        reply->kind = GREETD_SUCCESS;
        *ret_text = "";
        return true;
    }
    if (strcmp(type, "error") == 0) {
        reply->kind = GREETD_ERROR;
        detail = member_text(document, "error_type");
        *ret_text = member_text(document, "description");
        return *ret_text != NULL && detail != NULL &&
               (strcmp(detail, "auth_error") == 0 || strcmp(detail, "error") == 0);
    }
    if (strcmp(type, "auth_message") != 0)
        return false;
    reply->kind = GREETD_MESSAGE;
    detail = member_text(document, "auth_message_type");
    *ret_text = member_text(document, "auth_message");
    return *ret_text != NULL && detail != NULL && read_message_kind(detail, &reply->message);
}

enum vsc_err greetd_reply_read(const void *json, size_t len, struct greetd_reply *ret_reply)
{
    auto_json struct json_document document = {0};
    struct greetd_reply reply = {.kind = GREETD_ERROR};
    const char *text = NULL;

    if (json_read(json, len, &document, NULL) != VSC_OK ||
        json_root(&document)->kind != JSON_OBJECT || !read_kind(&document, &reply, &text))
        return VSC_PROTOCOL;
    reply.text = copy_text(text);
    if (reply.text == NULL)
        return VSC_MEMORY;
    *ret_reply = reply;
    return VSC_OK;
}

void greetd_reply_done(struct greetd_reply *reply)
{
    free(take(reply->text));
}

static void put_text(struct buf *frame, const char *text)
{
    buf_put(frame, text, strlen(text));
}

/* The characters of a JSON string; each byte that is not UTF-8 becomes U+FFFD. */
static void put_escaped(struct buf *frame, const char *text, size_t len)
{
    while (len > 0) {
        unsigned code = 0;
        size_t bytes = text_decode(text, len, &code);
        char escape[8];

        if (bytes == 0) {
            put_text(frame, "\\ufffd");
            bytes = 1;
        } else if (code < 0x20 || code == '"' || code == '\\') {
            (void)snprintf(escape, sizeof(escape), "\\u%04x", code);
            put_text(frame, escape);
            explicit_bzero(escape, sizeof(escape));
        } else {
            buf_put(frame, text, bytes);
        }
        text += bytes;
        len -= bytes;
    }
}

static void put_string(struct buf *frame, const char *text, size_t len)
{
    buf_u8(frame, '"');
    put_escaped(frame, text, len);
    buf_u8(frame, '"');
}

static void open_frame(struct buf *frame, const char *type)
{
    buf_u32(frame, 0);
    put_text(frame, "{\"type\":\"");
    put_text(frame, type);
    put_text(frame, "\"");
}

static void close_frame(struct buf *frame)
{
    uint32_t len;

    put_text(frame, "}");
    if (buf_status(frame) != VSC_OK)
        return;
    len = (uint32_t)(frame->len - GREETD_HEAD);
    memcpy(frame->data, &len, sizeof(len));
}

void greetd_put_create(struct buf *frame, const char *user)
{
    open_frame(frame, "create_session");
    put_text(frame, ",\"username\":");
    put_string(frame, user, strlen(user));
    close_frame(frame);
}

void greetd_put_answer(struct buf *frame, const struct secret *answer)
{
    open_frame(frame, "post_auth_message_response");
    if (answer != NULL) {
        put_text(frame, ",\"response\":");
        put_string(frame, answer->bytes, answer->len);
    }
    close_frame(frame);
}

void greetd_put_cancel(struct buf *frame)
{
    open_frame(frame, "cancel_session");
    close_frame(frame);
}

/* In single quotes; a quote itself is '\''. */
static void put_word(struct buf *frame, const char *word)
{
    put_text(frame, "\"'");
    for (const char *quote; (quote = strchr(word, '\'')) != NULL; word = quote + 1) {
        put_escaped(frame, word, (size_t)(quote - word));
        put_text(frame, "'\\\\''");
    }
    put_escaped(frame, word, strlen(word));
    put_text(frame, "'\"");
}

void greetd_put_start(struct buf *frame, const struct backend_session *session)
{
    open_frame(frame, "start_session");
    put_text(frame, ",\"cmd\":[");
    for (size_t i = 0; session->command[i] != NULL; i++) {
        put_text(frame, i > 0 ? "," : "");
        put_word(frame, session->command[i]);
    }
    put_text(frame, "],\"env\":[");
    for (size_t i = 0; session->environment[i] != NULL; i++) {
        put_text(frame, i > 0 ? "," : "");
        put_string(frame, session->environment[i], strlen(session->environment[i]));
    }
    put_text(frame, "]");
    close_frame(frame);
}
