/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The PIN: asked, checked against the card's own policy, sent once, asked again after a wrong one,
 * at most PIN_ATTEMPTS times in one call. An answer equal to the one just refused ends the call and
 * never reaches the card: screen lockers answer every prompt with the same text.
 */
#ifndef VSC_PAM_VSC_PIN_H
#define VSC_PAM_VSC_PIN_H

#include "pam_vsc/call.h"

#define PIN_ATTEMPTS 3

/*
 * Have the chosen key sign its challenge. A PIN that came with the choice is in *pin already: it is
 * sent, and none is asked. On success (ENDING_NOT_YET) *ret_prove holds the signature, and *pin the
 * PIN for `set_authtok`; every other ending was said to the person.
 */
must_check enum ending pin_sign(struct call *call, struct check_prove *ret_prove,
                                struct secret *pin);

/*
 * What a SIGN or CHANGE_PIN that did not go well means, told to the person. ENDING_NOT_YET: the
 * PIN was wrong, and another one may be tried. `wrong_before`: a PIN was wrong in this call.
 */
must_check enum ending pin_refused(struct call *call, const struct card_info *card,
                                   const struct card_outcome *outcome, bool wrong_before);

#endif
