/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of certificates and revocation lists: what is in them, and each object that is found. The
 * first byte says which kind is looked for.
 */
#include <stdlib.h>
#include <string.h>

#include "certcheck/certs.h"
#include "certcheck/openssl_own.h"
#include "certcheck/source.h"
#include "tests/fuzz/fuzz.h"

struct found {
    const struct buf *content;
    size_t objects, bytes;
};

static void must(int holds)
{
    if (!holds)
        abort();
}

static enum vsc_err visit(void *arg, const char *file, const unsigned char *der, size_t len)
{
    struct found *found = arg;
    X509 *cert = NULL;

    must(strcmp(file, "file") == 0);
    must((der == NULL) == (len == 0) || der != NULL);
    found->objects++;
    found->bytes += len;
    if (der == NULL)
        return VSC_OK;
    must(len <= found->content->len);
    if (cert_parse(der, len, &cert) == VSC_OK) {
        must(cert != NULL);
        X509_free(cert);
    }
    return VSC_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum source_kind kind = size > 0 && (data[0] & 1) != 0 ? SOURCE_CRLS : SOURCE_CERTIFICATES;
    auto_buf struct buf content;
    struct found found = {.content = &content};
    enum vsc_err err;

    buf_init(&content, size);
    if (size == 0)
        return 0;
    buf_put(&content, data + 1, size - 1);
    (void)source_is_of_other(&content, kind);
    if (source_is_foreign(&content))
        return 0;
    err = source_split(&content, "file", kind, visit, &found);
    must(err == VSC_OK);
    /* Objects do not overlap; base64 makes them smaller. */
    must(found.bytes <= content.len);
    return 0;
}
