/* SPDX-License-Identifier: BSD-2-Clause */
/* What a card answered to a PIN, as an error with words for people. */
#ifndef VSC_VSCMGR_OUTCOME_H
#define VSC_VSCMGR_OUTCOME_H

#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

/* outcome->result, with the words and codes that the login screen shows too. */
must_check enum vsc_err outcome_result(const struct card_outcome *outcome,
                                       const struct card_info *card, struct problem *problem);

/* The TPM does not count wrong administrator keys: a script that guesses shall take its time. */
void outcome_slow_down(enum vsc_err result);

#endif
