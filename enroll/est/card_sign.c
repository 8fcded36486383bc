/* SPDX-License-Identifier: BSD-2-Clause */
/* Signatures of the provider: the digest is made here, all else by the card. */
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "enroll/est/card_key_parts.h"

#define FUNCTION(id, function)                                                                     \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }
#define WORD_SIZE 32

struct signing {
    const struct est_key *key; /* borrowed */
    EVP_MD_CTX *digest;        /* owned */
    enum sign_scheme scheme;
};

static void *signing_new(void *provider, const char *query)
{
    struct signing *signing = calloc(1, sizeof *signing);

    (void)provider;
    (void)query;
    if (signing != NULL && (signing->digest = EVP_MD_CTX_new()) == NULL) {
        free(signing);
        return NULL;
    }
    return signing;
}

static void signing_free(void *data)
{
    struct signing *signing = data;

    if (signing != NULL)
        EVP_MD_CTX_free(signing->digest);
    free(signing);
}

static void *signing_dup(void *data)
{
    const struct signing *signing = data;
    struct signing *copy = signing_new(NULL, NULL);

    if (copy == NULL)
        return NULL;
    copy->key = signing->key;
    copy->scheme = signing->scheme;
    if (EVP_MD_CTX_copy_ex(copy->digest, signing->digest) == 1)
        return copy;
    signing_free(copy);
    return NULL;
}

/* A number, or a word that stands for one; -1000 for what is neither. */
static int read_word(const OSSL_PARAM *param, const char *word, int meaning)
{
    char text[WORD_SIZE], *to = text;
    int number = 0;

    if (param->data_type == OSSL_PARAM_INTEGER || param->data_type == OSSL_PARAM_UNSIGNED_INTEGER)
        return OSSL_PARAM_get_int(param, &number) == 1 ? number : -1000;
    if (OSSL_PARAM_get_utf8_string(param, &to, sizeof text) != 1)
        return -1000;
    if (strcmp(text, word) == 0)
        return meaning;
    return -1000;
}

/* The padding, and a salt as long as the digest: the card makes no other. */
static int set_params(void *data, const OSSL_PARAM from[])
{
    struct signing *signing = data;
    const OSSL_PARAM *param =
        from != NULL ? OSSL_PARAM_locate_const(from, OSSL_SIGNATURE_PARAM_PAD_MODE) : NULL;

    if (param != NULL && signing->scheme == SIGN_ECDSA)
        return 0;
    if (param != NULL && (read_word(param, OSSL_PKEY_RSA_PAD_MODE_PSS, RSA_PKCS1_PSS_PADDING) ==
                          RSA_PKCS1_PSS_PADDING))
        signing->scheme = SIGN_PSS;
    else if (param != NULL && read_word(param, OSSL_PKEY_RSA_PAD_MODE_PKCSV15, RSA_PKCS1_PADDING) ==
                                  RSA_PKCS1_PADDING)
        signing->scheme = SIGN_PKCS1;
    else if (param != NULL)
        return 0;
    param = from != NULL ? OSSL_PARAM_locate_const(from, OSSL_SIGNATURE_PARAM_PSS_SALTLEN) : NULL;
    return param == NULL || read_word(param, OSSL_PKEY_RSA_PSS_SALT_LEN_DIGEST,
                                      RSA_PSS_SALTLEN_DIGEST) == RSA_PSS_SALTLEN_DIGEST;
}

static const OSSL_PARAM *settable_params(void *data, void *provider)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)data;
    (void)provider;
    return types;
}

static int init(void *data, const char *digest, void *key_data, const OSSL_PARAM from[])
{
    struct signing *signing = data;
    EVP_MD *md = NULL;
    int size, good;

    if (key_data != NULL)
        signing->key = key_data;
    if (signing->key == NULL || signing->key->public == NULL)
        return 0;
    signing->scheme = EVP_PKEY_is_a(signing->key->public, "EC") == 1 ? SIGN_ECDSA : SIGN_PKCS1;
    md = EVP_MD_fetch(NULL, digest != NULL ? digest : "SHA256", NULL);
    size = md != NULL ? EVP_MD_get_size(md) : 0;
    good = (size == 32 || size == 48 || size == SIGN_DIGEST_MAX) &&
           EVP_DigestInit_ex(signing->digest, md, NULL) == 1;
    EVP_MD_free(md);
    return good && set_params(signing, from);
}

static int update(void *data, const unsigned char *bytes, size_t len)
{
    const struct signing *signing = data;

    return EVP_DigestUpdate(signing->digest, bytes, len);
}

static int final(void *data, unsigned char *signature, size_t *ret_len, size_t room)
{
    const struct signing *signing = data;
    struct est_signer *signer = signing->key != NULL ? signing->key->signer : NULL;
    struct card_outcome outcome = {.result = VSC_PIN};
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int len = 0;
    enum vsc_err err;

    if (signer == NULL)
        return 0;
    *ret_len = (size_t)EVP_PKEY_get_size(signing->key->public);
    if (signature == NULL)
        return 1;
    if (EVP_DigestFinal_ex(signing->digest, digest, &len) != 1)
        return 0;
    err = signer->sign(signer->arg, signing->scheme, digest, len, &outcome);
    if (err != VSC_OK || outcome.signature_len > room) {
        signer->err = err != VSC_OK ? err : VSC_PROTOCOL;
        return 0;
    }
    memcpy(signature, outcome.signature, outcome.signature_len);
    *ret_len = outcome.signature_len;
    return 1;
}

const OSSL_DISPATCH est_signature[] = {
    FUNCTION(OSSL_FUNC_SIGNATURE_NEWCTX, signing_new),
    FUNCTION(OSSL_FUNC_SIGNATURE_FREECTX, signing_free),
    FUNCTION(OSSL_FUNC_SIGNATURE_DUPCTX, signing_dup),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, init),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_UPDATE, update),
    FUNCTION(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_FINAL, final),
    FUNCTION(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, set_params),
    FUNCTION(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, settable_params),
    {0, NULL},
};
