/* SPDX-License-Identifier: BSD-2-Clause */
/* Hexadecimal digits, see the header. */
#include "common/hex.h"

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_read(const char *digits, size_t len, size_t max, void *ret_bytes, size_t *ret_count)
{
    unsigned char *to = ret_bytes;

    if (len == 0 || len % 2 != 0 || len / 2 > max)
        return false;
    for (size_t i = 0; i < len; i++)
        if (hex_digit(digits[i]) < 0)
            return false;
    for (size_t i = 0; i < len / 2; i++)
        to[i] = (unsigned char)(hex_digit(digits[2 * i]) * 16 + hex_digit(digits[2 * i + 1]));
    *ret_count = len / 2;
    return true;
}

void hex_write(const void *bytes, size_t len, char *to)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *from = bytes;

    for (size_t i = 0; i < len; i++) {
        to[2 * i] = digits[from[i] >> 4];
        to[2 * i + 1] = digits[from[i] & 15];
    }
    to[2 * len] = '\0';
}
