/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads a key, signs with it, and turns its public part into OpenSSL's. */
#include "card/tpm/key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <string.h>

#include "card/tpm/layout.h"
#include "common/own.h"

#define RSA_DEFAULT_EXPONENT 65537 /* what the TPM's 0 stands for */

DEFINE_AUTO(ECDSA_SIG, ECDSA_SIG_free)
DEFINE_AUTO(BIGNUM, BN_free)
DEFINE_AUTO(OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
DEFINE_AUTO(OSSL_PARAM, OSSL_PARAM_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)

enum vsc_err key_check(const struct objects *objects, const TPM2B_PUBLIC *area,
                       struct problem *problem)
{
    const TPMT_PUBLIC *public = &area->publicArea;
    TPM2B_DIGEST wanted;
    TPM2B_NAME gate;

    if (objects_gate_name(objects, &gate) != VSC_OK || layout_key_policy(&gate, &wanted) != VSC_OK)
        return VSC_STORE;
    if (public->objectAttributes != LAYOUT_KEY_ATTRIBUTES || public->nameAlg != TPM2_ALG_SHA256 ||
        public->authPolicy.size != wanted.size ||
        memcmp(public->authPolicy.buffer, wanted.buffer, wanted.size) != 0)
        return problem_set(problem, VSC_STORE, "the key does not stand behind the card's PIN");
    if (public->type != TPM2_ALG_RSA && public->type != TPM2_ALG_ECC)
        return problem_set(problem, VSC_STORE, "the key is neither RSA nor ECC");
    return VSC_OK;
}

enum vsc_err key_load(struct gate *gate, const TPM2B_PUBLIC *area, const TPM2B_PRIVATE *private,
                      ESYS_TR *ret_key, struct problem *problem)
{
    ESYS_TR key = ESYS_TR_NONE;
    TSS2_RC rc;

    rc = Esys_Load(gate->tpm->esys, gate->srk, ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE,
                   private, area, &key);
    switch (tpm_base_code(rc)) {
    case TPM2_RC_HANDLE:
    case TPM2_RC_INTEGRITY:
    case TPM2_RC_BAD_AUTH:
    case TPM2_RC_AUTH_FAIL:
        return problem_set(problem, VSC_CARD_GONE,
                           "the key does not belong to this TPM: it was cleared or exchanged "
                           "(TPM2_Load: 0x%X)",
                           rc);
    }
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(gate->tpm, rc, "TPM2_Load", problem);
    *ret_key = key;
    return VSC_OK;
}

static enum vsc_err put_rsa(const TPMS_SIGNATURE_RSA *signature, struct card_outcome *outcome)
{
    if (signature->sig.size > SIGNATURE_MAX)
        return VSC_TPM;
    memcpy(outcome->signature, signature->sig.buffer, signature->sig.size);
    outcome->signature_len = signature->sig.size;
    return VSC_OK;
}

/* The TPM gives r and s, the world wants DER of both (RFC 3279 2.2.3). */
static enum vsc_err put_ecdsa(const TPMS_SIGNATURE_ECC *signature, struct card_outcome *outcome)
{
    auto_by(ECDSA_SIG_free) ECDSA_SIG *sig = ECDSA_SIG_new();
    auto_by(BN_free) BIGNUM *r =
        BN_bin2bn(signature->signatureR.buffer, signature->signatureR.size, NULL);
    auto_by(BN_free) BIGNUM *s =
        BN_bin2bn(signature->signatureS.buffer, signature->signatureS.size, NULL);
    unsigned char *at = outcome->signature;
    int len;

    if (sig == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1)
        return VSC_MEMORY;
    (void)take(r);
    (void)take(s);
    len = i2d_ECDSA_SIG(sig, NULL);
    if (len <= 0 || len > SIGNATURE_MAX)
        return VSC_TPM;
    outcome->signature_len = (size_t)i2d_ECDSA_SIG(sig, &at);
    return VSC_OK;
}

enum vsc_err key_scheme(const TPM2B_PUBLIC *area, enum sign_scheme wanted,
                        enum sign_scheme *ret_scheme, struct problem *problem)
{
    bool rsa = area->publicArea.type == TPM2_ALG_RSA;

    if (wanted == SIGN_BY_KEY)
        wanted = rsa ? SIGN_PKCS1 : SIGN_ECDSA;
    if (rsa != (wanted != SIGN_ECDSA))
        return problem_set(problem, VSC_INPUT, "%s key has no such signature",
                           rsa ? "an RSA" : "an ECC");
    *ret_scheme = wanted;
    return VSC_OK;
}

/* A digest's length says which hash it is of. */
static const struct hash {
    size_t len;
    TPMI_ALG_HASH tpm;
    const EVP_MD *(*openssl)(void);
} hashes[] = {
    {20, TPM2_ALG_SHA1, EVP_sha1},
    {32, TPM2_ALG_SHA256, EVP_sha256},
    {48, TPM2_ALG_SHA384, EVP_sha384},
    {64, TPM2_ALG_SHA512, EVP_sha512},
};

static const struct hash *hash_of(size_t digest_len)
{
    for (size_t i = 0; i < sizeof(hashes) / sizeof(hashes[0]); i++)
        if (hashes[i].len == digest_len)
            return &hashes[i];
    return NULL;
}

static TPMT_SIG_SCHEME tpm_scheme(enum sign_scheme scheme, const struct hash *hash)
{
    return (TPMT_SIG_SCHEME){.scheme = scheme == SIGN_PKCS1 ? TPM2_ALG_RSASSA
                                       : scheme == SIGN_PSS ? TPM2_ALG_RSAPSS
                                                            : TPM2_ALG_ECDSA,
                             .details.any.hashAlg = hash->tpm};
}

static enum vsc_err check_salt(const TPM2B_PUBLIC *area, const struct card_sign_as *sign,
                               const struct card_outcome *outcome, struct problem *problem)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *public = NULL;
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *ctx = NULL;
    enum vsc_err err = key_to_evp(area, &public);

    if (err != VSC_OK)
        return err;
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, public, NULL);
    if (ctx == NULL)
        return VSC_MEMORY;
    if (EVP_PKEY_verify_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
        EVP_PKEY_CTX_set_signature_md(ctx, hash_of(sign->digest_len)->openssl()) != 1 ||
        EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1 ||
        EVP_PKEY_verify(ctx, outcome->signature, outcome->signature_len, sign->digest,
                        sign->digest_len) != 1)
        return problem_set(problem, VSC_TPM, "this TPM's PSS signatures have another salt");
    return VSC_OK;
}

