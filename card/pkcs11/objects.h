/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificates of one token, as the keys of a card. */
#ifndef VSC_CARD_PKCS11_OBJECTS_H
#define VSC_CARD_PKCS11_OBJECTS_H

#include "card/pkcs11/tokens.h"

/* Fill token->info.keys and token->keys from what `slot` holds. */
must_check enum vsc_err objects_read(PKCS11_SLOT *slot, struct token *token,
                                     struct problem *problem);

#endif
