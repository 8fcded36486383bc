/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * altSecurityIdentities as an administrator of a directory writes them (common/altsecid.h): the
 * issuer's name from the root downwards as CertNameToStr writes it, with nothing but a comma or a
 * plus between attributes; serial numbers with their bytes in reverse. A name that cannot be
 * written so (of other types than text, with unprintable characters) makes no such value.
 */
#include <stdio.h>
#include <string.h>

#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"
#include "common/altsecid.h"
#include "common/text.h"

/* Windows' names of attributes (CertStrToName's table); it writes all others as OID.1.2.3. */
static const struct {
    int nid;
    const char *name;
} attributes[] = {
    {NID_commonName, "CN"},
    {NID_surname, "SN"},
    {NID_serialNumber, "SERIALNUMBER"},
    {NID_countryName, "C"},
    {NID_localityName, "L"},
    {NID_stateOrProvinceName, "S"},
    {NID_streetAddress, "STREET"},
    {NID_organizationName, "O"},
    {NID_organizationalUnitName, "OU"},
    {NID_title, "T"},
    {NID_givenName, "G"},
    {NID_initials, "I"},
    {NID_pkcs9_emailAddress, "E"},
    {NID_domainComponent, "DC"},
};

static bool write_type(FILE *out, const ASN1_OBJECT *object)
{
    auto_free char *oid = facts_oid(object);

    for (size_t i = 0; i < sizeof(attributes) / sizeof(attributes[0]); i++)
        if (OBJ_obj2nid(object) == attributes[i].nid)
            return fputs(attributes[i].name, out) != EOF;
    return oid != NULL && fprintf(out, "OID.%s", oid) > 0;
}

bool facts_is_text(const ASN1_STRING *value)
{
    switch (ASN1_STRING_type(value)) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_T61STRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_NUMERICSTRING:
    case V_ASN1_VISIBLESTRING:
    case V_ASN1_BMPSTRING:
    case V_ASN1_UNIVERSALSTRING:
        return true;
    default:
        return false;
    }
}

static bool write_value(FILE *out, const ASN1_STRING *value)
{
    auto_by(openssl_free) unsigned char *utf8 = NULL;
    auto_free char *text = NULL;
    int len = facts_is_text(value) ? ASN1_STRING_to_UTF8(&utf8, value) : -1;

    if (len < 0 || len > FACTS_TEXT_MAX || memchr(utf8, 0, (size_t)len) != NULL)
        return false;
    text = strndup((const char *)utf8, (size_t)len);
    return text != NULL && text_is_printable(text) && altsecid_put_value(out, text);
}

/* As it is encoded: root first. */
static bool write_name(FILE *out, const X509_NAME *name)
{
    int set = 0;

    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

        if (i > 0 && fputc(X509_NAME_ENTRY_set(entry) == set ? '+' : ',', out) == EOF)
            return false;
        set = X509_NAME_ENTRY_set(entry);
        if (!write_type(out, X509_NAME_ENTRY_get_object(entry)) || fputc('=', out) == EOF ||
            !write_value(out, X509_NAME_ENTRY_get_data(entry)))
            return false;
    }
    return X509_NAME_entry_count(name) > 0;
}

/* NULL for a name that cannot be written. */
static char *windows_name(const X509_NAME *name)
{
    auto_free char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool written;

    if (out == NULL)
        return NULL;
    written = write_name(out, name);
    if (fclose(out) != 0 || !written || size > FACTS_TEXT_MAX)
        return NULL;
    return take(text);
}

/* `hex` is of whole bytes: OpenSSL writes so all but zero, which is no serial number. */
static void reverse_bytes(char *to, const char *hex)
{
    size_t len = strlen(hex);

    for (size_t i = 0; i + 1 < len; i += 2) {
        to[i] = hex[len - 2 - i];
        to[i + 1] = hex[len - 1 - i];
    }
    to[len] = '\0';
}

/* X509:<MARK>a, or with a second mark X509:<MARK>a<SECOND>b. Without room it is left out. */
static enum vsc_err add(struct facts_list *list, const char *mark, const char *a,
                        const char *second, const char *b)
{
    char text[ALTSECID_MAX + 1];
    int len = snprintf(text, sizeof(text), "X509:%s%s%s%s", mark, a, second, b);

    if (len < 0 || (size_t)len >= sizeof(text))
        return VSC_OK;
    return facts_list_take(list, strdup(text));
}

/* The SHA-1 of the subjectPublicKey's bits, as of a key identifier (RFC 5280 4.2.1.2). */
static char *public_key_sha1(const X509 *cert)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (X509_pubkey_digest(cert, EVP_sha1(), digest, &len) != 1)
        return NULL;
    return facts_hex(digest, len, false);
}

static enum vsc_err add_strong(struct facts *facts, const char *issuer, const char *sha1)
{
    char reversed[CERT_SERIAL_SIZE];
    enum vsc_err err = VSC_OK;

    reverse_bytes(reversed, facts->serial);
    if (issuer != NULL)
        err = add(&facts->altsecids, "<I>", issuer, "<SR>", reversed);
    if (err == VSC_OK && facts->ski != NULL && *facts->ski != '\0')
        err = add(&facts->altsecids, "<SKI>", facts->ski, "", "");
    if (err == VSC_OK)
        err = add(&facts->altsecids, "<SHA1-PUKEY>", sha1, "", "");
    if (err == VSC_OK && issuer != NULL && facts->sid_state == SID_ONE)
        err = add(&facts->altsecids, "<I>", issuer, "<SID>", facts->sid);
    return err;
}

static enum vsc_err add_weak(struct facts *facts, const char *issuer, const char *subject)
{
    struct facts_list *list = &facts->weak_altsecids;
    enum vsc_err err = VSC_OK;

    if (issuer != NULL && subject != NULL)
        err = add(list, "<I>", issuer, "<S>", subject);
    if (err == VSC_OK && subject != NULL)
        err = add(list, "<S>", subject, "", "");
    /* Of several addresses nobody can say which one is meant. */
    if (err == VSC_OK && facts->emails.count == 1)
        err = add(list, "<RFC822>", facts->emails.items[0], "", "");
    return err;
}

enum vsc_err facts_read_altsecids(X509 *cert, struct facts *facts)
{
    auto_free char *issuer = windows_name(X509_get_issuer_name(cert));
    auto_free char *subject = windows_name(X509_get_subject_name(cert));
    auto_free char *sha1 = public_key_sha1(cert);
    enum vsc_err err;

    if (sha1 == NULL)
        return VSC_MEMORY;
    err = add_strong(facts, issuer, sha1);
    if (err == VSC_OK)
        err = add_weak(facts, issuer, subject);
    return err;
}
