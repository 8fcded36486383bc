/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/mechanism.h"

#include <string.h>

#include "common/der.h"

#define INFO_MAX 19 /* bytes of a DigestInfo before the digest */

static const struct hash {
    size_t len;
    unsigned long mechanism, mgf; /* of PSS; 0 where it is not offered */
    size_t info_len;
    unsigned char info[INFO_MAX]; /* RFC 8017 9.2, note 1 */
} hashes[] = {
    {20, 0, 0, 15, "\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14"},
    {32, CKM_SHA256, CKG_MGF1_SHA256, 19,
     "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"},
    {48, CKM_SHA384, CKG_MGF1_SHA384, 19,
     "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"},
    {64, CKM_SHA512, CKG_MGF1_SHA512, 19,
     "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"},
};

#define HASHES (sizeof(hashes) / sizeof(hashes[0]))

static unsigned long read_pss(const struct ck_mechanism *given, struct mechanism *mechanism)
{
    struct ck_rsa_pss_params params;

    if (given->parameter == NULL || given->parameter_len != sizeof(params))
        return CKR_MECHANISM_PARAM_INVALID;
    memcpy(&params, given->parameter, sizeof(params));
    for (size_t i = 0; i < HASHES; i++) {
        if (hashes[i].mechanism == 0 || params.hash != hashes[i].mechanism)
            continue;
        if (params.mgf != hashes[i].mgf || params.salt_len != hashes[i].len)
            return CKR_MECHANISM_PARAM_INVALID;
        mechanism->pss_hash_len = hashes[i].len;
        return CKR_OK;
    }
    return CKR_MECHANISM_PARAM_INVALID;
}

unsigned long mechanism_read(const struct ck_mechanism *given, const struct public_key *key,
                             struct mechanism *ret_mechanism)
{
    struct mechanism mechanism = {.type = given->mechanism};
    unsigned long rv = CKR_OK;

    switch (given->mechanism) {
    case CKM_RSA_PKCS:
    case CKM_RSA_PKCS_PSS:
        if (key->type != CKK_RSA)
            return CKR_KEY_TYPE_INCONSISTENT;
        break;
    case CKM_ECDSA:
        if (key->type != CKK_EC)
            return CKR_KEY_TYPE_INCONSISTENT;
        break;
    default:
        return CKR_MECHANISM_INVALID;
    }
    if (given->mechanism == CKM_RSA_PKCS_PSS)
        rv = read_pss(given, &mechanism);
    else if (given->parameter_len != 0)
        rv = CKR_MECHANISM_PARAM_INVALID;
    if (rv == CKR_OK)
        *ret_mechanism = mechanism;
    return rv;
}

static unsigned long take_digest(const unsigned char *data, size_t len, struct card_sign_as *sign)
{
    memcpy(sign->digest, data, len);
    sign->digest_len = len;
    return CKR_OK;
}

/* The TPM makes the DigestInfo itself, so it signs nothing else. */
static unsigned long digest_pkcs1(const struct public_key *key, const unsigned char *data,
                                  size_t len, struct card_sign_as *sign)
{
    sign->scheme = SIGN_PKCS1;
    if (len > mechanism_signature_len(key) - 11)
        return CKR_DATA_LEN_RANGE;
    for (size_t i = 0; i < HASHES; i++) {
        const struct hash *hash = &hashes[i];

        if (len == hash->info_len + hash->len && memcmp(data, hash->info, hash->info_len) == 0)
            return take_digest(data + hash->info_len, hash->len, sign);
    }
    return CKR_DATA_INVALID;
}

/*
 * ECDSA reads a digest as a number of as many bits as the curve has (FIPS 186-4 6.4): a longer one
 * is cut, and a shorter one has zeroes before it, so each becomes a digest of the curve's size.
 */
static unsigned long digest_ecdsa(const struct public_key *key, const unsigned char *data,
                                  size_t len, struct card_sign_as *sign)
{
    const size_t field = key->bits / 8;

    sign->scheme = SIGN_ECDSA;
    if (len == 0 || len > SIGN_DIGEST_MAX)
        return CKR_DATA_LEN_RANGE;
    memset(sign->digest, 0, sizeof(sign->digest));
    if (len > field)
        len = field;
    memcpy(sign->digest + field - len, data, len);
    sign->digest_len = field;
    return CKR_OK;
}

unsigned long mechanism_digest(const struct mechanism *mechanism, const struct public_key *key,
                               const unsigned char *data, size_t data_len,
                               struct card_sign_as *sign)
{
    switch (mechanism->type) {
    case CKM_RSA_PKCS:
        return digest_pkcs1(key, data, data_len, sign);
    case CKM_RSA_PKCS_PSS:
        sign->scheme = SIGN_PSS;
        return data_len == mechanism->pss_hash_len ? take_digest(data, data_len, sign)
                                                   : CKR_DATA_LEN_RANGE;
    default:
        return digest_ecdsa(key, data, data_len, sign);
    }
}

size_t mechanism_signature_len(const struct public_key *key)
{
    return key->type == CKK_RSA ? key->bits / 8 : key->bits / 8 * 2;
}

/* An INTEGER of the DER, at the end of `len` bytes. */
static bool put_number(struct der_span *from, unsigned char *to, size_t len)
{
    struct der_element element;
    struct der_span number;

    if (!der_take_tag(from, DER_INTEGER, &element))
        return false;
    number = element.content;
    while (number.len > 0 && number.bytes[0] == 0) {
        number.bytes++;
        number.len--;
    }
    if (number.len == 0 || number.len > len)
        return false;
    memset(to, 0, len);
    memcpy(to + len - number.len, number.bytes, number.len);
    return true;
}

unsigned long mechanism_signature(const struct public_key *key, const struct card_outcome *outcome,
                                  unsigned char *signature)
{
    const size_t len = mechanism_signature_len(key);
    struct der_span der = {outcome->signature, outcome->signature_len};
    struct der_element both;

    if (key->type == CKK_RSA) {
        if (outcome->signature_len != len)
            return CKR_DEVICE_ERROR;
        memcpy(signature, outcome->signature, len);
        return CKR_OK;
    }
    if (!der_take_tag(&der, DER_SEQUENCE, &both) || der.len > 0 ||
        !put_number(&both.content, signature, len / 2) ||
        !put_number(&both.content, signature + len / 2, len / 2) || both.content.len > 0)
        return CKR_DEVICE_ERROR;
    return CKR_OK;
}
