/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every body that goes over the wire, in one table: samples of it, and a decode that encodes again.
 * The twin tests, the fuzz target and the corpus walk the table.
 */
#ifndef VSC_TESTS_SUPPORT_WIRE_CODECS_H
#define VSC_TESTS_SUPPORT_WIRE_CODECS_H

#include <stddef.h>

#include "common/buf.h"
#include "common/wire.h"

struct wire_codec {
    const char *name;
    enum wire_type type; /* the message, or one of them, that has this body */
    unsigned samples;
    /* Write sample 0 to samples - 1. */
    void (*sample)(unsigned number, struct buf *body);
    /* Decode; what was decoded is encoded into `body`, and released. */
    enum vsc_err (*again)(struct reader *reader, struct buf *body);
};

extern const struct wire_codec wire_codecs[];
extern const size_t wire_codec_count;

#endif
