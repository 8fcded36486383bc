/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and policy digests in software, see the header. */
#include "card/tpm/policy.h"

#include <openssl/evp.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "common/own.h"

DEFINE_AUTO(EVP_MD_CTX, EVP_MD_CTX_free)

enum vsc_err sha256_of(const void *a, size_t a_len, const void *b, size_t b_len,
                       unsigned char ret_digest[TPM2_SHA256_DIGEST_SIZE])
{
    auto_by(EVP_MD_CTX_free) EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1 ||
        EVP_DigestUpdate(ctx, a, a_len) != 1 ||
        (b != NULL && EVP_DigestUpdate(ctx, b, b_len) != 1) ||
        EVP_DigestFinal_ex(ctx, ret_digest, NULL) != 1)
        return VSC_MEMORY;
    return VSC_OK;
}

static enum vsc_err name_of_bytes(const uint8_t *area, size_t len, TPM2B_NAME *ret_name)
{
    unsigned char digest[TPM2_SHA256_DIGEST_SIZE];
    enum vsc_err err = sha256_of(area, len, NULL, 0, digest);

    if (err != VSC_OK)
        return err;
    *ret_name = (TPM2B_NAME){.size = 2 + sizeof digest};
    ret_name->name[0] = TPM2_ALG_SHA256 >> 8;
    ret_name->name[1] = TPM2_ALG_SHA256 & 0xFF;
    memcpy(ret_name->name + 2, digest, sizeof digest);
    return VSC_OK;
}

enum vsc_err name_of_public(const TPMT_PUBLIC *area, TPM2B_NAME *ret_name)
{
    uint8_t bytes[sizeof *area];
    size_t len = 0;

    if (area->nameAlg != TPM2_ALG_SHA256 ||
        Tss2_MU_TPMT_PUBLIC_Marshal(area, bytes, sizeof bytes, &len) != TSS2_RC_SUCCESS)
        return VSC_TPM;
    return name_of_bytes(bytes, len, ret_name);
}

enum vsc_err name_of_index(const TPMS_NV_PUBLIC *area, TPM2B_NAME *ret_name)
{
    uint8_t bytes[sizeof *area];
    size_t len = 0;

    if (area->nameAlg != TPM2_ALG_SHA256 ||
        Tss2_MU_TPMS_NV_PUBLIC_Marshal(area, bytes, sizeof bytes, &len) != TSS2_RC_SUCCESS)
        return VSC_TPM;
    return name_of_bytes(bytes, len, ret_name);
}

void policy_begin(struct policy *policy)
{
    *policy = (struct policy){.digest.size = TPM2_SHA256_DIGEST_SIZE};
}

/* digest = H(digest || command || what) */
static void extend(struct policy *policy, TPM2_CC command, const void *what, size_t len)
{
    uint8_t bytes[TPM2_SHA256_DIGEST_SIZE + sizeof command + sizeof(TPML_DIGEST)];
    size_t used = TPM2_SHA256_DIGEST_SIZE;

    if (len > sizeof(TPML_DIGEST)) {
        policy->fault = true;
        return;
    }
    memcpy(bytes, policy->digest.buffer, used);
    for (int shift = 24; shift >= 0; shift -= 8)
        bytes[used++] = (uint8_t)(command >> shift);
    if (sha256_of(bytes, used, what, len, policy->digest.buffer) != VSC_OK)
        policy->fault = true;
}

/* PolicyUpdate of part 3: the Name, then the policyRef in a second round. */
static void update(struct policy *policy, TPM2_CC command, const TPM2B_NAME *name,
                   const TPM2B_NONCE *ref)
{
    extend(policy, command, name->name, name->size);
    if (sha256_of(policy->digest.buffer, TPM2_SHA256_DIGEST_SIZE, ref != NULL ? ref->buffer : NULL,
                  ref != NULL ? ref->size : 0, policy->digest.buffer) != VSC_OK)
        policy->fault = true;
}

void policy_command(struct policy *policy, TPM2_CC command)
{
    uint8_t bytes[4];

    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(command >> (24 - 8 * i));
    extend(policy, TPM2_CC_PolicyCommandCode, bytes, sizeof bytes);
}

void policy_auth_value(struct policy *policy)
{
    extend(policy, TPM2_CC_PolicyAuthValue, NULL, 0);
}

void policy_secret(struct policy *policy, const TPM2B_NAME *name, const TPM2B_NONCE *ref)
{
    update(policy, TPM2_CC_PolicySecret, name, ref);
}

void policy_signed(struct policy *policy, const TPM2B_NAME *key, const TPM2B_NONCE *ref)
{
    update(policy, TPM2_CC_PolicySigned, key, ref);
}

void policy_authorize(struct policy *policy, const TPM2B_NAME *key, const TPM2B_NONCE *ref)
{
    memset(policy->digest.buffer, 0, sizeof policy->digest.buffer);
    update(policy, TPM2_CC_PolicyAuthorize, key, ref);
}

void policy_or(struct policy *policy, const TPML_DIGEST *branches)
{
    uint8_t bytes[8 * TPM2_SHA256_DIGEST_SIZE];
    size_t used = 0;

    memset(policy->digest.buffer, 0, sizeof policy->digest.buffer);
    for (UINT32 i = 0; i < branches->count && i < 8; i++) {
        memcpy(bytes + used, branches->digests[i].buffer, TPM2_SHA256_DIGEST_SIZE);
        used += TPM2_SHA256_DIGEST_SIZE;
    }
    extend(policy, TPM2_CC_PolicyOR, bytes, used);
}

enum vsc_err policy_end(const struct policy *policy, TPM2B_DIGEST *ret_digest)
{
    if (policy->fault)
        return VSC_MEMORY;
    *ret_digest = policy->digest;
    return VSC_OK;
}
