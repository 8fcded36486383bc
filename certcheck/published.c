/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/published.h"

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "certcheck/sealed.h"

static const struct sealed_format format = {"VSCPUBLD", PUBLISHED_VERSION, PUBLISHED_SIZE_MAX};

static const char *const names[PUBLISHED_KINDS] = {
    [PUBLISHED_NTAUTH] = "ntauth",
    [PUBLISHED_ROOTS] = "roots",
};

const char *published_name(enum published_kind kind)
{
    return names[kind];
}

void published_done(struct published *published)
{
    x509_stack_free(published->certs);
    published->certs = NULL;
}

static enum vsc_err read_certificate(struct reader *reader, STACK_OF(X509) * certs)
{
    auto_by(X509_free) X509 *cert = NULL;
    size_t len = 0;
    const unsigned char *der = reader_bytes(reader, CERT_DER_MAX, &len);

    if (der == NULL || cert_parse(der, len, &cert) != VSC_OK)
        return VSC_INPUT;
    if (sk_X509_push(certs, cert) <= 0)
        return VSC_MEMORY;
    (void)take(cert);
    return VSC_OK;
}

enum vsc_err published_parse(const void *bytes, size_t len, enum published_kind kind,
                             struct published *ret_published)
{
    auto_by(x509_stack_free) STACK_OF(X509) *certs = sk_X509_new_null();
    struct reader reader;
    uint32_t written, count;
    uint64_t fetched;
    enum vsc_err err = VSC_OK;

    if (certs == NULL)
        return VSC_MEMORY;
    if (!sealed_open(&format, bytes, len, &reader))
        return VSC_INPUT;
    written = reader_u32(&reader);
    fetched = reader_u64(&reader);
    count = reader_u32(&reader);
    if (reader.fault || written != (uint32_t)kind || fetched > INT64_MAX / 2 ||
        count > PUBLISHED_MAX)
        return VSC_INPUT;
    for (uint32_t i = 0; err == VSC_OK && i < count; i++)
        err = read_certificate(&reader, certs);
    if (err == VSC_OK && reader_end(&reader) != VSC_OK)
        err = VSC_INPUT;
    if (err != VSC_OK)
        return err;
    *ret_published = (struct published){kind, take(certs), (int64_t)fetched};
    return VSC_OK;
}

enum vsc_err published_write(const struct published *published, struct buf *to)
{
    sealed_begin(&format, to);
    buf_u32(to, (uint32_t)published->kind);
    buf_u64(to, (uint64_t)published->fetched);
    buf_u32(to, (uint32_t)sk_X509_num(published->certs));
    for (int i = 0; i < sk_X509_num(published->certs); i++) {
        auto_by(openssl_free) unsigned char *der = NULL;
        int len = i2d_X509(sk_X509_value(published->certs, i), &der);

        if (len <= 0)
            return VSC_MEMORY;
        buf_bytes(to, der, (size_t)len);
    }
    sealed_end(to);
    return to->len <= PUBLISHED_SIZE_MAX ? buf_status(to) : VSC_MEMORY;
}

enum vsc_err published_load(const struct cache *cache, enum published_kind kind,
                            struct published *ret_published)
{
    auto_buf struct buf content;
    auto_fd int folder = -1;

    buf_init(&content, 0);
    if (cache_open_part(cache, CACHE_DIRECTORY, &folder) != VSC_OK ||
        cache_read_file(cache, folder, names[kind], PUBLISHED_SIZE_MAX, &content) != VSC_OK)
        return VSC_INPUT;
    return published_parse(content.data, content.len, kind, ret_published);
}
