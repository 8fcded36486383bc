/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files of the cache that count as a whole or not at all (vsc-cache(5)): a magic word, a version,
 * what they hold, and the SHA-256 of all that. It tells what is damaged, not who wrote it.
 */
#ifndef VSC_CERTCHECK_SEALED_H
#define VSC_CERTCHECK_SEALED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"

#define SEALED_MAGIC 8

struct sealed_format {
    char magic[SEALED_MAGIC + 1];
    uint32_t version;
    size_t max; /* bytes of a file */
};

/* Begin a file in `to`, which is empty; then goes what it holds; then its end. */
void sealed_begin(const struct sealed_format *format, struct buf *to);
void sealed_end(struct buf *to);

/* Read a file's bytes: false for what is damaged, larger, or of another magic or version. What it
 * holds, which is borrowed, is left to `ret_reader`. */
bool sealed_open(const struct sealed_format *format, const void *bytes, size_t len,
                 struct reader *ret_reader);

#endif
