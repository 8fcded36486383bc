/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/crl_raw.h"

#include <limits.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>

#include "certcheck/openssl_own.h"
#include "certcheck/strict_der.h"

#define DIRECTORY_NAME_TAG 0xa4 /* [4], explicit: a Name is a CHOICE */

DEFINE_AUTO(struct crl_raw, crl_raw_free)
DEFINE_AUTO(ASN1_TYPE, ASN1_TYPE_free)

/* id-ce is 2.5.29; the arcs of RFC 5280 5.3. */
#define ID_CE                  "\x55\x1d"
#define ARC_REASON             21
#define ARC_INVALIDITY         24
#define ARC_CERTIFICATE_ISSUER 29

void crl_raw_free(struct crl_raw *raw)
{
    if (raw == NULL)
        return;
    X509_CRL_free(raw->head);
    buf_done(&raw->head_der);
    free(raw->der);
    free(raw);
}

static bool is_time(const struct der_span *span)
{
    return der_is_next(span, DER_UTC_TIME) || der_is_next(span, DER_GENERALIZED_TIME);
}

/* RFC 5280 5.1.2.1: none, or version 2. */
static bool take_version(struct der_span *content)
{
    struct der_element version;

    if (!der_is_next(content, DER_INTEGER))
        return true;
    return der_take(content, &version) && version.content.len == 1 &&
           version.content.bytes[0] == X509_CRL_VERSION_2;
}

/* Find revokedCertificates in the TBSCertList's content; its whole span is empty if it is absent.
 */
static bool find_entries(struct der_span content, struct der_span *ret_algorithm,
                         struct der_span *ret_whole, struct der_span *ret_entries)
{
    struct der_element element;

    if (!take_version(&content))
        return false;
    if (!der_take_tag(&content, DER_SEQUENCE, &element))
        return false;
    *ret_algorithm = element.whole;
    if (!der_take_tag(&content, DER_SEQUENCE, &element) || !is_time(&content) ||
        !der_take(&content, &element))
        return false;
    if (is_time(&content) && !der_take(&content, &element))
        return false;
    *ret_whole = (struct der_span){content.bytes, 0};
    *ret_entries = *ret_whole;
    if (!der_is_next(&content, DER_SEQUENCE))
        return true;
    if (!der_take(&content, &element))
        return false;
    *ret_whole = element.whole;
    *ret_entries = element.content;
    return true;
}

/* The same list without `cut`, a part of the TBSCertList's content. */
static enum vsc_err cut_out(const struct der_element *tbs, const struct der_span *rest,
                            const struct der_span *cut, struct buf *head)
{
    const struct der_span *content = &tbs->content;
    size_t before = (size_t)(cut->bytes - content->bytes);
    size_t after = content->len - before - cut->len;
    unsigned char outer[DER_HEAD_MAX], inner[DER_HEAD_MAX];
    size_t inner_len = der_put_head(inner, DER_SEQUENCE, before + after);
    size_t outer_len = der_put_head(outer, DER_SEQUENCE, inner_len + before + after + rest->len);

    buf_init(head, outer_len + inner_len + before + after + rest->len);
    buf_put(head, outer, outer_len);
    buf_put(head, inner, inner_len);
    buf_put(head, content->bytes, before);
    buf_put(head, cut->bytes + cut->len, after);
    buf_put(head, rest->bytes, rest->len);
    return buf_status(head);
}

static enum vsc_err parse(struct crl_raw *raw)
{
    struct der_span all = {raw->der, raw->len}, cut, rest, inside;
    struct der_element list, tbs, outside;
    const unsigned char *next;
    enum vsc_err err;

    if (!der_take_tag(&all, DER_SEQUENCE, &list) || all.len != 0 ||
        !der_take_tag(&list.content, DER_SEQUENCE, &tbs) ||
        !find_entries(tbs.content, &inside, &cut, &raw->entries))
        return VSC_INPUT;
    rest = list.content;
    raw->one_algorithm = der_take_tag(&rest, DER_SEQUENCE, &outside) &&
                         outside.whole.len == inside.len &&
                         memcmp(outside.whole.bytes, inside.bytes, inside.len) == 0;
    err = cut_out(&tbs, &list.content, &cut, &raw->head_der);
    if (err != VSC_OK)
        return err;
    raw->tbs = tbs.whole;
    if (!strict_der_is(raw->head_der.data, raw->head_der.len))
        return VSC_INPUT;
    next = raw->head_der.data;
    raw->head = d2i_X509_CRL(NULL, &next, (long)raw->head_der.len);
    ERR_clear_error();
    if (raw->head == NULL || next != raw->head_der.data + raw->head_der.len)
        return VSC_INPUT;
    /* RFC 5280 5.1.2.1: version 1 knows no extensions. */
    return X509_CRL_get_version(raw->head) == X509_CRL_VERSION_2 ||
                   X509_CRL_get0_extensions(raw->head) == NULL
               ? VSC_OK
               : VSC_INPUT;
}

enum vsc_err crl_raw_parse(const unsigned char *der, size_t len, struct crl_raw **ret_raw)
{
    auto_by(crl_raw_free) struct crl_raw *raw = NULL;
    enum vsc_err err;

