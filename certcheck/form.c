/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/form.h"

#include <string.h>

#include <openssl/err.h>

#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "certcheck/strict_der.h"

#define SERIAL_BYTES_MAX 20   /* RFC 5280 4.1.2.2 */
#define FIRST_YEAR       1950 /* the earliest that a UTCTime can say */
#define KEY_USAGE_MAX    5    /* bytes of a BIT STRING of nine bits */
#define EMPTY_SEQUENCE   2    /* bytes */
#define TAG_MASK         0x1f
#define CONSTRUCTED      0x20

static const char *version_flaw(const X509 *cert)
{
    const ASN1_BIT_STRING *issuer_id = NULL, *subject_id = NULL;
    long version = X509_get_version(cert);

    if (version < X509_VERSION_1 || version > X509_VERSION_3)
        return "there is no such version";
    if (version != X509_VERSION_3 && X509_get0_extensions(cert) != NULL)
        return "it has extensions, which its version does not know";
    X509_get0_uids(cert, &issuer_id, &subject_id);
    if (version == X509_VERSION_1 && (issuer_id != NULL || subject_id != NULL))
        return "it has unique identifiers, which its version does not know";
    return NULL;
}

/* RFC 5280 4.1.2.2: positive, and at most 20 bytes, of which one may be the sign's. */
static const char *serial_flaw(const X509 *cert)
{
    auto_by(BN_free) BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(cert), NULL);

    if (number == NULL || BN_is_negative(number) || BN_is_zero(number))
        return "the serial number is not positive";
    return BN_num_bits(number) >= 8 * SERIAL_BYTES_MAX ? "the serial number is too long" : NULL;
}

static bool is_time(const ASN1_TIME *time)
{
    struct tm tm;

    return time != NULL && ASN1_TIME_to_tm(time, &tm) == 1 && tm.tm_year + 1900 >= FIRST_YEAR;
}

/* RFC 5280 4.2: no extension stands in a certificate twice. */
static bool has_doubles(const X509 *cert)
{
    int count = X509_get_ext_count(cert);

    for (int i = 0; i < count; i++) {
        const ASN1_OBJECT *object = X509_EXTENSION_get_object(X509_get_ext(cert, i));

        if (X509_get_ext_by_OBJ(cert, object, i) >= 0)
            return true;
    }
    return false;
}

enum extension_kind {
    UNKNOWN,  /* what it holds is not ours to say */
    ONE,      /* DER by its definition */
    ONE_MORE, /* the same, and a SEQUENCE that is never empty */
};

static enum extension_kind kind_of(int nid)
{
    switch (nid) {
    case NID_issuer_alt_name: /* empty in many: openssl's "issuer:copy" of nothing */
    case NID_basic_constraints:
    case NID_key_usage:
    case NID_policy_constraints:
    case NID_inhibit_any_policy:
    case NID_subject_key_identifier:
    case NID_authority_key_identifier:
    case NID_private_key_usage_period:
        return ONE;
    case NID_subject_alt_name:
    case NID_ext_key_usage:
    case NID_certificate_policies:
    case NID_policy_mappings:
    case NID_name_constraints:
    case NID_crl_distribution_points:
    case NID_freshest_crl:
    case NID_info_access:
    case NID_sinfo_access:
        return ONE_MORE;
    default:
        return UNKNOWN;
    }
}

/* Also one that nobody asks for. */
static bool is_readable(X509_EXTENSION *extension)
{
    const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
    void *value;

    if (method == NULL)
        return true;
    value = X509V3_EXT_d2i(extension);
    if (value != NULL && method->it != NULL)
        ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
    else if (value != NULL)
        method->ext_free(value);
    return value != NULL;
}

static bool is_ascii_text(const unsigned char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] < 0x20 || text[i] >= 0x7f)
            return false;
    return true;
}

/*
 * RFC 5280 4.2.1.6, one GeneralName that is strict DER: only the forms that hold more are
 * constructed, mail addresses, DNS names and URIs are IA5 text, an address has the length of one.
 */
static bool is_general_name(const unsigned char *name, size_t head, size_t len)
{
    unsigned form = name[0] & TAG_MASK;
    bool constructed = (name[0] & CONSTRUCTED) != 0;

    switch (form) {
    case GEN_OTHERNAME:
    case GEN_X400:
    case GEN_DIRNAME:
    case GEN_EDIPARTY:
        return constructed;
    case GEN_EMAIL:
    case GEN_DNS:
    case GEN_URI:
        return !constructed && is_ascii_text(name + head, len);
    case GEN_IPADD:
        return !constructed && (len == 4 || len == 16);
    default:
        return !constructed && form == GEN_RID;
    }
}

