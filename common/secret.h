/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The one type that holds a PIN, a PUK, an administrator key or what is derived from them.
 * It is passed by pointer only, never copied by assignment, and wipes itself at the end of its
 * scope:  auto_secret struct secret pin = {0};
 */
#ifndef VSC_COMMON_SECRET_H
#define VSC_COMMON_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"

#define SECRET_MAX 256 /* bytes */

struct secret {
    size_t len;
    char bytes[SECRET_MAX];
};

#define auto_secret __attribute__((cleanup(secret_done)))

/* Copy `len` bytes in; what was in `secret` is wiped first. VSC_INPUT, and empty, if too long. */
must_check enum vsc_err secret_set(struct secret *secret, const void *bytes, size_t len);

/* Equal in length and bytes, in a time that does not depend on where they differ. */
bool secret_equal(const struct secret *a, const struct secret *b);

/* Wipe; the secret is then empty and may be used again. */
void secret_done(struct secret *secret);

#endif
