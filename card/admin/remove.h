/* SPDX-License-Identifier: BSD-2-Clause */
/* Removes the files of a card, in an order that a crash cannot turn into a leak. */
#ifndef VSC_CARD_ADMIN_REMOVE_H
#define VSC_CARD_ADMIN_REMOVE_H

#include "common/err.h"
#include "common/problem.h"

/* `cards`/`name` with all that is in it; what names its NV indices goes last. */
must_check enum vsc_err remove_card_folder(int cards, const char *name, struct problem *problem);
/* Temporary files and half-made keys (".new-...") in the card's folder, as far as possible. */
void remove_temporary(int cards, const char *name);

#endif
