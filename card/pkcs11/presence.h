/* SPDX-License-Identifier: BSD-2-Clause */
/* Whether a token is there now, by what the slots say of themselves: no object is read. */
#ifndef VSC_CARD_PKCS11_PRESENCE_H
#define VSC_CARD_PKCS11_PRESENCE_H

#include "card/pkcs11/module.h"
#include "common/wire_token.h"

/*
 * Look for the token `card` in all slots of the module; `prefix` as in name_token(). VSC_OK with
 * "not present" only where every slot told what is in it. VSC_TOKEN where one did not, or the slots
 * cannot be listed: a fault is not a removal.
 */
must_check enum vsc_err presence_find(const struct module *module, const char *prefix,
                                      const char *card, struct card_found *ret_found,
                                      struct problem *problem);

#endif
