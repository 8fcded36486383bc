/* SPDX-License-Identifier: BSD-2-Clause */
#include "enroll/base64.h"

#include <openssl/evp.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The characters that count, without what separates lines; false if there is anything else. */
static bool strip(const unsigned char *body, size_t len, struct buf *text)
{
    size_t padding = 0;

    for (size_t i = 0; i < len; i++) {
        if (body[i] == '\n' || body[i] == '\r' || body[i] == ' ' || body[i] == '\t')
            continue;
        if (body[i] == '=')
            padding++;
        else if (padding > 0 || body[i] == '\0' || strchr(alphabet, body[i]) == NULL)
            return false;
        buf_u8(text, body[i]);
    }
    return padding <= 2 && text->len > 0 && text->len % 4 == 0;
}

enum vsc_err base64_read(const void *text, size_t len, struct buf *ret_bytes)
{
    auto_buf struct buf line;
    unsigned char *room;
    size_t padding;

    buf_init(&line, len);
    if (!strip(text, len, &line))
        return VSC_CERT;
    if (buf_status(&line) != VSC_OK)
        return VSC_MEMORY;
    room = buf_extend(ret_bytes, line.len / 4 * 3);
    if (room == NULL)
        return VSC_MEMORY;
    padding = (size_t)(line.data[line.len - 1] == '=') + (line.data[line.len - 2] == '=');
    if (EVP_DecodeBlock(room, line.data, (int)line.len) != (int)ret_bytes->len)
        return VSC_CERT;
    ret_bytes->len -= padding;
    return VSC_OK;
}
