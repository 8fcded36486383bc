/* SPDX-License-Identifier: BSD-2-Clause */
/* The forge's keys and signatures. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "tests/support/forge.h"

#define KEYS_MAX 2048

static struct {
    char name[32];
    EVP_PKEY *key;
} keys[KEYS_MAX];
static size_t keys_count;

static _Noreturn void give_up(const char *what, const char *name)
{
    (void)fprintf(stderr, "forge: %s: %s\n", what, name);
    abort();
}

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static EVP_PKEY *new_explicit(void)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_EC, NULL);
    EVP_PKEY *key = NULL;

    if (context == NULL || EVP_PKEY_keygen_init(context) != 1 ||
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) != 1 ||
        EVP_PKEY_CTX_set_ec_param_enc(context, OPENSSL_EC_EXPLICIT_CURVE) != 1 ||
        EVP_PKEY_generate(context, &key) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(context);
    return key;
}

static EVP_PKEY *new_key(const char *name)
{
    static const char *const curves[] = {"P-224", "P-384", "P-521", "secp256k1", "brainpoolP256r1"};

    if (begins(name, "rsa"))
        return EVP_RSA_gen((unsigned)strtoul(name + 3, NULL, 10));
    if (begins(name, "ed25519") || begins(name, "ed448") || begins(name, "x25519"))
        return EVP_PKEY_Q_keygen(NULL, NULL, name);
    if (begins(name, "explicit"))
        return new_explicit();
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (begins(name, curves[i]))
            return EVP_EC_gen(curves[i]);
    return EVP_EC_gen("P-256");
}

EVP_PKEY *forge_key(const char *name)
{
    size_t i = 0;

    while (i < keys_count && strcmp(keys[i].name, name) != 0)
        i++;
    if (i < keys_count)
        return keys[i].key;
    if (i == KEYS_MAX || strlen(name) >= sizeof(keys[0].name))
        give_up("too many keys", name);
    keys[i].key = new_key(name);
    if (keys[i].key == NULL)
        give_up("no such key", name);
    memcpy(keys[i].name, name, strlen(name) + 1);
    keys_count++;
    return keys[i].key;
}

void forge_put_key(const char *name, struct buf *to)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(forge_key(name), &der);

    if (len <= 0)
        give_up("cannot be written", name);
    buf_put(to, der, (size_t)len);
    OPENSSL_free(der);
}

void forge_sign(const char *key, const char *hash, const char *padding, const struct buf *message,
                struct buf *to)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_context = NULL;
    const char *name = strcmp(hash, "none") == 0 ? NULL : hash;
    unsigned char signature[4096];
    size_t len = sizeof(signature);

    if (context == NULL ||
        EVP_DigestSignInit_ex(context, &key_context, name, NULL, NULL, forge_key(key), NULL) != 1)
        give_up("cannot sign", key);
    if (begins(padding, "pss") &&
        (EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, atoi(padding + 3)) != 1))
        give_up("no such padding", padding);
    if (EVP_DigestSign(context, signature, &len, message->data, message->len) != 1)
        give_up("cannot sign", key);
    buf_put(to, signature, len);
    EVP_MD_CTX_free(context);
}