static enum vsc_err put_signature(const TPMT_SIGNATURE *signature, TPMI_ALG_SIG_SCHEME wanted,
                                  struct card_outcome *outcome, struct problem *problem)
{
    if (signature->sigAlg != wanted)
        return problem_set(problem, VSC_TPM, "TPM2_Sign: another scheme than was asked for");
    switch (signature->sigAlg) {
    case TPM2_ALG_RSASSA:
        return put_rsa(&signature->signature.rsassa, outcome);
    case TPM2_ALG_RSAPSS:
        return put_rsa(&signature->signature.rsapss, outcome);
    default:
        return put_ecdsa(&signature->signature.ecdsa, outcome);
    }
}

enum vsc_err key_sign(struct gate *gate, ESYS_TR key, const TPM2B_PUBLIC *area,
                      const struct card_sign_as *sign, enum sign_scheme scheme,
                      struct card_outcome *ret_outcome, struct problem *problem)
{
    static const TPMT_TK_HASHCHECK no_ticket = {.tag = TPM2_ST_HASHCHECK,
                                                .hierarchy = TPM2_RH_NULL};
    const struct hash *hash = hash_of(sign->digest_len);
    TPM2B_DIGEST value = {.size = (UINT16)sign->digest_len};
    TPMT_SIGNATURE *signature = NULL;
    TPMT_SIG_SCHEME asked;
    enum vsc_err err;
    TSS2_RC rc;

