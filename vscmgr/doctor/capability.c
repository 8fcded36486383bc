/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/doctor/capability.h"

#include <string.h>

static enum vsc_err ask(struct tpm *tpm, TPM2_CAP what, uint32_t first, uint32_t count,
                        TPMS_CAPABILITY_DATA *ret_data, TPMI_YES_NO *ret_more,
                        struct problem *problem)
{
    TPMS_CAPABILITY_DATA *data = NULL;
    TSS2_RC rc = Esys_GetCapability(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, what,
                                    first, count, ret_more, &data);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_GetCapability", problem);
    *ret_data = *data;
    Esys_Free(data);
    return VSC_OK;
}

enum vsc_err capability_property(struct tpm *tpm, TPM2_PT property, uint32_t *ret_value,
                                 struct problem *problem)
{
    TPMS_CAPABILITY_DATA data = {0};
    TPMI_YES_NO more;
    enum vsc_err err = ask(tpm, TPM2_CAP_TPM_PROPERTIES, property, 1, &data, &more, problem);

    if (err != VSC_OK)
        return err;
    if (data.data.tpmProperties.count < 1 ||
        data.data.tpmProperties.tpmProperty[0].property != property)
        return problem_set(problem, VSC_TPM, "the TPM has no property 0x%X", property);
    *ret_value = data.data.tpmProperties.tpmProperty[0].value;
    return VSC_OK;
}

enum vsc_err capability_has(struct tpm *tpm, TPM2_CAP what, uint32_t which, bool *ret_has,
                            struct problem *problem)
{
    TPMS_CAPABILITY_DATA data = {0};
    TPMI_YES_NO more;
    enum vsc_err err = ask(tpm, what, which, 1, &data, &more, problem);

    if (err != VSC_OK)
        return err;
    if (what == TPM2_CAP_ALGS)
        *ret_has =
            data.data.algorithms.count > 0 && data.data.algorithms.algProperties[0].alg == which;
    else if (what == TPM2_CAP_ECC_CURVES)
        *ret_has = data.data.eccCurves.count > 0 && data.data.eccCurves.eccCurves[0] == which;
    else
        *ret_has = data.data.command.count > 0 &&
                   (data.data.command.commandAttributes[0] & TPMA_CC_COMMANDINDEX_MASK) == which;
    return VSC_OK;
}

enum vsc_err capability_handles(struct tpm *tpm, TPM2_HANDLE first, struct handles *ret_handles,
                                struct problem *problem)
{
    TPMI_YES_NO more = TPM2_YES;

    ret_handles->count = 0;
    while (more == TPM2_YES && ret_handles->count < CAPABILITY_HANDLES_MAX) {
        TPMS_CAPABILITY_DATA data = {0};
        const TPML_HANDLE *found = &data.data.handles;
        enum vsc_err err =
            ask(tpm, TPM2_CAP_HANDLES, first, TPM2_MAX_CAP_HANDLES, &data, &more, problem);

        if (err != VSC_OK)
            return err;
        for (uint32_t i = 0; i < found->count && ret_handles->count < CAPABILITY_HANDLES_MAX; i++)
            ret_handles->items[ret_handles->count++] = found->handle[i];
        if (found->count == 0)
            break;
        first = found->handle[found->count - 1] + 1;
    }
    return VSC_OK;
}
