/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/strength.h"

#include <stdio.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "common/der.h"
#include "certcheck/openssl_own.h"
#include "certcheck/strict_der.h"

#define EXPONENT_BITS_MAX  64
#define POINT_COMPRESSED   2
#define POINT_UNCOMPRESSED 4

DEFINE_AUTO(RSA_PSS_PARAMS, RSA_PSS_PARAMS_free)

static const struct {
    const char *group; /* OpenSSL's name */
    const char *type;
} curves[] = {{"prime256v1", "P-256"}, {"secp384r1", "P-384"}, {"secp521r1", "P-521"}};

/* The curve's short name, or NULL for one that is not taken. */
static const char *curve_type(const EVP_PKEY *key)
{
    char group[64];
    int is_explicit = 0;

    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
        EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
        return NULL;
    /* CVE-2020-0601: parameters that come with the key prove nothing. */
    (void)EVP_PKEY_get_int_param(key, OSSL_PKEY_PARAM_EC_DECODED_FROM_EXPLICIT_PARAMS,
                                 &is_explicit);
    if (is_explicit != 0)
        return NULL;
    for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
        if (strcmp(group, curves[i].group) == 0)
            return curves[i].type;
    return NULL;
}

static bool is_rsa(const EVP_PKEY *key)
{
    int id = EVP_PKEY_get_base_id(key);

    return id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS;
}

void strength_describe_key(const X509 *cert, char *type, size_t size, unsigned *ret_bits)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    ASN1_OBJECT *algorithm = NULL;
    const char *curve;

    *ret_bits = 0;
    if (key == NULL) {
        ERR_clear_error();
        (void)X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, X509_get_X509_PUBKEY(cert));
        (void)snprintf(type, size, "unknown");
        if (algorithm != NULL)
            (void)OBJ_obj2txt(type, (int)size, algorithm, 0);
        return;
    }
    *ret_bits = (unsigned)EVP_PKEY_get_bits(key);
    curve = curve_type(key);
    if (is_rsa(key))
        (void)snprintf(type, size, "RSA");
    else if (curve != NULL)
        (void)snprintf(type, size, "%s", curve);
    else
        (void)snprintf(type, size, "%s", OBJ_nid2sn(EVP_PKEY_get_base_id(key)));
}

/*
 * With the exponent 1 everybody can sign, an even one is none, and one beyond 64 bits costs whoever
 * verifies; no product of two odd primes is even.
 */
static bool has_sound_numbers(const EVP_PKEY *key)
{
    auto_by(BN_free) BIGNUM *exponent = NULL;
    auto_by(BN_free) BIGNUM *modulus = NULL;

    return EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &exponent) == 1 &&
           EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_N, &modulus) == 1 &&
           BN_is_odd(exponent) && !BN_is_one(exponent) &&
           BN_num_bits(exponent) <= EXPONENT_BITS_MAX && BN_is_odd(modulus);
}

/* SEQUENCE { modulus INTEGER, publicExponent INTEGER }: OpenSSL does not look at their signs. */
static bool are_numbers_positive(const unsigned char *der, size_t len)
{
    struct der_span all = {der, len};
    struct der_element sequence, number;

    if (!strict_der_is(der, len) || !der_take_tag(&all, DER_SEQUENCE, &sequence))
        return false;
    for (int i = 0; i < 2; i++)
        if (!der_take_tag(&sequence.content, DER_INTEGER, &number) ||
            number.content.bytes[0] >= 0x80)
            return false;
    return sequence.content.len == 0;
}

/* RFC 3279 2.3.1: DER with nothing behind it, and no parameters but NULL. */
static bool is_rsa_sound(const EVP_PKEY *key, const X509 *cert)
{
    X509_ALGOR *algorithm = NULL;
    const unsigned char *der = NULL;
    int len = 0, parameters = V_ASN1_UNDEF;

    if (X509_PUBKEY_get0_param(NULL, &der, &len, &algorithm, X509_get_X509_PUBKEY(cert)) != 1)
        return false;
    X509_ALGOR_get0(NULL, &parameters, NULL, algorithm);
    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && parameters != V_ASN1_NULL &&
        parameters != V_ASN1_UNDEF)
        return false;
    return are_numbers_positive(der, (size_t)len) && has_sound_numbers(key);
}

/* RFC 5480 2.2: a point, compressed or not. The one at infinity is nobody's key. */
static bool is_point_sound(const X509 *cert)
{
    const unsigned char *point = NULL;
    int len = 0;

    return X509_PUBKEY_get0_param(NULL, &point, &len, NULL, X509_get_X509_PUBKEY(cert)) == 1 &&
           len > 1 && point[0] >= POINT_COMPRESSED && point[0] <= POINT_UNCOMPRESSED;
}

bool strength_is_affordable(const EVP_PKEY *key)
{
    return EVP_PKEY_get_bits(key) <= STRENGTH_RSA_MAX;
}

bool strength_key_is_enough(const X509 *cert, unsigned min_rsa_bits)
{
    const EVP_PKEY *key = X509_get0_pubkey(cert);
    int bits;

    if (key == NULL) {
        ERR_clear_error();
        return false;
    }
    if (!is_rsa(key))
        return curve_type(key) != NULL && is_point_sound(cert);
    bits = EVP_PKEY_get_bits(key);
    return bits > 0 && (unsigned)bits >= min_rsa_bits && strength_is_affordable(key) &&
           is_rsa_sound(key, cert);
}

static bool is_enough(int digest, int nid)
{
    switch (digest) {
    case NID_sha256:
    case NID_sha384:
    case NID_sha512:
    case NID_sha512_256:
    case NID_sha3_256:
    case NID_sha3_384:
    case NID_sha3_512:
        return true;
    default:
        return nid == NID_ED25519 || nid == NID_ED448; /* they hash by themselves */
    }
}

bool strength_signature_is_enough(X509 *cert)
{
    int digest = NID_undef;

    /* With the parameters of PSS, which the algorithm's name alone does not tell. */
    if (X509_get_signature_info(cert, &digest, NULL, NULL, NULL) != 1)
        return false;
    return is_enough(digest, X509_get_signature_nid(cert));
}

/* RFC 4055 3.1: without a hash in the parameters it is SHA-1. */
static int pss_digest(const X509_ALGOR *algorithm)
{
    auto_by(RSA_PSS_PARAMS_free) RSA_PSS_PARAMS *parameters = NULL;
    const void *value;
    int type;

    X509_ALGOR_get0(NULL, &type, &value, algorithm);
    if (type == V_ASN1_SEQUENCE)
        parameters = ASN1_item_unpack(value, ASN1_ITEM_rptr(RSA_PSS_PARAMS));
    if (parameters == NULL || parameters->hashAlgorithm == NULL)
        return NID_sha1;
    return OBJ_obj2nid(parameters->hashAlgorithm->algorithm);
}

bool strength_algorithm_is_enough(const X509_ALGOR *algorithm)
{
    const ASN1_OBJECT *object;
    int nid, digest = NID_undef;

    X509_ALGOR_get0(&object, NULL, NULL, algorithm);
    nid = OBJ_obj2nid(object);
    if (nid == NID_rsassaPss)
        return is_enough(pss_digest(algorithm), nid);
    return OBJ_find_sigid_algs(nid, &digest, NULL) == 1 && is_enough(digest, nid);
}

bool strength_crl_signature_is_enough(const X509_CRL *crl)
{
    const X509_ALGOR *algorithm;

    X509_CRL_get0_signature(crl, NULL, &algorithm);
    return strength_algorithm_is_enough(algorithm);
}
