/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * K: a throw-away signing key, made for one card and wiped when the card is finished. It writes A,
 * once for ever, and approves how a PIN changes itself.
 */
#ifndef VSC_CARD_ADMIN_APPROVER_H
#define VSC_CARD_ADMIN_APPROVER_H

#include <openssl/evp.h>

#include "card/admin/maker.h"

struct approver {
    EVP_PKEY *key; /* the private part: the only copy that there ever is */
    TPM2B_PUBLIC area;
};

must_check enum vsc_err approver_new(struct approver *ret_approver, struct problem *problem);
/* Load the public part into the TPM; tpm_flush() it. */
must_check enum vsc_err approver_load(const struct approver *approver, struct tpm *tpm,
                                      ESYS_TR *ret_handle, struct problem *problem);
/* PolicySigned in a policy session, bound to its nonce. `loaded` is approver_load()'s. */
must_check enum vsc_err approver_authorise(const struct approver *approver, struct tpm *tpm,
                                           ESYS_TR loaded, ESYS_TR policy, struct problem *problem);
/* Approve a policy under a policyRef: the signature, and the TPM's ticket that it verified it. */
must_check enum vsc_err approver_approve(const struct approver *approver, struct tpm *tpm,
                                         ESYS_TR loaded, const TPM2B_DIGEST *policy,
                                         const TPM2B_NONCE *ref, struct approval *ret_approval,
                                         struct problem *problem);
/* Wipe the private part. */
void approver_done(struct approver *approver);
#define auto_approver __attribute__((cleanup(approver_done)))

#endif
