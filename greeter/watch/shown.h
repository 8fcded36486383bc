/* SPDX-License-Identifier: BSD-2-Clause */
/* What was told of the cards last, and how another answer of vsc-card's differs from it. */
#ifndef VSC_GREETER_WATCH_SHOWN_H
#define VSC_GREETER_WATCH_SHOWN_H

#include "common/wire_watch.h"

/* What can change of a card: a bit, and its word in a line. */
#define CARD_CHANGES(X)                                                                            \
    X(TRIES, 1u << 0, "tries")                                                                     \
    X(BLOCKED, 1u << 1, "blocked")                                                                 \
    X(UNBLOCKED, 1u << 2, "unblocked")                                                             \
    X(LOCKED, 1u << 3, "locked")                                                                   \
    X(UNLOCKED, 1u << 4, "unlocked")                                                               \
    X(EXPIRING, 1u << 5, "expiring")                                                               \
    X(CERTIFICATES, 1u << 6, "certificates")                                                       \
    X(NAME, 1u << 7, "name")                                                                       \
    X(OWNER, 1u << 8, "owner")

enum card_change {
#define CARD_CHANGE_ENUM(name, bit, word) CARD_CHANGE_##name = (bit),
    CARD_CHANGES(CARD_CHANGE_ENUM)
#undef CARD_CHANGE_ENUM
};

/* A moment: monotonic milliseconds for what counts down, seconds since 1970 for what ends. */
struct instant {
    int64_t ms, seconds;
};

struct shown {
    struct watch_list list; /* owned; locked_seconds is what was told last */
    struct {
        int64_t open_at_ms; /* of a locked card: when it should be open again */
        int64_t told_at;    /* seconds: what days_left was told by */
    } cards[CARDS_MAX];
};

#define auto_shown __attribute__((cleanup(shown_done)))

struct instant instant_now(void);
/* Whole days until the end, rounded down; negative when past. */
int64_t days_left(int64_t not_after, int64_t now);

/*
 * Take `list` over as what is shown now. A countdown that runs goes on as it was told in `before`
 * (may be empty) unless vsc-card says otherwise by more than a second.
 */
void shown_take(struct shown *shown, struct watch_list *list, const struct shown *before,
                const struct instant *now);
void shown_done(struct shown *shown);

/* The index of the card with this id and kind; `count` of the list where there is none. */
size_t shown_find(const struct shown *shown, const struct watch_card *card);
/* card_change bits: what is new in card `i` of `now` against card `k` of `before`. */
unsigned shown_changes(const struct shown *before, size_t k, const struct shown *now, size_t i);

/* The countdown of card `i`: true when another second has to be told, which is in the list then. */
bool shown_count_down(struct shown *shown, size_t i, const struct instant *now);
/* When the next second of any countdown is over; INT64_MAX where none runs. */
int64_t shown_next_ms(const struct shown *shown, const struct instant *now);
/* A countdown has come to its end, which only vsc-card can say. */
bool shown_has_run_out(const struct shown *shown, const struct instant *now);

#endif
