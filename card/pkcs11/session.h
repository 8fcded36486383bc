/* SPDX-License-Identifier: BSD-2-Clause */
/* A session of our own with a token, for one login: what needs the PIN. */
#ifndef VSC_CARD_PKCS11_SESSION_H
#define VSC_CARD_PKCS11_SESSION_H

#include "card/pkcs11/tokens.h"

/*
 * Log in, sign with the private key that fits `key`, verify the signature with its public key, and
 * log out. *ret_outcome gets its result and signature, not its state. The PIN has passed
 * card_pin_check().
 */
must_check enum vsc_err session_sign(const struct module *module, const struct token *token,
                                     const struct token_key *key, const struct card_sign *sign,
                                     struct card_outcome *ret_outcome, struct problem *problem);

/* C_SetPIN; both PINs have passed card_pin_check(). */
must_check enum vsc_err session_change_pin(const struct module *module, const struct token *token,
                                           const struct card_change_pin *change,
                                           struct card_outcome *ret_outcome,
                                           struct problem *problem);

#endif
