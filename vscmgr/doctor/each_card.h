/* SPDX-License-Identifier: BSD-2-Clause */
/* Goes over the cards of the store for the checks. */
#ifndef VSC_VSCMGR_DOCTOR_EACH_CARD_H
#define VSC_VSCMGR_DOCTOR_EACH_CARD_H

#include "card/tpm/store.h"
#include "vscmgr/doctor/doctor.h"

struct doctor_card {
    char id[STORE_CARD_SIZE];
    int folder; /* open */
    struct card_conf conf;
    struct objects objects;
};

typedef void card_visit(struct doctor *doctor, struct doctor_card *card, void *arg);

/* Visit each card whose files can be read; with `tell` the others become findings. */
void each_card(struct doctor *doctor, bool tell, card_visit *visit, void *arg);

/* The ids of an open card's keys; *ret_count of them, at most CARD_KEYS_MAX. The caller frees. */
must_check enum vsc_err card_key_ids(int card, char (**ret_ids)[STORE_CARD_SIZE],
                                     size_t *ret_count);

#endif