    if (der == NULL || len == 0 || len > CRL_DER_MAX)
        return VSC_INPUT;
    raw = calloc(1, sizeof(*raw));
    if (raw != NULL)
        raw->der = malloc(len);
    if (raw == NULL || raw->der == NULL)
        return VSC_MEMORY;
    memcpy(raw->der, der, len);
    raw->len = len;
    err = parse(raw);
    if (err != VSC_OK)
        return err;
    (void)SHA256(raw->der, raw->len, raw->sha256);
    *ret_raw = take(raw);
    return VSC_OK;
}

/* ASN1_item_verify() knows the parameters of every algorithm; as ANY the bytes stay as they are. */
bool crl_raw_verifies(const struct crl_raw *raw, EVP_PKEY *key)
{
    auto_by(ASN1_TYPE_free) ASN1_TYPE *tbs = ASN1_TYPE_new();
    ASN1_STRING *bytes = ASN1_STRING_type_new(V_ASN1_SEQUENCE);
    const ASN1_BIT_STRING *signature;
    const X509_ALGOR *algorithm;
    bool verifies;

    if (tbs == NULL || bytes == NULL || raw->tbs.len > INT_MAX ||
        ASN1_STRING_set(bytes, raw->tbs.bytes, (int)raw->tbs.len) != 1) {
        ASN1_STRING_free(bytes);
        return false;
    }
    ASN1_TYPE_set(tbs, V_ASN1_SEQUENCE, bytes);
    X509_CRL_get0_signature(raw->head, &signature, &algorithm);
    verifies = raw->one_algorithm &&
               ASN1_item_verify(ASN1_ITEM_rptr(ASN1_ANY), algorithm, signature, tbs, key) == 1;
    ERR_clear_error();
    return verifies;
}

/* ---- entries --------------------------------------------------------------------------------- */

static bool read_reason(struct der_span value, uint8_t *ret_reason)
{
    struct der_element reason;

    if (!der_take_tag(&value, DER_ENUMERATED, &reason) || value.len != 0 ||
        reason.content.len != 1 || reason.content.bytes[0] == CRL_ENTRY_NO_REASON)
        return false;
    *ret_reason = reason.content.bytes[0];
    return true;
}

/* The first directoryName of GeneralNames. */
static bool read_issuer(struct der_span value, struct der_span *ret_name)
{
    struct der_element names, name;

    if (!der_take_tag(&value, DER_SEQUENCE, &names) || value.len != 0)
        return false;
    while (der_take(&names.content, &name)) {
        struct der_element inside;

        if (name.tag != DIRECTORY_NAME_TAG)
            continue;
        if (!der_take_tag(&name.content, DER_SEQUENCE, &inside) || name.content.len != 0)
            return false;
        *ret_name = inside.whole;
        return true;
    }
    return false;
}

static bool is_arc(const struct der_span *oid, unsigned char arc)
{
    return oid->len == 3 && memcmp(oid->bytes, ID_CE, 2) == 0 && oid->bytes[2] == arc;
}

/* False where the extension itself is malformed; one that is not understood makes it strange. */
static bool read_extension(struct der_span extension, struct crl_raw_entry *entry)
{
    struct der_element oid, critical = {0}, value;
    bool is_critical;

    if (!der_take_tag(&extension, DER_OID, &oid))
        return false;
    if (der_is_next(&extension, DER_BOOLEAN) && !der_take(&extension, &critical))
        return false;
    is_critical = critical.content.len == 1 && critical.content.bytes[0] != 0;
    if (!der_take_tag(&extension, DER_OCTET_STRING, &value) || extension.len != 0)
        return false;
    if (is_arc(&oid.content, ARC_REASON)) {
        entry->strange = !read_reason(value.content, &entry->reason) || entry->strange;
    } else if (is_arc(&oid.content, ARC_CERTIFICATE_ISSUER)) {
        entry->has_issuer = true;
        entry->strange = !read_issuer(value.content, &entry->issuer) || entry->strange;
    } else if (!is_arc(&oid.content, ARC_INVALIDITY)) {
        entry->strange = is_critical || entry->strange;
    }
    return true;
}

bool crl_raw_next(struct der_span *entries, struct crl_raw_entry *ret_entry)
{
    struct crl_raw_entry entry = {.reason = CRL_ENTRY_NO_REASON};
    struct der_element one, serial, date, extensions, extension;

    if (!der_take_tag(entries, DER_SEQUENCE, &one) ||
        !strict_der_is(one.whole.bytes, one.whole.len) ||
        !der_take_tag(&one.content, DER_INTEGER, &serial) || !is_time(&one.content) ||
        !der_take(&one.content, &date))
        return false;
    entry.serial = serial.content;
    if (!der_time(&date, &entry.since))
        entry.since = 0;
    if (one.content.len > 0) {
        entry.has_extensions = true;
        if (!der_take_tag(&one.content, DER_SEQUENCE, &extensions) || one.content.len != 0)
            return false;
        while (extensions.content.len > 0)
            if (!der_take_tag(&extensions.content, DER_SEQUENCE, &extension) ||
                !read_extension(extension.content, &entry))
                return false;
    }
    *ret_entry = entry;
    return true;
}
