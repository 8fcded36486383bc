/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A help desk's challenge for a card, either way that vscmgr reaches it (reach.h). What
 * card/helpdesk/challenge.h says of begin, finish and end holds here; by vsc-card the challenge is
 * its own, and ends with reach_close() at the latest.
 */
#ifndef VSC_VSCMGR_REACH_CHALLENGE_H
#define VSC_VSCMGR_REACH_CHALLENGE_H

#include "card/helpdesk/challenge.h"
#include "common/wire_owner.h"
#include "vscmgr/reach.h"

/* Must not move while it is open. */
struct reach_challenge {
    const struct reach *reach;  /* borrowed */
    struct challenge by_store;  /* closed where the card is reached through vsc-card */
    struct card_challenge show; /* what the person tells the help desk */
    char card[CARD_ID_SIZE];
};

#define REACH_CHALLENGE_CLOSED ((struct reach_challenge){.by_store = CHALLENGE_CLOSED})

must_check enum vsc_err reach_challenge_begin(const struct reach *reach, const char *card,
                                              struct reach_challenge *challenge,
                                              struct problem *problem);
must_check enum vsc_err reach_challenge_finish(struct reach_challenge *challenge,
                                               const char *answer, const struct secret *new_pin,
                                               struct card_outcome *ret_outcome,
                                               struct problem *problem);
void reach_challenge_end(struct reach_challenge *challenge);
#define auto_reach_challenge __attribute__((cleanup(reach_challenge_end)))

#endif
