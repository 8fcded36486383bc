/* SPDX-License-Identifier: BSD-2-Clause */
/* Removes the files of a card, in an order that a crash cannot turn into a leak. */
#ifndef VSC_CARD_OWNER_REMOVE_H
#define VSC_CARD_OWNER_REMOVE_H

#include "common/err.h"
#include "common/problem.h"

/* `cards`/`name` with all that is in it; what names its NV indices goes last. */
must_check enum vsc_err remove_card_folder(int cards, const char *name, struct problem *problem);
/* `keys`/`name` with all that is in it. */
must_check enum vsc_err remove_key_folder(int keys, const char *name, struct problem *problem);
/* Temporary files, half-made and half-removed keys (".new-...", ".del-...") in the card's folder,
 * as far as possible. */
void remove_temporary(int cards, const char *name);

#endif
