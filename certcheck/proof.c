/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/proof.h"

#include <sys/random.h>

#include <openssl/err.h>
#include <openssl/rsa.h>

#include "certcheck/openssl_own.h"
#include "common/buf.h"

#define TO_SIGN_MAX 4096

static const char label[] = "pam_vsc sign-in v1"; /* with its zero byte */

enum vsc_err proof_draw(struct proof_context *context)
{
    ssize_t got = getrandom(context->random, sizeof(context->random), 0);

    return got == (ssize_t)sizeof(context->random) ? VSC_OK : VSC_SYSTEM;
}

enum vsc_err proof_digest(const struct proof_context *context,
                          unsigned char ret_digest[DIGEST_SIZE])
{
    auto_buf struct buf text, time;
    unsigned char fingerprint[DIGEST_SIZE];
    unsigned len = 0;
    enum vsc_err err;

    buf_init(&text, TO_SIGN_MAX);
    buf_init(&time, sizeof(uint64_t));
    if (X509_digest(context->cert, EVP_sha256(), fingerprint, &len) != 1 || len != DIGEST_SIZE)
        return VSC_SYSTEM;
    buf_u64(&time, (uint64_t)context->time);
    buf_put(&text, label, sizeof(label));
    buf_str(&text, context->service);
    buf_str(&text, context->account);
    buf_bytes(&text, fingerprint, sizeof(fingerprint));
    buf_str(&text, context->host);
    buf_str(&text, context->boot_id);
    buf_str(&text, context->tty);
    buf_bytes(&text, time.data, time.len);
    buf_bytes(&text, context->random, sizeof(context->random));
    err = buf_status(&text);
    if (err == VSC_OK)
        err = buf_status(&time);
    if (err != VSC_OK)
        return err;
    if (EVP_Digest(text.data, text.len, ret_digest, NULL, EVP_sha256(), NULL) != 1)
        return VSC_SYSTEM;
    return VSC_OK;
}

/* The length is the verified key's, never the sender's. */
static bool length_fits(EVP_PKEY *key, size_t len)
{
    int size = EVP_PKEY_get_size(key);

    if (size <= 0 || len == 0 || len > SIGNATURE_MAX)
        return false;
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
        return len == (size_t)size;
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && len <= (size_t)size;
}

bool proof_verifies(X509 *cert, const unsigned char digest[DIGEST_SIZE],
                    const unsigned char *signature, size_t signature_len)
{
    EVP_PKEY *key = X509_get0_pubkey(cert);
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = NULL;
    bool verified = false;

    if (key != NULL && length_fits(key, signature_len))
        context = EVP_PKEY_CTX_new(key, NULL);
    if (context != NULL && EVP_PKEY_verify_init(context) == 1 &&
        EVP_PKEY_CTX_set_signature_md(context, EVP_sha256()) == 1 &&
        (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA ||
         EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1))
        verified = EVP_PKEY_verify(context, signature, signature_len, digest, DIGEST_SIZE) == 1;
    ERR_clear_error();
    return verified;
}
