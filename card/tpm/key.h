/* SPDX-License-Identifier: BSD-2-Clause */
/* A key of a card: loaded from its files, used for one signature, and its public part for OpenSSL.
 */
#ifndef VSC_CARD_TPM_KEY_H
#define VSC_CARD_TPM_KEY_H

#include <openssl/evp.h>
#include <tss2/tss2_esys.h>

#include "card/tpm/gate.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire_use.h"

/* VSC_OK if attributes and policy are those of a key behind the card's PIN. */
must_check enum vsc_err key_check(const struct objects *objects, const TPM2B_PUBLIC *area,
                                  struct problem *problem);
/* Load under the card's SRK; tpm_flush() it. */
must_check enum vsc_err key_load(struct gate *gate, const TPM2B_PUBLIC *area,
                                 const TPM2B_PRIVATE *private, ESYS_TR *ret_key,
                                 struct problem *problem);
/* The key's own scheme in place of SIGN_BY_KEY; VSC_INPUT if the key has no such scheme. */
must_check enum vsc_err key_scheme(const TPM2B_PUBLIC *area, enum sign_scheme wanted,
                                   enum sign_scheme *ret_scheme, struct problem *problem);
/*
 * Sign the digest by a scheme that key_scheme() gave, in gate->policy, which gate_prove() has
 * filled and which ends with this. VSC_TPM for a PSS signature whose salt is not as long as the
 * digest: TPMs may choose, and TLS wants it so (RFC 8446 4.2.3).
 */
must_check enum vsc_err key_sign(struct gate *gate, ESYS_TR key, const TPM2B_PUBLIC *area,
                                 const struct card_sign_as *sign, enum sign_scheme scheme,
                                 struct card_outcome *ret_outcome, struct problem *problem);
/* The public key; the caller frees. */
must_check enum vsc_err key_to_evp(const TPM2B_PUBLIC *area, EVP_PKEY **ret_key);
/* "rsa2048", "p256" ..., or "unknown". */
const char *key_type_name(const TPM2B_PUBLIC *area);

#endif
