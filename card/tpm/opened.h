/* SPDX-License-Identifier: BSD-2-Clause */
/* One card of a store, opened in the TPM: its files, its gate, and the key that was loaded last. */
#ifndef VSC_CARD_TPM_OPENED_H
#define VSC_CARD_TPM_OPENED_H

#include "card/tpm/card_conf.h"
#include "card/tpm/gate.h"
#include "card/tpm/store.h"
#include "common/err.h"
#include "common/problem.h"

/* Must not move while it is open: the gate points into it. */
struct opened {
    struct tpm tpm;
    char card[STORE_CARD_SIZE]; /* "" when none is open */
    struct card_conf conf;
    struct objects objects;
    struct gate gate;
    char key_id[STORE_KEY_SIZE]; /* "" when none is loaded */
    TPM2B_PUBLIC key_area;
    ESYS_TR key;
};

/*
 * Connect (to `tcti`, where that is not done yet), read the card `id` of `store` and take up its
 * objects; nothing happens if it is open already. tpm.deadline must be set.
 */
must_check enum vsc_err opened_card(struct opened *opened, const char *store, const char *tcti,
                                    const char *id, struct problem *problem);
/* Load the key `key` of the open card, and the sessions: all that can be done without the PIN. */
must_check enum vsc_err opened_key(struct opened *opened, const char *store, const char *key,
                                   struct problem *problem);
/* Flush the loaded key: one signature, one Load (the PIN is proven for each anyway). */
void opened_unload(struct opened *opened);
/* Flush everything and disconnect. */
void opened_close(struct opened *opened);

#endif
