/* SPDX-License-Identifier: BSD-2-Clause */
/* What the TPM says of its state, and what the doctor says of that. */
#ifndef VSC_VSCMGR_DOCTOR_CHECK_TPM_H
#define VSC_VSCMGR_DOCTOR_CHECK_TPM_H

#include "vscmgr/doctor/doctor.h"

struct tpm_said {
    uint32_t revision;           /* of the specification, times 100 */
    uint32_t permanent, startup; /* TPMA_PERMANENT, TPMA_STARTUP_CLEAR */
    uint32_t persistent_free;    /* objects that still fit into its NV memory */
    uint32_t persistent_min;     /* of these, what it keeps for persistent objects */
    uint32_t transient_free, sessions_free;
    uint32_t tries, interval; /* of the lockout; seconds until one wrong try is forgotten */
};

must_check enum vsc_err tpm_said_read(struct tpm *tpm, struct tpm_said *ret_said,
                                      struct problem *problem);
void tpm_said_judge(struct doctor *doctor, const struct tpm_said *said);

#endif
