/* SPDX-License-Identifier: BSD-2-Clause */
/* Which certificate it shall be; where there is none, why. */
#ifndef VSC_PAM_VSC_CHOOSE_H
#define VSC_PAM_VSC_CHOOSE_H

#include "pam_vsc/call.h"

/* This service starts over at once, in a tight loop, where a failure comes and nothing was asked;
 * and nobody could type a password there unless it were offered. */
#define SERVICE_GDM "gdm-smartcard"

/*
 * Put into call->chosen an accepted certificate of a card that counts, by a menu where there are
 * several, with the card's state asked for, and into *ret_pin a PIN that came with the choice. Any
 * other ending: it was said why.
 */
must_check enum ending choose_certificate(struct call *call, struct secret *ret_pin);
/* Likewise a card whose PIN is to be changed, whatever is on it: its index in call->cards. */
must_check enum ending choose_card(struct call *call, size_t *ret_index);

#endif
