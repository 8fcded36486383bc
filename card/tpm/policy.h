/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and policy digests (TPM 2.0 part 1, 16 and 19; part 3, 23), computed here and not by trial
 * sessions: it costs no TPM command, and a digest is known before the object exists. SHA-256 only.
 */
#ifndef VSC_CARD_TPM_POLICY_H
#define VSC_CARD_TPM_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

#include "common/err.h"

/* Name = nameAlg and the digest of the public area. VSC_TPM if nameAlg is not SHA-256. */
must_check enum vsc_err name_of_public(const TPMT_PUBLIC *area, TPM2B_NAME *ret_name);
must_check enum vsc_err name_of_index(const TPMS_NV_PUBLIC *area, TPM2B_NAME *ret_name);

/* A policy under construction, sticky: after a fault nothing more happens, policy_end() tells. */
struct policy {
    TPM2B_DIGEST digest;
    bool fault;
};

void policy_begin(struct policy *policy);
void policy_command(struct policy *policy, TPM2_CC command);
void policy_auth_value(struct policy *policy);
/* `ref` may be NULL: empty. */
void policy_secret(struct policy *policy, const TPM2B_NAME *name, const TPM2B_NONCE *ref);
void policy_signed(struct policy *policy, const TPM2B_NAME *key, const TPM2B_NONCE *ref);
/* Replaces what was there, as the TPM does. */
void policy_authorize(struct policy *policy, const TPM2B_NAME *key, const TPM2B_NONCE *ref);
void policy_or(struct policy *policy, const TPML_DIGEST *branches);
must_check enum vsc_err policy_end(const struct policy *policy, TPM2B_DIGEST *ret_digest);

/* SHA-256 over two pieces (b may be NULL). */
must_check enum vsc_err sha256_of(const void *a, size_t a_len, const void *b, size_t b_len,
                                  unsigned char ret_digest[TPM2_SHA256_DIGEST_SIZE]);

#endif
