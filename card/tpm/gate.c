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

const struct pinned_index *gate_index(const struct gate *gate)
{
    switch (gate->of) {
    case GATE_OF_PIN:
        break;
    case GATE_OF_PUK:
        return &gate->objects->puk;
    case GATE_OF_ADMIN:
        return &gate->objects->admin;
    }
    return &gate->objects->pin;
}

enum vsc_err gate_branches(const struct gate *gate, TPML_DIGEST *ret_branches)
{
    struct card_names names;

    objects_names(gate->objects, &names);
    switch (gate->of) {
    case GATE_OF_PIN:
        break;
    case GATE_OF_PUK:
        return layout_puk_branches(&names, ret_branches);
    case GATE_OF_ADMIN:
        return layout_admin_branches(&names, ret_branches);
    }
    return layout_pin_branches(&names, ret_branches);
}

/* The SRK and the index, by their blobs: no TPM command. */
static enum vsc_err take_up(struct gate *gate, struct problem *problem)
{
    const struct pinned_index *index = gate_index(gate);
    enum vsc_err err;

    err = gate_pin_handle(gate->tpm, &gate->objects->srk_handle, gate->objects->srk_at,
                          &gate->objects->srk_name, &gate->srk, problem);
    if (err == VSC_OK && gate->objects->kind == GATE_INDEX)
        err = gate_pin_handle(gate->tpm, &index->handle, index->area.nvPublic.nvIndex, &index->name,
                              &gate->guard, problem);
    return err;
}

enum vsc_err gate_open_of(struct gate *gate, enum gate_of of, struct tpm *tpm,
                          const struct objects *objects, struct problem *problem)
{
    enum vsc_err err;

    *gate = GATE_NONE;
    if (objects->kind != GATE_INDEX)
        return problem_set(problem, VSC_DENIED,
                           "this TPM has no counters of its own for a card, so that nobody can "
                           "unblock it");
    if (of == GATE_OF_PUK && !objects->has_puk)
        return problem_set(problem, VSC_DENIED, "the card was made without a PUK");
    gate->of = of;
    gate->tpm = tpm;
    gate->objects = objects;
    err = take_up(gate, problem);
    if (err != VSC_OK)
        gate_close(gate);
    return err;
}

enum vsc_err gate_open(struct gate *gate, struct tpm *tpm, const struct objects *objects,
                       const TPM2B_PRIVATE *private, struct problem *problem)
{
    enum vsc_err err;

    *gate = GATE_NONE;
    gate->tpm = tpm;
    gate->objects = objects;
    err = take_up(gate, problem);
    if (err == VSC_OK && objects->kind == GATE_OBJECT)
        err = private != NULL ? load_object(gate, private, problem) : VSC_STORE;
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
 * Are the SRK and the index the pinned ones? Asked before anybody is told "wrong PIN": a TPM that
 * was cleared or exchanged also answers that the authorisation is bad.
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
    same = rc == TSS2_RC_SUCCESS && same_name(name, &gate_index(gate)->name);
    if (rc == TSS2_RC_SUCCESS)
        Esys_Free(name);
    if (rc != TSS2_RC_SUCCESS && tpm_base_code(rc) != TPM2_RC_HANDLE)
        return tpm_status(gate->tpm, rc, "TPM2_NV_ReadPublic", problem);
    return same ? VSC_OK : gone(problem, "an index of the card");
}

enum vsc_err gate_verdict(struct gate *gate, TSS2_RC rc, const char *command,
                          enum vsc_err *ret_result, struct problem *problem)
{
    static const enum vsc_err wrong[] = {
        [GATE_OF_PIN] = VSC_PIN, [GATE_OF_PUK] = VSC_PUK, [GATE_OF_ADMIN] = VSC_ADMIN_KEY};
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
    else if (code == TPM2_RC_AUTH_UNAVAILABLE && gate->of != GATE_OF_ADMIN)
        *ret_result = gate->of == GATE_OF_PUK ? VSC_PUK_BLOCKED : VSC_PIN_BLOCKED;
    else if (base == TPM2_RC_BAD_AUTH || base == TPM2_RC_AUTH_FAIL)
        *ret_result = wrong[gate->of];
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
        return gate_verdict(gate, rc, "TPM2_PolicySecret", ret_result, problem);
    Esys_Free(timeout);
    Esys_Free(ticket);
    session_ended(gate->tpm, &gate->hmac);
    *ret_result = VSC_OK;
    return VSC_OK;
}
