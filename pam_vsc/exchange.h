/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One request to a helper and its answer, typed. Everything that is not the well-formed answer to
 * this very request is an error; no function takes anything over from an answer that is not.
 */
#ifndef VSC_PAM_VSC_EXCHANGE_H
#define VSC_PAM_VSC_EXCHANGE_H

#include <stdbool.h>

#include "common/wire_card.h"
#include "common/wire_check.h"
#include "common/wire_owner.h"
#include "common/wire_stale.h"
#include "common/wire_token.h"
#include "pam_vsc/peer.h"

must_check enum vsc_err exchange_begin(const struct peer *check, const struct check_begin *begin,
                                       struct check_begun *ret_begun);
/* As many evaluations as candidates; the caller releases them. */
must_check enum vsc_err exchange_evaluate(const struct peer *check,
                                          const struct check_candidate *candidates, size_t count,
                                          struct check_evaluations *ret_evaluations);
/* *ret_accepted is true for a well-formed ACCEPTED that names no reason, false for REFUSED. */
must_check enum vsc_err exchange_prove(const struct peer *check, const struct check_prove *prove,
                                       bool *ret_accepted, struct check_verdict *ret_verdict);
must_check enum vsc_err exchange_service(const struct peer *check, struct check_served *ret_served);
/* What the accepted certificate was checked with that is out of date. */
must_check enum vsc_err exchange_stale(const struct peer *check, struct stale *ret_stale);
must_check enum vsc_err exchange_recheck(const struct peer *check,
                                         const struct check_recheck *recheck,
                                         struct check_verdict *ret_verdict);

/* The caller releases the list. */
must_check enum vsc_err exchange_list(const struct peer *card, struct card_list *ret_list);
must_check enum vsc_err exchange_state(const struct peer *card, const char *id,
                                       struct card_state *ret_state);
/* Is this token there, and what is its label? */
must_check enum vsc_err exchange_find_token(const struct peer *card, const char *id,
                                            struct card_found *ret_found);
/* PREPARE is sent before the person is asked, and its answer taken afterwards. */
must_check enum vsc_err exchange_prepare(const struct peer *card, const char *id, const char *key);
/* A card that could not prepare is no error yet: SIGN tells. */
must_check enum vsc_err exchange_prepared(const struct peer *card);
must_check enum vsc_err exchange_sign(const struct peer *card, const struct card_sign *sign,
                                      struct card_outcome *ret_outcome);
must_check enum vsc_err exchange_change_pin(const struct peer *card,
                                            const struct card_change_pin *change,
                                            struct card_outcome *ret_outcome);
/* The PUK stands in place of the old PIN. */
must_check enum vsc_err exchange_unblock(const struct peer *card,
                                         const struct card_change_pin *unblock,
                                         struct card_outcome *ret_outcome);
/* Begin a challenge for the help desk; ANSWER has its answer in place of the old PIN. */
must_check enum vsc_err exchange_challenge(const struct peer *card, const char *id,
                                           struct card_challenge *ret_challenge);
must_check enum vsc_err exchange_answer(const struct peer *card,
                                        const struct card_change_pin *answer,
                                        struct card_outcome *ret_outcome);

#endif
