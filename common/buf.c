/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/buf.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_CAP 256

void buf_init(struct buf *buf, size_t max)
{
    *buf = (struct buf){.max = max};
}

/* Not realloc: it could leave a copy of a secret behind. */
static bool buf_grow(struct buf *buf, size_t need)
{
    size_t cap = buf->cap > 0 ? buf->cap : FIRST_CAP;
    unsigned char *data;

    while (cap < need)
        cap *= 2;
    data = malloc(cap);
    if (data == NULL)
        return false;
    if (buf->data != NULL) {
        memcpy(data, buf->data, buf->len);
        explicit_bzero(buf->data, buf->cap);
    }
    free(buf->data);
    buf->data = data;
    buf->cap = cap;
    return true;
}

unsigned char *buf_extend(struct buf *buf, size_t len)
{
    unsigned char *end;

    if (buf->overflow || len > buf->max - buf->len) {
        buf->overflow = true;
        return NULL;
    }
    if ((buf->data == NULL || buf->len + len > buf->cap) && !buf_grow(buf, buf->len + len)) {
        buf->overflow = true;
        return NULL;
    }
    end = buf->data + buf->len;
    buf->len += len;
    return end;
}

void buf_put(struct buf *buf, const void *bytes, size_t len)
{
    unsigned char *end = buf_extend(buf, len);

    if (end != NULL && len > 0)
        memcpy(end, bytes, len);
}

static void buf_uint(struct buf *buf, uint64_t value, size_t size)
{
    unsigned char *end = buf_extend(buf, size);

    if (end == NULL)
        return;
    for (size_t i = size; i > 0; i--) {
        end[i - 1] = (unsigned char)value;
        value >>= 8;
    }
}

void buf_u8(struct buf *buf, uint8_t value)
{
    buf_uint(buf, value, 1);
}

void buf_u16(struct buf *buf, uint16_t value)
{
    buf_uint(buf, value, 2);
}

void buf_u32(struct buf *buf, uint32_t value)
{
    buf_uint(buf, value, 4);
}

void buf_u64(struct buf *buf, uint64_t value)
{
    buf_uint(buf, value, 8);
}

void buf_bytes(struct buf *buf, const void *bytes, size_t len)
{
    if (len > UINT32_MAX) {
        buf->overflow = true;
        return;
    }
    buf_u32(buf, (uint32_t)len);
    buf_put(buf, bytes, len);
}

void buf_str(struct buf *buf, const char *string)
{
    buf_bytes(buf, string, string == NULL ? 0 : strlen(string));
}

enum vsc_err buf_status(const struct buf *buf)
{
    return buf->overflow ? VSC_MEMORY : VSC_OK;
}

void buf_done(struct buf *buf)
{
    if (buf->data != NULL)
        explicit_bzero(buf->data, buf->cap);
    free(buf->data);
    buf_init(buf, buf->max);
}

void reader_init(struct reader *reader, const void *bytes, size_t len)
{
    *reader = (struct reader){.next = bytes, .left = len};
}

static const unsigned char *reader_advance(struct reader *reader, size_t len)
{
    const unsigned char *here = reader->next;

    if (reader->fault || len > reader->left) {
        reader->fault = true;
        return NULL;
    }
    reader->next += len;
    reader->left -= len;
    return here;
}

static uint64_t reader_uint(struct reader *reader, size_t size)
{
    const unsigned char *here = reader_advance(reader, size);
    uint64_t value = 0;

    if (here == NULL)
        return 0;
    for (size_t i = 0; i < size; i++)
        value = value << 8 | here[i];
    return value;
}

uint8_t reader_u8(struct reader *reader)
{
    return (uint8_t)reader_uint(reader, 1);
}

uint16_t reader_u16(struct reader *reader)
{
    return (uint16_t)reader_uint(reader, 2);
}

uint32_t reader_u32(struct reader *reader)
{
    return (uint32_t)reader_uint(reader, 4);
}

uint64_t reader_u64(struct reader *reader)
{
    return reader_uint(reader, 8);
}

bool reader_bool(struct reader *reader)
{
    uint8_t value = reader_u8(reader);

    if (value > 1)
        reader->fault = true;
    return value == 1;
}

void reader_copy(struct reader *reader, void *to, size_t len)
{
    const unsigned char *here = reader_advance(reader, len);

    if (here != NULL)
        memcpy(to, here, len);
    else
        memset(to, 0, len);
}

const unsigned char *reader_bytes(struct reader *reader, size_t max, size_t *ret_len)
{
    size_t len = reader_u32(reader);
    const unsigned char *here = NULL;

    if (len > max)
        reader->fault = true;
    else
        here = reader_advance(reader, len);
    *ret_len = here != NULL ? len : 0;
    return here;
}

void reader_str(struct reader *reader, char *to, size_t size)
{
    size_t len;
    const unsigned char *here = reader_bytes(reader, size - 1, &len);

    if (here != NULL && len > 0 && memchr(here, 0, len) != NULL)
        reader->fault = true;
    if (here != NULL && !reader->fault && len > 0)
        memcpy(to, here, len);
    to[reader->fault ? 0 : len] = '\0';
}

enum vsc_err reader_end(const struct reader *reader)
{
    return reader->fault || reader->left > 0 ? VSC_PROTOCOL : VSC_OK;
}
