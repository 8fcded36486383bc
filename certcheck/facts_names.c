/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The names in a certificate: subjectAltName with its user principal names ([MS-WCCE] 2.2.2.7.7),
 * and the security identifier, in an extension ([MS-WCCE] 2.2.2.7.7.4) or in a URI of
 * subjectAltName ([MS-PKCA] 3.1.5.2.1.6).
 */
#include <string.h>

#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"

#define OID_UPN       "1.3.6.1.4.1.311.20.2.3"
#define OID_SID       "1.3.6.1.4.1.311.25.2"
#define OID_SID_VALUE "1.3.6.1.4.1.311.25.2.1"
#define SID_URI       "tag:microsoft.com,2022-09-14:sid:"

static bool is_oid(const ASN1_OBJECT *object, const char *oid)
{
    char text[64];
    int len = OBJ_obj2txt(text, sizeof(text), object, 1);

    return len > 0 && (size_t)len < sizeof(text) && strcmp(text, oid) == 0;
}

/* The bytes of a string without NULs in it, else NULL. */
static char *plain_text(const ASN1_STRING *string)
{
    const unsigned char *data = ASN1_STRING_get0_data(string);
    int len = ASN1_STRING_length(string);

    if (len <= 0)
        return len == 0 ? strdup("") : NULL;
    if (len > FACTS_TEXT_MAX || memchr(data, 0, (size_t)len) != NULL)
        return NULL;
    return strndup((const char *)data, (size_t)len);
}

static enum vsc_err add_text(struct facts_list *list, const ASN1_STRING *string)
{
    char *text = plain_text(string);

    return text != NULL ? facts_list_take(list, text) : VSC_CERT;
}

/* The second one makes it UPN_SEVERAL, whatever both say. */
static enum vsc_err add_upn(struct facts *facts, const ASN1_TYPE *value)
{
    const ASN1_UTF8STRING *string =
        value->type == V_ASN1_UTF8STRING ? value->value.utf8string : NULL;
    char *text;

    if (facts->upns.count == FACTS_LIST_MAX)
        return VSC_OK; /* more than one is too many, however many they are */
    text = string != NULL ? plain_text(string) : NULL;
    if (text != NULL) {
        enum vsc_err err = facts_list_take(&facts->upns, text);

        if (err != VSC_OK)
            return err;
    }
    free(facts->upn);
    facts->upn = NULL;
    if (facts->upn_state != UPN_NONE) {
        facts->upn_state = UPN_SEVERAL;
        return VSC_OK;
    }
    facts->upn_state = UPN_MALFORMED;
    if (text == NULL || !upn_is_well_formed(text, strlen(text)))
        return VSC_OK;
    facts->upn = strdup(text);
    if (facts->upn == NULL)
        return VSC_MEMORY;
    facts->upn_state = UPN_ONE;
    return VSC_OK;
}

static bool copy_sid(const unsigned char *text, size_t len, char sid[SID_SIZE])
{
    if (len == 0 || len >= SID_SIZE || memchr(text, 0, len) != NULL)
        return false;
    memcpy(sid, text, len);
    sid[len] = '\0';
    return sid_is_well_formed(sid);
}

/* One more; NULL for one that cannot be read. All must be the same. */
static void add_sid(struct facts *facts, const char *sid)
{
    if (sid != NULL && facts->sid_state == SID_NONE) {
        memcpy(facts->sid, sid, strlen(sid) + 1);
        facts->sid_state = SID_ONE;
    } else if (sid == NULL || facts->sid_state != SID_ONE || strcmp(facts->sid, sid) != 0) {
        facts->sid[0] = '\0';
        facts->sid_state = SID_MALFORMED;
    }
}

/* What begins with Microsoft's tag and goes on with anything but a SID is malformed. */
static void add_uri(struct facts *facts, const ASN1_STRING *uri)
{
    const unsigned char *data = ASN1_STRING_get0_data(uri);
    size_t len = (size_t)ASN1_STRING_length(uri);
    const size_t prefix = strlen(SID_URI);
    char sid[SID_SIZE];

    if (len >= prefix && memcmp(data, SID_URI, prefix) == 0)
        add_sid(facts, copy_sid(data + prefix, len - prefix, sid) ? sid : NULL);
}

static enum vsc_err add_name(struct facts *facts, const GENERAL_NAME *name)
{
    int type;
    const void *value = GENERAL_NAME_get0_value(name, &type);

    switch (type) {
    case GEN_EMAIL:
        return add_text(&facts->emails, value);
    case GEN_DNS:
        return add_text(&facts->dns_names, value);
    case GEN_URI:
        add_uri(facts, value);
        return VSC_OK;
    case GEN_OTHERNAME:
        if (is_oid(((const OTHERNAME *)value)->type_id, OID_UPN))
            return add_upn(facts, ((const OTHERNAME *)value)->value);
        return VSC_OK;
    default:
        return VSC_OK;
    }
}

static enum vsc_err read_alt_names(X509 *cert, struct facts *facts, struct problem *problem)
{
    int critical = -1;
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names =
        X509_get_ext_d2i(cert, NID_subject_alt_name, &critical, NULL);

    if (names == NULL && critical == -1)
        return VSC_OK;
    if (names == NULL)
        return problem_set(problem, VSC_CERT, "subjectAltName cannot be read");
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        enum vsc_err err = add_name(facts, sk_GENERAL_NAME_value(names, i));

        if (err != VSC_OK)
            return problem_set(problem, err, "name %d in subjectAltName cannot be read", i + 1);
    }
    return VSC_OK;
}

/* d2i takes BER too: what is DER comes out again as it went in. */
static bool is_der_names(const ASN1_OCTET_STRING *content)
{
    const unsigned char *next = ASN1_STRING_get0_data(content);
    const int len = ASN1_STRING_length(content);
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names = d2i_GENERAL_NAMES(NULL, &next, len);
    auto_by(openssl_free) unsigned char *again = NULL;

    return names != NULL && i2d_GENERAL_NAMES(names, &again) == len &&
           memcmp(again, ASN1_STRING_get0_data(content), (size_t)len) == 0;
}

/* Read the content of the extension; false for anything that is not DER of exactly this form. */
static bool read_sid_extension(const ASN1_OCTET_STRING *content, char sid[SID_SIZE])
{
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names = NULL;
    const unsigned char *next = ASN1_STRING_get0_data(content);
    const GENERAL_NAME *name;
    const OTHERNAME *other;

    if (!is_der_names(content))
        return false;
    names = d2i_GENERAL_NAMES(NULL, &next, ASN1_STRING_length(content));
    if (names == NULL || sk_GENERAL_NAME_num(names) != 1)
        return false;
    name = sk_GENERAL_NAME_value(names, 0);
    if (name->type != GEN_OTHERNAME)
        return false;
    other = name->d.otherName;
    if (!is_oid(other->type_id, OID_SID_VALUE) || other->value->type != V_ASN1_OCTET_STRING)
        return false;
    return copy_sid(ASN1_STRING_get0_data(other->value->value.octet_string),
                    (size_t)ASN1_STRING_length(other->value->value.octet_string), sid);
}

static void read_sid(X509 *cert, struct facts *facts)
{
    const ASN1_OCTET_STRING *content = facts_extension(cert, OID_SID);
    char sid[SID_SIZE];

    if (content != NULL)
        add_sid(facts, read_sid_extension(content, sid) ? sid : NULL);
}

enum vsc_err facts_read_names(X509 *cert, struct facts *facts, struct problem *problem)
{
    read_sid(cert, facts);
    return read_alt_names(cert, facts, problem);
}
