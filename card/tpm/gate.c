/* SPDX-License-Identifier: BSD-2-Clause */
/* The PIN against the TPM, see the header. */
#include "card/tpm/gate.h"

#include <string.h>

#include "card/tpm/counter.h"
#include "card/tpm/layout.h"

static bool same_name(const TPM2B_NAME *a, const TPM2B_NAME *b)
{
    return a->size == b->size && memcmp(a->name, b->name, a->size) == 0;
}

static enum vsc_err gone(struct problem *problem, const char *what)
{
    return problem_set(problem, VSC_CARD_GONE,
                       "%s is not the one that this card was made with: the TPM was cleared or "
                       "exchanged",
                       what);
}

enum vsc_err gate_pin_handle(struct tpm *tpm, const struct esys_blob *blob, TPM2_HANDLE at,
                             const TPM2B_NAME *name, ESYS_TR *ret_handle, struct problem *problem)
{
    ESYS_TR handle = ESYS_TR_NONE;
    TPM2B_NAME *found = NULL;
    TSS2_RC rc = Esys_TR_Deserialize(tpm->esys, blob->data, blob->len, &handle);
    bool same;

    if (rc != TSS2_RC_SUCCESS)
        rc =
            Esys_TR_FromTPMPublic(tpm->esys, at, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &handle);
    if (tpm_base_code(rc) == TPM2_RC_HANDLE)
        return gone(problem, "an object of the TPM");
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "Esys_TR_FromTPMPublic", problem);
    rc = Esys_TR_GetName(tpm->esys, handle, &found);
    same = rc == TSS2_RC_SUCCESS && same_name(found, name);
    Esys_Free(found);
    if (!same) {
        tpm_release(tpm, &handle);
        return gone(problem, "an object of the TPM");
    }
    *ret_handle = handle;
    return VSC_OK;
}

/* The object's public area is pinned, so its Name needs no asking: Load checks it. */
static enum vsc_err load_object(struct gate *gate, const TPM2B_PRIVATE *private,
                                struct problem *problem)
{
    TSS2_RC rc = Esys_Load(gate->tpm->esys, gate->srk, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                           private, &gate->objects->gate, &gate->guard);
    uint32_t base = tpm_base_code(rc);

    if (rc == TSS2_RC_SUCCESS)
        return VSC_OK;
    gate->guard = ESYS_TR_NONE;
    if (base == TPM2_RC_HANDLE || base == TPM2_RC_INTEGRITY || base == TPM2_RC_BAD_AUTH)
        return gone(problem, "the storage root key");
    return tpm_status(gate->tpm, rc, "TPM2_Load", problem);
}

enum vsc_err gate_open(struct gate *gate, struct tpm *tpm, const struct objects *objects,
                       const TPM2B_PRIVATE *private, struct problem *problem)
{
    enum vsc_err err;

    *gate = GATE_NONE;
    gate->tpm = tpm;
    gate->objects = objects;
    err = gate_pin_handle(tpm, &objects->srk_handle, objects->srk_at, &objects->srk_name,
                          &gate->srk, problem);
    if (err != VSC_OK)
        return err;
    if (objects->kind == GATE_OBJECT)
        err = private != NULL ? load_object(gate, private, problem) : VSC_STORE;
    else
        err = gate_pin_handle(tpm, &objects->pin.handle, objects->pin.area.nvPublic.nvIndex,
                              &objects->pin.name, &gate->guard, problem);
    if (err != VSC_OK)
        gate_close(gate);
    return err;
}

void gate_close(struct gate *gate)
{
    if (gate->tpm == NULL)
        return;
    tpm_flush(gate->tpm, &gate->hmac);
    tpm_flush(gate->tpm, &gate->policy);
    if (gate->objects->kind == GATE_OBJECT)
        tpm_flush(gate->tpm, &gate->guard);
    tpm_release(gate->tpm, &gate->guard);
    tpm_release(gate->tpm, &gate->srk);
    *gate = GATE_NONE;
}

