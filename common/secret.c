/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/secret.h"

#include <string.h>

enum vsc_err secret_set(struct secret *secret, const void *bytes, size_t len)
{
    secret_done(secret);
    if (len > sizeof(secret->bytes))
        return VSC_INPUT;
    if (len > 0)
        memcpy(secret->bytes, bytes, len);
    secret->len = len;
    return VSC_OK;
}

bool secret_equal(const struct secret *a, const struct secret *b)
{
    unsigned char differ = a->len != b->len;

    /* Both are zero behind their length, so all bytes can be compared whatever the lengths are. */
    for (size_t i = 0; i < SECRET_MAX; i++)
        differ |= (unsigned char)(a->bytes[i] ^ b->bytes[i]);
    return differ == 0;
}

void secret_done(struct secret *secret)
{
    explicit_bzero(secret, sizeof(*secret));
}
