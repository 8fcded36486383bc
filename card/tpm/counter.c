/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the tries that are left, without using one up. */
#include "card/tpm/counter.h"

#include "common/buf.h"

/* Where the owner hierarchy has no password: one command. */
static TSS2_RC read_by_owner(struct gate *gate, TPM2B_MAX_NV_BUFFER **ret_data)
{
    return Esys_NV_Read(gate->tpm->esys, ESYS_TR_RH_OWNER, gate->guard, ESYS_TR_PASSWORD,
                        ESYS_TR_NONE, ESYS_TR_NONE, INDEX_SIZE, 0, ret_data);
}

/*
 * By the branch CC(NV_Read). The session stays: using it in NV_Read resets its policy (part 1,
 * 19.7), so that it can serve the signature afterwards.
 */
static enum vsc_err read_by_policy(struct gate *gate, TPM2B_MAX_NV_BUFFER **ret_data,
                                   struct problem *problem)
{
    TPML_DIGEST branches;
    enum vsc_err err;
    TSS2_RC rc;

    err = gate_branches(gate, &branches);
    if (err == VSC_OK && gate->policy == ESYS_TR_NONE)
        err = session_start(gate->tpm, gate->srk, SESSION_POLICY, &gate->policy, problem);
    if (err == VSC_OK)
        err = session_use(gate->tpm, gate->policy, TPMA_SESSION_CONTINUESESSION, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_PolicyCommandCode(gate->tpm->esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                ESYS_TR_NONE, TPM2_CC_NV_Read);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyOR(gate->tpm->esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           &branches);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_NV_Read(gate->tpm->esys, gate->guard, gate->guard, gate->policy, ESYS_TR_NONE,
                          ESYS_TR_NONE, INDEX_SIZE, 0, ret_data);
    if (rc == TSS2_RC_SUCCESS)
        return VSC_OK;
    tpm_flush(gate->tpm, &gate->policy);
    if (tpm_base_code(rc) == TPM2_RC_HANDLE)
        return VSC_CARD_GONE;
    return tpm_status(gate->tpm, rc, "TPM2_NV_Read", problem);
}

enum vsc_err counter_of_index(struct gate *gate, struct card_state *ret_state,
                              struct problem *problem)
{
    TPM2B_MAX_NV_BUFFER *data = NULL;
    enum vsc_err err = VSC_OK;
    struct reader reader;
    uint32_t count, limit;
    TSS2_RC rc;

    if (!gate->owner_closed) {
        rc = read_by_owner(gate, &data);
        if (tpm_base_code(rc) == TPM2_RC_HANDLE)
            return VSC_CARD_GONE;
        gate->owner_closed =
            tpm_base_code(rc) == TPM2_RC_BAD_AUTH || tpm_base_code(rc) == TPM2_RC_AUTH_FAIL;
        if (rc != TSS2_RC_SUCCESS && !gate->owner_closed)
            return tpm_status(gate->tpm, rc, "TPM2_NV_Read", problem);
    }
    if (gate->owner_closed)
        err = read_by_policy(gate, &data, problem);
    if (err != VSC_OK)
        return err;
    if (data == NULL)
        return VSC_TPM;
    reader_init(&reader, data->buffer, data->size);
    count = reader_u32(&reader);
    limit = reader_u32(&reader);
    err = reader_end(&reader);
    Esys_Free(data);
    if (err != VSC_OK || limit == 0 || limit > UINT8_MAX || count > limit)
        return problem_set(problem, VSC_TPM, "an index of the card holds no counter");
    *ret_state = (struct card_state){
        .tries_known = true,
        .tries_left = (uint16_t)(limit - count),
        .tries_max = (uint16_t)limit,
        .blocked = count == limit,
    };
    return VSC_OK;
}

static uint32_t property(const TPML_TAGGED_TPM_PROPERTY *list, TPM2_PT wanted)
{
    for (UINT32 i = 0; i < list->count && i < TPM2_MAX_TPM_PROPERTIES; i++)
        if (list->tpmProperty[i].property == wanted)
            return list->tpmProperty[i].value;
    return 0;
}

enum vsc_err counter_of_tpm(struct tpm *tpm, struct card_state *ret_state, struct problem *problem)
{
    TPMS_CAPABILITY_DATA *data = NULL;
    TPMI_YES_NO more;
    uint32_t count, limit;
    TSS2_RC rc =
        Esys_GetCapability(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           TPM2_CAP_TPM_PROPERTIES, TPM2_PT_LOCKOUT_COUNTER, 3, &more, &data);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_GetCapability", problem);
    count = property(&data->data.tpmProperties, TPM2_PT_LOCKOUT_COUNTER);
    limit = property(&data->data.tpmProperties, TPM2_PT_MAX_AUTH_FAIL);
    *ret_state = (struct card_state){
        .tries_known = true,
        .tries_max = (uint16_t)(limit < UINT16_MAX ? limit : UINT16_MAX),
        .tries_left = (uint16_t)(count < limit ? limit - count : 0),
    };
    if (count >= limit)
        ret_state->locked_seconds = property(&data->data.tpmProperties, TPM2_PT_LOCKOUT_INTERVAL);
    Esys_Free(data);
    return VSC_OK;
}
