/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What vsc-watch --json tells (vsc-watch(7), version 1), as far as a login screen needs it. A line
 * is read strictly where it matters and is bounded; members that are not known are passed over, for
 * a later version may have more of them. Nothing of it decides anything: it is only shown.
 */
#ifndef VSC_GREETER_MODEL_WATCH_LINE_H
#define VSC_GREETER_MODEL_WATCH_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/text.h"
#include "common/wire_card.h"

#define WATCH_LINE_MAX   (64 * 1024) /* bytes */
#define WATCH_CARDS      32          /* shown; more are passed over */
#define WATCH_LOCKED_MAX (100 * 24 * 3600)

enum watch_kind {
    WATCH_STATE, /* everything anew */
    WATCH_CARD_ADDED,
    WATCH_CARD_CHANGED,
    WATCH_CARD_REMOVED, /* only `id` counts */
    WATCH_LOCKED,       /* `id` and `locked_seconds` */
    WATCH_ANNOUNCE,
    WATCH_HELPER_GONE,
    WATCH_HELPER_BACK,
    WATCH_OTHER, /* of a later version: nothing to do */
};

enum watch_card_state {
    WATCH_READY,
    WATCH_BLOCKED,
    WATCH_TIMED, /* locked for a time */
};

struct watch_card {
    char id[CARD_ID_SIZE];
    char name[TEXT_NAME];  /* safe to show, never empty; so is the next, which may be */
    char owner[TEXT_NAME]; /* "Alice Smith" */
    bool is_token;
    enum watch_card_state state;
    unsigned locked_seconds; /* 0: for how long is not known */
};

struct watch_event {
    enum watch_kind kind;
    bool helper_ok;          /* WATCH_STATE */
    bool announce;           /* WATCH_STATE, WATCH_ANNOUNCE */
    char id[CARD_ID_SIZE];   /* WATCH_CARD_REMOVED, WATCH_LOCKED */
    unsigned locked_seconds; /* WATCH_LOCKED */
    size_t card_count;       /* WATCH_STATE: any; WATCH_CARD_ADDED, WATCH_CARD_CHANGED: 1 */
    struct watch_card cards[WATCH_CARDS];
};

/* One line without its newline. VSC_INPUT: it is not one of vsc-watch's. */
must_check enum vsc_err watch_line_read(const char *line, size_t len,
                                        struct watch_event *ret_event);

#endif
