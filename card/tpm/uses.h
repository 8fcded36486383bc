/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done with a native card while its lock is held and its PIN is at hand; source.c's own. */
#ifndef VSC_CARD_TPM_USES_H
#define VSC_CARD_TPM_USES_H

#include "card/card.h"
#include "card/tpm/opened.h"
#include "card/tpm/record.h"

struct tpm_source {
    struct card_source base;
    char *store, *tcti; /* owned */
    struct opened opened;
    struct record record; /* of this process */
    int wait_ms;          /* after the wrong PIN at hand; 0: none yet */
    int64_t not_before;   /* monotonic milliseconds */
};

/*
 * `request` is a struct card_sign_as, card_verify or card_change_pin; the card is open. VSC_OK: the
 * outcome is whole; anything else is a fault in which no try was used.
 */
must_check enum vsc_err use_sign(struct tpm_source *self, const void *request,
                                 struct card_outcome *outcome, struct problem *problem);
must_check enum vsc_err use_verify(struct tpm_source *self, const void *request,
                                   struct card_outcome *outcome, struct problem *problem);
must_check enum vsc_err use_change(struct tpm_source *self, const void *request,
                                   struct card_outcome *outcome, struct problem *problem);

/* The card's state after a try that failed, and what the try's result is in its light. */
must_check enum vsc_err use_conclude(struct tpm_source *self, struct card_outcome *outcome,
                                     struct problem *problem);

#endif
