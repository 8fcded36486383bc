/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/certificate.h"

#include <string.h>

#include "common/cryptoki.h"

#define DER_BIT_STRING 0x03
#define DER_VERSION    0xa0 /* [0] in a TBSCertificate */

#define P256_FIELD     32 /* bytes */
#define P384_FIELD     48

static const unsigned char rsa_oid[] = {0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
                                        0xf7, 0x0d, 0x01, 0x01, 0x01};
static const unsigned char ec_oid[] = {0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01};
static const unsigned char p256_oid[] = {0x06, 0x08, 0x2a, 0x86, 0x48,
                                         0xce, 0x3d, 0x03, 0x01, 0x07};
static const unsigned char p384_oid[] = {0x06, 0x05, 0x2b, 0x81, 0x04, 0x00, 0x22};

static bool is_oid(const struct der_element *element, const unsigned char *oid, size_t len)
{
    return element->whole.len == len && memcmp(element->whole.bytes, oid, len) == 0;
}

/* A positive INTEGER without its sign. */
static bool take_number(struct der_span *from, struct der_span *ret_number)
{
    struct der_element element;
    struct der_span number;

    if (!der_take_tag(from, DER_INTEGER, &element))
        return false;
    number = element.content;
    if (number.len > 1 && number.bytes[0] == 0)
        number = (struct der_span){number.bytes + 1, number.len - 1};
    *ret_number = number;
    return number.len > 0 && number.bytes[0] != 0;
}

static unsigned long count_bits(const struct der_span *number)
{
    unsigned long bits = number->len * 8;

    for (unsigned char top = number->bytes[0]; top < 0x80; top = (unsigned char)(top << 1))
        bits--;
    return bits;
}

static bool read_rsa(struct der_span bits, struct public_key *key)
{
    struct der_element sequence;

    if (!der_take_tag(&bits, DER_SEQUENCE, &sequence) || bits.len > 0)
        return false;
    if (!take_number(&sequence.content, &key->modulus) ||
        !take_number(&sequence.content, &key->exponent) || sequence.content.len > 0)
        return false;
    key->type = CKK_RSA;
    key->bits = count_bits(&key->modulus);
    return true;
}

static bool read_ec(struct der_span algorithm, struct der_span bits, struct public_key *key)
{
    struct der_element curve;
    size_t field;

    if (!der_take_tag(&algorithm, DER_OID, &curve) || algorithm.len > 0)
        return false;
    if (is_oid(&curve, p256_oid, sizeof(p256_oid)))
        field = P256_FIELD;
    else if (is_oid(&curve, p384_oid, sizeof(p384_oid)))
        field = P384_FIELD;
    else
        return false;
    if (bits.len != 1 + 2 * field || bits.bytes[0] != 0x04)
        return false;
    key->type = CKK_EC;
    key->bits = field * 8;
    key->params = curve.whole;
    key->point = bits;
    return true;
}

bool public_key_read(struct der_span spki, struct public_key *ret_key)
{
    struct public_key key = {.spki = spki};
    struct der_element outer, algorithm, oid, bits;

    if (!der_take_tag(&spki, DER_SEQUENCE, &outer) || spki.len > 0 ||
        !der_take_tag(&outer.content, DER_SEQUENCE, &algorithm) ||
        !der_take_tag(&algorithm.content, DER_OID, &oid) ||
        !der_take_tag(&outer.content, DER_BIT_STRING, &bits) || outer.content.len > 0 ||
        bits.content.len < 2 || bits.content.bytes[0] != 0)
        return false;
    bits.content.bytes++; /* behind the number of unused bits */
    bits.content.len--;
    if (is_oid(&oid, rsa_oid, sizeof(rsa_oid))) {
        if (!read_rsa(bits.content, &key))
            return false;
    } else if (!is_oid(&oid, ec_oid, sizeof(ec_oid)) ||
               !read_ec(algorithm.content, bits.content, &key)) {
        return false;
    }
    *ret_key = key;
    return true;
}

bool certificate_read(struct der_span der, struct certificate *ret_certificate)
{
    struct der_element outer, tbs, element, serial, issuer, subject, spki;

    if (!der_take_tag(&der, DER_SEQUENCE, &outer) || der.len > 0 ||
        !der_take_tag(&outer.content, DER_SEQUENCE, &tbs))
        return false;
    (void)der_take_tag(&tbs.content, DER_VERSION, &element);
    if (!der_take_tag(&tbs.content, DER_INTEGER, &serial) ||
        !der_take_tag(&tbs.content, DER_SEQUENCE, &element) || /* the signature's algorithm */
        !der_take_tag(&tbs.content, DER_SEQUENCE, &issuer) ||
        !der_take_tag(&tbs.content, DER_SEQUENCE, &element) || /* validity */
        !der_take_tag(&tbs.content, DER_SEQUENCE, &subject) ||
        !der_take_tag(&tbs.content, DER_SEQUENCE, &spki))
        return false;
    *ret_certificate = (struct certificate){.subject = subject.whole,
                                            .issuer = issuer.whole,
                                            .serial = serial.whole,
                                            .spki = spki.whole};
    return true;
}
