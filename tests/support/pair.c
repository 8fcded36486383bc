/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/wire.h"
#include "common/wire_card.h"

int pair_ours = -1, pair_theirs = -1;

int pair_setup(void **state)
{
    int pair[2];

    (void)state;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return 1;
    pair_ours = pair[0];
    pair_theirs = pair[1];
    return 0;
}

void pair_hang_up(void)
{
    if (pair_theirs >= 0)
        (void)close(pair_theirs);
    pair_theirs = -1;
}

int pair_teardown(void **state)
{
    (void)state;
    pair_hang_up();
    (void)close(pair_ours);
    return 0;
}

void pair_put(const void *bytes, size_t len)
{
    assert_int_equal(write(pair_theirs, bytes, len), len);
}

void pair_put_header(uint32_t len, uint16_t type, uint16_t version)
{
    auto_buf struct buf header;

    buf_init(&header, WIRE_HEADER);
    buf_u32(&header, len);
    buf_u16(&header, type);
    buf_u16(&header, version);
    assert_int_equal(buf_status(&header), VSC_OK);
    pair_put(header.data, header.len);
}

void pair_send_state(int fd, uint16_t tries)
{
    const struct card_state state = {.tries_known = true, .tries_left = tries, .tries_max = 5};
    const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
    auto_message struct message message;

    message_init(&message, WIRE_CARD_STATED);
    card_state_encode(&message.body, &state);
    assert_int_equal(wire_send(fd, &message, &deadline), VSC_OK);
}
