/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A card under construction: its objects so far, the sessions that every command with a secret goes
 * through (salted, encrypting), and the steps of its creation, each in a file of its own.
 */
#ifndef VSC_CARD_ADMIN_MAKER_H
#define VSC_CARD_ADMIN_MAKER_H

#include <stdbool.h>
#include <tss2/tss2_esys.h>

#include "card/admin/admin.h"
#include "card/admin/journal.h"

#define SRK_COMMON    0x81000001u /* TCG's provisioning guidance */
#define SRK_OWN_FIRST 0x81000100u /* ours, where that one is not fit */

struct maker {
    struct change *change; /* borrowed, TPM open */
    struct objects *objects;
    struct journal journal;
    ESYS_TR srk, hmac, policy;
    ESYS_TR admin_index; /* A */
};

/* Sessions salted with the SRK; maker_srk() must have been called. */
must_check enum vsc_err maker_sessions(struct maker *maker, struct problem *problem);
void maker_done(struct maker *maker);

/*
 * srk.c: the machine's storage root key at 0x81000001 if it is fit (tpm-card, rule 3 and below),
 * else one of ours from 0x81000100 on, made where there is none. Never evicts anything.
 */
must_check enum vsc_err maker_srk(struct maker *maker, struct problem *problem);

/*
 * probe.c: does an index of type PIN fail work as a card needs it? *ret_works false: the TPM does
 * not know it, or it counts wrongly; the fallback is left.
 */
must_check enum vsc_err probe_pin_fail(struct maker *maker, bool *ret_works,
                                       struct problem *problem);

/*
 * index.c: define an index with this authValue at a free handle, chosen at random, written down in
 * the journal first; area->nvIndex becomes the handle.
 */
must_check enum vsc_err index_define(struct maker *maker, TPMS_NV_PUBLIC *area,
                                     const struct secret *auth, ESYS_TR *ret_index,
                                     struct problem *problem);
/* Authorise NV_Write by PolicySecret(A) and write {0, limit} (P and U). */
must_check enum vsc_err index_write(struct maker *maker, ESYS_TR index, const TPML_DIGEST *branches,
                                    unsigned limit, struct problem *problem);
/* Read back, compare with what was meant, and pin. `area` is the one before the first write. */
must_check enum vsc_err index_pin(struct maker *maker, ESYS_TR index, const TPMS_NV_PUBLIC *area,
                                  struct pinned_index *ret_pinned, struct problem *problem);

/* indices.c: K, A, U, P and the approvals, in this order. */
must_check enum vsc_err maker_indices(struct maker *maker, const struct card_new *new_card,
                                      struct problem *problem);

/* fallback.c: the object under the TPM's own counter; keys/pin.priv is written too. */
must_check enum vsc_err maker_fallback(struct maker *maker, const struct card_new *new_card,
                                       int keys, struct problem *problem);

/* attestation.c: the attestation key, in the card's file "attestation". */
must_check enum vsc_err maker_attestation(struct maker *maker, enum attestation_kind kind,
                                          struct problem *problem);

#endif
