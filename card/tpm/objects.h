/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a card pins of its TPM, in the file "objects" of its folder: the storage root key, the NV
 * indices A (administrator), P (PIN) and U (PUK), the help desk's key H, the public part of the
 * throw-away key K with its approvals, and the random bytes that authValues are derived with.
 * With Esys_TR_Serialize's blobs a sign-in needs neither ReadPublic nor NV_ReadPublic.
 * Written once at creation; nothing can be added to a card later.
 */
#ifndef VSC_CARD_TPM_OBJECTS_H
#define VSC_CARD_TPM_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <tss2/tss2_tpm2_types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define OBJECTS_FORMAT   1
#define OBJECTS_FILE     "objects"
#define OBJECTS_FILE_MAX 16384
#define SERIAL_SIZE      16 /* the card's own random number */
#define SERIAL_GROUP     4  /* letters between dashes, where people read it (common/code.h) */
#define SALT_SIZE        32
#define ESYS_BLOB_MAX    2048
#define INDEX_SIZE       8 /* bytes of data in A, P and U: pinCount and pinLimit */

enum gate_kind {
    GATE_INDEX = 1,  /* P, an NV index of type PIN fail: the card's own counter */
    GATE_OBJECT = 2, /* the fallback: an object under the TPM's dictionary-attack counter */
};

struct esys_blob {
    size_t len;
    uint8_t data[ESYS_BLOB_MAX];
};

struct pinned_index {
    TPM2B_NV_PUBLIC area; /* as it is after its first write */
    TPM2B_NAME name;      /* follows from `area` */
    struct esys_blob handle;
};

/* K's word for the policy PolicySecret(index)+CC(NV_ChangeAuth), and VerifySignature's ticket. */
struct approval {
    TPMT_SIGNATURE signature;
    TPMT_TK_VERIFIED ticket;
};

struct objects {
    enum gate_kind kind;
    unsigned char serial[SERIAL_SIZE];
    unsigned char salt[SALT_SIZE];
    TPM2B_PUBLIC srk;
    TPM2B_NAME srk_name; /* follows from `srk` */
    TPM2_HANDLE srk_at;
    struct esys_blob srk_handle;
    /* GATE_INDEX */
    struct pinned_index admin, pin, puk;
    bool has_puk, has_helpdesk;
    TPM2B_PUBLIC helpdesk;
    TPM2B_PRIVATE helpdesk_private;
    TPM2B_PUBLIC approver; /* K */
    struct approval pin_approval, puk_approval;
    /* GATE_OBJECT: its private part is "pin.priv" in the folder keys, because PIN changes make a
     * new one */
    TPM2B_PUBLIC gate;
};

/* The Names that the policies of a card are made of; size 0 where it has no such object. */
struct card_names {
    TPM2B_NAME approver, admin, puk, helpdesk;
    TPM2B_NONCE serial;
};

void objects_encode(struct buf *buf, const struct objects *objects);
/* Strict, and checks that the policies follow from the objects. VSC_STORE if anything is amiss;
 * VSC_NOT_BUILT for a newer format. */
must_check enum vsc_err objects_decode(const void *bytes, size_t len, struct objects *ret_objects,
                                       struct problem *problem);
void objects_names(const struct objects *objects, struct card_names *ret_names);
/* The Name of P, or of the fallback's object. */
must_check enum vsc_err objects_gate_name(const struct objects *objects, TPM2B_NAME *ret_name);

enum derived {
    DERIVED_PIN,
    DERIVED_PUK,
    DERIVED_ADMIN,
};

/* authValue = HMAC-SHA-256(salt, secret), so that the TPM alone does not tell whether a guess is
 * right. PUK and administrator key go in with a word before them, or equal ones would show. */
must_check enum vsc_err objects_derive(const struct objects *objects, enum derived what,
                                       const struct secret *secret, struct secret *ret_auth);

#endif
