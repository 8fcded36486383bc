/* SPDX-License-Identifier: BSD-2-Clause */
/* What a TPM says of itself (TPM 2.0 part 2, 6.13 and 8.6; part 3, 30.2). */
#ifndef VSC_VSCMGR_DOCTOR_CAPABILITY_H
#define VSC_VSCMGR_DOCTOR_CAPABILITY_H

#include <stdint.h>
#include <tss2/tss2_tpm2_types.h>

#include "card/tpm/tpm.h"
#include "common/err.h"
#include "common/problem.h"

/* One TPM2_PT_ property; VSC_TPM also if the TPM does not have it. */
must_check enum vsc_err capability_property(struct tpm *tpm, TPM2_PT property, uint32_t *ret_value,
                                            struct problem *problem);

/* Is the algorithm, command or curve in the TPM? */
must_check enum vsc_err capability_has(struct tpm *tpm, TPM2_CAP what, uint32_t which,
                                       bool *ret_has, struct problem *problem);

#define CAPABILITY_HANDLES_MAX 256

struct handles {
    TPM2_HANDLE items[CAPABILITY_HANDLES_MAX];
    size_t count;
};

/* The handles of one kind, from `first` on (TPM2_NV_INDEX_FIRST). */
must_check enum vsc_err capability_handles(struct tpm *tpm, TPM2_HANDLE first,
                                           struct handles *ret_handles, struct problem *problem);

#endif
