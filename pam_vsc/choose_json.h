/* SPDX-License-Identifier: BSD-2-Clause */
/* A choice by GNOME's auth-mechanisms: one question for certificate and PIN, or the password. */
#ifndef VSC_PAM_VSC_CHOOSE_JSON_H
#define VSC_PAM_VSC_CHOOSE_JSON_H

#include "pam_vsc/call.h"

/*
 * Ask for one of the certificates `items` (indices of call->cards.candidates): its place in
 * *ret_choice, and its PIN. A password becomes PAM_AUTHTOK, for the module behind us, and is
 * ENDING_DECLINED, as is an empty PIN. ENDING_RESERVED where no card is left that this request may
 * use.
 */
must_check enum ending choose_by_json(struct call *call, const size_t *items, size_t count,
                                      size_t *ret_choice, struct secret *ret_pin);

#endif
