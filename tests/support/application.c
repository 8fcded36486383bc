/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/application.h"

#include <dlfcn.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/ecdsa.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "common/own.h"

DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(EVP_PKEY_CTX, EVP_PKEY_CTX_free)
DEFINE_AUTO(ECDSA_SIG, ECDSA_SIG_free)

const struct ck_functions *application_load(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *symbol = handle != NULL ? dlsym(handle, "C_GetFunctionList") : NULL;
    unsigned long (*get)(const struct ck_functions **);
    const struct ck_functions *functions = NULL;

    if (symbol == NULL)
        return NULL;
    memcpy(&get, &symbol, sizeof(get));
    return get(&functions) == CKR_OK ? functions : NULL;
}

unsigned long application_log_in(const struct ck_functions *p11, unsigned long session,
                                 const char *pin)
{
    unsigned char copy[256];

    memcpy(copy, pin, strlen(pin) + 1);
    return p11->login(session, CKU_USER, copy, strlen(pin));
}

unsigned long application_session(const struct ck_functions *p11, const char *pin)
{
    unsigned long session = 0;

    assert_int_equal(
        p11->open_session(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session), CKR_OK);
    if (pin != NULL)
        assert_int_equal(application_log_in(p11, session, pin), CKR_OK);
    return session;
}

unsigned long application_find(const struct ck_functions *p11, unsigned long session,
                               unsigned long class, unsigned char id)
{
    struct ck_attribute template[] = {{CKA_CLASS, &class, sizeof(class)}, {CKA_ID, &id, 1}};
    unsigned long object = 0, count = 0;

    assert_int_equal(p11->find_objects_init(session, template, 2), CKR_OK);
    assert_int_equal(p11->find_objects(session, &object, 1, &count), CKR_OK);
    assert_int_equal(p11->find_objects_final(session), CKR_OK);
    return count == 1 ? object : 0;
}

size_t application_get(const struct ck_functions *p11, unsigned long session, unsigned long object,
                       unsigned long type, void *room, size_t size)
{
    struct ck_attribute attribute = {type, room, size};

    assert_int_equal(p11->get_attribute_value(session, object, &attribute, 1), CKR_OK);
    return attribute.len;
}

EVP_PKEY *application_public(const struct ck_functions *p11, unsigned long session,
                             unsigned char id)
{
    unsigned char spki[1024];
    const unsigned char *next = spki;
    unsigned long object = application_find(p11, session, CKO_PUBLIC_KEY, id);
    size_t len = application_get(p11, session, object, CKA_PUBLIC_KEY_INFO, spki, sizeof(spki));

    return d2i_PUBKEY(NULL, &next, (long)len);
}

static const EVP_MD *hash_of(size_t len)
{
    return len == 32 ? EVP_sha256() : len == 48 ? EVP_sha384() : EVP_sha512();
}

/* PKCS #11 has r and s beside each other, OpenSSL wants DER. */
static int verify_ecdsa(EVP_PKEY_CTX *ctx, const unsigned char *signature, size_t len,
                        const unsigned char *digest, size_t digest_len)
{
    auto_by(ECDSA_SIG_free) ECDSA_SIG *sig = ECDSA_SIG_new();
    unsigned char der[256], *next = der;
    int der_len;

    assert_int_equal(ECDSA_SIG_set0(sig, BN_bin2bn(signature, (int)len / 2, NULL),
                                    BN_bin2bn(signature + len / 2, (int)len / 2, NULL)),
                     1);
    der_len = i2d_ECDSA_SIG(sig, &next);
    return EVP_PKEY_verify(ctx, der, (size_t)der_len, digest, digest_len);
}

static bool verifies(EVP_PKEY *key, unsigned long mechanism, const unsigned char *signature,
                     size_t len, const unsigned char *digest, size_t digest_len)
{
    auto_by(EVP_PKEY_CTX_free) EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);

    assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
    if (mechanism == CKM_ECDSA)
        return verify_ecdsa(ctx, signature, len, digest, digest_len) == 1;
    assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, mechanism == CKM_RSA_PKCS_PSS
                                                           ? RSA_PKCS1_PSS_PADDING
                                                           : RSA_PKCS1_PADDING),
                     1);
    assert_int_equal(EVP_PKEY_CTX_set_signature_md(ctx, hash_of(digest_len)), 1);
    if (mechanism == CKM_RSA_PKCS_PSS)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST), 1);
    return EVP_PKEY_verify(ctx, signature, len, digest, digest_len) == 1;
}

/* What an application gives to the mechanism: CKM_RSA_PKCS wants a DigestInfo. */
static size_t data_of(unsigned long mechanism, const unsigned char *digest, size_t digest_len,
                      unsigned char *data)
{
    static const unsigned char head[] = {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
                                         0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20};
    size_t at = mechanism == CKM_RSA_PKCS ? sizeof(head) : 0;

    if (at > 0) {
        memcpy(data, head, sizeof(head));
        data[1] = (unsigned char)(17 + digest_len);
        data[14] = digest_len == 32 ? 1 : digest_len == 48 ? 2 : 3;
        data[18] = (unsigned char)digest_len;
    }
    memcpy(data + at, digest, digest_len);
    return at + digest_len;
}

static struct ck_mechanism make_mechanism(unsigned long type, size_t digest_len,
                                          struct ck_rsa_pss_params *params)
{
    *params = (struct ck_rsa_pss_params){digest_len == 32   ? CKM_SHA256
                                         : digest_len == 48 ? CKM_SHA384
                                                            : CKM_SHA512,
                                         digest_len == 32   ? CKG_MGF1_SHA256
                                         : digest_len == 48 ? CKG_MGF1_SHA384
                                                            : CKG_MGF1_SHA512,
                                         digest_len};
    if (type != CKM_RSA_PKCS_PSS)
        return (struct ck_mechanism){type, NULL, 0};
    return (struct ck_mechanism){type, params, sizeof(*params)};
}

unsigned long application_sign(const struct ck_functions *p11, unsigned long session,
                               unsigned long mechanism, unsigned char id, size_t digest_len)
{
    auto_by(EVP_PKEY_free) EVP_PKEY *public = application_public(p11, session, id);
    struct ck_rsa_pss_params params;
    struct ck_mechanism given = make_mechanism(mechanism, digest_len, &params);
    unsigned char digest[64], data[128], signature[512];
    unsigned long len = sizeof(signature);
    unsigned long rv =
        p11->sign_init(session, &given, application_find(p11, session, CKO_PRIVATE_KEY, id));

    memset(digest, id + 1, sizeof(digest));
    if (rv != CKR_OK)
        return rv;
    rv = p11->sign(session, data, data_of(mechanism, digest, digest_len, data), signature, &len);
    if (rv != CKR_OK)
        return rv;
    return verifies(public, mechanism, signature, len, digest, digest_len) ? CKR_OK
                                                                           : CKR_GENERAL_ERROR;
}
