/* SPDX-License-Identifier: BSD-2-Clause */
#include "pkcs11/attributes.h"

#include <stdio.h>
#include <string.h>

#include "common/hex.h"

#define CATEGORY_USER      1ul
#define CATEGORY_AUTHORITY 2ul
#define LABEL_SIZE         (CARD_NAME_SIZE + KEY_ID_SIZE)

/* The value of one attribute: bytes that are somewhere already, or in `room`. */
struct value {
    const void *bytes;
    size_t len;
    unsigned char room[LABEL_SIZE + 1];
};

static unsigned long give(struct value *value, const void *bytes, size_t len)
{
    value->bytes = bytes;
    value->len = len;
    return CKR_OK;
}

static unsigned long give_span(struct value *value, const struct der_span *span)
{
    return give(value, span->bytes, span->len);
}

static unsigned long give_number(struct value *value, unsigned long number)
{
    memcpy(value->room, &number, sizeof(number));
    return give(value, value->room, sizeof(number));
}

static unsigned long give_truth(struct value *value, bool truth)
{
    value->room[0] = truth ? 1 : 0;
    return give(value, value->room, 1);
}

/* "TestVSC 00", and "TestVSC CA" for an issuer. */
static unsigned long give_label(struct value *value, const struct object *object,
                                const struct card_info *card)
{
    int len = snprintf((char *)value->room, sizeof(value->room), "%s %s", card->name,
                       object->key[0] != '\0' ? object->key : "CA");

    return give(value, value->room, (size_t)len);
}

/* The key's id, two digits, as one byte; empty for an issuer. */
static unsigned long give_id(struct value *value, const struct object *object)
{
    size_t len = 0;

    if (object->key[0] != '\0' && !hex_read(object->key, strlen(object->key), 1, value->room, &len))
        return give(value, object->key, strlen(object->key));
    return give(value, value->room, len);
}

/* An OCTET STRING with the point in it (PKCS #11 2.40 mechanisms, 2.3.3). */
static unsigned long give_point(struct value *value, const struct der_span *point)
{
    size_t head = der_put_head(value->room, DER_OCTET_STRING, point->len);

    memcpy(value->room + head, point->bytes, point->len);
    return give(value, value->room, head + point->len);
}

