/* SPDX-License-Identifier: BSD-2-Clause */
/* The cards of a store with their keys and certificates, from files only: no TPM command. */
#ifndef VSC_CARD_TPM_LISTING_H
#define VSC_CARD_TPM_LISTING_H

#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

/*
 * A store that does not exist is an empty one. A card or key whose files are damaged is left out,
 * and `problem` names the last of them: one bad card must not lock everybody out.
 */
must_check enum vsc_err listing_read(const char *store, struct card_list *ret_list,
                                     struct problem *problem);

#endif
