/* SPDX-License-Identifier: BSD-2-Clause */
/* What the cache keeps of the directory: any bytes are refused, or are written the same again. */
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "certcheck/published.h"
#include "tests/fuzz/fuzz.h"

static void check(const uint8_t *data, size_t len)
{
    auto_buf struct buf again;
    auto_published struct published published = {.certs = NULL};

    buf_init(&again, PUBLISHED_SIZE_MAX);
    if (published_parse(data, len, PUBLISHED_NTAUTH, &published) != VSC_OK)
        return;
    if (sk_X509_num(published.certs) > PUBLISHED_MAX || published.fetched < 0)
        abort();
    if (published_write(&published, &again) != VSC_OK || again.len != len ||
        memcmp(again.data, data, len) != 0)
        abort();
}

/* As they are; and with the digest made good, so that what stands behind it is reached. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_buf struct buf good;
    unsigned char digest[SHA256_DIGEST_LENGTH];

    check(data, len);
    if (len > PUBLISHED_SIZE_MAX / 2)
        return 0;
    buf_init(&good, PUBLISHED_SIZE_MAX);
    buf_put(&good, data, len);
    (void)SHA256(data, len, digest);
    buf_put(&good, digest, sizeof(digest));
    if (buf_status(&good) == VSC_OK)
        check(good.data, good.len);
    return 0;
}
