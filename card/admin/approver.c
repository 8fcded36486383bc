/* SPDX-License-Identifier: BSD-2-Clause */
/* The throw-away key K, see the header. */
#include "card/admin/approver.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <string.h>

#include "card/tpm/policy.h"
#include "common/own.h"

#define FIELD 32 /* bytes of a P-256 coordinate */

DEFINE_AUTO(BIGNUM, BN_free)
DEFINE_AUTO(ECDSA_SIG, ECDSA_SIG_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

static bool coordinate(const EVP_PKEY *key, const char *name, TPM2B_ECC_PARAMETER *ret_value)
{
    auto_by(BN_free) BIGNUM *number = NULL;

    if (EVP_PKEY_get_bn_param(key, name, &number) != 1 ||
        BN_bn2binpad(number, ret_value->buffer, FIELD) != FIELD)
        return false;
    ret_value->size = FIELD;
    return true;
}

enum vsc_err approver_new(struct approver *ret_approver, struct problem *problem)
{
    struct approver approver = {
        .key = EVP_EC_gen("P-256"),
        .area.publicArea = {
            .type = TPM2_ALG_ECC,
            .nameAlg = TPM2_ALG_SHA256,
            .objectAttributes = TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_USERWITHAUTH,
            .parameters.eccDetail = {.symmetric.algorithm = TPM2_ALG_NULL,
                                     .scheme.scheme = TPM2_ALG_NULL,
                                     .curveID = TPM2_ECC_NIST_P256,
                                     .kdf.scheme = TPM2_ALG_NULL},
        }};
    TPMS_ECC_POINT *point = &approver.area.publicArea.unique.ecc;

    if (approver.key == NULL || !coordinate(approver.key, OSSL_PKEY_PARAM_EC_PUB_X, &point->x) ||
        !coordinate(approver.key, OSSL_PKEY_PARAM_EC_PUB_Y, &point->y)) {
        EVP_PKEY_free(approver.key);
        return problem_set(problem, VSC_SYSTEM, "libcrypto cannot make a P-256 key");
    }
    *ret_approver = approver;
    return VSC_OK;
}

void approver_done(struct approver *approver)
{
    EVP_PKEY_free(approver->key); /* clears the private number */
    approver->key = NULL;
}

enum vsc_err approver_load(const struct approver *approver, struct tpm *tpm, ESYS_TR *ret_handle,
                           struct problem *problem)
{
    /* In the owner hierarchy: only then are there tickets that a reset does not make worthless. */
    TSS2_RC rc = Esys_LoadExternal(tpm->esys, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, NULL,
                                   &approver->area, ESYS_TR_RH_OWNER, ret_handle);

    return tpm_status(tpm, rc, "TPM2_LoadExternal", problem);
}

/* ECDSA over a finished digest. */
static enum vsc_err sign(const struct approver *approver,
                         const unsigned char digest[TPM2_SHA256_DIGEST_SIZE],
                         TPMT_SIGNATURE *ret_signature)
{
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(approver->key, NULL);
    auto_by(ECDSA_SIG_free) ECDSA_SIG *sig = NULL;
    TPMS_SIGNATURE_ECC *ecc = &ret_signature->signature.ecdsa;
    unsigned char der[128];
    const unsigned char *at = der;
    size_t len = sizeof der;

    if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1 ||
        EVP_PKEY_sign(ctx, der, &len, digest, TPM2_SHA256_DIGEST_SIZE) != 1)
        return VSC_SYSTEM;
    sig = d2i_ECDSA_SIG(NULL, &at, (long)len);
    if (sig == NULL)
        return VSC_SYSTEM;
    *ret_signature = (TPMT_SIGNATURE){.sigAlg = TPM2_ALG_ECDSA};
    ecc->hash = TPM2_ALG_SHA256;
    ecc->signatureR.size = FIELD;
    ecc->signatureS.size = FIELD;
    if (BN_bn2binpad(ECDSA_SIG_get0_r(sig), ecc->signatureR.buffer, FIELD) != FIELD ||
        BN_bn2binpad(ECDSA_SIG_get0_s(sig), ecc->signatureS.buffer, FIELD) != FIELD)
        return VSC_SYSTEM;
    return VSC_OK;
}

enum vsc_err approver_authorise(const struct approver *approver, struct tpm *tpm, ESYS_TR loaded,
                                ESYS_TR policy, struct problem *problem)
{
    static const unsigned char no_expiration[4] = {0};
    static const TPM2B_NONCE empty = {0};
    unsigned char digest[TPM2_SHA256_DIGEST_SIZE];
    TPMT_SIGNATURE signature;
    TPM2B_NONCE *nonce = NULL;
    TPM2B_TIMEOUT *timeout = NULL;
    TPMT_TK_AUTH *ticket = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    rc = Esys_TRSess_GetNonceTPM(tpm->esys, policy, &nonce);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "Esys_TRSess_GetNonceTPM", problem);
    /* aHash = H(nonceTPM || expiration || cpHashA || policyRef), part 3, 23.3 */
    err = sha256_of(nonce->buffer, nonce->size, no_expiration, sizeof no_expiration, digest);
    if (err == VSC_OK)
        err = sign(approver, digest, &signature);
    if (err == VSC_OK) {
        rc = Esys_PolicySigned(tpm->esys, loaded, policy, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                               nonce, &empty, &empty, 0, &signature, &timeout, &ticket);
        err = tpm_status(tpm, rc, "TPM2_PolicySigned", problem);
    }
    Esys_Free(nonce);
    Esys_Free(timeout);
    Esys_Free(ticket);
    return err;
}

enum vsc_err approver_approve(const struct approver *approver, struct tpm *tpm, ESYS_TR loaded,
                              const TPM2B_DIGEST *policy, const TPM2B_NONCE *ref,
                              struct approval *ret_approval, struct problem *problem)
{
    TPM2B_DIGEST digest = {.size = TPM2_SHA256_DIGEST_SIZE};
    TPMT_TK_VERIFIED *ticket = NULL;
    enum vsc_err err;
    TSS2_RC rc;

    /* aHash = H(approvedPolicy || policyRef), part 3, 23.16 */
    err = sha256_of(policy->buffer, policy->size, ref->buffer, ref->size, digest.buffer);
    if (err == VSC_OK)
        err = sign(approver, digest.buffer, &ret_approval->signature);
    if (err != VSC_OK)
        return problem_set(problem, err, "libcrypto cannot sign");
    rc = Esys_VerifySignature(tpm->esys, loaded, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE, &digest,
                              &ret_approval->signature, &ticket);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(tpm, rc, "TPM2_VerifySignature", problem);
    ret_approval->ticket = *ticket;
    Esys_Free(ticket);
    return VSC_OK;
}
