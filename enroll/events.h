/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The journal of enrollment, vsc-enroll(1): an entry with a fixed MESSAGE_ID for each thing that
 * happened. Never a PIN, a request or a cookie. Where there is no journal nothing is told.
 */
#ifndef VSC_ENROLL_EVENTS_H
#define VSC_ENROLL_EVENTS_H

#include "common/err.h"

#define ENROLL_EVENTS(X)                                                                           \
    X(ENROLLED, "enrolled", "1889964b6c7e41e59cd93b68f9341b91", LOG_NOTICE)                        \
    X(WAITING, "waiting", "aa93359184054db1b9676e7327ed8224", LOG_INFO)                            \
    X(REFUSED, "refused", "97f7a6c507db41aeb610c937a1d6f2b0", LOG_WARNING)                         \
    X(FAILED, "failed", "725d1953380040eeb9b0ab43268697af", LOG_WARNING)                           \
    X(WRONG_PIN, "wrong-pin", "cf366b04320d4fe8b3b80592d3ebbe6f", LOG_WARNING)                     \
    X(DUE, "due", "056c9af420cc479abb259008a96d0fa3", LOG_NOTICE)                                  \
    X(POSTPONED, "postponed", "2a3b85b958734e838e0043e9181a64c2", LOG_INFO)                        \
    X(OLD_KEY_DELETED, "old-key-deleted", "6941c599574347c1ac519d058e14fc76", LOG_INFO)

enum enroll_event {
#define EVENT_ENUM(name, word, id, priority) EVENT_##name,
    ENROLL_EVENTS(EVENT_ENUM)
#undef EVENT_ENUM
};

/* `card` and `why` may be NULL. */
void event_tell(enum enroll_event event, const char *profile, const char *card, const char *why);

#endif
