/* SPDX-License-Identifier: BSD-2-Clause */
/* Builds certificate requests, see the header. */
#include "card/owner/csr.h"

#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"

#define UPN_OID "1.3.6.1.4.1.311.20.2.3"
#define UPN_MAX 256

DEFINE_AUTO(X509_REQ, X509_REQ_free)
DEFINE_AUTO(ASN1_OBJECT, ASN1_OBJECT_free)
DEFINE_AUTO(ASN1_TYPE, ASN1_TYPE_free)
DEFINE_AUTO(ASN1_UTF8STRING, ASN1_UTF8STRING_free)
DEFINE_AUTO(ASN1_BIT_STRING, ASN1_BIT_STRING_free)
DEFINE_AUTO(GENERAL_NAMES, GENERAL_NAMES_free)
DEFINE_AUTO(GENERAL_NAME, GENERAL_NAME_free)
DEFINE_AUTO(EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free)
DEFINE_AUTO(X509_ALGOR, X509_ALGOR_free)

struct extensions {
    STACK_OF(X509_EXTENSION) * list;
};

static void extensions_done(struct extensions *extensions)
{
    sk_X509_EXTENSION_pop_free(extensions->list, X509_EXTENSION_free);
}

static bool upn_is_good(const char *upn)
{
    const char *at = strchr(upn, '@');

    return strlen(upn) < UPN_MAX && text_is_printable(upn) && at != NULL && at != upn &&
           at[1] != '\0' && strchr(at + 1, '@') == NULL && strpbrk(upn, "/\\ ") == NULL;
}

/* otherName with the UPN as UTF8String ([MS-WCCE] 2.2.2.7.7.4, RFC 4556's neighbour). */
static bool add_upn(STACK_OF(X509_EXTENSION) * *list, const char *upn)
{
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names = GENERAL_NAMES_new();
    auto_by(GENERAL_NAME_free) GENERAL_NAME *name = GENERAL_NAME_new();
    auto_by(ASN1_OBJECT_free) ASN1_OBJECT *oid = OBJ_txt2obj(UPN_OID, 1);
    auto_by(ASN1_UTF8STRING_free) ASN1_UTF8STRING *text = ASN1_UTF8STRING_new();
    auto_by(ASN1_TYPE_free) ASN1_TYPE *value = ASN1_TYPE_new();

    if (names == NULL || name == NULL || oid == NULL || text == NULL || value == NULL ||
        ASN1_STRING_set(text, upn, (int)strlen(upn)) != 1)
        return false;
    ASN1_TYPE_set(value, V_ASN1_UTF8STRING, take(text));
    if (GENERAL_NAME_set0_othername(name, oid, value) != 1)
        return false;
    (void)take(oid);
    (void)take(value);
    if (sk_GENERAL_NAME_push(names, name) == 0)
        return false;
    (void)take(name);
    return X509V3_add1_i2d(list, NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1;
}

static bool add_eku(STACK_OF(X509_EXTENSION) * *list)
{
    static const int usages[] = {NID_ms_smartcard_login, NID_client_auth};
    auto_by(EXTENDED_KEY_USAGE_free) EXTENDED_KEY_USAGE *eku = EXTENDED_KEY_USAGE_new();

    for (size_t i = 0; eku != NULL && i < sizeof usages / sizeof usages[0]; i++)
        if (sk_ASN1_OBJECT_push(eku, OBJ_nid2obj(usages[i])) == 0)
            return false;
    return eku != NULL && X509V3_add1_i2d(list, NID_ext_key_usage, eku, 0, X509V3_ADD_DEFAULT) == 1;
}

static bool add_key_usage(STACK_OF(X509_EXTENSION) * *list)
{
    auto_by(ASN1_BIT_STRING_free) ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();

    return bits != NULL && ASN1_BIT_STRING_set_bit(bits, 0, 1) == 1 &&
           X509V3_add1_i2d(list, NID_key_usage, bits, 1, X509V3_ADD_DEFAULT) == 1;
}

enum vsc_err csr_build(EVP_PKEY *key, X509_NAME *subject, const char *upn, X509_REQ **ret_request,
                       struct problem *problem)
{
    auto_by(X509_REQ_free) X509_REQ *request = X509_REQ_new();
    __attribute__((cleanup(extensions_done))) struct extensions extensions = {0};

    if (upn != NULL && !upn_is_good(upn))
        return problem_set(problem, VSC_USAGE,
                           "--upn: \"%s\" is no user principal name (user@suffix)", upn);
    if (request == NULL || X509_REQ_set_version(request, X509_REQ_VERSION_1) != 1 ||
        X509_REQ_set_subject_name(request, subject) != 1 ||
        X509_REQ_set_pubkey(request, key) != 1 || !add_key_usage(&extensions.list) ||
        !add_eku(&extensions.list) || (upn != NULL && !add_upn(&extensions.list, upn)) ||
        X509_REQ_add_extensions(request, extensions.list) != 1)
        return problem_set(problem, VSC_MEMORY, "libcrypto cannot build the request");
    *ret_request = take(request);
    return VSC_OK;
}

enum vsc_err csr_digest(X509_REQ *request, unsigned char ret_digest[DIGEST_SIZE],
                        struct problem *problem)
{
    bool rsa = EVP_PKEY_is_a(X509_REQ_get0_pubkey(request), "RSA") == 1;
    auto_by(X509_ALGOR_free) X509_ALGOR *algorithm = X509_ALGOR_new();
    unsigned char *der = NULL;
    bool hashed;
    int len;

    /* RFC 4055 wants a NULL as RSA's parameter, RFC 5758 none for ECDSA. */
    if (algorithm == NULL ||
        X509_ALGOR_set0(algorithm,
                        OBJ_nid2obj(rsa ? NID_sha256WithRSAEncryption : NID_ecdsa_with_SHA256),
                        rsa ? V_ASN1_NULL : V_ASN1_UNDEF, NULL) != 1 ||
        X509_REQ_set1_signature_algo(request, algorithm) != 1)
        return VSC_MEMORY;
    len = i2d_re_X509_REQ_tbs(request, &der);
    if (len <= 0)
        return problem_set(problem, VSC_MEMORY, "libcrypto cannot encode the request");
    hashed = EVP_Digest(der, (size_t)len, ret_digest, NULL, EVP_sha256(), NULL) == 1;
    OPENSSL_free(der);
    return hashed ? VSC_OK : VSC_MEMORY;
}

enum vsc_err csr_finish(X509_REQ *request, const struct card_outcome *signature,
                        struct problem *problem)
{
    ASN1_BIT_STRING *bits = ASN1_BIT_STRING_new();

    if (bits == NULL || ASN1_BIT_STRING_set(bits, (unsigned char *)(uintptr_t)signature->signature,
                                            (int)signature->signature_len) != 1) {
        ASN1_BIT_STRING_free(bits);
        return VSC_MEMORY;
    }
    /* No unused bits (X.690 8.6.2); else OpenSSL would count trailing zero bits as such. */
    bits->flags &= ~(ASN1_STRING_FLAG_BITS_LEFT | 0x07);
    bits->flags |= ASN1_STRING_FLAG_BITS_LEFT;
    X509_REQ_set0_signature(request, bits);
    if (X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) != 1)
        return problem_set(problem, VSC_TPM, "the card's signature does not verify");
    return VSC_OK;
}
