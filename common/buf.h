/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bounded bytes: `struct buf` to write, `struct reader` to read. Both are sticky: after the first
 * fault every further call does nothing, so that a chain of calls is checked once at its end.
 * A buf may hold a PIN: it wipes what it frees. All integers are big-endian.
 */
#ifndef VSC_COMMON_BUF_H
#define VSC_COMMON_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct buf {
    unsigned char *data; /* owned */
    size_t len, cap;
    size_t max;    /* never grows beyond */
    bool overflow; /* something did not fit, or memory ran out */
};

#define auto_buf __attribute__((cleanup(buf_done)))

/* An empty buffer of at most `max` bytes; nothing is allocated yet. */
void buf_init(struct buf *buf, size_t max);
void buf_put(struct buf *buf, const void *bytes, size_t len);
void buf_u8(struct buf *buf, uint8_t value);
void buf_u16(struct buf *buf, uint16_t value);
void buf_u32(struct buf *buf, uint32_t value);
void buf_u64(struct buf *buf, uint64_t value);
/* A length as u32, then the bytes. */
void buf_bytes(struct buf *buf, const void *bytes, size_t len);
/* The bytes of a C string without its NUL, as buf_bytes; NULL is written as the empty string. */
void buf_str(struct buf *buf, const char *string);
/* Room for `len` more bytes at the end, counted as written: NULL if it does not fit. */
unsigned char *buf_extend(struct buf *buf, size_t len);
/* VSC_OK, or VSC_MEMORY when something was lost. */
must_check enum vsc_err buf_status(const struct buf *buf);
/* Wipe and free; the buffer may be used again with its old maximum. */
void buf_done(struct buf *buf);

struct reader {
    const unsigned char *next; /* borrowed */
    size_t left;
    bool fault;
};

void reader_init(struct reader *reader, const void *bytes, size_t len);
uint8_t reader_u8(struct reader *reader); /* all: 0 after a fault */
uint16_t reader_u16(struct reader *reader);
uint32_t reader_u32(struct reader *reader);
uint64_t reader_u64(struct reader *reader);
/* 0 or 1; anything else is a fault. */
bool reader_bool(struct reader *reader);
/* Copy exactly `len` bytes; zeroes after a fault. */
void reader_copy(struct reader *reader, void *to, size_t len);
/* What buf_bytes wrote, borrowed from the input; *ret_len <= max or a fault. NULL after a fault. */
const unsigned char *reader_bytes(struct reader *reader, size_t max, size_t *ret_len);
/* What buf_str wrote, with a NUL added; a fault if it does not fit or holds a NUL. */
void reader_str(struct reader *reader, char *to, size_t size);
/* VSC_OK when nothing was amiss and nothing is left over, else VSC_PROTOCOL. */
must_check enum vsc_err reader_end(const struct reader *reader);

#endif
