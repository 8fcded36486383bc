/* SPDX-License-Identifier: BSD-2-Clause */
/* Gives a card another PIN and a full count, see the header. */
#include "card/owner/unblocking.h"

#include <string.h>

#include "card/tpm/layout.h"
#include "card/tpm/store.h"
#include "card/tpm/pin_marks.h"
#include "common/own.h"

enum vsc_err unblocking_open(struct unblocking *unblocking, struct change *change, const char *id,
                             struct problem *problem)
{
    enum vsc_err err;

    *unblocking = UNBLOCKING_CLOSED;
    unblocking->change = change;
    err = change_card(change, id, &unblocking->card, &unblocking->keys, problem);
    if (err == VSC_OK)
        err = store_read_conf(unblocking->card, &unblocking->conf, problem);
    if (err == VSC_OK)
        err = store_read_objects(unblocking->card, &unblocking->objects, problem);
    if (err == VSC_OK && unblocking->objects.kind != GATE_INDEX)
        return problem_set(problem, VSC_DENIED,
                           "this TPM has no counters of its own for a card: nobody can unblock it");
    if (err == VSC_OK)
        err = change_tpm(change, problem);
    if (err == VSC_OK)
        err = gate_pin_handle(&change->tpm, &unblocking->objects.pin.handle,
                              unblocking->objects.pin.area.nvPublic.nvIndex,
                              &unblocking->objects.pin.name, &unblocking->pin, problem);
    return err;
}

void unblocking_close(struct unblocking *unblocking)
{
    if (unblocking->change != NULL)
        tpm_release(&unblocking->change->tpm, &unblocking->pin);
    explicit_bzero(&unblocking->objects, sizeof unblocking->objects);
    own_close(&unblocking->card);
    own_close(&unblocking->keys);
    *unblocking = UNBLOCKING_CLOSED;
}

/* PolicyCommandCode and the branches of P. */
static enum vsc_err enter_branch(struct unblocking *unblocking, ESYS_TR policy, TPM2_CC command,
                                 struct problem *problem)
{
    struct tpm *tpm = &unblocking->change->tpm;
    struct card_names names;
    TPML_DIGEST branches;
    enum vsc_err err;
    TSS2_RC rc;

    objects_names(&unblocking->objects, &names);
    err = layout_pin_branches(&names, &branches);
    if (err != VSC_OK)
        return err;
    rc = Esys_PolicyCommandCode(tpm->esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                command);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyOR(tpm->esys, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &branches);
    return tpm_status(tpm, rc, "TPM2_PolicyOR", problem);
}

enum vsc_err unblocking_set_pin(struct unblocking *unblocking, ESYS_TR policy, ESYS_TR hmac,
                                const struct secret *new_pin, struct problem *problem)
{
    struct tpm *tpm = &unblocking->change->tpm;
    auto_secret struct secret auth = {0};
    TPM2B_AUTH value = {0};
    enum vsc_err err;
    TSS2_RC rc;

    err = objects_derive(&unblocking->objects, DERIVED_PIN, new_pin, &auth);
    if (err == VSC_OK)
        err = enter_branch(unblocking, policy, TPM2_CC_NV_ChangeAuth, problem);
    if (err == VSC_OK)
        err = session_use(tpm, policy, TPMA_SESSION_CONTINUESESSION, problem);
    if (err == VSC_OK)
        err = session_use(tpm, hmac, TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT, problem);
    if (err != VSC_OK)
        return err;
    value.size = (UINT16)auth.len;
    memcpy(value.buffer, auth.bytes, auth.len);
    rc = Esys_NV_ChangeAuth(tpm->esys, unblocking->pin, policy, hmac, ESYS_TR_NONE, &value);
    explicit_bzero(&value, sizeof value);
    tpm_forget_auth(tpm, unblocking->pin);
    if (rc == TSS2_RC_SUCCESS)
        default_pin_clear(unblocking->keys);
    return tpm_status(tpm, rc, "TPM2_NV_ChangeAuth", problem);
}

enum vsc_err unblocking_reset(struct unblocking *unblocking, ESYS_TR policy,
                              struct problem *problem)
{
    struct tpm *tpm = &unblocking->change->tpm;
    TPM2B_MAX_NV_BUFFER data = {.size = INDEX_SIZE};
    enum vsc_err err;
    TSS2_RC rc;

    data.buffer[INDEX_SIZE - 1] = (BYTE)unblocking->conf.tries;
    err = enter_branch(unblocking, policy, TPM2_CC_NV_Write, problem);
    if (err == VSC_OK)
        err = session_use(tpm, policy, TPMA_SESSION_CONTINUESESSION, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_NV_Write(tpm->esys, unblocking->pin, unblocking->pin, policy, ESYS_TR_NONE,
                       ESYS_TR_NONE, &data, 0);
    return tpm_status(tpm, rc, "TPM2_NV_Write", problem);
}

enum vsc_err unblocking_conclude(struct unblocking *unblocking, struct card_outcome *outcome,
                                 struct problem *problem)
{
    struct gate gate;
    enum vsc_err err;

    err = gate_open_of(&gate, GATE_OF_PIN, &unblocking->change->tpm, &unblocking->objects, problem);
    if (err == VSC_OK)
        err = gate_state(&gate, &outcome->state, problem);
    gate_close(&gate);
    if (err == VSC_OK && outcome->state.gone)
        outcome->result = VSC_CARD_GONE;
    return err;
}