/*
 * Are the SRK and P the pinned ones? Asked before anybody is told "wrong PIN": a TPM that was
 * cleared or exchanged also answers that the authorisation is bad.
 */
static enum vsc_err compare_names(struct gate *gate, struct problem *problem)
{
    TPM2B_NAME *name = NULL, *qualified = NULL;
    TSS2_RC rc = Esys_ReadPublic(gate->tpm->esys, gate->srk, ESYS_TR_NONE, ESYS_TR_NONE,
                                 ESYS_TR_NONE, NULL, &name, &qualified);
    bool same = rc == TSS2_RC_SUCCESS && same_name(name, &gate->objects->srk_name);

    Esys_Free(name);
    Esys_Free(qualified);
    if (rc != TSS2_RC_SUCCESS && tpm_base_code(rc) != TPM2_RC_HANDLE)
        return tpm_status(gate->tpm, rc, "TPM2_ReadPublic", problem);
    if (!same)
        return gone(problem, "the storage root key");
    if (gate->objects->kind == GATE_OBJECT)
        return VSC_OK;
    rc = Esys_NV_ReadPublic(gate->tpm->esys, gate->guard, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                            NULL, &name);
    same = rc == TSS2_RC_SUCCESS && same_name(name, &gate->objects->pin.name);
    if (rc == TSS2_RC_SUCCESS)
        Esys_Free(name);
    if (rc != TSS2_RC_SUCCESS && tpm_base_code(rc) != TPM2_RC_HANDLE)
        return tpm_status(gate->tpm, rc, "TPM2_NV_ReadPublic", problem);
    return same ? VSC_OK : gone(problem, "the card's PIN index");
}

/* What a failed command means for the card; *ret_result is set when VSC_OK is returned. */
static enum vsc_err classify(struct gate *gate, TSS2_RC rc, const char *command,
                             enum vsc_err *ret_result, struct problem *problem)
{
    uint32_t code = tpm_code(rc), base = tpm_base_code(rc);
    enum vsc_err err;

    if (code == 0)
        return tpm_status(gate->tpm, rc, command, problem);
    if (code == TPM2_RC_LOCKOUT) {
        *ret_result = VSC_TPM_LOCKED;
        return VSC_OK;
    }
    err = compare_names(gate, problem);
    if (err == VSC_CARD_GONE)
        *ret_result = VSC_CARD_GONE;
    else if (err != VSC_OK)
        return err;
    else if (code == TPM2_RC_AUTH_UNAVAILABLE)
        *ret_result = VSC_PIN_BLOCKED;
    else if (base == TPM2_RC_BAD_AUTH || base == TPM2_RC_AUTH_FAIL)
        *ret_result = VSC_PIN;
    else
        return tpm_status(gate->tpm, rc, command, problem);
    return VSC_OK;
}

enum vsc_err gate_state(struct gate *gate, struct card_state *ret_state, struct problem *problem)
{
    enum vsc_err err;

    if (gate->objects->kind == GATE_OBJECT)
        return counter_of_tpm(gate->tpm, ret_state, problem);
    err = counter_of_index(gate, ret_state, problem);
    if (err != VSC_TPM && err != VSC_CARD_GONE)
        return err;
    if (err == VSC_TPM && compare_names(gate, NULL) != VSC_CARD_GONE)
        return err;
    *ret_state = (struct card_state){.gone = true};
    return VSC_OK;
}

enum vsc_err gate_prepare(struct gate *gate, struct problem *problem)
{
    enum vsc_err err = VSC_OK;

    if (gate->hmac == ESYS_TR_NONE)
        err = session_start(gate->tpm, gate->srk, SESSION_HMAC, &gate->hmac, problem);
    if (err == VSC_OK && gate->policy == ESYS_TR_NONE)
        err = session_start(gate->tpm, gate->srk, SESSION_POLICY, &gate->policy, problem);
    if (err == VSC_TPM && compare_names(gate, problem) == VSC_CARD_GONE)
        return VSC_CARD_GONE;
    return err;
}

