/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slots: one for each native card that whoever runs this may use, by the number of the card; at
 * least one, and none is removable. A slot stays when its card goes. The caller holds the lock.
 */
#ifndef VSC_PKCS11_TOKENS_H
#define VSC_PKCS11_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/secret.h"
#include "common/wire_card.h"
#include "pkcs11/objects.h"

struct token {
    unsigned long slot;
    bool is_present;
    struct card_info card; /* owned while it is present */
    struct objects objects;
    /* The user is logged in: the PIN goes with each signature, for the card wants it each time. */
    bool is_logged_in;
    struct secret pin;
    unsigned long sessions, rw_sessions;
};

/*
 * Ask vsc-card for the cards, unless that was done within the last second. Where it cannot be
 * reached everything stays as it was, and its error is returned.
 */
must_check enum vsc_err tokens_refresh(void);
/* The same, where a fault is told later: when a session is opened. */
void tokens_look(void);
/* The next refresh asks. */
void tokens_expire(void);

size_t tokens_count(void);
struct token *tokens_at(size_t index);
/* NULL if no slot has this number. */
struct token *tokens_find(unsigned long slot);

void token_log_out(struct token *token);

/* Wipe and free everything. */
void tokens_done(void);
/* In the child of a fork(): wipe PINs and forget, for another thread may have been at work. */
void tokens_abandon(void);

/* What an error of vsc-card, and the outcome of a try, are in PKCS #11's words. */
unsigned long token_rv(enum vsc_err err);
unsigned long token_outcome_rv(enum vsc_err err, const struct card_outcome *outcome);

#endif
