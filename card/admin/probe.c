/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Detects NV indices of type PIN fail by trying: a scratch index with limit 2 must refuse the right
 * secret after two wrong ones. Chips up to about 2018 may lack them; a list of versions would lie.
 */
#include <openssl/rand.h>
#include <string.h>

#include "card/admin/hierarchy.h"
#include "card/admin/maker.h"

#define PROBE_LIMIT 2
#define PROBE_ATTRIBUTES                                                                           \
    (TPMA_NV_AUTHREAD | TPMA_NV_OWNERWRITE | TPMA_NV_NO_DA |                                       \
     (TPMA_NV)(TPM2_NT_PIN_FAIL << TPMA_NV_TPM2_NT_SHIFT))

static enum vsc_err random_secret(struct secret *ret_secret)
{
    unsigned char bytes[TPM2_SHA256_DIGEST_SIZE];
    enum vsc_err err = VSC_SYSTEM;

    if (RAND_bytes(bytes, sizeof bytes) == 1) {
        bytes[sizeof bytes - 1] |= 1;
        err = secret_set(ret_secret, bytes, sizeof bytes);
    }
    explicit_bzero(bytes, sizeof bytes);
    return err;
}

/* PolicySecret with this authValue: the TPM's answer. */
static TSS2_RC attempt(struct maker *maker, ESYS_TR index, const struct secret *auth)
{
    static const TPM2B_NONCE empty = {0};
    struct tpm *tpm = &maker->change->tpm;
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    TSS2_RC rc;

    if (session_use(tpm, maker->hmac, TPMA_SESSION_CONTINUESESSION, NULL) != VSC_OK ||
        tpm_set_auth(tpm, index, auth, NULL) != VSC_OK)
        return TSS2_ESYS_RC_GENERAL_FAILURE;
    rc = Esys_PolicySecret(tpm->esys, index, maker->policy, maker->hmac, ESYS_TR_NONE, ESYS_TR_NONE,
                           &empty, &empty, &empty, 0, &timeout, &ticket);
    tpm_forget_auth(tpm, index);
    Esys_Free(timeout);
    Esys_Free(ticket);
    return rc;
}

/* An answer about the authorisation. Anything else is a fault, and no reason for the fallback. */
static bool is_verdict(TSS2_RC rc)
{
    uint32_t base = tpm_base_code(rc);

    return rc == TSS2_RC_SUCCESS || base == TPM2_RC_BAD_AUTH || base == TPM2_RC_AUTH_FAIL ||
           base == TPM2_RC_AUTH_UNAVAILABLE;
}

static enum vsc_err count(struct maker *maker, ESYS_TR index, const struct secret *right,
                          const struct secret *wrong, bool *ret_works, struct problem *problem)
{
    TSS2_RC rc = TPM2_RC_BAD_AUTH;

    for (int i = 0; i < PROBE_LIMIT && tpm_base_code(rc) == TPM2_RC_BAD_AUTH; i++)
        rc = attempt(maker, index, wrong);
    if (tpm_base_code(rc) == TPM2_RC_BAD_AUTH)
        rc = attempt(maker, index, right);
    else if (tpm_code(rc) == TPM2_RC_AUTH_UNAVAILABLE)
        rc = TPM2_RC_SUCCESS; /* too early */
    if (!is_verdict(rc))
        return tpm_status(&maker->change->tpm, rc, "TPM2_PolicySecret", problem);
    *ret_works = tpm_code(rc) == TPM2_RC_AUTH_UNAVAILABLE;
    return VSC_OK;
}

static enum vsc_err write_limit(struct maker *maker, ESYS_TR index, struct problem *problem)
{
    static const TPM2B_MAX_NV_BUFFER limit = {.size = INDEX_SIZE,
                                              .buffer[INDEX_SIZE - 1] = PROBE_LIMIT};
    ESYS_TR owner = ESYS_TR_NONE;
    enum vsc_err err = hierarchy_session(maker->change, &owner, problem);
    TSS2_RC rc;

    if (err != VSC_OK)
        return err;
    rc = Esys_NV_Write(maker->change->tpm.esys, ESYS_TR_RH_OWNER, index, owner, ESYS_TR_NONE,
                       ESYS_TR_NONE, &limit, 0);
    hierarchy_session_end(maker->change, &owner);
    return hierarchy_status(maker->change, rc, "TPM2_NV_Write", problem);
}

static enum vsc_err probe_once(struct maker *maker, bool *ret_works, struct problem *problem)
{
    auto_secret struct secret right = {0}, wrong = {0};
    TPMS_NV_PUBLIC area = {.nameAlg = TPM2_ALG_SHA256,
                           .attributes = PROBE_ATTRIBUTES,
                           .authPolicy.size = TPM2_SHA256_DIGEST_SIZE,
                           .dataSize = INDEX_SIZE};
    ESYS_TR index = ESYS_TR_NONE;
    bool works = false;
    enum vsc_err err;

    /* A policy that nobody can satisfy: it makes the index recognisable as ours. */
    if (RAND_bytes(area.authPolicy.buffer, TPM2_SHA256_DIGEST_SIZE) != 1)
        return VSC_SYSTEM;
    err = random_secret(&right);
    if (err == VSC_OK)
        err = random_secret(&wrong);
    if (err == VSC_OK)
        err = index_define(maker, &area, &right, &index, problem);
    if (err == VSC_INPUT) {
        *ret_works = false;
        return VSC_OK;
    }
    if (err != VSC_OK)
        return err;
    err = write_limit(maker, index, problem);
    if (err == VSC_OK)
        err = count(maker, index, &right, &wrong, &works, problem);
    if (err == VSC_OK)
        err = index_undefine(maker->change, index, problem);
    else
        tpm_release(&maker->change->tpm, &index);
    if (err == VSC_OK)
        *ret_works = works;
    return err;
}

/* One answer out of turn must not give a card the weaker gate for its whole life: "no" counts when
 * it is said twice. */
enum vsc_err probe_pin_fail(struct maker *maker, bool *ret_works, struct problem *problem)
{
    bool works = false;
    enum vsc_err err = probe_once(maker, &works, problem);

    if (err == VSC_OK && !works)
        err = probe_once(maker, &works, problem);
    if (err == VSC_OK)
        *ret_works = works;
    return err;
}
