/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What makes creation and destruction safe against a crash at any point. A card is made in the
 * folder ".new-NNNN", with the file "intent" that names each NV index before it is defined, and one
 * rename makes it a card. A card to be destroyed becomes ".del-NNNN" first. What stands in such a
 * folder is removed from the TPM, then from the disk, the list of indices last.
 */
#ifndef VSC_CARD_ADMIN_JOURNAL_H
#define VSC_CARD_ADMIN_JOURNAL_H

#include <stdbool.h>
#include <tss2/tss2_esys.h>

#include "card/admin/admin.h"

#define JOURNAL_NEW    STORE_NEW
#define JOURNAL_DEL    STORE_DEL
#define JOURNAL_INTENT STORE_INTENT
#define JOURNAL_MAX    8 /* indices: the probe's, A, U, P, and second attempts at handles */
#define JOURNAL_NAME   (sizeof JOURNAL_NEW + STORE_CARD_DIGITS)

struct journal {
    int folder; /* borrowed */
    TPM2B_NV_PUBLIC areas[JOURNAL_MAX];
    size_t count;
};

/* Write down that an index with this public area will be defined. */
must_check enum vsc_err journal_add(struct journal *journal, const TPMS_NV_PUBLIC *area,
                                    struct problem *problem);
/* Remove what the folder ".new-..." or ".del-..." stands for, and the folder. */
must_check enum vsc_err journal_discard(struct change *change, const char *name,
                                        struct problem *problem);
/* Discard all such folders, and temporary files of killed runs. */
void journal_recover(struct change *change, struct problem *leftover);
bool journal_has_leftovers(int cards);

/*
 * Remove an index, if there is one at its handle and its whole public area is `area` (written or
 * not yet): no other is ever deleted. Not there is VSC_OK.
 */
must_check enum vsc_err index_remove(struct change *change, const TPMS_NV_PUBLIC *area,
                                     struct problem *problem);
/* Remove an index that is ours; the handle is closed in any case. */
must_check enum vsc_err index_undefine(struct change *change, ESYS_TR index,
                                       struct problem *problem);

#endif