    if (hash == NULL)
        return problem_set(problem, VSC_INPUT, "no hash has a digest of %zu bytes",
                           sign->digest_len);
    asked = tpm_scheme(scheme, hash);
    err = session_use(gate->tpm, gate->policy, 0, problem);
    if (err != VSC_OK)
        return err;
    memcpy(value.buffer, sign->digest, sign->digest_len);
    rc = Esys_Sign(gate->tpm->esys, key, gate->policy, ESYS_TR_NONE, ESYS_TR_NONE, &value, &asked,
                   &no_ticket, &signature);
    if (rc != TSS2_RC_SUCCESS)
        return tpm_status(gate->tpm, rc, "TPM2_Sign", problem);
    session_ended(gate->tpm, &gate->policy);
    err = put_signature(signature, asked.scheme, ret_outcome, problem);
    Esys_Free(signature);
    if (err == VSC_OK && scheme == SIGN_PSS)
        err = check_salt(area, sign, ret_outcome, problem);
    return err;
}

static bool push_rsa(OSSL_PARAM_BLD *build, const TPMT_PUBLIC *area, BIGNUM *n)
{
    UINT32 e = area->parameters.rsaDetail.exponent;

    return OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) == 1 &&
           OSSL_PARAM_BLD_push_uint(build, OSSL_PKEY_PARAM_RSA_E,
                                    e != 0 ? e : RSA_DEFAULT_EXPONENT) == 1;
}

/* Uncompressed point: 04 x y, each padded to the size of the field. */
static bool put_point(const TPMS_ECC_POINT *point, size_t field, unsigned char *to)
{
    if (point->x.size > field || point->y.size > field)
        return false;
    memset(to, 0, 1 + 2 * field);
    to[0] = 0x04;
    memcpy(to + 1 + field - point->x.size, point->x.buffer, point->x.size);
    memcpy(to + 1 + 2 * field - point->y.size, point->y.buffer, point->y.size);
    return true;
}

static bool push_ecc(OSSL_PARAM_BLD *build, const TPMT_PUBLIC *area, unsigned char *point)
{
    bool p256 = area->parameters.eccDetail.curveID == TPM2_ECC_NIST_P256;
    size_t field = p256 ? 32 : 48;

    if (!p256 && area->parameters.eccDetail.curveID != TPM2_ECC_NIST_P384)
        return false;
    return put_point(&area->unique.ecc, field, point) &&
           OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
                                           p256 ? "P-256" : "P-384", 0) == 1 &&
           OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * field) ==
               1;
}

enum vsc_err key_to_evp(const TPM2B_PUBLIC *area, EVP_PKEY **ret_key)
{
    bool rsa = area->publicArea.type == TPM2_ALG_RSA;
    auto_by(OSSL_PARAM_BLD_free) OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    auto_by(OSSL_PARAM_free) OSSL_PARAM *params = NULL;
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *ctx =
        EVP_PKEY_CTX_new_from_name(NULL, rsa ? "RSA" : "EC", NULL);
    auto_by(BN_free) BIGNUM *n =
        BN_bin2bn(area->publicArea.unique.rsa.buffer, area->publicArea.unique.rsa.size, NULL);
    unsigned char point[1 + 2 * 48];
    EVP_PKEY *key = NULL;

    if (build == NULL || ctx == NULL || n == NULL)
        return VSC_MEMORY;
    if (!(rsa ? push_rsa(build, &area->publicArea, n) : push_ecc(build, &area->publicArea, point)))
        return VSC_STORE;
    params = OSSL_PARAM_BLD_to_param(build);
    if (params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        return VSC_STORE;
    *ret_key = key;
    return VSC_OK;
}

const char *key_type_name(const TPM2B_PUBLIC *area)
{
    const TPMT_PUBLIC *public = &area->publicArea;

    if (public->type == TPM2_ALG_RSA && public->parameters.rsaDetail.keyBits == 2048)
        return "rsa2048";
    if (public->type == TPM2_ALG_RSA && public->parameters.rsaDetail.keyBits == 3072)
        return "rsa3072";
    if (public->type == TPM2_ALG_ECC && public->parameters.eccDetail.curveID == TPM2_ECC_NIST_P256)
        return "p256";
    if (public->type == TPM2_ALG_ECC && public->parameters.eccDetail.curveID == TPM2_ECC_NIST_P384)
        return "p384";
    return "unknown";
}
