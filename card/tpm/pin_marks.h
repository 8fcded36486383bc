/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Marks on a card whose PIN is not its owner's choice. They are files beside the keys, for vsc-card
 * takes them away and owns nothing but those.
 *
 * must-change: somebody else chose the PIN; its owner has to change it before anything else. It is
 * there before the PIN is, and goes after the PIN has: a crash in between leaves a card that asks
 * for one more change, never one that keeps the PIN that somebody else knows.
 * default-pin: the card was made with the default PIN, and no PIN was set since (vscmgr doctor).
 */
#ifndef VSC_CARD_TPM_PIN_MARKS_H
#define VSC_CARD_TPM_PIN_MARKS_H

#include <stdbool.h>

#include "common/err.h"
#include "common/problem.h"

/* `keys` is the open folder keys of a card. */
bool must_change_is_set(int keys);
must_check enum vsc_err must_change_set(int keys, struct problem *problem);
/* Where it cannot be taken away (a read-only disk), the card asks again: no failure. */
void must_change_clear(int keys);

bool default_pin_is_set(int keys);
must_check enum vsc_err default_pin_set(int keys, struct problem *problem);
/* After any PIN was set; one that stays is a warning too many. */
void default_pin_clear(int keys);

#endif
