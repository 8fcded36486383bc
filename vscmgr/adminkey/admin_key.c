/* SPDX-License-Identifier: BSD-2-Clause */
#include "vscmgr/adminkey/admin_key.h"

#include <string.h>

#include "card/admin/admin.h"
#include "common/hex.h"

enum vsc_err admin_key_parse(struct secret *key, struct problem *problem)
{
    unsigned char bytes[ADMIN_KEY_SIZE];
    size_t count = 0;
    enum vsc_err err = VSC_INPUT;

    if (hex_read(key->bytes, key->len, sizeof bytes, bytes, &count) && count == sizeof bytes)
        err = secret_set(key, bytes, sizeof bytes);
    explicit_bzero(bytes, sizeof bytes);
    return err == VSC_OK
               ? err
               : problem_set(problem, err, "an administrator key has 48 hexadecimal digits");
}