static unsigned long of_all(const struct object *object, const struct card_info *card,
                            unsigned long type, struct value *value)
{
    switch (type) {
    case CKA_CLASS:
        return give_number(value, object->class);
    case CKA_TOKEN:
        return give_truth(value, true);
    case CKA_PRIVATE:
        return give_truth(value, object->class == CKO_PRIVATE_KEY);
    case CKA_LABEL:
        return give_label(value, object, card);
    case CKA_MODIFIABLE:
    case CKA_COPYABLE:
    case CKA_DESTROYABLE:
        return give_truth(value, false);
    case CKA_ID:
        return give_id(value, object);
    case CKA_SUBJECT:
        return give_span(value, &object->certificate.subject);
    case CKA_START_DATE:
    case CKA_END_DATE:
        return give(value, NULL, 0);
    default:
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
}

static unsigned long of_certificate(const struct object *object, unsigned long type,
                                    struct value *value)
{
    switch (type) {
    case CKA_CERTIFICATE_TYPE:
        return give_number(value, CKC_X_509);
    case CKA_VALUE:
        return give_span(value, &object->der);
    case CKA_ISSUER:
        return give_span(value, &object->certificate.issuer);
    case CKA_SERIAL_NUMBER:
        return give_span(value, &object->certificate.serial);
    case CKA_PUBLIC_KEY_INFO:
        return give_span(value, &object->certificate.spki);
    case CKA_TRUSTED:
        return give_truth(value, false);
    case CKA_CERTIFICATE_CATEGORY:
        return give_number(value, object->key[0] != '\0' ? CATEGORY_USER : CATEGORY_AUTHORITY);
    default:
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
}

static unsigned long of_rsa(const struct public_key *key, unsigned long type, struct value *value)
{
    switch (type) {
    case CKA_MODULUS:
        return give_span(value, &key->modulus);
    case CKA_PUBLIC_EXPONENT:
        return give_span(value, &key->exponent);
    case CKA_MODULUS_BITS:
        return give_number(value, key->bits);
    default:
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
}

static unsigned long of_ec(const struct public_key *key, unsigned long type, struct value *value)
{
    switch (type) {
    case CKA_EC_PARAMS:
        return give_span(value, &key->params);
    case CKA_EC_POINT:
        return give_point(value, &key->point);
    default:
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
}

static unsigned long of_any_key(const struct public_key *key, unsigned long type,
                                struct value *value)
{
    const bool rsa = key->type == CKK_RSA;

    switch (type) {
    case CKA_KEY_TYPE:
        return give_number(value, key->type);
    case CKA_LOCAL: /* made in the TPM */
        return give_truth(value, true);
    case CKA_KEY_GEN_MECHANISM:
        return give_number(value, rsa ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN);
    case CKA_DERIVE:
        return give_truth(value, false);
    case CKA_PUBLIC_KEY_INFO:
        return give_span(value, &key->spki);
    default:
        return rsa ? of_rsa(key, type, value) : of_ec(key, type, value);
    }
}

static unsigned long of_private(unsigned long type, struct value *value)
{
    switch (type) {
    case CKA_SIGN:
    case CKA_SENSITIVE:
    case CKA_ALWAYS_SENSITIVE:
    case CKA_NEVER_EXTRACTABLE:
        return give_truth(value, true);
    case CKA_DECRYPT:
    case CKA_SIGN_RECOVER:
    case CKA_UNWRAP:
    case CKA_EXTRACTABLE:
    case CKA_WRAP_WITH_TRUSTED:
    case CKA_ALWAYS_AUTHENTICATE:
        return give_truth(value, false);
    default:
        if (type == CKA_VALUE || (type >= CKA_PRIVATE_EXPONENT && type <= CKA_COEFFICIENT))
            return CKR_ATTRIBUTE_SENSITIVE;
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
}

/* This module verifies nothing: whoever wants to has the public key. */
static unsigned long of_public(unsigned long type, struct value *value)
{
    switch (type) {
    case CKA_ENCRYPT:
    case CKA_VERIFY:
    case CKA_VERIFY_RECOVER:
    case CKA_WRAP:
    case CKA_TRUSTED:
        return give_truth(value, false);
    default:
        return CKR_ATTRIBUTE_TYPE_INVALID;
    }
}

static unsigned long value_of(const struct object *object, const struct card_info *card,
                              unsigned long type, struct value *value)
{
    unsigned long rv = of_all(object, card, type, value);

    if (object->class == CKO_CERTIFICATE)
        return rv == CKR_ATTRIBUTE_TYPE_INVALID ? of_certificate(object, type, value) : rv;
    if (rv == CKR_ATTRIBUTE_TYPE_INVALID)
        rv = of_any_key(&object->public, type, value);
    if (rv == CKR_ATTRIBUTE_TYPE_INVALID)
        rv = object->class == CKO_PRIVATE_KEY ? of_private(type, value) : of_public(type, value);
    return rv;
}

static unsigned long get_one(const struct object *object, const struct card_info *card,
                             struct ck_attribute *attribute)
{
    struct value value;
    unsigned long room = attribute->len;
    unsigned long rv = value_of(object, card, attribute->type, &value);

    attribute->len = rv == CKR_OK ? value.len : CK_UNAVAILABLE;
    if (rv != CKR_OK || attribute->value == NULL)
        return rv;
    if (room < value.len) {
        attribute->len = CK_UNAVAILABLE;
        return CKR_BUFFER_TOO_SMALL;
    }
    if (value.len > 0)
        memcpy(attribute->value, value.bytes, value.len);
    return CKR_OK;
}

unsigned long attributes_get(const struct object *object, const struct card_info *card,
                             struct ck_attribute *attributes, size_t count)
{
    unsigned long worst = CKR_OK;

    for (size_t i = 0; i < count; i++) {
        unsigned long rv = get_one(object, card, &attributes[i]);

        worst = rv != CKR_OK ? rv : worst;
    }
    return worst;
}

bool attributes_match(const struct object *object, const struct card_info *card,
                      const struct ck_attribute *attributes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct value value;

        if (value_of(object, card, attributes[i].type, &value) != CKR_OK ||
            value.len != attributes[i].len ||
            (value.len > 0 && memcmp(value.bytes, attributes[i].value, value.len) != 0))
            return false;
    }
    return true;
}
