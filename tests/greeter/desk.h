/* SPDX-License-Identifier: BSD-2-Clause */
/* For tests of the login screen's state machine: a desk with a screen, and a record of what the
 * machine asked for. */
#ifndef VSC_TESTS_GREETER_DESK_H
#define VSC_TESTS_GREETER_DESK_H

#include "greeter/model/model.h"

struct desk {
    struct model *model;
    struct model_settings settings;
    char asked[1024]; /* "create[alice] answer[1234] cancel start quit remember[0000]" */
    int64_t now_ms;
    bool session;    /* a conversation was begun and is not given up */
    unsigned starts; /* of sessions */
};

int desk_open(void **state);        /* cmocka's */
int desk_open_direct(void **state); /* straight to the PIN */
int desk_close(void **state);

/* What was asked for since the last time. */
void desk_expect(struct desk *desk, const char *asked);
/* Which screen it is, and what is to be read on it: each text stands in one of its places. */
void desk_shows(struct desk *desk, enum screen_kind kind, ...) __attribute__((sentinel));

void desk_line(struct desk *desk, const char *line);
/* The login service's word. */
void desk_say(struct desk *desk, enum model_message kind, const char *text);
void desk_refuse(struct desk *desk, const char *text);
void desk_submit(struct desk *desk, const char *text);
void desk_later(struct desk *desk, int64_t ms);

/* Alice's card is chosen and her PIN is asked for: cmocka's state as a desk. */
struct desk *desk_at_pin(void **state);

/* Lines of vsc-watch. */
#define LINE_CARD(id, name, owner, state, seconds)                                                 \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"kind\":\"tpm\",\"owner\":" owner                   \
    ",\"mine\":false,\"state\":\"" state "\",\"locked_seconds\":" seconds "}"
#define LINE_STATE(cards)                                                                          \
    "{\"v\":1,\"event\":\"state\",\"helper\":\"ok\",\"announce\":false,\"cards\":[" cards "]}"
#define LINE_ALICE  LINE_CARD("0000", "TestVSC", "\"Alice Smith\"", "ready", "0")
#define LINE_SECOND LINE_CARD("0001", "Second", "null", "ready", "0")

#endif
