/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/doctor/default_secrets.h"

#include "card/tpm/gate.h"

struct trying {
    struct tpm *tpm;
    ESYS_TR srk, admin, hmac, policy;
};

static enum vsc_err derive(const struct objects *objects, struct secret *ret_auth)
{
    /* The value of "default", the Windows tool's. */
    static const unsigned char well_known[] = {1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4,
                                               5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8};
    auto_secret struct secret key = {0};
    enum vsc_err err = secret_set(&key, well_known, sizeof(well_known));

    if (err == VSC_OK)
        err = objects_derive(objects, DERIVED_ADMIN, &key, ret_auth);
    return err;
}

static enum vsc_err open_all(struct trying *trying, const struct objects *objects)
{
    enum vsc_err err = gate_pin_handle(trying->tpm, &objects->srk_handle, objects->srk_at,
                                       &objects->srk_name, &trying->srk, NULL);

    if (err == VSC_OK)
        err = gate_pin_handle(trying->tpm, &objects->admin.handle,
                              objects->admin.area.nvPublic.nvIndex, &objects->admin.name,
                              &trying->admin, NULL);
    if (err == VSC_OK)
        err = session_start(trying->tpm, trying->srk, SESSION_HMAC, &trying->hmac, NULL);
    if (err == VSC_OK)
        err = session_start(trying->tpm, trying->srk, SESSION_POLICY, &trying->policy, NULL);
    if (err == VSC_OK)
        err = session_use(trying->tpm, trying->hmac, TPMA_SESSION_CONTINUESESSION, NULL);
    return err;
}

static void close_all(struct trying *trying)
{
    tpm_flush(trying->tpm, &trying->hmac);
    tpm_flush(trying->tpm, &trying->policy);
    tpm_forget_auth(trying->tpm, trying->admin);
    tpm_release(trying->tpm, &trying->admin);
    tpm_release(trying->tpm, &trying->srk);
}

bool has_default_admin_key(struct tpm *tpm, const struct objects *objects)
{
    static const TPM2B_NONCE empty = {0};
    struct trying trying = {tpm, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE};
    auto_secret struct secret auth = {0};
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    TSS2_RC rc = TPM2_RC_FAILURE;

    if (objects->kind != GATE_INDEX || derive(objects, &auth) != VSC_OK)
        return false;
    if (open_all(&trying, objects) == VSC_OK &&
        tpm_set_auth(tpm, trying.admin, &auth, NULL) == VSC_OK)
        rc = Esys_PolicySecret(tpm->esys, trying.admin, trying.policy, trying.hmac, ESYS_TR_NONE,
                               ESYS_TR_NONE, &empty, &empty, &empty, 0, &timeout, &ticket);
    Esys_Free(timeout);
    Esys_Free(ticket);
    close_all(&trying);
    return rc == TSS2_RC_SUCCESS;
}
