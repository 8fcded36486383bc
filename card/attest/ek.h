/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The endorsement key: the key by which a TPM's maker vouches for it. Here only the RSA-2048 one of
 * the TCG's EK Credential Profile (template L-1, certificate at NV index 0x01C00002).
 */
#ifndef VSC_CARD_ATTEST_EK_H
#define VSC_CARD_ATTEST_EK_H

#include <openssl/x509.h>
#include <stdbool.h>
#include <tss2/tss2_tpm2_types.h>

#include "common/err.h"

#define EK_NV_CERT        0x01C00002u
#define EK_NV_CHAIN_FIRST 0x01C00100u /* issuers' certificates, one after the other */
#define EK_NV_CHAIN_LAST  0x01C001FFu

/* The template; `unique` is 256 zero bytes, as the profile says. */
void ek_template(TPM2B_PUBLIC *ret_template);
/* Made by that template, by its attributes, policy and parameters. */
bool ek_fits(const TPM2B_PUBLIC *area);

/* What is asked of an EK's certificate besides its chain; NULL if all holds, else what does not:
 * version 3, no CA, key usage keyEncipherment, the EKU tcg-kp-EKCertificate, and a critical
 * subjectAltName with the TPM's manufacturer, model and version. */
const char *ek_certificate_fault(X509 *cert);
/* Does a chain lead from `cert` to one of `roots` now? All of `roots` are trusted, also those that
 * are no self-signed ones; revocation is not looked at. NULL, or what is amiss. */
const char *ek_chain_fault(X509 *cert, STACK_OF(X509) * issuers, STACK_OF(X509) * roots);

#endif
