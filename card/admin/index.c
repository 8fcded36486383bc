/* SPDX-License-Identifier: BSD-2-Clause */
/* Defines, writes and pins the NV indices of a card. */
#include <openssl/rand.h>
#include <string.h>

#include "card/admin/hierarchy.h"
#include "card/admin/maker.h"
#include "card/tpm/policy.h"

#define HANDLE_FIRST 0x01800000u
#define HANDLE_MASK  0x003FFFFFu /* up to 0x01BFFFFF */
#define HANDLE_TRIES 8

static enum vsc_err random_handle(TPM2_HANDLE *ret_handle)
{
    uint32_t number;

    if (RAND_bytes((unsigned char *)&number, sizeof number) != 1)
        return VSC_SYSTEM;
    *ret_handle = HANDLE_FIRST + (number & HANDLE_MASK);
    return VSC_OK;
}

/* One attempt; VSC_EXISTS if the handle is taken. */
static enum vsc_err define_at(struct maker *maker, const TPMS_NV_PUBLIC *area,
                              const struct secret *auth, ESYS_TR *ret_index,
                              struct problem *problem)
{
    struct tpm *tpm = &maker->change->tpm;
    TPM2B_NV_PUBLIC public = {.nvPublic = *area};
    TPM2B_AUTH value = {.size = (UINT16)auth->len};
    enum vsc_err err;
    TSS2_RC rc;

    if (auth->len > sizeof value.buffer)
        return VSC_TPM;
    /* One session for both: it authorises, and encrypts the authValue. */
    err =
        session_use(tpm, maker->hmac, TPMA_SESSION_CONTINUESESSION | TPMA_SESSION_DECRYPT, problem);
    if (err == VSC_OK && maker->change->ownerauth != NULL)
        err = tpm_set_auth(tpm, ESYS_TR_RH_OWNER, maker->change->ownerauth, problem);
    if (err != VSC_OK)
        return err;
    memcpy(value.buffer, auth->bytes, auth->len);
    rc = Esys_NV_DefineSpace(tpm->esys, ESYS_TR_RH_OWNER, maker->hmac, ESYS_TR_NONE, ESYS_TR_NONE,
                             &value, &public, ret_index);
    tpm_forget_auth(tpm, ESYS_TR_RH_OWNER);
    explicit_bzero(&value, sizeof value);
    if (tpm_code(rc) == TPM2_RC_NV_DEFINED)
        return VSC_EXISTS;
    if (tpm_base_code(rc) == TPM2_RC_ATTRIBUTES || tpm_base_code(rc) == TPM2_RC_RESERVED_BITS ||
        tpm_base_code(rc) == TPM2_RC_VALUE || tpm_base_code(rc) == TPM2_RC_TYPE)
        return problem_set(problem, VSC_INPUT, "the TPM does not know this type of index (0x%X)",
                           rc);
    return hierarchy_status(maker->change, rc, "TPM2_NV_DefineSpace", problem);
}

enum vsc_err index_define(struct maker *maker, TPMS_NV_PUBLIC *area, const struct secret *auth,
                          ESYS_TR *ret_index, struct problem *problem)
{
    enum vsc_err err = VSC_EXISTS;

    for (int try = 0; err == VSC_EXISTS && try < HANDLE_TRIES; try++) {
        err = random_handle(&area->nvIndex);
        if (err == VSC_OK)
            err = journal_add(&maker->journal, area, problem);
        if (err == VSC_OK)
            err = define_at(maker, area, auth, ret_index, problem);
        if (err == VSC_EXISTS)
            maker->journal.count--;
    }
    if (err == VSC_EXISTS)
        return problem_set(problem, VSC_TPM, "no free NV handle found");
    return err;
}

enum vsc_err index_write(struct maker *maker, ESYS_TR index, const TPML_DIGEST *branches,
                         unsigned limit, struct problem *problem)
{
    static const TPM2B_NONCE empty = {0};
    struct tpm *tpm = &maker->change->tpm;
    TPM2B_MAX_NV_BUFFER data = {.size = INDEX_SIZE};
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    data.buffer[INDEX_SIZE - 1] = (BYTE)limit;
    err = session_use(tpm, maker->hmac, TPMA_SESSION_CONTINUESESSION, problem);
    if (err == VSC_OK)
        err = session_use(tpm, maker->policy, TPMA_SESSION_CONTINUESESSION, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_PolicySecret(tpm->esys, maker->admin_index, maker->policy, maker->hmac, ESYS_TR_NONE,
                           ESYS_TR_NONE, &empty, &empty, &empty, 0, &timeout, &ticket);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_PolicySecret", problem);
    Esys_Free(timeout);
    Esys_Free(ticket);
    rc = Esys_PolicyCommandCode(tpm->esys, maker->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                                TPM2_CC_NV_Write);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_PolicyOR(tpm->esys, maker->policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                           branches);
    if (rc == TSS2_RC_SUCCESS)
        rc = Esys_NV_Write(tpm->esys, index, index, maker->policy, ESYS_TR_NONE, ESYS_TR_NONE,
                           &data, 0);
    return tpm_status(tpm, rc, "TPM2_NV_Write", problem);
}

enum vsc_err index_pin(struct maker *maker, ESYS_TR index, const TPMS_NV_PUBLIC *area,
                       struct pinned_index *ret_pinned, struct problem *problem)
{
    struct tpm *tpm = &maker->change->tpm;
    TPMS_NV_PUBLIC wanted = *area;
    TPM2B_NV_PUBLIC *found = NULL;
    TPM2B_NAME *name = NULL;
    enum vsc_err err;
    uint8_t *blob = NULL;
    size_t len = 0;
    TSS2_RC rc;

    wanted.attributes |= TPMA_NV_WRITTEN;
    err = name_of_index(&wanted, &ret_pinned->name);
    if (err != VSC_OK)
        return err;
    rc = Esys_NV_ReadPublic(tpm->esys, index, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &found,
                            &name);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_NV_ReadPublic", problem);
    ret_pinned->area = *found;
    if (name->size != ret_pinned->name.size ||
        memcmp(name->name, ret_pinned->name.name, name->size) != 0)
        err = problem_set(problem, VSC_TPM, "the TPM made another index than was asked for");
    Esys_Free(found);
    Esys_Free(name);
    if (err != VSC_OK)
        return err;
    rc = Esys_TR_Serialize(tpm->esys, index, &blob, &len);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "Esys_TR_Serialize", problem);
    if (len <= sizeof ret_pinned->handle.data) {
        memcpy(ret_pinned->handle.data, blob, len);
        ret_pinned->handle.len = len;
    }
    Esys_Free(blob);
    return VSC_OK;
}