enum vsc_err gate_prove(struct gate *gate, const struct secret *auth, enum vsc_err *ret_result,
                        struct problem *problem)
{
    static const TPM2B_NONCE empty = {0};
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err = session_use(gate->tpm, gate->hmac, 0, problem);
    if (err == VSC_OK)
        err = tpm_set_auth(gate->tpm, gate->guard, auth, problem);
    if (err != VSC_OK)
        return err;
    /* Expiration 0: else whoever had the PIN once could keep a ticket that signs. */
    rc = Esys_PolicySecret(gate->tpm->esys, gate->guard, gate->policy, gate->hmac, ESYS_TR_NONE,
                           ESYS_TR_NONE, &empty, &empty, &empty, 0, &timeout, &ticket);
    tpm_forget_auth(gate->tpm, gate->guard);
    if (rc != TSS2_RC_SUCCESS)
        return classify(gate, rc, "TPM2_PolicySecret", ret_result, problem);
    Esys_Free(timeout);
    Esys_Free(ticket);
    session_ended(gate->tpm, &gate->hmac);
    *ret_result = VSC_OK;
    return VSC_OK;
}

/* The rest of P's policy for NV_ChangeAuth, after PolicySecret: K approved this once. */
static enum vsc_err change_policy(struct gate *gate, struct problem *problem)
{
    const struct objects *objects = gate->objects;
    struct card_names names;
    TPM2B_DIGEST approved;
    TPML_DIGEST branches;
    enum vsc_err err;
    TSS2_RC rc;

    objects_names(objects, &names);
    err = layout_approved(&objects->pin.name, &approved);
    if (err == VSC_OK)
        err = layout_pin_branches(&names, &branches);
    if (err != VSC_OK)
        return err;
    rc = Esys_PolicyCommandCode(gate->tpm->esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE,
                                ESYS_TR_NONE, TPM2_CC_NV_ChangeAuth);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(gate->tpm, rc, "TPM2_PolicyCommandCode", problem);
    rc = Esys_PolicyAuthorize(gate->tpm->esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE,
                              ESYS_TR_NONE, &approved, layout_pin_ref(), &names.approver,
                              &objects->pin_approval.ticket);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(gate->tpm, rc, "TPM2_PolicyAuthorize", problem);
    rc = Esys_PolicyOR(gate->tpm->esys, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                       &branches);
    return tpm_status(gate->tpm, rc, "TPM2_PolicyOR", problem);
}

static enum vsc_err change_index(struct gate *gate, const struct secret *old_auth,
                                 const TPM2B_AUTH *new_auth, struct problem *problem)
{
    enum vsc_err err;
    TSS2_RC rc;

    err = change_policy(gate, problem);
    if (err == VSC_OK)
        err = session_use(gate->tpm, gate->policy, TPMA_SESSION_DECRYPT, problem);
    /* The policy does not ask for it, but the key that encrypts the new authValue has the old one
     * in it (part 1, 21.2): without it the TPM would decrypt to something that nobody knows. */
    if (err == VSC_OK)
        err = tpm_set_auth(gate->tpm, gate->guard, old_auth, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_NV_ChangeAuth(gate->tpm->esys, gate->guard, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE,
                            new_auth);
    tpm_forget_auth(gate->tpm, gate->guard);
    if (rc == TSS2_RC_SUCCESS)
        session_ended(gate->tpm, &gate->policy);
    return tpm_status(gate->tpm, rc, "TPM2_NV_ChangeAuth", problem);
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
        return classify(gate, rc, "TPM2_ObjectChangeAuth", ret_result, problem);
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
        err = gate_prove(gate, old_auth, &result, problem);
        if (err == VSC_OK && result == VSC_OK)
            err = change_index(gate, old_auth, &value, problem);
    }
    explicit_bzero(&value, sizeof value);
    if (err == VSC_OK)
        *ret_result = result;
    return err;
}
