/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The strong forms of altSecurityIdentities, as an administrator of a directory writes them
 * ([MS-PKCA] 3.1.5.2.1): the issuer's name from the root downwards, serial numbers with their bytes
 * in reverse.
 */
#include <stdio.h>
#include <string.h>

#include "certcheck/facts_parts.h"
#include "certcheck/openssl_own.h"

/* Windows' names of attributes where OpenSSL has others. */
static const char *attribute_name(const ASN1_OBJECT *object)
{
    switch (OBJ_obj2nid(object)) {
    case NID_pkcs9_emailAddress:
        return "E";
    case NID_stateOrProvinceName:
        return "S";
    case NID_undef:
        return NULL;
    default:
        return OBJ_nid2sn(OBJ_obj2nid(object));
    }
}

static bool write_attribute(FILE *out, const X509_NAME_ENTRY *entry)
{
    const ASN1_OBJECT *object = X509_NAME_ENTRY_get_object(entry);
    const char *name = attribute_name(object);
    auto_free char *oid = name == NULL ? facts_oid(object) : NULL;
    auto_free char *value = facts_value(X509_NAME_ENTRY_get_data(entry));

    if (value == NULL || (name == NULL && oid == NULL))
        return false;
    return fprintf(out, "%s=%s", name != NULL ? name : oid, value) > 0;
}

/* Root first; the values are escaped, so that none can look like two (CVE-2022-4254). */
static bool write_name(FILE *out, const X509_NAME *name)
{
    int set = 0;

    for (int i = 0; i < X509_NAME_entry_count(name); i++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, i);

        if (i > 0 && fputc(X509_NAME_ENTRY_set(entry) == set ? '+' : ',', out) == EOF)
            return false;
        set = X509_NAME_ENTRY_set(entry);
        if (!write_attribute(out, entry))
            return false;
    }
    return true;
}

static char *issuer_name(const X509 *cert)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool written;

    if (out == NULL)
        return NULL;
    written = write_name(out, X509_get_issuer_name(cert));
    if (fclose(out) == 0 && written && size <= FACTS_TEXT_MAX)
        return text;
    free(text);
    return NULL;
}

static char lower(char digit)
{
    return digit >= 'A' && digit <= 'F' ? (char)(digit - 'A' + 'a') : digit;
}

/* `hex` is of whole bytes. */
static void reverse_bytes(char *to, const char *hex)
{
    size_t len = strlen(hex);

    for (size_t i = 0; i + 1 < len; i += 2) {
        to[i] = lower(hex[len - 2 - i]);
        to[i + 1] = lower(hex[len - 1 - i]);
    }
    to[len] = '\0';
}

/* X509:<MARK>a, or with a second mark X509:<MARK>a<SECOND>b. */
static enum vsc_err add(struct facts *facts, const char *mark, const char *a, const char *second,
                        const char *b)
{
    char text[2 * FACTS_TEXT_MAX];
    int len = snprintf(text, sizeof(text), "X509:%s%s%s%s", mark, a, second, b);

    return facts_list_take(&facts->altsecids,
                           len > 0 && (size_t)len < sizeof(text) ? strdup(text) : NULL);
}

/* The SHA-1 of the subjectPublicKey's bits. */
static char *public_key_sha1(const X509 *cert)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (X509_pubkey_digest(cert, EVP_sha1(), digest, &len) != 1)
        return NULL;
    return facts_hex(digest, len, false);
}

enum vsc_err facts_read_altsecids(X509 *cert, struct facts *facts, struct problem *problem)
{
    auto_free char *issuer = issuer_name(cert);
    auto_free char *sha1 = public_key_sha1(cert);
    char reversed[CERT_SERIAL_SIZE];
    enum vsc_err err;

    if (issuer == NULL)
        return problem_set(problem, VSC_CERT, "the issuer's name cannot be read");
    if (sha1 == NULL)
        return VSC_MEMORY;
    reverse_bytes(reversed, facts->serial + (*facts->serial == '-'));
    err = add(facts, "<I>", issuer, "<SR>", reversed);
    if (err == VSC_OK && facts->ski != NULL)
        err = add(facts, "<SKI>", facts->ski, "", "");
    if (err == VSC_OK)
        err = add(facts, "<SHA1-PUKEY>", sha1, "", "");
    if (err == VSC_OK && facts->sid_state == SID_ONE)
        err = add(facts, "<I>", issuer, "<SID>", facts->sid);
    return err;
}
