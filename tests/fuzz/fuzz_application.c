/* SPDX-License-Identifier: BSD-2-Clause */
/* What vsc-pkcs11.so reads of others: certificates and public keys, and what is to be signed. */
#include <stdlib.h>
#include <string.h>

#include "pkcs11/certificate.h"
#include "pkcs11/mechanism.h"
#include "tests/fuzz/fuzz.h"

static void check_within(const struct der_span *part, const uint8_t *data, size_t len)
{
    if (part->len > 0 && (part->bytes < data || part->bytes + part->len > data + len))
        abort();
}

static void check_key(const struct public_key *key, const uint8_t *data, size_t len)
{
    const bool rsa = key->type == CKK_RSA;

    check_within(&key->spki, data, len);
    check_within(&key->modulus, data, len);
    check_within(&key->exponent, data, len);
    check_within(&key->params, data, len);
    check_within(&key->point, data, len);
    if (key->bits == 0 || (rsa && (key->modulus.len == 0 || key->modulus.bytes[0] == 0)) ||
        (!rsa && key->point.len != 1 + 2 * key->bits / 8))
        abort();
}

static void sign(unsigned long type, const struct public_key *key, const uint8_t *data, size_t len)
{
    const struct mechanism mechanism = {.type = type, .pss_hash_len = 32};
    struct card_sign_as request = {.digest_len = 0};

    if (mechanism_digest(&mechanism, key, data, len, &request) == CKR_OK &&
        request.digest_len != 20 && request.digest_len != 32 && request.digest_len != 48 &&
        request.digest_len != 64)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct der_span span = {data, len};
    const struct public_key rsa = {.type = CKK_RSA, .bits = 2048};
    const struct public_key ec = {.type = CKK_EC, .bits = 384};
    struct card_outcome outcome = {.signature_len = len < SIGNATURE_MAX ? len : SIGNATURE_MAX};
    struct certificate certificate;
    struct public_key key;
    unsigned char signature[SIGNATURE_MAX];

    if (certificate_read(span, &certificate)) {
        check_within(&certificate.subject, data, len);
        check_within(&certificate.issuer, data, len);
        check_within(&certificate.serial, data, len);
        if (public_key_read(certificate.spki, &key))
            check_key(&key, data, len);
    }
    if (public_key_read(span, &key))
        check_key(&key, data, len);
    if (len <= MECHANISM_DATA_MAX) {
        sign(CKM_RSA_PKCS, &rsa, data, len);
        sign(CKM_RSA_PKCS_PSS, &rsa, data, len);
        sign(CKM_ECDSA, &ec, data, len);
    }
    if (len > 0)
        memcpy(outcome.signature, data, outcome.signature_len);
    (void)mechanism_signature(&ec, &outcome, signature);
    (void)mechanism_signature(&rsa, &outcome, signature);
    return 0;
}
