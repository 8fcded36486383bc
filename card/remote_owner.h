/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner's operations on a native card behind a channel (remote.h): the same as
 * card/owner/owner.h has on a store. `source` is a remote one, its deadline set. Faults and results
 * are those that vsc-card tells.
 */
#ifndef VSC_CARD_REMOTE_OWNER_H
#define VSC_CARD_REMOTE_OWNER_H

#include "card/card.h"
#include "common/wire_attest.h"
#include "common/wire_owner.h"
#include "common/wire_use.h"

/* A key's id and public key: of one that is there, or of a new one. */
must_check enum vsc_err remote_public(struct card_source *source, const char *card, const char *key,
                                      struct card_made *ret_made, struct problem *problem);
must_check enum vsc_err remote_generate(struct card_source *source, const char *card,
                                        enum key_type type, struct card_made *ret_made,
                                        struct problem *problem);
/* The key that the certificate is for. */
must_check enum vsc_err remote_store(struct card_source *source, const struct card_store *store,
                                     struct card_made *ret_made, struct problem *problem);
must_check enum vsc_err remote_delete_key(struct card_source *source, const char *card,
                                          const char *key, struct problem *problem);
/* Prove the PIN, and do nothing with it. */
must_check enum vsc_err remote_verify(struct card_source *source, const struct card_verify *verify,
                                      struct card_outcome *ret_outcome, struct problem *problem);
/* Sign by a scheme and with a hash of the caller's. */
must_check enum vsc_err remote_sign_as(struct card_source *source, const struct card_sign_as *sign,
                                       struct card_outcome *ret_outcome, struct problem *problem);
/* old_pin is the PUK; new_pin the new PIN, or with remote_change_puk() the new PUK. */
must_check enum vsc_err remote_unblock(struct card_source *source,
                                       const struct card_change_pin *secrets,
                                       struct card_outcome *ret_outcome, struct problem *problem);
must_check enum vsc_err remote_change_puk(struct card_source *source,
                                          const struct card_change_pin *secrets,
                                          struct card_outcome *ret_outcome,
                                          struct problem *problem);
/* What the TPM states of a key, or of all (vsc-attest.5): the bundle. The caller releases it. */
must_check enum vsc_err remote_attest(struct card_source *source, const struct card_attest *attest,
                                      struct card_attested *ret_attested, struct problem *problem);
/* Begin to unblock a card by its help desk (card/helpdesk/challenge.h). The next call that is not
 * remote_answer(), and the source's end, end the challenge. */
must_check enum vsc_err remote_challenge(struct card_source *source, const char *card,
                                         struct card_challenge *ret_challenge,
                                         struct problem *problem);
/* old_pin is the help desk's answer. VSC_DENIED in the outcome: not the one to this challenge. */
must_check enum vsc_err remote_answer(struct card_source *source,
                                      const struct card_change_pin *secrets,
                                      struct card_outcome *ret_outcome, struct problem *problem);

#endif
