/* SPDX-License-Identifier: BSD-2-Clause */
/* ESYS context, response codes and sessions, see the header. */
#include "card/tpm/tpm.h"

#include <malloc.h>
#include <string.h>
#include <tss2/tss2_rc.h>

#include "card/tpm/crypto_context.h"
#include "card/tpm/tcti.h"

#define FREED_BYTE 0xa7
#define FLUSH_MS   1000

enum vsc_err tpm_open(struct tpm *tpm, const char *tcti, struct problem *problem)
{
    enum vsc_err err;
    TSS2_RC rc;

    /* tpm2-tss keeps an authValue in its sessions, and frees them as they are: free() overwrites.
     */
    (void)mallopt(M_PERTURB, FREED_BYTE);
    err = tcti_open(tcti, &tpm->deadline, &tpm->tcti, problem);
    if (err != VSC_OK)
        return err;
    crypto_share_context();
    rc = Esys_Initialize(&tpm->esys, tpm->tcti, NULL);
    if (rc != TSS2_RC_SUCCESS) {
        tcti_close(tpm->tcti);
        tpm->tcti = NULL;
        tpm->esys = NULL;
        return problem_set(problem, VSC_TPM, "Esys_Initialize: %s (0x%X)", Tss2_RC_Decode(rc), rc);
    }
    return VSC_OK;
}

void tpm_close(struct tpm *tpm)
{
    if (tpm->esys != NULL)
        Esys_Finalize(&tpm->esys);
    tcti_close(tpm->tcti);
    tpm->esys = NULL;
    tpm->tcti = NULL;
}

bool tpm_is_usable(const struct tpm *tpm)
{
    return tpm->esys != NULL && !tcti_is_broken(tpm->tcti);
}

uint32_t tpm_code(TSS2_RC rc)
{
    TSS2_RC layer = rc & TSS2_RC_LAYER_MASK;

    /* A resource manager hands on what the TPM said in a layer of its own. */
    if (layer != TSS2_TPM_RC_LAYER && layer != TSS2_RESMGR_TPM_RC_LAYER)
        return 0;
    return rc & 0xFFF;
}

uint32_t tpm_base_code(TSS2_RC rc)
{
    uint32_t code = tpm_code(rc);

    return (code & TPM2_RC_FMT1) != 0 ? code & (TPM2_RC_FMT1 | 0x3F) : code;
}

static enum vsc_err translate(const struct tpm *tpm, TSS2_RC rc)
{
    if (rc == TSS2_ESYS_RC_MEMORY)
        return VSC_MEMORY;
    if (tpm_code(rc) == TPM2_RC_LOCKOUT)
        return VSC_TPM_LOCKED;
    if (tpm_code(rc) == 0 && deadline_left(&tpm->deadline) == 0)
        return VSC_TIMEOUT;
    return VSC_TPM;
}

enum vsc_err tpm_status(const struct tpm *tpm, TSS2_RC rc, const char *command,
                        struct problem *problem)
{
    if (rc == TSS2_RC_SUCCESS)
        return VSC_OK;
    return problem_set(problem, translate(tpm, rc), "%s: %s (0x%X)", command, Tss2_RC_Decode(rc),
                       rc);
}

enum vsc_err session_start(struct tpm *tpm, ESYS_TR salt_key, enum session_kind kind,
                           ESYS_TR *ret_session, struct problem *problem)
{
    static const TPMT_SYM_DEF aes = {
        .algorithm = TPM2_ALG_AES, .keyBits.aes = 128, .mode.aes = TPM2_ALG_CFB};
    ESYS_TR session = ESYS_TR_NONE;
    TSS2_RC rc = Esys_StartAuthSession(
        tpm->esys, salt_key, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL,
        kind == SESSION_HMAC ? TPM2_SE_HMAC : TPM2_SE_POLICY, &aes, TPM2_ALG_SHA256, &session);

    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_StartAuthSession", problem);
    *ret_session = session;
    return VSC_OK;
}

enum vsc_err session_use(struct tpm *tpm, ESYS_TR session, TPMA_SESSION attributes,
                         struct problem *problem)
{
    TSS2_RC rc = Esys_TRSess_SetAttributes(tpm->esys, session, attributes, 0xFF);

    return tpm_status(tpm, rc, "Esys_TRSess_SetAttributes", problem);
}

void tpm_flush(struct tpm *tpm, ESYS_TR *handle)
{
    const struct deadline own = tpm->deadline;

    if (*handle == ESYS_TR_NONE)
        return;
    /* A person who thought for long has used up the time; what is open is closed still. */
    if (deadline_left(&own) < FLUSH_MS)
        tpm->deadline = deadline_in(FLUSH_MS);
    if (tpm_is_usable(tpm))
        (void)Esys_FlushContext(tpm->esys, *handle);
    tpm->deadline = own;
    *handle = ESYS_TR_NONE;
}

void session_ended(struct tpm *tpm, ESYS_TR *session)
{
    tpm_release(tpm, session);
}

void tpm_release(struct tpm *tpm, ESYS_TR *handle)
{
    if (*handle != ESYS_TR_NONE && tpm->esys != NULL)
        (void)Esys_TR_Close(tpm->esys, handle);
    *handle = ESYS_TR_NONE;
}

enum vsc_err tpm_set_auth(struct tpm *tpm, ESYS_TR object, const struct secret *auth,
                          struct problem *problem)
{
    TPM2B_AUTH value = {.size = (UINT16)auth->len};
    TSS2_RC rc;

    if (auth->len > sizeof value.buffer)
        return VSC_TPM;
    memcpy(value.buffer, auth->bytes, auth->len);
    rc = Esys_TR_SetAuth(tpm->esys, object, &value);
    explicit_bzero(&value, sizeof value);
    return tpm_status(tpm, rc, "Esys_TR_SetAuth", problem);
}

void tpm_forget_auth(struct tpm *tpm, ESYS_TR object)
{
    TPM2B_AUTH zeroes = {.size = sizeof zeroes.buffer};

    if (object == ESYS_TR_NONE || tpm->esys == NULL)
        return;
    /* ESYS strips trailing zeroes by their number only, so this overwrites what stood there. */
    (void)Esys_TR_SetAuth(tpm->esys, object, &zeroes);
    (void)Esys_TR_SetAuth(tpm->esys, object, NULL);
}
