/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/pkcs11/signature.h"

#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "common/own.h"

#define CANDIDATES_MAX 8   /* private keys with one CKA_ID */
#define RAW_MAX        132 /* r || s of P-521 */

DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO(ECDSA_SIG, ECDSA_SIG_free)

/* DER of DigestInfo for SHA-256, before the digest (RFC 8017, 9.2, note 1). */
static const unsigned char digest_info[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
                                            0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02,
                                            0x01, 0x05, 0x00, 0x04, 0x20};

struct raw {
    unsigned char bytes[SIGNATURE_MAX];
    unsigned long len;
};

static enum vsc_err find_candidates(const struct signer *signer, unsigned long *objects,
                                    unsigned long *ret_count, struct problem *problem)
{
    unsigned long class = CKO_PRIVATE_KEY;
    unsigned long type =
        EVP_PKEY_get_base_id(signer->key->public) == EVP_PKEY_RSA ? CKK_RSA : CKK_EC;
    unsigned char ck_id[P11_ID_MAX];
    struct ck_attribute wanted[] = {
        {CKA_CLASS, &class, sizeof(class)},
        {CKA_KEY_TYPE, &type, sizeof(type)},
        {CKA_ID, ck_id, signer->key->ck_id_len},
    };
    unsigned long found = 0;
    unsigned long code;

    memcpy(ck_id, signer->key->ck_id, sizeof(ck_id));
    code = signer->functions->find_objects_init(signer->session, wanted, 3);
    if (code != CKR_OK)
        return module_fault(code, "C_FindObjectsInit", problem);
    code = signer->functions->find_objects(signer->session, objects, CANDIDATES_MAX, &found);
    (void)signer->functions->find_objects_final(signer->session);
    if (code != CKR_OK)
        return module_fault(code, "C_FindObjects", problem);
    if (found == 0)
        return problem_set(problem, VSC_NO_KEY, "the token has no private key to it");
    *ret_count = found < CANDIDATES_MAX ? found : CANDIDATES_MAX;
    return VSC_OK;
}

/* Keys for signatures on documents want the PIN for each of them (PIV's 9C). */
static enum vsc_err authenticate(const struct signer *signer, unsigned long object,
                                 struct problem *problem)
{
    unsigned char always = 0;
    struct ck_attribute attribute = {CKA_ALWAYS_AUTHENTICATE, &always, sizeof(always)};
    unsigned long code =
        signer->functions->get_attribute_value(signer->session, object, &attribute, 1);

    if (code != CKR_OK || attribute.len != sizeof(always) || always == 0)
        return VSC_OK;
    code =
        signer->functions->login(signer->session, CKU_CONTEXT_SPECIFIC,
                                 (unsigned char *)(uintptr_t)signer->pin->bytes, signer->pin->len);
    return code == CKR_OK ? VSC_OK : module_fault(code, "C_Login for this signature", problem);
}

static enum vsc_err sign_raw(const struct signer *signer, unsigned long object, bool rsa,
                             const unsigned char *digest, struct raw *ret_raw,
                             struct problem *problem)
{
    struct ck_mechanism mechanism = {.mechanism = rsa ? CKM_RSA_PKCS : CKM_ECDSA};
    unsigned char data[sizeof(digest_info) + DIGEST_SIZE];
    size_t prefix = rsa ? sizeof(digest_info) : 0;
    struct raw raw = {.len = sizeof(raw.bytes)};
    unsigned long code = signer->functions->sign_init(signer->session, &mechanism, object);
    enum vsc_err err;

    if (code != CKR_OK)
        return module_fault(code, "C_SignInit", problem);
    err = authenticate(signer, object, problem);
    if (err != VSC_OK)
        return err;
    memcpy(data, digest_info, prefix);
    memcpy(data + prefix, digest, DIGEST_SIZE);
    code =
        signer->functions->sign(signer->session, data, prefix + DIGEST_SIZE, raw.bytes, &raw.len);
    if (code != CKR_OK)
        return module_fault(code, "C_Sign", problem);
    /* CVE-2019-16058: what a token says of a length is checked before it is used. */
    if (raw.len == 0 || raw.len > (rsa ? SIGNATURE_MAX : RAW_MAX))
        return problem_set(problem, VSC_TOKEN, "C_Sign: a signature of %lu bytes", raw.len);
    *ret_raw = raw;
    return VSC_OK;
}

/* ECDSA-Sig-Value (RFC 3279, 2.2.3) from r || s. */
static enum vsc_err to_der(const struct raw *raw, struct card_outcome *outcome)
{
    auto_by(ECDSA_SIG_free) ECDSA_SIG *pair = ECDSA_SIG_new();
    const int half = (int)raw->len / 2;
    BIGNUM *r = BN_bin2bn(raw->bytes, half, NULL);
    BIGNUM *s = BN_bin2bn(raw->bytes + half, half, NULL);
    unsigned char *next = outcome->signature;
    int len;

    if (pair == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(pair, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return VSC_MEMORY;
    }
    len = i2d_ECDSA_SIG(pair, NULL);
    if (raw->len % 2 != 0 || len <= 0 || len > SIGNATURE_MAX)
        return VSC_TOKEN;
    outcome->signature_len = (size_t)i2d_ECDSA_SIG(pair, &next);
    return VSC_OK;
}

static bool verifies(EVP_PKEY *public, const unsigned char *digest,
                     const struct card_outcome *outcome)
{
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = EVP_PKEY_CTX_new(public, NULL);

    if (context == NULL || EVP_PKEY_verify_init(context) != 1)
        return false;
    if (EVP_PKEY_get_base_id(public) == EVP_PKEY_RSA &&
        EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1)
        return false;
    return EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
           EVP_PKEY_verify(context, outcome->signature, outcome->signature_len, digest,
                           DIGEST_SIZE) == 1;
}

static enum vsc_err try_candidate(const struct signer *signer, unsigned long object,
                                  const unsigned char *digest, struct card_outcome *outcome,
                                  struct problem *problem)
{
    bool rsa = EVP_PKEY_get_base_id(signer->key->public) == EVP_PKEY_RSA;
    struct raw raw = {.len = 0};
    enum vsc_err err = sign_raw(signer, object, rsa, digest, &raw, problem);

    if (err != VSC_OK)
        return err;
    if (rsa) {
        memcpy(outcome->signature, raw.bytes, raw.len);
        outcome->signature_len = raw.len;
    } else {
        err = to_der(&raw, outcome);
    }
    if (err == VSC_OK && !verifies(signer->key->public, digest, outcome))
        err = VSC_TOKEN;
    ERR_clear_error();
    if (err != VSC_OK)
        return problem_set(problem, err, "the token's signature does not fit the public key");
    return VSC_OK;
}

enum vsc_err signature_make(const struct signer *signer, const unsigned char digest[DIGEST_SIZE],
                            struct card_outcome *outcome, struct problem *problem)
{
    unsigned long objects[CANDIDATES_MAX] = {0};
    unsigned long count = 0;
    enum vsc_err err;

    outcome->result = VSC_PIN;
    err = find_candidates(signer, objects, &count, problem);
    for (unsigned long i = 0; i < count; i++) {
        outcome->signature_len = 0;
        err = try_candidate(signer, objects[i], digest, outcome, problem);
        if (err == VSC_OK) {
            outcome->result = VSC_OK;
            return VSC_OK;
        }
    }
    outcome->signature_len = 0;
    return err != VSC_OK ? err : VSC_NO_KEY;
}
