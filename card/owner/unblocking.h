/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A new PIN by another authority than the old one (tpm-card, "The objects of a card"):
 * NV_ChangeAuth first, then NV_Write of {0, limit}, each in the branch of P that the authority
 * opens. Who proves the authority, and how, is the caller's; the two commands are here.
 */
#ifndef VSC_CARD_OWNER_UNBLOCKING_H
#define VSC_CARD_OWNER_UNBLOCKING_H

#include "card/owner/change.h"
#include "card/tpm/card_conf.h"
#include "card/tpm/gate.h"
#include "common/wire_card.h"

/* Must not move while it is open. */
struct unblocking {
    struct change *change; /* borrowed, open */
    struct card_conf conf;
    struct objects objects;
    int card, keys; /* descriptors */
    ESYS_TR pin;    /* P */
};

#define UNBLOCKING_CLOSED ((struct unblocking){.card = -1, .keys = -1, .pin = ESYS_TR_NONE})

/* Read the card, connect to the TPM, take up P. VSC_DENIED for a card of the fallback's kind. */
must_check enum vsc_err unblocking_open(struct unblocking *unblocking, struct change *change,
                                        const char *id, struct problem *problem);
void unblocking_close(struct unblocking *unblocking);
#define auto_unblocking __attribute__((cleanup(unblocking_close)))

/*
 * In a policy session in which the authority has just been proven: the rest of the policy and
 * NV_ChangeAuth; the session serves once more. `hmac` is a session of no object, salted, and
 * encrypts the new authValue: P's own would need the old PIN.
 */
must_check enum vsc_err unblocking_set_pin(struct unblocking *unblocking, ESYS_TR policy,
                                           ESYS_TR hmac, const struct secret *new_pin,
                                           struct problem *problem);
/* The same and NV_Write: the count is 0 again. */
must_check enum vsc_err unblocking_reset(struct unblocking *unblocking, ESYS_TR policy,
                                         struct problem *problem);
/* After a success: the card's state now, in a connection whose sessions are closed. A card whose
 * counter is not there any more is no success: the result is VSC_CARD_GONE then. */
must_check enum vsc_err unblocking_conclude(struct unblocking *unblocking,
                                            struct card_outcome *outcome, struct problem *problem);

/* All of it with a secret that an index of the card stands for; results as owner_unblock(). */
must_check enum vsc_err unblock_by(struct unblocking *unblocking, enum gate_of by,
                                   const struct secret *secret, const struct secret *new_pin,
                                   struct card_outcome *ret_outcome, struct problem *problem);

#endif
