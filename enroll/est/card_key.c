/* SPDX-License-Identifier: BSD-2-Clause */
/* The keys of the provider. What they do is in card_sign.c. */
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/provider.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/openssl_own.h"
#include "enroll/est/card_key_parts.h"

#define PROVIDER    "vsc-card"
#define PROPERTIES  "provider=" PROVIDER
#define PARAM_OWNER "vsc-signer" /* a struct est_signer: it takes the place of the private half */
#define FUNCTION(id, function)                                                                     \
    {                                                                                              \
        id, (void (*)(void))(function)                                                             \
    }

typedef OSSL_PARAM params;

DEFINE_AUTO(params, OSSL_PARAM_free)

static struct {
    OSSL_PROVIDER *usual, *card;
} providers;

/* ---- keys
 * ---------------------------------------------------------------------------------------- */

static void *key_new(void *provider)
{
    (void)provider;
    return calloc(1, sizeof(struct est_key));
}

static void key_free(void *data)
{
    struct est_key *key = data;

    if (key != NULL)
        EVP_PKEY_free(key->public);
    free(key);
}

static int key_has(const void *data, int selection)
{
    const struct est_key *key = data;

    if (key == NULL || key->public == NULL)
        return 0;
    return (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY) == 0 || key->signer != NULL;
}

static int key_match(const void *data, const void *other_data, int selection)
{
    const struct est_key *key = data, *other = other_data;

    (void)selection;
    return key->public != NULL && other->public != NULL &&
           EVP_PKEY_eq(key->public, other->public) == 1;
}

/* The public half becomes a key of the usual provider. */
static int import(struct est_key *key, const char *type, const OSSL_PARAM *from)
{
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context =
        EVP_PKEY_CTX_new_from_name(NULL, type, "provider=default");
    auto_by(OSSL_PARAM_free) OSSL_PARAM *copy = OSSL_PARAM_dup(from);
    const OSSL_PARAM *owner = OSSL_PARAM_locate_const(from, PARAM_OWNER);

    if (key == NULL || context == NULL || copy == NULL || key->public != NULL ||
        EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, &key->public, EVP_PKEY_PUBLIC_KEY, copy) != 1)
        return 0;
    if (owner != NULL && owner->data_type == OSSL_PARAM_OCTET_PTR)
        key->signer = *(struct est_signer *const *)owner->data;
    return 1;
}

static int key_import_rsa(void *data, int selection, const OSSL_PARAM from[])
{
    (void)selection;
    return import(data, "RSA", from);
}

static int key_import_ec(void *data, int selection, const OSSL_PARAM from[])
{
    (void)selection;
    return import(data, "EC", from);
}

static const OSSL_PARAM *key_import_types(int selection)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
        OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
        OSSL_PARAM_octet_ptr(PARAM_OWNER, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)selection;
    return types;
}

static int key_get_params(void *data, OSSL_PARAM to[])
{
    const struct est_key *key = data;

    return key->public != NULL && EVP_PKEY_get_params(key->public, to) == 1;
}

static const OSSL_PARAM *key_gettable_params(void *provider)
{
    static const OSSL_PARAM types[] = {
        OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
        OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
        OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
        OSSL_PARAM_END,
    };

    (void)provider;
    return types;
}

static const char *ec_operation(int operation)
{
    return operation == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

#define KEY_FUNCTIONS                                                                              \
    FUNCTION(OSSL_FUNC_KEYMGMT_NEW, key_new), FUNCTION(OSSL_FUNC_KEYMGMT_FREE, key_free),          \
        FUNCTION(OSSL_FUNC_KEYMGMT_HAS, key_has), FUNCTION(OSSL_FUNC_KEYMGMT_MATCH, key_match),    \
        FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_import_types),                                \
        FUNCTION(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params),                                    \
        FUNCTION(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable_params)

static const OSSL_DISPATCH rsa_keys[] = {
    KEY_FUNCTIONS, FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, key_import_rsa), {0, NULL}};
static const OSSL_DISPATCH ec_keys[] = {
    KEY_FUNCTIONS,
    FUNCTION(OSSL_FUNC_KEYMGMT_IMPORT, key_import_ec),
    FUNCTION(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ec_operation),
    {0, NULL}};

/* ---- the provider
 * -------------------------------------------------------------------------------- */

#define RSA_NAMES "RSA:rsaEncryption:1.2.840.113549.1.1.1"

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_cache)
{
    static const OSSL_ALGORITHM keys[] = {
        {RSA_NAMES, PROPERTIES, rsa_keys, "RSA keys of a card"},
        {"EC:id-ecPublicKey:1.2.840.10045.2.1", PROPERTIES, ec_keys, "EC keys of a card"},
        {NULL, NULL, NULL, NULL}};
    static const OSSL_ALGORITHM signatures[] = {
        {RSA_NAMES, PROPERTIES, est_signature, "RSA by a card"},
        {"ECDSA", PROPERTIES, est_signature, "ECDSA by a card"},
        {NULL, NULL, NULL, NULL}};

    (void)provider;
    *no_cache = 0;
    if (operation == OSSL_OP_KEYMGMT)
        return keys;
    return operation == OSSL_OP_SIGNATURE ? signatures : NULL;
}

static int start(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in, const OSSL_DISPATCH **out,
                 void **provider)
{
    static const OSSL_DISPATCH functions[] = {FUNCTION(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
                                              {0, NULL}};

    (void)handle;
    (void)in;
    *out = functions;
    *provider = &providers;
    return 1;
}

/* The usual one first: what does not ask for the card's gets the usual one's. */
enum vsc_err est_keys_start(void)
{
    providers.usual = OSSL_PROVIDER_load(NULL, "default");
    if (providers.usual != NULL && OSSL_PROVIDER_add_builtin(NULL, PROVIDER, start) == 1)
        providers.card = OSSL_PROVIDER_load(NULL, PROVIDER);
    if (providers.card != NULL)
        return VSC_OK;
    est_keys_end();
    return VSC_SYSTEM;
}

void est_keys_end(void)
{
    if (providers.card != NULL)
        (void)OSSL_PROVIDER_unload(providers.card);
    if (providers.usual != NULL)
        (void)OSSL_PROVIDER_unload(providers.usual);
    providers.card = providers.usual = NULL;
}

enum vsc_err est_key_new(const EVP_PKEY *public, struct est_signer *signer, EVP_PKEY **ret_key)
{
    const char *type = EVP_PKEY_is_a(public, "RSA") == 1  ? "RSA"
                       : EVP_PKEY_is_a(public, "EC") == 1 ? "EC"
                                                          : NULL;
    void *pointer = signer;
    OSSL_PARAM owner[] = {OSSL_PARAM_octet_ptr(PARAM_OWNER, &pointer, sizeof *signer),
                          OSSL_PARAM_END};
    auto_by(OSSL_PARAM_free) OSSL_PARAM *half = NULL;
    auto_by(OSSL_PARAM_free) OSSL_PARAM *whole = NULL;
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *context = NULL;

    if (type == NULL)
        return VSC_CERT;
    context = EVP_PKEY_CTX_new_from_name(NULL, type, PROPERTIES);
    if (context == NULL || EVP_PKEY_todata(public, EVP_PKEY_PUBLIC_KEY, &half) != 1)
        return VSC_MEMORY;
    whole = OSSL_PARAM_merge(half, owner);
    if (whole == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
        EVP_PKEY_fromdata(context, ret_key, EVP_PKEY_KEYPAIR, whole) != 1)
        return VSC_MEMORY;
    return VSC_OK;
}
