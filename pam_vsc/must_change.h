/* SPDX-License-Identifier: BSD-2-Clause */
/* A PIN that somebody else chose, changed within the sign-in where the program that signs in never
 * calls pam_chauthtok (login.change_pin). */
#ifndef VSC_PAM_VSC_MUST_CHANGE_H
#define VSC_PAM_VSC_MUST_CHANGE_H

#include "pam_vsc/call.h"

/*
 * After a proof by the chosen card: ask for its new PIN and change it, if that is to be done here.
 * ENDING_NOT_YET: the PIN was changed (call->pin_changed, *pin is the new one), or nothing was to
 * be done. Without a new PIN the sign-in is refused: ENDING_MUST_CHANGE, and it was said.
 */
must_check enum ending must_change_pin(struct call *call, struct secret *pin);

#endif
