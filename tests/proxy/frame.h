/* SPDX-License-Identifier: BSD-2-Clause */
/* A TPM command or response (part 1, 18): tag, size, code, the rest. */
#ifndef VSC_TESTS_PROXY_FRAME_H
#define VSC_TESTS_PROXY_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FRAME_HEADER    10   /* tag, size, command or response code */
#define FRAME_MAX       8192 /* a TPM has 4096 */

#define TAG_NO_SESSIONS 0x8001

struct frame {
    uint8_t bytes[FRAME_MAX];
    size_t len;
};

uint32_t frame_get32(const uint8_t *at);
void frame_put32(uint8_t *at, uint32_t value);
/* The header of a frame without sessions and of `len` bytes; the rest is zero. */
void frame_begin(struct frame *frame, size_t len, uint32_t code);

/* A whole command or response. False: the peer is gone, or what it sent is none. */
bool frame_read(int fd, struct frame *frame);
bool frame_send(int fd, const struct frame *frame);

#endif
