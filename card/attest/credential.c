/* SPDX-License-Identifier: BSD-2-Clause */
/* Credentials as part 1, 24 makes them: an RSA-OAEP seed, and from it a cipher and an HMAC key. */
#include "card/attest/credential.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <string.h>
#include <tss2/tss2_mu.h>

#include "card/tpm/key.h"
#include "common/own.h"

#define SEED_SIZE    32 /* the EK's nameAlg is SHA-256 */
#define KEY_SIZE     16 /* AES-128 */
#define MAC_SIZE     32
#define IDENTITY     "IDENTITY"
#define FILE_MAGIC   0xBADCC0DEu
#define FILE_VERSION 1

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO(EVP_CIPHER_CTX, EVP_CIPHER_CTX_free)

/* OAEP with SHA-256 and the label "IDENTITY", NUL included (part 1, B.10.4). */
static bool encrypt_seed(EVP_PKEY *key, const unsigned char seed[SEED_SIZE],
                         TPM2B_ENCRYPTED_SECRET *ret_secret)
{
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
    unsigned char *label = OPENSSL_memdup(IDENTITY, sizeof IDENTITY);
    size_t len = sizeof ret_secret->secret;

    if (ctx == NULL || label == NULL || EVP_PKEY_encrypt_init(ctx) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
        EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) != 1 ||
        EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) != 1 ||
        EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, label, sizeof IDENTITY) != 1) {
        OPENSSL_free(label);
        return false;
    }
    if (EVP_PKEY_encrypt(ctx, ret_secret->secret, &len, seed, SEED_SIZE) != 1)
        return false;
    ret_secret->size = (UINT16)len;
    return true;
}

/* KDFa of part 1, 11.4.10.2: one round of HMAC-SHA-256 is enough for both keys. */
static bool kdf(const unsigned char seed[SEED_SIZE], const char *label, const TPM2B_NAME *context,
                unsigned bits, unsigned char out[MAC_SIZE])
{
    unsigned char input[4 + 16 + sizeof context->name + 4] = {0, 0, 0, 1};
    size_t len = 4, label_len = strlen(label) + 1;
    unsigned out_len = 0;

    memcpy(input + len, label, label_len);
    len += label_len;
    if (context != NULL) {
        memcpy(input + len, context->name, context->size);
        len += context->size;
    }
    input[len++] = 0;
    input[len++] = 0;
    input[len++] = (unsigned char)(bits >> 8);
    input[len++] = (unsigned char)bits;
    return HMAC(EVP_sha256(), seed, SEED_SIZE, input, len, out, &out_len) != NULL;
}

static bool encrypt_identity(const unsigned char key[KEY_SIZE], const unsigned char *plain,
                             size_t len, unsigned char *out)
{
    static const unsigned char zeroes[16];
    auto_by(EVP_CIPHER_CTX_free) EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int done = 0;

    return ctx != NULL && EVP_EncryptInit_ex(ctx, EVP_aes_128_cfb128(), NULL, key, zeroes) == 1 &&
           EVP_EncryptUpdate(ctx, out, &done, plain, (int)len) == 1 && (size_t)done == len;
}

/* integrity = HMAC(hmac key, encIdentity || Name); the blob is both, each with its length. */
static bool protect(const unsigned char seed[SEED_SIZE], const TPM2B_NAME *name,
                    const unsigned char *secret, TPM2B_ID_OBJECT *ret_blob)
{
    unsigned char plain[2 + CREDENTIAL_SECRET] = {0, CREDENTIAL_SECRET}, key[MAC_SIZE];
    unsigned char input[sizeof plain + sizeof name->name], mac_key[MAC_SIZE];
    unsigned mac_len = 0;
    bool done;

    memcpy(plain + 2, secret, CREDENTIAL_SECRET);
    ret_blob->size = 2 + MAC_SIZE + sizeof plain;
    ret_blob->credential[0] = 0;
    ret_blob->credential[1] = MAC_SIZE;
    done = kdf(seed, "STORAGE", name, KEY_SIZE * 8, key) &&
           kdf(seed, "INTEGRITY", NULL, MAC_SIZE * 8, mac_key) &&
           encrypt_identity(key, plain, sizeof plain, input);
    memcpy(ret_blob->credential + 2 + MAC_SIZE, input, sizeof plain);
    memcpy(input + sizeof plain, name->name, name->size);
    done = done && HMAC(EVP_sha256(), mac_key, MAC_SIZE, input, sizeof plain + name->size,
                        ret_blob->credential + 2, &mac_len) != NULL;
    explicit_bzero(plain, sizeof plain);
    explicit_bzero(key, sizeof key);
    explicit_bzero(mac_key, sizeof mac_key);
    return done;
}

enum vsc_err credential_make(const TPM2B_PUBLIC *ek, const TPM2B_NAME *name,
                             struct credential *ret_credential, struct secret *ret_secret)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *key = NULL;
    struct credential credential = {0};
    unsigned char seed[SEED_SIZE], secret[CREDENTIAL_SECRET];
    enum vsc_err err = key_to_evp(ek, &key);

    if (err != VSC_OK)
        return err;
    if (RAND_priv_bytes(seed, sizeof seed) != 1 || RAND_priv_bytes(secret, sizeof secret) != 1 ||
        !encrypt_seed(key, seed, &credential.seed) ||
        !protect(seed, name, secret, &credential.blob))
        err = VSC_SYSTEM;
    if (err == VSC_OK)
        err = secret_set(ret_secret, secret, sizeof secret);
    explicit_bzero(seed, sizeof seed);
    explicit_bzero(secret, sizeof secret);
    if (err == VSC_OK)
        *ret_credential = credential;
    return err;
}

void credential_encode(struct buf *buf, const struct credential *credential)
{
    buf_u32(buf, FILE_MAGIC);
    buf_u32(buf, FILE_VERSION);
    buf_u16(buf, credential->blob.size);
    buf_put(buf, credential->blob.credential, credential->blob.size);
    buf_u16(buf, credential->seed.size);
    buf_put(buf, credential->seed.secret, credential->seed.size);
}

static void get_sized(struct reader *reader, size_t max, BYTE *to, UINT16 *ret_size)
{
    UINT16 size = reader_u16(reader);

    if (size == 0 || size > max) {
        reader->fault = true;
        return;
    }
    reader_copy(reader, to, size);
    *ret_size = size;
}

enum vsc_err credential_decode(const void *bytes, size_t len, struct credential *ret_credential,
                               struct problem *problem)
{
    struct credential credential = {0};
    struct reader reader;

    reader_init(&reader, bytes, len);
    if (reader_u32(&reader) != FILE_MAGIC || reader_u32(&reader) != FILE_VERSION)
        return problem_set(problem, VSC_INPUT, "the file is no challenge");
    get_sized(&reader, sizeof credential.blob.credential, credential.blob.credential,
              &credential.blob.size);
    get_sized(&reader, sizeof credential.seed.secret, credential.seed.secret,
              &credential.seed.size);
    if (reader_end(&reader) != VSC_OK)
        return problem_set(problem, VSC_INPUT, "the challenge is malformed");
    *ret_credential = credential;
    return VSC_OK;
}
