/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands between a PIN and a card's keys: the NV index P with its own counter, or in the
 * fallback an object under the TPM's dictionary-attack counter. Keys want PolicySecret of it. The
 * same for the indices of the PUK and the administrator key, which open the way to another PIN.
 */
#ifndef VSC_CARD_TPM_GATE_H
#define VSC_CARD_TPM_GATE_H

#include <stdbool.h>
#include <tss2/tss2_esys.h>

#include "card/tpm/objects.h"
#include "card/tpm/tpm.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"
#include "common/wire_card.h"

/* Whose secret a gate asks for. */
enum gate_of {
    GATE_OF_PIN,
    GATE_OF_PUK,
    GATE_OF_ADMIN, /* the TPM does not count wrong ones: no_da, and 192 bits */
};

struct gate {
    enum gate_of of;
    struct tpm *tpm;               /* borrowed, open */
    const struct objects *objects; /* borrowed */
    ESYS_TR srk;
    ESYS_TR guard;        /* P, U or A, or the loaded object */
    ESYS_TR hmac, policy; /* sessions, salted with the SRK */
    bool owner_closed;    /* the owner hierarchy has a password: the counter is read by policy */
};

#define GATE_NONE                                                                                  \
    ((struct gate){                                                                                \
        .srk = ESYS_TR_NONE, .guard = ESYS_TR_NONE, .hmac = ESYS_TR_NONE, .policy = ESYS_TR_NONE})

/*
 * Take up a card's objects: no TPM command for P, a Load for the fallback's object, whose private
 * part is `private` (else NULL). VSC_CARD_GONE if they are not this TPM's.
 */
must_check enum vsc_err gate_open(struct gate *gate, struct tpm *tpm, const struct objects *objects,
                                  const TPM2B_PRIVATE *private, struct problem *problem);
/* The same for the PUK's and the administrator key's index. VSC_DENIED if the card has none. */
must_check enum vsc_err gate_open_of(struct gate *gate, enum gate_of of, struct tpm *tpm,
                                     const struct objects *objects, struct problem *problem);
/* The pinned index that a gate stands for, and the branches of its policy. */
const struct pinned_index *gate_index(const struct gate *gate);
must_check enum vsc_err gate_branches(const struct gate *gate, TPML_DIGEST *ret_branches);
/* Flushes what is still open; a closed gate is allowed. */
void gate_close(struct gate *gate);

/* Tries, blocked, locked, gone. Uses up no try; P and U: one command, or three or four by policy.
 */
must_check enum vsc_err gate_state(struct gate *gate, struct card_state *ret_state,
                                   struct problem *problem);
/* Open both sessions; those that are open already stay. */
must_check enum vsc_err gate_prepare(struct gate *gate, struct problem *problem);

/*
 * PolicySecret with the authValue, in the session gate->policy. VSC_OK: *ret_result is VSC_OK,
 * VSC_PIN, VSC_PIN_BLOCKED (those of the PUK or the administrator key likewise), VSC_TPM_LOCKED or
 * VSC_CARD_GONE; else no try was used. Wants gate_prepare().
 */
must_check enum vsc_err gate_prove(struct gate *gate, const struct secret *auth,
                                   enum vsc_err *ret_result, struct problem *problem);
/* What a command that failed with `rc` means for the card: a result as above, or a fault. */
must_check enum vsc_err gate_verdict(struct gate *gate, TSS2_RC rc, const char *command,
                                     enum vsc_err *ret_result, struct problem *problem);
/*
 * Change the PIN, the PUK or the administrator key by itself, one atomic command, with results as
 * gate_prove(). For the fallback *ret_private is the object's new private part, and the PIN is
 * changed when it stands in the store; else it may be NULL.
 */
must_check enum vsc_err gate_change(struct gate *gate, const struct secret *old_auth,
                                    const struct secret *new_auth, enum vsc_err *ret_result,
                                    TPM2B_PRIVATE *ret_private, struct problem *problem);

/*
 * A handle for the pinned persistent object or index at `at`, by its blob without a TPM command;
 * where this tpm2-tss does not read the blob, by asking the TPM and comparing the Name.
 */
must_check enum vsc_err gate_pin_handle(struct tpm *tpm, const struct esys_blob *blob,
                                        TPM2_HANDLE at, const TPM2B_NAME *name, ESYS_TR *ret_handle,
                                        struct problem *problem);

#endif
