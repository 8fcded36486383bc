/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was last seen of a store's cards in the TPM, and when: so that all processes that show cards
 * ask the TPM not more often than one of them would. It stands in the store's lock file, which
 * vsc-card may write; it is written under the lock and read without. It decides nothing but what
 * is shown and when the TPM is asked again: a state that a PIN is held against comes from the TPM.
 * Nothing is ever written where nobody has watched.
 */
#ifndef VSC_CARD_TPM_RECORD_H
#define VSC_CARD_TPM_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "card/card.h"
#include "card/tpm/store.h"
#include "common/wire_watch.h"

#define RECORD_REST_MS 30000 /* where nothing of ours has touched the cards, others might have */

/* On two clocks: one that goes on over a restart and may be set, and one that does neither. */
struct moment {
    int64_t real_ms, monotonic_ms;
};

struct record {
    bool changed; /* a PIN was tried, or a card changed, since then */
    struct moment at;
    enum vsc_err err; /* what the TPM answered; unless VSC_OK no card is known */
    size_t count;
    struct {
        char id[STORE_CARD_SIZE];
        struct glimpse glimpse;
    } cards[CARDS_MAX];
};

struct moment moment_now(void);

/* VSC_INPUT: there is none. VSC_PROTOCOL: it is damaged, or half of it another's. */
must_check enum vsc_err record_read(const char *store, struct record *ret_record);
/* Put it into the lock file, which is held as `lock`; where that cannot be written, nowhere. */
void record_write(int lock, const struct record *record);
/* To be said under the lock before a try, or any other change of what the TPM holds of a card. */
void record_changed(int lock);

/* False where the clocks do not agree on its age: a restart, or one was set. */
bool record_is_of_today(const struct record *record, const struct moment *now);
/* Whether the TPM has to be asked again, for the native cards of `list`. */
bool record_is_due(const struct record *record, const struct moment *now,
                   const struct card_list *list);
/* What it knows of a card now; a lock-out has run on since. */
struct glimpse record_glimpse(const struct record *record, const struct moment *now,
                              const char *id);

#endif
