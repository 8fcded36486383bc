/* SPDX-License-Identifier: BSD-2-Clause */
/* The certificate template that a request asks for. */
#include <openssl/asn1t.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "card/owner/csr.h"
#include "common/own.h"

#define NAME_OID    "1.3.6.1.4.1.311.20.2" /* BMPString: version 1 of templates */
#define VERSION_OID "1.3.6.1.4.1.311.21.7" /* OID and version: version 2 and later */

DEFINE_AUTO(ASN1_OBJECT, ASN1_OBJECT_free)
DEFINE_AUTO(ASN1_STRING, ASN1_STRING_free)
DEFINE_AUTO(X509_EXTENSION, X509_EXTENSION_free)
DEFINE_AUTO(X509_ATTRIBUTE, X509_ATTRIBUTE_free)

typedef struct {
    ASN1_OBJECT *id;
    int32_t major, minor;
} TEMPLATE;

ASN1_SEQUENCE(TEMPLATE) =
    {
        ASN1_SIMPLE(TEMPLATE, id, ASN1_OBJECT),
        ASN1_EMBED(TEMPLATE, major, INT32),
        ASN1_EMBED(TEMPLATE, minor, INT32),
} static_ASN1_SEQUENCE_END(TEMPLATE)

        struct list {
    STACK_OF(X509_EXTENSION) * items;
};

static void list_done(struct list *list)
{
    sk_X509_EXTENSION_pop_free(list->items, X509_EXTENSION_free);
}

/* The DER of a value becomes an extension. */
static bool add(struct list *list, const char *oid, const unsigned char *der, int len)
{
    auto_by(ASN1_OBJECT_free) ASN1_OBJECT *object = OBJ_txt2obj(oid, 1);
    auto_by(ASN1_STRING_free) ASN1_STRING *value = ASN1_OCTET_STRING_new();
    auto_by(X509_EXTENSION_free) X509_EXTENSION *extension = NULL;

    if (der == NULL || len <= 0 || object == NULL || value == NULL ||
        ASN1_OCTET_STRING_set(value, der, len) != 1)
        return false;
    extension = X509_EXTENSION_create_by_OBJ(NULL, object, 0, value);
    if (extension == NULL || sk_X509_EXTENSION_push(list->items, extension) == 0)
        return false;
    (void)take(extension);
    return true;
}

static bool add_name(struct list *list, const char *name)
{
    ASN1_STRING *text = NULL;
    unsigned char *der = NULL;
    int len = 0;
    bool good = ASN1_mbstring_copy(&text, (const unsigned char *)name, (int)strlen(name),
                                   MBSTRING_UTF8, B_ASN1_BMPSTRING) > 0;

    if (good)
        len = i2d_ASN1_BMPSTRING(text, &der);
    good = add(list, NAME_OID, der, len);
    OPENSSL_free(der);
    ASN1_STRING_free(text);
    return good;
}

static bool add_version(struct list *list, const struct csr_template *template)
{
    auto_by(ASN1_OBJECT_free) ASN1_OBJECT *id = OBJ_txt2obj(template->oid, 1);
    TEMPLATE value = {
        .id = id, .major = (int32_t) template->major, .minor = (int32_t) template->minor};
    unsigned char *der = NULL;
    int len;
    bool good;

    if (id == NULL || template->major > INT32_MAX || template->minor > INT32_MAX)
        return false;
    len = ASN1_item_i2d((const ASN1_VALUE *)&value, &der, ASN1_ITEM_rptr(TEMPLATE));
    good = add(list, VERSION_OID, der, len);
    OPENSSL_free(der);
    return good;
}

enum vsc_err csr_add_template(X509_REQ *request, const struct csr_template *template,
                              struct problem *problem)
{
    __attribute__((cleanup(list_done))) struct list list = {X509_REQ_get_extensions(request)};
    auto_by(X509_ATTRIBUTE_free) X509_ATTRIBUTE *before = NULL;
    int at = X509_REQ_get_attr_by_NID(request, NID_ext_req, -1);

    if (list.items == NULL || at < 0)
        return problem_set(problem, VSC_SYSTEM, "a request without extensions");
    before = X509_REQ_delete_attr(request, at);
    if (!add_name(&list, template->name) ||
        (*template->oid != '\0' && !add_version(&list, template)) ||
        X509_REQ_add_extensions(request, list.items) != 1)
        return problem_set(problem, VSC_CERT, "%s: no template that can be asked for",
                           template->name);
    return VSC_OK;
}
