/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds or makes the storage root key that a card pins. */
#include <string.h>

#include "card/admin/hierarchy.h"
#include "card/admin/maker.h"
#include "card/tpm/policy.h"

#define SRK_OWN_COUNT 32u
/* noDA matters: without it a DA lockout locks every card, and each power cut adds to the counter.
 */
#define SRK_ATTRIBUTES                                                                             \
    (TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT | TPMA_OBJECT_SENSITIVEDATAORIGIN |            \
     TPMA_OBJECT_USERWITHAUTH | TPMA_OBJECT_NODA | TPMA_OBJECT_RESTRICTED | TPMA_OBJECT_DECRYPT)

enum verdict {
    VERDICT_FREE, /* nothing there */
    VERDICT_FIT,
    VERDICT_UNFIT,
};

/*
 * Is its authValue empty? Load checks the parent's authorisation before its parameters, so that a
 * load of nonsense tells without making or changing anything.
 */
static enum vsc_err has_empty_auth(struct tpm *tpm, ESYS_TR srk, bool *ret_empty,
                                   struct problem *problem)
{
    static const TPM2B_PRIVATE nonsense = {.size = 4, .buffer = {0, 2, 0, 0}};
    static const TPM2B_PUBLIC area = {
        .publicArea = {.type = TPM2_ALG_KEYEDHASH,
                       .nameAlg = TPM2_ALG_SHA256,
                       .parameters.keyedHashDetail.scheme.scheme = TPM2_ALG_NULL}};
    ESYS_TR loaded = ESYS_TR_NONE;
    TSS2_RC rc = Esys_Load(tpm->esys, srk, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &nonsense,
                           &area, &loaded);
    uint32_t base = tpm_base_code(rc);

    if (rc == TSS2_RC_SUCCESS)
        tpm_flush(tpm, &loaded);
    *ret_empty = (tpm_code(rc) & TPM2_RC_FMT1) != 0 && (tpm_code(rc) & TPM2_RC_P) != 0;
    if (*ret_empty || base == TPM2_RC_BAD_AUTH || base == TPM2_RC_AUTH_FAIL ||
        base == TPM2_RC_AUTH_UNAVAILABLE)
        return VSC_OK;
    return tpm_status(tpm, rc, "TPM2_Load", problem);
}

static bool is_fit(const TPMT_PUBLIC *area)
{
    TPMA_OBJECT relevant = area->objectAttributes & ~(TPMA_OBJECT)TPMA_OBJECT_ADMINWITHPOLICY;

    return (area->type == TPM2_ALG_ECC || area->type == TPM2_ALG_RSA) &&
           area->nameAlg == TPM2_ALG_SHA256 && relevant == SRK_ATTRIBUTES;
}

static enum vsc_err judge(struct maker *maker, TPM2_HANDLE at, enum verdict *ret_verdict,
                          struct problem *problem)
{
    struct tpm *tpm = &maker->change->tpm;
    TPM2B_PUBLIC *area = NULL;
    enum vsc_err err = VSC_OK;
    bool empty = false;
    TSS2_RC rc =
        Esys_TR_FromTPMPublic(tpm->esys, at, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &maker->srk);

    if (tpm_base_code(rc) == TPM2_RC_HANDLE) {
        *ret_verdict = VERDICT_FREE;
        return VSC_OK;
    }
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_ReadPublic(tpm->esys, maker->srk, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &area,
                             NULL, NULL);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_ReadPublic", problem);
    *ret_verdict = VERDICT_UNFIT;
    if (is_fit(&area->publicArea))
        err = has_empty_auth(tpm, maker->srk, &empty, problem);
    if (err == VSC_OK && empty) {
        maker->objects->srk = *area;
        maker->objects->srk_at = at;
        *ret_verdict = VERDICT_FIT;
    }
    Esys_Free(area);
    if (*ret_verdict != VERDICT_FIT)
        tpm_release(tpm, &maker->srk);
    return err;
}

