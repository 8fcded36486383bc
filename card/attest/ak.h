/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The attestation key (AK) of a card: P-256, restricted, so that it signs nothing but what the TPM
 * itself says. Its file "attestation" lies with the card; it takes no NV memory.
 */
#ifndef VSC_CARD_ATTEST_AK_H
#define VSC_CARD_ATTEST_AK_H

#include <stdbool.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

#include "card/attest/bundle.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/problem.h"

#define AK_FILE     "attestation"
#define AK_FILE_MAX (BUNDLE_CERTS_MAX * CERT_MAX + 16384)

void ak_template(TPM2B_PUBLIC *ret_template);
/* Made by that template. */
bool ak_fits(const TPM2B_PUBLIC *area);
/* Does `signature` verify over these bytes with the AK? */
bool ak_verifies(const TPM2B_PUBLIC *ak, const TPMT_SIGNATURE *signature, const void *bytes,
                 size_t len);

/* The file: bundle->ak, ->ek and ->certs, and the AK's private part as the TPM wrapped it. */
void ak_encode(struct buf *buf, const struct bundle *bundle, const TPM2B_PRIVATE *private);
/* VSC_STORE if it is malformed. */
must_check enum vsc_err ak_decode(const void *bytes, size_t len, struct bundle *bundle,
                                  TPM2B_PRIVATE *ret_private, struct problem *problem);

#endif
