/* SPDX-License-Identifier: BSD-2-Clause */
/* What is in one file: PEM blocks with text between them, or DER objects one after the other. */
#include <limits.h>
#include <string.h>

#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include "certcheck/openssl_own.h"
#include "certcheck/source.h"

#define DER_SEQUENCE 0x30

static const char begin_mark[] = "-----BEGIN ";

static bool has_pem(const struct buf *content)
{
    return content->len > 0 &&
           memmem(content->data, content->len, begin_mark, sizeof(begin_mark) - 1) != NULL;
}

/*
 * Cut short or broken, it still claims to be one. But the tag is also the letter 0, with which the
 * text of a serial number (openssl's ca.srl) begins, and a letter is a short length.
 */
static bool is_der(const struct buf *content)
{
    if (content->len < 2 || content->data[0] != DER_SEQUENCE)
        return false;
    return content->data[1] >= 0x80 || content->data[1] + (size_t)2 == content->len;
}

bool source_is_foreign(const struct buf *content)
{
    return !is_der(content) && !has_pem(content);
}

/* A certificate, a request and a list begin with two SEQUENCEs; keys and PKCS #12 do not. */
static bool is_der_of_other(const struct buf *content)
{
    const unsigned char *inside = content->data;
    long len;
    int tag, tag_class;
    int form = ASN1_get_object(&inside, &len, &tag, &tag_class, (long)content->len);

    ERR_clear_error();
    return (form & 0x80) == 0 && len > 0 && *inside != DER_SEQUENCE;
}

/* PEM says what it is by its label. */
bool source_is_of_other(const struct buf *content, enum source_kind kind)
{
    auto_by(X509_CRL_free) X509_CRL *crl = NULL;
    const unsigned char *next = content->data;

    if (kind != SOURCE_CERTIFICATES || !is_der(content) || content->len > LONG_MAX)
        return false;
    if (is_der_of_other(content))
        return true;
    crl = d2i_X509_CRL(NULL, &next, (long)content->len);
    ERR_clear_error();
    return crl != NULL;
}

static bool is_label_of(enum source_kind kind, const char *label)
{
    if (kind == SOURCE_CRLS)
        return strcmp(label, PEM_STRING_X509_CRL) == 0;
    return strcmp(label, PEM_STRING_X509) == 0 || strcmp(label, PEM_STRING_X509_OLD) == 0;
}

/* The length of the SEQUENCE at `der`, or 0 when it does not fit into `len` bytes. */
static size_t sequence_len(const unsigned char *der, size_t len)
{
    const unsigned char *inside = der;
    long inside_len;
    int tag, tag_class;
    int form = ASN1_get_object(&inside, &inside_len, &tag, &tag_class, (long)len);

    if ((form & 0x80) != 0 || (form & 1) != 0 || tag != V_ASN1_SEQUENCE || tag_class != 0) {
        ERR_clear_error();
        return 0;
    }
    return (size_t)(inside - der) + (size_t)inside_len;
}

static enum vsc_err split_der(const struct buf *content, const char *file, source_visit *visit,
                              void *arg)
{
    const unsigned char *next = content->data;
    size_t left = content->len;

    while (left > 0) {
        size_t len = sequence_len(next, left);
        enum vsc_err err = visit(arg, file, len > 0 ? next : NULL, len);

        if (err != VSC_OK || len == 0)
            return err;
        next += len;
        left -= len;
    }
    return VSC_OK;
}

/* After the last good block: was there one more, that could not be read? */
static bool ended_early(void)
{
    unsigned long code = ERR_peek_last_error();
    bool early = ERR_GET_LIB(code) != ERR_LIB_PEM || ERR_GET_REASON(code) != PEM_R_NO_START_LINE;

    ERR_clear_error();
    return early;
}

static enum vsc_err split_pem(const struct buf *content, const char *file, enum source_kind kind,
                              source_visit *visit, void *arg)
{
    auto_by(BIO_free_all) BIO *bio = NULL;

    if (content->len > INT_MAX)
        return VSC_INPUT;
    bio = BIO_new_mem_buf(content->data, (int)content->len);
    if (bio == NULL)
        return VSC_MEMORY;
    for (;;) {
        char *label = NULL, *header = NULL;
        unsigned char *der = NULL;
        long len = 0;
        enum vsc_err err = VSC_OK;

        if (PEM_read_bio(bio, &label, &header, &der, &len) != 1)
            break;
        if (is_label_of(kind, label))
            err = visit(arg, file, der, (size_t)len);
        OPENSSL_free(label);
        OPENSSL_free(header);
        OPENSSL_free(der);
        if (err != VSC_OK)
            return err;
    }
    return ended_early() ? visit(arg, file, NULL, 0) : VSC_OK;
}

enum vsc_err source_split(const struct buf *content, const char *file, enum source_kind kind,
                          source_visit *visit, void *arg)
{
    if (is_der(content))
        return split_der(content, file, visit, arg);
    return split_pem(content, file, kind, visit, arg);
}
