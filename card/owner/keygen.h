/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a card's key in the TPM; its private part never leaves it in clear. */
#ifndef VSC_CARD_OWNER_KEYGEN_H
#define VSC_CARD_OWNER_KEYGEN_H

#include <tss2/tss2_esys.h>

#include "card/owner/owner.h"
#include "card/tpm/objects.h"

struct keygen {
    struct change *change;         /* borrowed, TPM open */
    const struct objects *objects; /* borrowed: the card's */
    ESYS_TR srk;
    ESYS_TR hmac; /* a session salted with it */
};

/* Make a key and its folder keys/ID, complete or not at all. */
must_check enum vsc_err keygen_make(const struct keygen *keygen, int keys, const char *id,
                                    enum key_type type, struct problem *problem);

#endif
