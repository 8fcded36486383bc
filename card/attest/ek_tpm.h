/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The endorsement key in the TPM, and the certificates that its maker left in NV memory. It is made
 * anew from the TPM's seed each time it is needed: always the same key, and no NV memory is used.
 */
#ifndef VSC_CARD_ATTEST_EK_TPM_H
#define VSC_CARD_ATTEST_EK_TPM_H

#include <tss2/tss2_esys.h>

#include "card/attest/bundle.h"
#include "card/tpm/tpm.h"
#include "common/err.h"
#include "common/problem.h"

/* VSC_DENIED with a word about it if the endorsement hierarchy has a password. tpm_flush() it. */
must_check enum vsc_err ek_load(struct tpm *tpm, ESYS_TR *ret_ek, TPM2B_PUBLIC *ret_area,
                                struct problem *problem);
/* bundle->ek, ->has_ek and ->certs. VSC_TPM if there is no certificate, or not this key's. */
must_check enum vsc_err ek_read(struct tpm *tpm, struct bundle *bundle, struct problem *problem);
/* The words of a TPM2_RC_BAD_AUTH of the endorsement hierarchy, and all other failures. */
must_check enum vsc_err ek_status(const struct tpm *tpm, TSS2_RC rc, const char *command,
                                  struct problem *problem);

#endif
