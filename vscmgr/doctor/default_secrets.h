/* SPDX-License-Identifier: BSD-2-Clause */
/* Is a secret still the one that everybody knows? Asked so that no try is used up. */
#ifndef VSC_VSCMGR_DOCTOR_DEFAULT_SECRETS_H
#define VSC_VSCMGR_DOCTOR_DEFAULT_SECRETS_H

#include <stdbool.h>

#include "card/tpm/objects.h"
#include "card/tpm/tpm.h"

/*
 * Try the default administrator key on index A, which counts nothing (TPMA_NV_NO_DA, and no PIN
 * type). False for a fallback card, which has none, and where the TPM did not answer.
 */
bool has_default_admin_key(struct tpm *tpm, const struct objects *objects);

#endif
