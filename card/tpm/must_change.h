/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mark on a card whose PIN somebody else chose: its owner has to change it before anything
 * else. It is a file beside the keys, for vsc-card takes it away and owns nothing but those. It is
 * there before the PIN is, and goes after the PIN has: a crash in between leaves a card that asks
 * for one more change, never one that keeps the PIN that somebody else knows.
 */
#ifndef VSC_CARD_TPM_MUST_CHANGE_H
#define VSC_CARD_TPM_MUST_CHANGE_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"

/* `keys` is the open folder keys of a card. */
bool must_change_is_set(int keys);
must_check enum vsc_err must_change_set(int keys, struct problem *problem);
/* Where it cannot be taken away (a read-only disk), the card asks again: no failure. */
void must_change_clear(int keys);

#endif
