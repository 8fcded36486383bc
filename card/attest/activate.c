/* SPDX-License-Identifier: BSD-2-Clause */
/* Answers a challenge, see attest.h. */
#include <string.h>

#include "card/attest/bench.h"
#include "card/attest/ek_tpm.h"

/* The EK's policy: PolicySecret(TPM_RH_ENDORSEMENT). */
static enum vsc_err open_policy(struct bench *bench, ESYS_TR *ret_policy, struct problem *problem)
{
    static const TPM2B_NONCE nothing = {0};
    struct tpm *tpm = &bench->opened.tpm;
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err = session_start(tpm, bench->opened.gate.srk, SESSION_POLICY, ret_policy, problem);
    if (err != VSC_OK)
        return err;
    rc = Esys_PolicySecret(tpm->esys, ESYS_TR_RH_ENDORSEMENT, *ret_policy, ESYS_TR_PASSWORD,
                           ESYS_TR_NONE, ESYS_TR_NONE, &nothing, &nothing, &nothing, 0, &timeout,
                           &ticket);
    if (rc != TSS2_RC_SUCCESS)
        return ek_status(tpm, rc, "TPM2_PolicySecret", problem);
    Esys_Free(timeout);
    Esys_Free(ticket);
    /* The secret comes back encrypted. */
    return session_use(tpm, *ret_policy, TPMA_SESSION_ENCRYPT, problem);
}

static enum vsc_err activate(struct bench *bench, const struct credential *challenge, ESYS_TR ek,
                             struct secret *ret_secret, struct problem *problem)
{
    struct tpm *tpm = &bench->opened.tpm;
    ESYS_TR policy = ESYS_TR_NONE;
    TPM2B_DIGEST *secret = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    err = open_policy(bench, &policy, problem);
    if (err != VSC_OK) {
        tpm_flush(tpm, &policy);
        return err;
    }
    rc = Esys_ActivateCredential(tpm->esys, bench->ak, ek, ESYS_TR_PASSWORD, policy, ESYS_TR_NONE,
                                 &challenge->blob, &challenge->seed, &secret);
    if (rc != TSS2_RC_SUCCESS) {
        tpm_flush(tpm, &policy);
        /* A parameter is refused; swtpm says TPM2_RC_FAILURE of a seed that it cannot open. */
        if ((tpm_code(rc) & (TPM2_RC_P | TPM2_RC_FMT1)) == (TPM2_RC_P | TPM2_RC_FMT1) ||
            tpm_code(rc) == TPM2_RC_FAILURE)
            return problem_set(problem, VSC_DENIED,
                               "the challenge is not for this TPM and this card's attestation key "
                               "(TPM2_ActivateCredential: 0x%X)",
                               rc);
        return tpm_status(tpm, rc, "TPM2_ActivateCredential", problem);
    }
    session_ended(tpm, &policy);
    err = secret_set(ret_secret, secret->buffer, secret->size);
    explicit_bzero(secret, sizeof *secret);
    Esys_Free(secret);
    return err;
}

enum vsc_err attest_activate(const struct attest_where *where, const struct credential *challenge,
                             struct secret *ret_secret, struct problem *problem)
{
    auto_bench struct bench bench = BENCH_CLOSED;
    struct bundle *bundle = bundle_new();
    ESYS_TR ek = ESYS_TR_NONE;
    TPM2B_PUBLIC area;
    enum vsc_err err;

    if (bundle == NULL)
        return VSC_MEMORY;
    err = bench_open(&bench, where, bundle, problem);
    bundle_free(bundle);
    if (err == VSC_OK)
        err = ek_load(&bench.opened.tpm, &ek, &area, problem);
    if (err == VSC_OK)
        err = activate(&bench, challenge, ek, ret_secret, problem);
    tpm_flush(&bench.opened.tpm, &ek);
    return err;
}
