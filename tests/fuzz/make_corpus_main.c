/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writes the corpus of fuzz_wire.c from the samples of the unit tests: make_corpus FOLDER. To be
 * run after a change of the wire's format; the files are committed.
 */
#include <fcntl.h>
#include <stdio.h>

#include "common/io.h"
#include "common/own.h"
#include "tests/support/wire_codecs.h"

static int put(int folder, const char *name, unsigned char choice, const struct buf *body)
{
    auto_buf struct buf file;

    buf_init(&file, body->len + 1);
    buf_u8(&file, choice);
    buf_put(&file, body->data, body->len);
    return buf_status(&file) == VSC_OK &&
                   io_write_at(folder, name, file.data, file.len, 0644) == VSC_OK
               ? 0
               : 1;
}

int main(int argc, char **argv)
{
    auto_fd int folder = argc == 2 ? open(argv[1], O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    auto_buf struct buf frames, error;
    int failed = 0;

    if (folder < 0)
        return 2;
    buf_init(&frames, WIRE_BODY_MAX);
    buf_init(&error, 1024);
    buf_u16(&error, VSC_CONFIG);
    buf_str(&error, "pam_vsc.conf:7: login.wait: must be a whole number");
    for (size_t i = 0; i < wire_codec_count; i++) {
        for (unsigned sample = 0; sample < wire_codecs[i].samples; sample++) {
            auto_buf struct buf body;
            char name[64];

            buf_init(&body, WIRE_BODY_MAX);
            wire_codecs[i].sample(sample, &body);
            (void)snprintf(name, sizeof(name), "%s-%u", wire_codecs[i].name, sample);
            failed |= put(folder, name, (unsigned char)i, &body);
            buf_u32(&frames, (uint32_t)body.len);
            buf_u16(&frames, (uint16_t)wire_codecs[i].type);
            buf_u16(&frames, WIRE_VERSION);
            buf_put(&frames, body.data, body.len);
        }
    }
    failed |= put(folder, "error", (unsigned char)wire_codec_count, &error);
    failed |= put(folder, "frames", (unsigned char)(wire_codec_count + 1), &frames);
    return failed;
}
