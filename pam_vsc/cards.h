/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The cards that are here, what vsc-check says of their certificates, and which of them count: with
 * a user given only cards of this user; all others are as if absent.
 */
#ifndef VSC_PAM_VSC_CARDS_H
#define VSC_PAM_VSC_CARDS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire_card.h"
#include "common/wire_check.h"
#include "pam_vsc/peer.h"
#include "pam_vsc/result.h"

/* A certificate on a card, and its evaluation. All borrowed from the struct cards it is in. */
struct candidate {
    size_t card; /* index into the list */
    const struct card_info *info;
    const struct card_key *key;
    const struct check_evaluated *verdict;
};

/* A card's state, once it was asked for. */
struct standing {
    bool known;
    enum ending ending; /* ENDING_NOT_YET where the card can be used */
    struct card_state state;
};

struct cards {
    struct card_list list;                /* owned */
    struct check_evaluations evaluations; /* owned */
    struct candidate *candidates;         /* owned; in the order of EVALUATE */
    size_t count;
    int64_t evaluated_ms; /* clock_ms() at EVALUATE: challenges grow old */
    bool counts[CARDS_MAX];
    struct standing standing[CARDS_MAX];
};

/* Whose cards count. */
struct cards_of {
    bool user_given;                 /* else every card counts */
    const struct check_begun *rules; /* borrowed: the user as vsc-check knows it */
    const char *name;                /* only cards of this name or id; NULL for any */
};

/* LIST and EVALUATE. The caller releases `ret_cards`. */
must_check enum vsc_err cards_gather(const struct peer *card, const struct peer *check,
                                     const struct cards_of *of, struct cards *ret_cards);
void cards_done(struct cards *cards);

/* How many cards count. */
size_t cards_number(const struct cards *cards);
/* Only those whose PIN has to be changed shall count; how many do. */
size_t cards_keep_must_change(struct cards *cards);
/* Does a card of this name count, whose PIN has to be changed? */
bool cards_must_change(const struct cards *cards, const char *name);
/* Is it accepted, for the user that was given? */
bool candidate_is_good(const struct candidate *candidate, const struct cards_of *of);
/*
 * EVALUATE again if the person took so long that vsc-check would not take a proof any more: every
 * candidate has a verdict of now, and a new challenge where it is accepted.
 */
#define CHALLENGE_FRESH_MS 90000
must_check enum vsc_err cards_freshen(struct cards *cards, const struct peer *check);
/* STATE, once for each card; VSC_OK also where the card cannot be used (see struct standing). */
must_check enum vsc_err cards_ask_state(struct cards *cards, size_t index, const struct peer *card);

#endif
