/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TPM2_MakeCredential in software: a secret that only the TPM with this EK can read, and only while
 * it holds the AK with this Name. What the TPM gives back proves that both are in one TPM.
 */
#ifndef VSC_CARD_ATTEST_CREDENTIAL_H
#define VSC_CARD_ATTEST_CREDENTIAL_H

#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define CREDENTIAL_SECRET   32   /* bytes */
#define CREDENTIAL_FILE_MAX 2048 /* bytes */

struct credential {
    TPM2B_ID_OBJECT blob;
    TPM2B_ENCRYPTED_SECRET seed;
};

/* Wrap a fresh random secret for `ek` (ek_fits()) and the object `name`. */
must_check enum vsc_err credential_make(const TPM2B_PUBLIC *ek, const TPM2B_NAME *name,
                                        struct credential *ret_credential,
                                        struct secret *ret_secret);

/* The file that tpm2_makecredential(1) writes and tpm2_activatecredential(1) reads. */
void credential_encode(struct buf *buf, const struct credential *credential);
must_check enum vsc_err credential_decode(const void *bytes, size_t len,
                                          struct credential *ret_credential,
                                          struct problem *problem);

#endif
