/* SPDX-License-Identifier: BSD-2-Clause */
/* Asks for a new PIN: for a PIN change, and where a blocked card is unblocked. */
#ifndef VSC_PAM_VSC_NEW_PIN_H
#define VSC_PAM_VSC_NEW_PIN_H

#include "pam_vsc/call.h"

/*
 * Ask twice, until the new PIN fits the card's policy, is not `old_pin` (NULL: unknown) where that
 * has to be changed, and both are the same; an answer that was
 * asked for and is empty is ENDING_DECLINED. ENDING_NOT_YET with *ret_pin, or ENDING_BAD_NEW_PIN
 * after PIN_ATTEMPTS.
 */
must_check enum ending new_pin_ask(struct call *call, const struct card_info *card,
                                   const struct secret *old_pin, struct secret *ret_pin);

/*
 * Have the card change its PIN, and keep the last tries that are not for this request.
 * ENDING_NOT_YET with what the card said in *ret_outcome; ENDING_RESERVED where so few tries are
 * left.
 */
must_check enum ending new_pin_send(struct call *call, const struct card_info *card,
                                    const struct secret *old_pin, const struct secret *new_pin,
                                    struct card_outcome *ret_outcome);

/* One hidden answer; an empty one is ENDING_DECLINED. */
must_check enum ending new_pin_ask_one(struct call *call, const char *prompt,
                                       struct secret *ret_answer);

#endif
