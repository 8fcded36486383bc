/* SPDX-License-Identifier: BSD-2-Clause */
/* The attestation key: template, signatures, file. */
#include "card/attest/ak.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <string.h>

#include "card/tpm/key.h"
#include "card/tpm/marshal.h"
#include "card/tpm/policy.h"
#include "common/own.h"

#define AK_FORMAT 1

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO(ECDSA_SIG, ECDSA_SIG_free)

void ak_template(TPM2B_PUBLIC *ret_template)
{
    *ret_template = (TPM2B_PUBLIC){
        .publicArea = {
            .type = TPM2_ALG_ECC,
            .nameAlg = TPM2_ALG_SHA256,
            .objectAttributes = TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_RESTRICTED |
                                TPMA_OBJECT_FIXEDTPM | TPMA_OBJECT_FIXEDPARENT |
                                TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_USERWITHAUTH |
                                TPMA_OBJECT_NODA,
            .parameters.eccDetail = {.symmetric.algorithm = TPM2_ALG_NULL,
                                     .scheme = {.scheme = TPM2_ALG_ECDSA,
                                                .details.ecdsa.hashAlg = TPM2_ALG_SHA256},
                                     .curveID = TPM2_ECC_NIST_P256,
                                     .kdf.scheme = TPM2_ALG_NULL},
        }};
}

bool ak_fits(const TPM2B_PUBLIC *area)
{
    TPM2B_PUBLIC wanted;
    TPM2B_NAME name, wanted_name;

    if (area->publicArea.type != TPM2_ALG_ECC)
        return false;
    ak_template(&wanted);
    wanted.publicArea.unique.ecc = area->publicArea.unique.ecc;
    return name_of_public(&wanted.publicArea, &wanted_name) == VSC_OK &&
           name_of_public(&area->publicArea, &name) == VSC_OK && name.size == wanted_name.size &&
           memcmp(name.name, wanted_name.name, name.size) == 0;
}

static ECDSA_SIG *to_ecdsa(const TPMS_SIGNATURE_ECC *signature)
{
    auto_by(ECDSA_SIG_free) ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(signature->signatureR.buffer, signature->signatureR.size, NULL);
    BIGNUM *s = BN_bin2bn(signature->signatureS.buffer, signature->signatureS.size, NULL);

    if (sig == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
        BN_free(r);
        BN_free(s);
        return NULL;
    }
    return take(sig);
}

bool ak_verifies(const TPM2B_PUBLIC *ak, const TPMT_SIGNATURE *signature, const void *bytes,
                 size_t len)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *key = NULL;
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *ctx = NULL;
    auto_by(ECDSA_SIG_free) ECDSA_SIG *sig = NULL;
    unsigned char digest[TPM2_SHA256_DIGEST_SIZE];
    unsigned char *der = NULL;
    int der_len;
    bool good;

    if (!ak_fits(ak) || signature->sigAlg != TPM2_ALG_ECDSA ||
        signature->signature.ecdsa.hash != TPM2_ALG_SHA256 || key_to_evp(ak, &key) != VSC_OK ||
        sha256_of(bytes, len, NULL, 0, digest) != VSC_OK)
        return false;
    sig = to_ecdsa(&signature->signature.ecdsa);
    ctx = EVP_PKEY_CTX_new(key, NULL);
    if (sig == NULL || ctx == NULL || EVP_PKEY_verify_init(ctx) != 1)
        return false;
    der_len = i2d_ECDSA_SIG(sig, &der);
    good = der_len > 0 && EVP_PKEY_verify(ctx, der, (size_t)der_len, digest, sizeof digest) == 1;
    OPENSSL_free(der);
    return good;
}

void ak_encode(struct buf *buf, const struct bundle *bundle, const TPM2B_PRIVATE *private)
{
    buf_u32(buf, AK_FORMAT);
    put_TPM2B_PUBLIC(buf, &bundle->ak);
    put_TPM2B_PRIVATE(buf, private);
    buf_u8(buf, bundle->has_ek);
    if (!bundle->has_ek)
        return;
    put_TPM2B_PUBLIC(buf, &bundle->ek);
    buf_u32(buf, (uint32_t)bundle->cert_count);
    for (size_t i = 0; i < bundle->cert_count; i++)
        buf_bytes(buf, bundle->certs[i].data, bundle->certs[i].len);
}

static enum vsc_err get_certs(struct reader *reader, struct bundle *bundle)
{
    uint32_t count = reader_u32(reader);

    for (uint32_t i = 0; i < count && i < BUNDLE_CERTS_MAX; i++) {
        struct der *cert = &bundle->certs[bundle->cert_count];
        size_t len = 0;
        const unsigned char *bytes = reader_bytes(reader, CERT_MAX, &len);

        if (bytes == NULL || len == 0)
            return VSC_STORE;
        cert->data = malloc(len);
        if (cert->data == NULL)
            return VSC_MEMORY;
        memcpy(cert->data, bytes, len);
        cert->len = len;
        bundle->cert_count++;
    }
    return VSC_OK;
}

enum vsc_err ak_decode(const void *bytes, size_t len, struct bundle *bundle,
                       TPM2B_PRIVATE *ret_private, struct problem *problem)
{
    struct reader reader;
    uint32_t format;
    enum vsc_err err = VSC_OK;

    reader_init(&reader, bytes, len);
    format = reader_u32(&reader);
    get_TPM2B_PUBLIC(&reader, &bundle->ak);
    get_TPM2B_PRIVATE(&reader, ret_private);
    bundle->has_ek = reader_bool(&reader);
    if (bundle->has_ek) {
        get_TPM2B_PUBLIC(&reader, &bundle->ek);
        err = get_certs(&reader, bundle);
    }
    if (err == VSC_MEMORY)
        return err;
    if (err != VSC_OK || reader_end(&reader) != VSC_OK || format != AK_FORMAT ||
        !ak_fits(&bundle->ak))
        return problem_set(problem, VSC_STORE, "%s: malformed", AK_FILE);
    return VSC_OK;
}
