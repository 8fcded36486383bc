/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/adminkey/admin_key.h"

#include <stdbool.h>
#include <string.h>

#include "card/admin/admin.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

enum vsc_err admin_key_parse(struct secret *key, struct problem *problem)
{
    unsigned char bytes[ADMIN_KEY_SIZE];
    bool good = key->len == 2 * sizeof bytes;
    enum vsc_err err = VSC_INPUT;

    for (size_t i = 0; good && i < sizeof bytes; i++) {
        int high = hex_digit(key->bytes[2 * i]), low = hex_digit(key->bytes[2 * i + 1]);

        good = high >= 0 && low >= 0;
        bytes[i] = (unsigned char)(high * 16 + low);
    }
    if (good)
        err = secret_set(key, bytes, sizeof bytes);
    explicit_bzero(bytes, sizeof bytes);
    return err == VSC_OK
               ? err
               : problem_set(problem, err, "an administrator key has 48 hexadecimal digits");
}
