/* SPDX-License-Identifier: BSD-2-Clause */
/* Base64 by libcrypto, and hexadecimal digits. */
#include "card/attest/encoding.h"

#include <openssl/evp.h>
#include <string.h>

#include "common/hex.h"
#include "common/own.h"

void json_base64(struct json *json, const char *name, const void *bytes, size_t len)
{
    auto_free char *text = malloc(len / 3 * 4 + 5);

    if (text == NULL) {
        json_null(json, name);
        return;
    }
    (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)len);
    json_string(json, name, text);
}

void json_hex(struct json *json, const char *name, const void *bytes, size_t len)
{
    auto_free char *text = malloc(2 * len + 1);

    if (text == NULL) {
        json_null(json, name);
        return;
    }
    hex_write(bytes, len, text);
    json_string(json, name, text);
}

enum vsc_err base64_decode(const char *text, struct buf *ret_bytes)
{
    size_t len = strlen(text), padding = 0;
    auto_free unsigned char *bytes = NULL;
    auto_free char *again = NULL;

    if (len == 0 || len % 4 != 0 || len > 2 * ret_bytes->max)
        return VSC_INPUT;
    while (padding < 2 && text[len - 1 - padding] == '=')
        padding++;
    bytes = malloc(len);
    again = malloc(len + 1);
    if (bytes == NULL || again == NULL)
        return VSC_MEMORY;
    if (EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)len) < 0)
        return VSC_INPUT;
    /* libcrypto takes blanks and padding that an encoder does not write. */
    (void)EVP_EncodeBlock((unsigned char *)again, bytes, (int)(len / 4 * 3 - padding));
    if (strcmp(again, text) != 0)
        return VSC_INPUT;
    buf_put(ret_bytes, bytes, len / 4 * 3 - padding);
    return buf_status(ret_bytes) == VSC_OK ? VSC_OK : VSC_INPUT;
}
