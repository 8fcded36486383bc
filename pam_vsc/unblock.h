/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ways out of a blocked card that its owner has at the own screen: the PUK, then the help
 * desk's answer to a challenge. They are offered after the person was told that the card is
 * blocked; an empty answer goes on to the next, and in the end leaves everything as it was.
 */
#ifndef VSC_PAM_VSC_UNBLOCK_H
#define VSC_PAM_VSC_UNBLOCK_H

#include "pam_vsc/call.h"

/*
 * Offer to unblock the card `index`, which is blocked, once in a call. ENDING_NOT_YET: it has a new
 * PIN and all its tries, and call->cards.standing knows. ENDING_BLOCKED: nothing was offered, or
 * all was declined. ENDING_WRONG_PUK (also for a wrong answer), ENDING_BAD_NEW_PIN, or a fault.
 */
must_check enum ending unblock_offer(struct call *call, size_t index);

#endif
