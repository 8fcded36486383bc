/* SPDX-License-Identifier: BSD-2-Clause */
/* A greetd that a test plays at the other end of the back end's socket. */
#ifndef VSC_TESTS_GREETER_PLAY_H
#define VSC_TESTS_GREETER_PLAY_H

#include <stddef.h>

#include "greeter/backend/greetd.h"

#define CREATE  "{\"type\":\"create_session\",\"username\":\"\"}"
#define ACK     "{\"type\":\"post_auth_message_response\"}"
#define CANCEL  "{\"type\":\"cancel_session\"}"
#define SUCCESS "{\"type\":\"success\"}"
#define MESSAGE(kind, text)                                                                        \
    "{\"type\":\"auth_message\",\"auth_message_type\":\"" kind "\",\"auth_message\":\"" text "\"}"
#define FAILURE(kind, text)                                                                        \
    "{\"type\":\"error\",\"error_type\":\"" kind "\",\"description\":\"" text "\"}"

struct play {
    int greetd; /* our end */
    struct backend *backend;
    char told[512];     /* what the listener heard, a word and a text each */
    const char *during; /* what the listener does in message() */
};

/* cmocka's */
int play_open(void **state);
int play_close(void **state);
/* The next request is this one; NULL: there is none. */
void play_expect(struct play *play, const char *json);
void play_send_bytes(struct play *play, const void *bytes, size_t len);
void play_say(struct play *play, const char *json);
void play_expect_told(struct play *play, const char *told);
void play_answer(struct play *play, const char *text);
void play_create(struct play *play, const char *user);
void play_cancel(struct play *play);
void play_start(struct play *play);

#endif
