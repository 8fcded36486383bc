/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/est/csrattrs.h"

#include <limits.h>
#include <openssl/asn1.h>
#include <openssl/objects.h>

#include "certcheck/openssl_own.h"
#include "common/buf.h"
#include "enroll/est/answer.h"

static void types_free(ASN1_SEQUENCE_ANY *types)
{
    sk_ASN1_TYPE_pop_free(types, ASN1_TYPE_free);
}
DEFINE_AUTO(ASN1_SEQUENCE_ANY, types_free)

/* The elements of a SEQUENCE or a SET that fills `der` wholly; NULL for anything else. */
static ASN1_SEQUENCE_ANY *split(const unsigned char *der, size_t len, bool is_set)
{
    const unsigned char *next = der;
    ASN1_SEQUENCE_ANY *types = is_set ? d2i_ASN1_SET_ANY(NULL, &next, (long)len)
                                      : d2i_ASN1_SEQUENCE_ANY(NULL, &next, (long)len);

    if (types != NULL && next == der + len)
        return types;
    types_free(types);
    return NULL;
}

static ASN1_SEQUENCE_ANY *split_type(const ASN1_TYPE *type, int kind)
{
    if (type == NULL || type->type != kind)
        return NULL;
    return split(type->value.asn1_string->data, (size_t)type->value.asn1_string->length,
                 kind == V_ASN1_SET);
}

static void add_key(struct est_wishes *wishes, struct est_key_wish wish)
{
    if (wishes->key_count < EST_WISHES_MAX)
        wishes->keys[wishes->key_count++] = wish;
}

/* An OID alone, or one with a value; NULL for none. */
static enum vsc_err take_wish(struct est_wishes *wishes, const ASN1_OBJECT *what,
                              const ASN1_TYPE *value)
{
    int64_t bits = 0;

    switch (OBJ_obj2nid(what)) {
    case NID_pkcs9_challengePassword:
        wishes->wants_challenge = true;
        return VSC_OK;
    case NID_rsaEncryption:
        if (value != NULL && (value->type != V_ASN1_INTEGER ||
                              ASN1_INTEGER_get_int64(&bits, value->value.integer) != 1 ||
                              bits < 1 || bits > INT_MAX))
            return VSC_CERT;
        add_key(wishes, (struct est_key_wish){.is_rsa = true, .bits = (int)bits});
        return VSC_OK;
    case NID_X9_62_id_ecPublicKey:
        if (value != NULL && value->type != V_ASN1_OBJECT)
            return VSC_CERT;
        add_key(wishes, (struct est_key_wish){
                            .curve = value != NULL ? OBJ_obj2nid(value->value.object) : 0});
        return VSC_OK;
    default:
        return VSC_OK;
    }
}

/* SEQUENCE { OID, SET OF value } */
static enum vsc_err take_attribute(struct est_wishes *wishes, const ASN1_TYPE *type)
{
    auto_by(types_free) ASN1_SEQUENCE_ANY *parts = split_type(type, V_ASN1_SEQUENCE);
    auto_by(types_free) ASN1_SEQUENCE_ANY *values = NULL;
    const ASN1_TYPE *first;
    enum vsc_err err = VSC_OK;

    if (parts == NULL || sk_ASN1_TYPE_num(parts) != 2)
        return VSC_CERT;
    first = sk_ASN1_TYPE_value(parts, 0);
    values = split_type(sk_ASN1_TYPE_value(parts, 1), V_ASN1_SET);
    if (first->type != V_ASN1_OBJECT || values == NULL)
        return VSC_CERT;
    if (sk_ASN1_TYPE_num(values) == 0)
        return take_wish(wishes, first->value.object, NULL);
    for (int i = 0; err == VSC_OK && i < sk_ASN1_TYPE_num(values); i++)
        err = take_wish(wishes, first->value.object, sk_ASN1_TYPE_value(values, i));
    return err;
}

enum vsc_err est_csrattrs_read(const void *body, size_t len, struct est_wishes *ret_wishes)
{
    auto_by(types_free) ASN1_SEQUENCE_ANY *types = NULL;
    auto_buf struct buf der;
    struct est_wishes wishes = {.key_count = 0};
    enum vsc_err err = est_decode(body, len, &der);

    if (err != VSC_OK)
        return err;
    types = split(der.data, der.len, false);
    if (types == NULL)
        return VSC_CERT;
    for (int i = 0; err == VSC_OK && i < sk_ASN1_TYPE_num(types); i++) {
        const ASN1_TYPE *type = sk_ASN1_TYPE_value(types, i);

        if (type->type == V_ASN1_OBJECT)
            err = take_wish(&wishes, type->value.object, NULL);
        else
            err = take_attribute(&wishes, type);
    }
    if (err == VSC_OK)
        *ret_wishes = wishes;
    return err;
}

static int curve_of(const EVP_PKEY *key)
{
    char name[64];

    return EVP_PKEY_get_group_name(key, name, sizeof name, NULL) == 1 ? OBJ_txt2nid(name)
                                                                      : NID_undef;
}

static bool is_wanted(const struct est_key_wish *wish, const EVP_PKEY *key)
{
    if (wish->is_rsa)
        return EVP_PKEY_is_a(key, "RSA") == 1 &&
               (wish->bits == 0 || EVP_PKEY_get_bits(key) == wish->bits);
    return EVP_PKEY_is_a(key, "EC") == 1 && (wish->curve == 0 || wish->curve == curve_of(key));
}

const char *est_wishes_unmet(const struct est_wishes *wishes, const EVP_PKEY *key)
{
    if (wishes->wants_challenge)
        return "the server wants the request tied to its TLS connection";
    for (size_t i = 0; i < wishes->key_count; i++)
        if (is_wanted(&wishes->keys[i], key))
            return NULL;
    return wishes->key_count > 0 ? "the server wants another kind of key" : NULL;
}
