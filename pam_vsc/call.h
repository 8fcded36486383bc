/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One call of the module: who asks, what vsc-check said of it, the helpers, the cards and the one
 * that was chosen. It lives on the stack of the entry point; nothing outlives the call, and no PIN
 * is ever in it.
 */
#ifndef VSC_PAM_VSC_CALL_H
#define VSC_PAM_VSC_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include <security/pam_modules.h>

#include "common/deadline.h"
#include "common/wire_check.h"
#include "common/wire_tgt.h"
#include "pam_vsc/args.h"
#include "pam_vsc/caller.h"
#include "pam_vsc/cards.h"
#include "pam_vsc/peer.h"
#include "pam_vsc/result.h"
#include "pam_vsc/talk.h"

struct call {
    pam_handle_t *pamh;
    struct args args;
    struct check_begin request;  /* PAM's items; user "" where none was given */
    char ruser[CHECK_ITEM_SIZE]; /* PAM_RUSER, or "" */
    struct caller caller;
    bool user_given;
    bool named_user;          /* PAM_USER was set by this call */
    struct check_begun rules; /* once vsc-check has answered BEGIN */
    int64_t started_ms;
    struct deadline deadline; /* for everything but the person */
    struct talk talk;
    struct peer check, card;
    struct cards cards;
    const struct candidate *chosen; /* borrowed from cards; NULL until there is one */
    const struct card_info *about;  /* likewise: the card that the log names */
    struct check_verdict verdict;   /* of vsc-check, for the log; empty until there is one */
    bool pin_changed;               /* within this sign-in */
    enum tgt_outcome ticket;        /* of the Kerberos ticket; 0 where none was asked for */
    bool offered;                   /* a blocked card's owner was offered to unblock it */
    bool has_reason;
    enum reason reason; /* why a certificate was refused */
};

/* The module's arguments as PAM hands them over. */
struct call_argv {
    unsigned flags; /* PAM's are unsigned bits in an int */
    int argc;
    const char *const *argv;
};

/*
 * Fill `call` from the arguments and PAM's items. Whatever comes out, call_end() must follow.
 */
must_check enum ending call_init(struct call *call, pam_handle_t *pamh,
                                 const struct call_argv *argv);
/* Stop the helpers, and write the one line of the log. */
void call_end(struct call *call, enum ending ending);
/* For `debug`; never a PIN, never raw bytes. */
void call_debug(const struct call *call, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Start vsc-check and ask whether this may be done at all: BEGIN. */
must_check enum ending call_begin(struct call *call);
/* Reach vsc-card, and gather the cards that count; waits for one as long as was asked for. */
must_check enum ending call_gather(struct call *call, bool wait);
struct cards_of call_cards_of(const struct call *call);

/* The request is another uid's than the card owner's, or comes from another machine. */
bool call_is_strangers(const struct call *call);
/*
 * The last tries belong to the owner at the own screen: how many of them are not for a stranger's
 * request, or one that would spend a password typed before; else 0.
 */
uint16_t call_kept(const struct call *call, bool typed_before);
/* True if so few tries are left. vsc-card looks again, when the PIN comes. */
bool call_is_reserved(const struct call *call, const struct card_state *state, bool typed_before);

/* Say why a card cannot be used, and return `ending` (or ENDING_CONVERSATION). */
must_check enum ending call_explain(struct call *call, const struct card_info *card,
                                    const struct card_state *state, enum ending ending);

#endif
