/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The wire, both sides. The first byte chooses a body's decoder, the ERROR message, or whole frames
 * as they come out of a socket. What decodes must encode to exactly the same bytes.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tests/support/wire_codecs.h"

#define FRAMES_MAX 60000 /* what a socket takes before anybody reads */

static void must(int claim)
{
    if (!claim)
        abort();
}

static void fuzz_body(const struct wire_codec *codec, const uint8_t *data, size_t len)
{
    auto_buf struct buf again;
    struct reader reader;

    buf_init(&again, len);
    reader_init(&reader, data, len);
    if (codec->again(&reader, &again) != VSC_OK) {
        must(again.len == 0);
        return;
    }
    must(buf_status(&again) == VSC_OK && again.len == len && memcmp(again.data, data, len) == 0);
}

static void fuzz_error(const uint8_t *data, size_t len)
{
    auto_message struct message message;
    struct problem problem = {""};

    message_init(&message, WIRE_ERROR);
    buf_put(&message.body, data, len);
    if (buf_status(&message.body) == VSC_OK)
        must(wire_take_error(&message, &problem) != VSC_OK && problem.text[0] != '\0');
}

static void fuzz_frames(const uint8_t *data, size_t len)
{
    const struct deadline deadline = deadline_in(1000);
    int pair[2];

    if (len > FRAMES_MAX || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return;
    must(len == 0 || write(pair[0], data, len) == (ssize_t)len);
    (void)close(pair[0]);
    for (;;) {
        auto_message struct message message;

        if (wire_receive(pair[1], &message, &deadline) != VSC_OK)
            break;
        must(message.body.len <= wire_cap((uint16_t)message.type));
    }
    (void)close(pair[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    size_t choice;

    if (len == 0)
        return 0;
    choice = data[0] % (wire_codec_count + 2);
    if (choice < wire_codec_count)
        fuzz_body(&wire_codecs[choice], data + 1, len - 1);
    else if (choice == wire_codec_count)
        fuzz_error(data + 1, len - 1);
    else
        fuzz_frames(data + 1, len - 1);
    return 0;
}
