/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes as text in a bundle: base64 (RFC 4648, section 4), read strictly, and hexadecimal digits.
 */
#ifndef VSC_CARD_ATTEST_ENCODING_H
#define VSC_CARD_ATTEST_ENCODING_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/json.h"

void json_base64(struct json *json, const char *name, const void *bytes, size_t len);
void json_hex(struct json *json, const char *name, const void *bytes, size_t len);
/* Appends the bytes to `ret_bytes`. VSC_INPUT if the text is not exactly what an encoder writes. */
must_check enum vsc_err base64_decode(const char *text, struct buf *ret_bytes);

#endif
