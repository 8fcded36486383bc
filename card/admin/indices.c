/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes K, A, U, H, P and the approvals of a card, in this order: each policy needs the Names of
 * those before it, and a Name changes with an index's first write. */
#include <string.h>

#include "card/admin/approver.h"
#include "card/admin/maker.h"
#include "card/helpdesk/answer.h"
#include "card/tpm/layout.h"

/* A: written once, under K; a copy that somebody defines later cannot be written. */
static enum vsc_err make_admin(struct maker *maker, const struct approver *approver,
                               const struct secret *admin_key, struct problem *problem)
{
    struct tpm *tpm = &maker->change->tpm;
    static const TPM2B_MAX_NV_BUFFER zeroes = {.size = INDEX_SIZE};
    auto_secret struct secret auth = {0};
    struct card_names names;
    TPML_DIGEST branches;
    TPMS_NV_PUBLIC area;
    ESYS_TR loaded = ESYS_TR_NONE;
    enum vsc_err err;
    TSS2_RC rc;

    objects_names(maker->objects, &names);
    err = layout_admin_branches(&names, &branches);
    if (err == VSC_OK)
        err = layout_area(LAYOUT_ADMIN, 0, &branches, &area);
    if (err == VSC_OK)
        err = objects_derive(maker->objects, DERIVED_ADMIN, admin_key, &auth);
    if (err == VSC_OK)
        err = index_define(maker, &area, &auth, &maker->admin_index, problem);
    if (err == VSC_OK)
        err = approver_load(approver, tpm, &loaded, problem);
    if (err != VSC_OK)
        return err;
    err = approver_authorise(approver, tpm, loaded, maker->policy, problem);
    tpm_flush(tpm, &loaded);
    if (err == VSC_OK)
        err = session_use(tpm, maker->policy, TPMA_SESSION_CONTINUESESSION, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_PolicyCommandCode(tpm->esys, maker->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                TPM2_CC_NV_Write);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyOR(tpm->esys, maker->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           &branches);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_NV_Write(tpm->esys, maker->admin_index, maker->admin_index, maker->policy,
                           ESYS_TR_NONE, ESYS_TR_NONE, &zeroes, 0);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_NV_Write", problem);
    err = index_pin(maker, maker->admin_index, &area, &maker->objects->admin, problem);
    /* From here on it authorises the writing of P and U. */
    return err == VSC_OK ? tpm_set_auth(tpm, maker->admin_index, &auth, problem) : err;
}

/* P or U: defined with its authValue, written by A's authority, pinned. */
static enum vsc_err make_pin_fail(struct maker *maker, const TPML_DIGEST *branches,
                                  const struct secret *auth, unsigned limit,
                                  struct pinned_index *ret_pinned, struct problem *problem)
{
    struct tpm *tpm = &maker->change->tpm;
    ESYS_TR index = ESYS_TR_NONE;
    TPMS_NV_PUBLIC area;
    enum vsc_err err;

    err = layout_area(LAYOUT_PIN, 0, branches, &area);
    if (err == VSC_OK)
        err = index_define(maker, &area, auth, &index, problem);
    if (err == VSC_OK)
        err = index_write(maker, index, branches, limit, problem);
    if (err == VSC_OK)
        err = index_pin(maker, index, &area, ret_pinned, problem);
    tpm_forget_auth(tpm, index);
    tpm_release(tpm, &index);
    return err;
}

static enum vsc_err make_puk(struct maker *maker, const struct card_new *new_card,
                             struct problem *problem)
{
    auto_secret struct secret auth = {0};
    struct card_names names;
    TPML_DIGEST branches;
    enum vsc_err err;

    objects_names(maker->objects, &names);
    err = layout_puk_branches(&names, &branches);
    if (err == VSC_OK)
        err = objects_derive(maker->objects, DERIVED_PUK, new_card->puk, &auth);
    if (err == VSC_OK)
        err = make_pin_fail(maker, &branches, &auth, new_card->conf.tries, &maker->objects->puk,
                            problem);
    maker->objects->has_puk = err == VSC_OK;
    return err;
}

/*
 * H: an HMAC key that the TPM verifies PolicySigned with and that can do nothing else (userWithAuth
 * clear, adminWithPolicy set, empty policy). Its bytes are the card's own: HMAC(master, serial).
 */
static enum vsc_err make_helpdesk(struct maker *maker, const struct card_new *new_card,
                                  struct problem *problem)
{
    static const TPM2B_PUBLIC template = {
        .publicArea = {
            .type = TPM2_ALG_KEYEDHASH,
            .nameAlg = TPM2_ALG_SHA256,
            .objectAttributes = TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_FIXEDTPM |
                                TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_ADMINWITHPOLICY |
                                TPMA_OBJECT_NODA,
            .parameters.keyedHashDetail.scheme = {.scheme = TPM2_ALG_HMAC,
                                                  .details.hmac.hashAlg = TPM2_ALG_SHA256},
        }};
    static const TPM2B_DATA nothing = {0};
    static const TPML_PCR_SELECTION no_pcr = {0};
    struct tpm *tpm = &maker->change->tpm;
    TPM2B_SENSITIVE_CREATE sensitive = {.sensitive.data.size = HELPDESK_KEY_SIZE};
    TPM2B_PRIVATE *private = NULL;
    TPM2B_PUBLIC *area = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err =
        session_use(tpm, maker->hmac, TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT, problem);
    if (err != VSC_OK)
        return err;
    if (new_card->helpdesk_key != NULL)
        memcpy(sensitive.sensitive.data.buffer, new_card->helpdesk_key->bytes, HELPDESK_KEY_SIZE);
    else
        err = helpdesk_card_key(new_card->helpdesk, maker->objects->serial,
                                sensitive.sensitive.data.buffer);
    if (err != VSC_OK)
        return err;
    rc = Esys_Create(tpm->esys, maker->srk, ESYS_TR_PASSWORD, maker->hmac, ESYS_TR_NONE, &sensitive,
                     &template, &nothing, &no_pcr, &private, &area, NULL, NULL, NULL);
    explicit_bzero(&sensitive, sizeof sensitive);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_Create", problem);
    maker->objects->helpdesk = *area;
    maker->objects->helpdesk_private = *private;
    maker->objects->has_helpdesk = true;
    Esys_Free(area);
    Esys_Free(private);
    return VSC_OK;
}

static enum vsc_err make_pin(struct maker *maker, const struct card_new *new_card,
                             struct problem *problem)
{
    auto_secret struct secret auth = {0};
    struct card_names names;
    TPML_DIGEST branches;
    enum vsc_err err;

    objects_names(maker->objects, &names);
    err = layout_pin_branches(&names, &branches);
    if (err == VSC_OK)
        err = objects_derive(maker->objects, DERIVED_PIN, new_card->pin, &auth);
    if (err == VSC_OK)
        err = make_pin_fail(maker, &branches, &auth, new_card->conf.tries, &maker->objects->pin,
                            problem);
    return err;
}

static enum vsc_err approve(struct maker *maker, const struct approver *approver,
                            struct problem *problem)
{
    struct tpm *tpm = &maker->change->tpm;
    struct objects *objects = maker->objects;
    ESYS_TR loaded = ESYS_TR_NONE;
    TPM2B_DIGEST policy;
    enum vsc_err err;

    err = approver_load(approver, tpm, &loaded, problem);
    if (err != VSC_OK)
        return err;
    err = layout_approved(&objects->pin.name, &policy);
    if (err == VSC_OK)
        err = approver_approve(approver, tpm, loaded, &policy, layout_pin_ref(),
                               &objects->pin_approval, problem);
    if (err == VSC_OK && objects->has_puk) {
        err = layout_approved(&objects->puk.name, &policy);
        if (err == VSC_OK)
            err = approver_approve(approver, tpm, loaded, &policy, layout_puk_ref(),
                                   &objects->puk_approval, problem);
    }
    tpm_flush(tpm, &loaded);
    return err;
}

enum vsc_err maker_indices(struct maker *maker, const struct card_new *new_card,
                           struct problem *problem)
{
    auto_approver struct approver approver = {0};
    enum vsc_err err;

    err = approver_new(&approver, problem);
    if (err != VSC_OK)
        return err;
    maker->objects->kind = GATE_INDEX;
    maker->objects->approver = approver.area;
    err = make_admin(maker, &approver, new_card->admin_key, problem);
    if (err == VSC_OK && new_card->puk != NULL)
        err = make_puk(maker, new_card, problem);
    if (err == VSC_OK && (new_card->helpdesk != NULL || new_card->helpdesk_key != NULL))
        err = make_helpdesk(maker, new_card, problem);
    if (err == VSC_OK)
        err = make_pin(maker, new_card, problem);
    if (err == VSC_OK)
        err = approve(maker, &approver, problem);
    return err;
}
