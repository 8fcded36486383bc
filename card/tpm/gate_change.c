/* SPDX-License-Identifier: BSD-2-Clause */
/* A secret changes itself: PIN, PUK and administrator key, each by one atomic command. */
#include <string.h>

#include "card/tpm/gate.h"
#include "card/tpm/layout.h"

/*
 * How the policy session of a change gets to the branch for NV_ChangeAuth: A takes its own
 * authValue; for P and U, PolicySecret was given, and K approved the rest once.
 */
static TSS2_RC enter_branch(struct gate *gate, const TPM2B_DIGEST *approved)
{
    ESYS_CONTEXT *esys = gate->tpm->esys;
    const struct approval *approval =
        gate->of == GATE_OF_PUK ? &gate->objects->puk_approval : &gate->objects->pin_approval;
    struct card_names names;
    TSS2_RC rc = TSS2_RC_SUCCESS;

    objects_names(gate->objects, &names);
    if (gate->of == GATE_OF_ADMIN)
        rc = Esys_PolicyAuthValue(esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyCommandCode(esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                    TPM2_CC_NV_ChangeAuth);
    if (rc == TSS2_RC_SUCCESS && gate->of != GATE_OF_ADMIN)
        rc = Esys_PolicyAuthorize(esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                  approved,
                                  gate->of == GATE_OF_PUK ? layout_puk_ref() : layout_pin_ref(),
                                  &names.approver, &approval->ticket);
    return rc;
}

static enum vsc_err change_policy(struct gate *gate, struct problem *problem)
{
    TPM2B_DIGEST approved;
    TPML_DIGEST branches;
    enum vsc_err err;
    TSS2_RC rc;

    err = layout_approved(&gate_index(gate)->name, &approved);
    if (err == VSC_OK)
        err = gate_branches(gate, &branches);
    if (err != VSC_OK)
        return err;
    rc = enter_branch(gate, &approved);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyOR(gate->tpm->esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           &branches);
    return tpm_status(gate->tpm, rc, "the policy of TPM2_NV_ChangeAuth", problem);
}

static enum vsc_err change_index(struct gate *gate, const struct secret *old_auth,
                                 const TPM2B_AUTH *new_auth, enum vsc_err *ret_result,
                                 struct problem *problem)
{
    enum vsc_err err;
    TSS2_RC rc;

    err = change_policy(gate, problem);
    if (err == VSC_OK)
        err = session_use(gate->tpm, gate->policy, TPMA_SESSION_DECRYPT, problem);
    /* The policy of P and U does not ask for it, but the key that encrypts the new authValue has
     * the old one in it (part 1, 21.2): without it the TPM would decrypt to something that nobody
     * knows. */
    if (err == VSC_OK)
        err = tpm_set_auth(gate->tpm, gate->guard, old_auth, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_NV_ChangeAuth(gate->tpm->esys, gate->guard, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE,
                            new_auth);
    tpm_forget_auth(gate->tpm, gate->guard);
    if (rc != TSS2_RC_SUCCESS && gate->of == GATE_OF_ADMIN)
        return gate_verdict(gate, rc, "TPM2_NV_ChangeAuth", ret_result, problem);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(gate->tpm, rc, "TPM2_NV_ChangeAuth", problem);
    session_ended(gate->tpm, &gate->policy);
    *ret_result = VSC_OK;
    return VSC_OK;
}

static enum vsc_err change_object(struct gate *gate, const struct secret *old_auth,
                                  const TPM2B_AUTH *new_auth, enum vsc_err *ret_result,
                                  TPM2B_PRIVATE *ret_private, struct problem *problem)
{
    TPM2B_PRIVATE *private = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err = session_use(gate->tpm, gate->hmac, TPMA_SESSION_DECRYPT, problem);
    if (err == VSC_OK)
        err = tpm_set_auth(gate->tpm, gate->guard, old_auth, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_ObjectChangeAuth(gate->tpm->esys, gate->guard, gate->srk, gate->hmac, ESYS_TR_NONE,
                               ESYS_TR_NONE, new_auth, &private);
    tpm_forget_auth(gate->tpm, gate->guard);
    if (rc != TSS2_RC_SUCCESS)
        return gate_verdict(gate, rc, "TPM2_ObjectChangeAuth", ret_result, problem);
    session_ended(gate->tpm, &gate->hmac);
    *ret_private = *private;
    Esys_Free(private);
    *ret_result = VSC_OK;
    return VSC_OK;
}

enum vsc_err gate_change(struct gate *gate, const struct secret *old_auth,
                         const struct secret *new_auth, enum vsc_err *ret_result,
                         TPM2B_PRIVATE *ret_private, struct problem *problem)
{
    TPM2B_AUTH value = {.size = (UINT16)new_auth->len};
    enum vsc_err err, result = VSC_TPM;

    if (new_auth->len > sizeof value.buffer)
        return VSC_TPM;
    memcpy(value.buffer, new_auth->bytes, new_auth->len);
    if (gate->objects->kind == GATE_OBJECT) {
        err = change_object(gate, old_auth, &value, &result, ret_private, problem);
    } else {
        err = VSC_OK;
        if (gate->of != GATE_OF_ADMIN)
            err = gate_prove(gate, old_auth, &result, problem);
        if (err == VSC_OK && (result == VSC_OK || gate->of == GATE_OF_ADMIN))
            err = change_index(gate, old_auth, &value, &result, problem);
    }
    explicit_bzero(&value, sizeof value);
    if (err == VSC_OK)
        *ret_result = result;
    return err;
}
