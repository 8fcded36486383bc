/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads and writes TPM commands and responses. */
#include "tests/proxy/frame.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/io.h"

uint32_t frame_get32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

void frame_put32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(value >> (24 - 8 * i));
}

void frame_begin(struct frame *frame, size_t len, uint32_t code)
{
    memset(frame->bytes, 0, len);
    frame_put32(frame->bytes, (uint32_t)TAG_NO_SESSIONS << 16);
    frame_put32(frame->bytes + 2, (uint32_t)len);
    frame_put32(frame->bytes + 6, code);
    frame->len = len;
}

static bool read_fully(int fd, uint8_t *to, size_t len)
{
    while (len > 0) {
        ssize_t got = read(fd, to, len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        len -= (size_t)got;
    }
    return true;
}

bool frame_read(int fd, struct frame *frame)
{
    frame->len = 0;
    if (!read_fully(fd, frame->bytes, FRAME_HEADER))
        return false;
    size_t len = frame_get32(frame->bytes + 2);
    if (len < FRAME_HEADER || len > FRAME_MAX ||
        !read_fully(fd, frame->bytes + FRAME_HEADER, len - FRAME_HEADER))
        return false;
    frame->len = len;
    return true;
}

bool frame_send(int fd, const struct frame *frame)
{
    return io_write_all(fd, frame->bytes, frame->len) == VSC_OK;
}