/* The names in a SEQUENCE that is strict DER. */
static bool are_general_names(const unsigned char *names, size_t len)
{
    const unsigned char *next = names, *end = names + len;
    long inside;
    int tag, class;

    if ((ASN1_get_object(&next, &inside, &tag, &class, (long)len) & 0x80) != 0)
        return false;
    while (next < end) {
        const unsigned char *name = next;

        if ((ASN1_get_object(&next, &inside, &tag, &class, (long)(end - next)) & 0x80) != 0 ||
            class != V_ASN1_CONTEXT_SPECIFIC ||
            !is_general_name(name, (size_t)(next - name), (size_t)inside))
            return false;
        next += inside;
    }
    return true;
}

static const char *value_flaw(int nid, const unsigned char *der, size_t len)
{
    enum extension_kind kind = kind_of(nid);

    if (kind != UNKNOWN && !strict_der_is(der, len))
        return "an extension is not DER";
    if (kind == ONE_MORE && len == EMPTY_SEQUENCE)
        return "an extension has nothing in it";
    if (nid == NID_key_usage && len > KEY_USAGE_MAX)
        return "keyUsage has bits that nobody knows";
    if (nid == NID_inhibit_any_policy && len > 2 && der[2] >= 0x80)
        return "inhibitAnyPolicy is negative";
    if (nid == NID_subject_alt_name && !are_general_names(der, len))
        return "a name in subjectAltName is not of its form";
    return NULL;
}

/* RFC 5280 4.2.1.1: an issuer stands there with a serial number, or neither. */
static bool is_issuer_half(X509 *cert)
{
    return (X509_get0_authority_issuer(cert) != NULL) != (X509_get0_authority_serial(cert) != NULL);
}

static const char *extension_flaw(X509 *cert)
{
    int count = X509_get_ext_count(cert);

    if (X509_get0_extensions(cert) != NULL && count <= 0)
        return "its extensions are none";
    for (int i = 0; i < count; i++) {
        X509_EXTENSION *extension = X509_get_ext(cert, i);
        const ASN1_OCTET_STRING *value = X509_EXTENSION_get_data(extension);
        const unsigned char *der = ASN1_STRING_get0_data(value);
        size_t len = (size_t)ASN1_STRING_length(value);
        int nid = OBJ_obj2nid(X509_EXTENSION_get_object(extension));
        const char *flaw = value_flaw(nid, der, len);

        if (flaw != NULL)
            return flaw;
        if (!is_readable(extension))
            return "an extension cannot be read";
    }
    return is_issuer_half(cert) ? "authorityKeyIdentifier names half of a certificate" : NULL;
}

const char *form_anchor_flaw(X509 *cert)
{
    const char *flaw = has_doubles(cert) ? "an extension stands there twice" : NULL;

    if (flaw == NULL)
        flaw = extension_flaw(cert);
    if (flaw == NULL && (X509_get_extension_flags(cert) & EXFLAG_INVALID) != 0)
        flaw = "an extension cannot be read";
    ERR_clear_error();
    return flaw;
}

const char *form_flaw(X509 *cert)
{
    const char *flaw = version_flaw(cert);

    if (flaw == NULL)
        flaw = serial_flaw(cert);
    if (flaw == NULL && (!is_time(X509_get0_notBefore(cert)) || !is_time(X509_get0_notAfter(cert))))
        flaw = "the validity is no time";
    if (flaw == NULL && X509_NAME_entry_count(X509_get_issuer_name(cert)) == 0)
        flaw = "the issuer has no name";
    return flaw != NULL ? flaw : form_anchor_flaw(cert);
}

static bool has_control(const ASN1_STRING *value)
{
    auto_by(openssl_free) unsigned char *utf8 = NULL;
    int len = ASN1_STRING_to_UTF8(&utf8, value);

    for (int i = 0; i < len; i++)
        if (utf8[i] < 0x20 || utf8[i] == 0x7f)
            return true;
    return len < 0;
}

const char *form_subject_flaw(const X509 *cert)
{
    const X509_NAME *name = X509_get_subject_name(cert);

    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, i));

        if (facts_is_text(value) && has_control(value))
            return "the subject's name is no text";
    }
    return NULL;
}