/* The ECC P-256 storage key of the TCG's EK credential profile and provisioning guidance. */
static enum vsc_err make_srk(struct maker *maker, TPM2_HANDLE at, struct problem *problem)
{
    static const TPM2B_PUBLIC template = {
        .publicArea = {
            .type = TPM2_ALG_ECC,
            .nameAlg = TPM2_ALG_SHA256,
            .objectAttributes = SRK_ATTRIBUTES,
            .parameters.eccDetail = {.symmetric = {.algorithm = TPM2_ALG_AES,
                                                   .keyBits.aes = 128,
                                                   .mode.aes = TPM2_ALG_CFB},
                                     .scheme.scheme = TPM2_ALG_NULL,
                                     .curveID = TPM2_ECC_NIST_P256,
                                     .kdf.scheme = TPM2_ALG_NULL},
            .unique.ecc = {.x.size = 32, .y.size = 32},
        }};
    static const TPM2B_SENSITIVE_CREATE no_secret = {0};
    static const TPM2B_DATA nothing = {0};
    static const TPML_PCR_SELECTION no_pcr = {0};
    struct tpm *tpm = &maker->change->tpm;
    ESYS_TR primary = ESYS_TR_NONE, persistent = ESYS_TR_NONE, owner = ESYS_TR_NONE;
    const char *command = "TPM2_CreatePrimary";
    enum verdict verdict = VERDICT_UNFIT;
    enum vsc_err err;
    TSS2_RC rc;

    err = hierarchy_session(maker->change, &owner, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_CreatePrimary(tpm->esys, ESYS_TR_RH_OWNER, owner, ESYS_TR_NONE, ESYS_TR_NONE,
                            &no_secret, &template, &nothing, &no_pcr, &primary, NULL, NULL, NULL,
                            NULL);
    if (rc == TSS2_RC_SUCCESS) {
        command = "TPM2_EvictControl";
        rc = Esys_EvictControl(tpm->esys, ESYS_TR_RH_OWNER, primary, owner, ESYS_TR_NONE,
                               ESYS_TR_NONE, at, &persistent);
        tpm_flush(tpm, &primary);
    }
    hierarchy_session_end(maker->change, &owner);
    if (rc != TSS2_RC_SUCCESS)
        return hierarchy_status(maker->change, rc, command, problem);
    tpm_release(tpm, &persistent);
    err = judge(maker, at, &verdict, problem);
    if (err == VSC_OK && verdict != VERDICT_FIT)
        return problem_set(problem, VSC_TPM, "the new storage root key is not what was asked for");
    return err;
}

static enum vsc_err pin_srk(struct maker *maker, struct problem *problem)
{
    struct objects *objects = maker->objects;
    uint8_t *blob = NULL;
    size_t len = 0;
    TSS2_RC rc = Esys_TR_Serialize(maker->change->tpm.esys, maker->srk, &blob, &len);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(&maker->change->tpm, rc, "Esys_TR_Serialize", problem);
    if (len <= sizeof objects->srk_handle.data) {
        memcpy(objects->srk_handle.data, blob, len);
        objects->srk_handle.len = len;
    }
    Esys_Free(blob);
    return name_of_public(&objects->srk.publicArea, &objects->srk_name);
}

/* The first fit or free place of ours. */
static enum vsc_err own_srk(struct maker *maker, struct problem *problem)
{
    for (TPM2_HANDLE at = SRK_OWN_FIRST; at < SRK_OWN_FIRST + SRK_OWN_COUNT; at++) {
        enum verdict verdict = VERDICT_UNFIT;
        enum vsc_err err = judge(maker, at, &verdict, problem);

        if (err != VSC_OK || verdict == VERDICT_FIT)
            return err;
        if (verdict == VERDICT_FREE)
            return make_srk(maker, at, problem);
    }
    return problem_set(problem, VSC_TPM, "no handle is free for a storage root key");
}

enum vsc_err maker_srk(struct maker *maker, struct problem *problem)
{
    enum verdict verdict = VERDICT_UNFIT;
    enum vsc_err err;

    err = judge(maker, SRK_COMMON, &verdict, problem);
    if (err == VSC_OK && verdict != VERDICT_FIT)
        err = own_srk(maker, problem);
    return err == VSC_OK ? pin_srk(maker, problem) : err;
}
