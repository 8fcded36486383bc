/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/sealed.h"

#include <string.h>

#include <openssl/sha.h>

void sealed_begin(const struct sealed_format *format, struct buf *to)
{
    buf_put(to, format->magic, SEALED_MAGIC);
    buf_u32(to, format->version);
}

void sealed_end(struct buf *to)
{
    unsigned char digest[SHA256_DIGEST_LENGTH];

    if (buf_status(to) != VSC_OK)
        return;
    (void)SHA256(to->data, to->len, digest);
    buf_put(to, digest, sizeof(digest));
}

/* Nothing of a file is looked at before all of it is known to be what was written. */
bool sealed_open(const struct sealed_format *format, const void *bytes, size_t len,
                 struct reader *ret_reader)
{
    unsigned char digest[SHA256_DIGEST_LENGTH], magic[SEALED_MAGIC];

    if (len < sizeof(digest) || len > format->max)
        return false;
    len -= sizeof(digest);
    (void)SHA256(bytes, len, digest);
    if (memcmp((const unsigned char *)bytes + len, digest, sizeof(digest)) != 0)
        return false;
    reader_init(ret_reader, bytes, len);
    reader_copy(ret_reader, magic, sizeof(magic));
    return reader_u32(ret_reader) == format->version && !ret_reader->fault &&
           memcmp(magic, format->magic, sizeof(magic)) == 0;
}
