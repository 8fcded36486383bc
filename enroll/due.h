/* SPDX-License-Identifier: BSD-2-Clause */
/* What is due for a profile. */
#ifndef VSC_ENROLL_DUE_H
#define VSC_ENROLL_DUE_H

#include "enroll/run.h"

/* A person without a card or a request has nothing to do, and is told nothing; unless a first
 * certificate may come unasked. */
bool due_has_work(struct errand *errand, const struct profile *profile);
/* To be renewed; of a lower version than the profile, or of a lower major one than AD CS's
 * template; enrolled for a profile that this one supersedes; or to be the first, where the profile,
 * and the template, say so. Never, where another supersedes this one. */
bool due_now(struct run *run);
/* Of the profile's certificate. */
int64_t due_renew_at(const struct run *run, const struct issued *issued);
/* Does `by` take the place of `profile`, by root's file or by AD CS's word on the templates? */
bool due_supersedes(struct errand *errand, const struct profile *by, const struct profile *profile);
/* Is there a certificate, or a profile superseded, that another card could get? `run` is of a
 * run_open() that found no card. */
bool due_on_another_card(struct run *run);
/* The default container with its certificate; NULL for none. */
const struct card_key *due_default_key(const struct run *run);
/* Is the default container somebody else's: neither this profile's nor one's that it supersedes,
 * nor the one that was there when the request that is under way began? */
bool due_replaces_another(struct run *run);
/* The ids of the person's own cards, of the errand's list. */
size_t due_cards(const struct errand *errand, char ret_ids[CARDS_MAX][CARD_ID_SIZE]);

#endif
