/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the owner of a native card does with it besides signing and changing the PIN: keys,
 * certificates, the PUK, and unblocking by it. Nothing here needs an authorisation of the TPM's own
 * (owner, lockout): making and destroying cards is in card/admin. vsc-card may link this, vscmgr
 * does. All functions: `change` is open; `problem` may be NULL; a crash at any point leaves what
 * was before or what comes after.
 */
#ifndef VSC_CARD_OWNER_OWNER_H
#define VSC_CARD_OWNER_OWNER_H

#include <stddef.h>

#include "card/owner/change.h"
#include "card/tpm/store.h"
#include "common/key_type.h"
#include "common/wire_card.h"

/* Make another key on a card. VSC_EXISTS if there are CARD_KEYS_MAX. */
must_check enum vsc_err owner_generate(struct change *change, const char *id, enum key_type type,
                                       char ret_key[STORE_KEY_SIZE], struct problem *problem);
/*
 * Store a certificate (PEM or DER, issuers may follow) with the card's key that it is for; that key
 * becomes the default container. VSC_NO_KEY if no key of the card fits.
 */
must_check enum vsc_err owner_import(struct change *change, const char *id, const void *bytes,
                                     size_t len, char ret_key[STORE_KEY_SIZE],
                                     struct problem *problem);
/*
 * Remove a key with its certificate. Was it the default container, then the key whose certificate
 * was stored last becomes it. VSC_NO_KEY if there is no such key. The TPM is not asked: a copy of
 * the key's files stays usable with the PIN until the card is destroyed.
 */
must_check enum vsc_err owner_delete_key(struct change *change, const char *id, const char *key,
                                         struct problem *problem);

/*
 * A new PIN by the PUK, and a full count again. VSC_OK means that ret_outcome tells the result:
 * VSC_OK (state: the card's), VSC_PUK and VSC_PUK_BLOCKED (state: the tries of the PUK),
 * VSC_PIN_POLICY (the new PIN breaks the card's policy; no try was used), VSC_CARD_GONE. Anything
 * else is a fault. VSC_DENIED: the card has no PUK. The order is NV_ChangeAuth, then NV_Write: a
 * crash in between leaves the card as blocked as it was, with the new PIN.
 */
must_check enum vsc_err owner_unblock(struct change *change, const char *id,
                                      const struct secret *puk, const struct secret *new_pin,
                                      struct card_outcome *ret_outcome, struct problem *problem);
/* Another PUK, one atomic TPM command. Results as owner_unblock(); VSC_PIN_POLICY: see
 * puk_check(). */
must_check enum vsc_err owner_change_puk(struct change *change, const char *id,
                                         const struct secret *old_puk, const struct secret *new_puk,
                                         struct card_outcome *ret_outcome, struct problem *problem);
/* A PUK has 8 to 127 printable ASCII characters, whatever the card's PIN policy says. VSC_OK, or
 * VSC_PIN_POLICY with the rule in `problem`. */
must_check enum vsc_err puk_check(const struct secret *puk, struct problem *problem);

#endif
