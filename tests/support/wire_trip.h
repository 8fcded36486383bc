/* SPDX-License-Identifier: BSD-2-Clause */
/* A body there and back, for the tests of what has to hold in one. */
#ifndef VSC_TESTS_SUPPORT_WIRE_TRIP_H
#define VSC_TESTS_SUPPORT_WIRE_TRIP_H

#include "common/buf.h"
#include "common/wire.h"

/* Encode `x` with X_encode, decode it with X_decode, and release what came out by `done`. */
#define TRIP(name, type, x, done)                                                                  \
    __extension__({                                                                                \
        auto_buf struct buf trip_body;                                                             \
        struct reader trip_reader;                                                                 \
        type trip_got = {0};                                                                       \
        enum vsc_err trip_err;                                                                     \
                                                                                                   \
        buf_init(&trip_body, WIRE_BODY_MAX * 2);                                                   \
        name##_encode(&trip_body, x);                                                              \
        assert_int_equal(buf_status(&trip_body), VSC_OK);                                          \
        reader_init(&trip_reader, trip_body.data, trip_body.len);                                  \
        trip_err = name##_decode(&trip_reader, &trip_got);                                         \
        done(&trip_got);                                                                           \
        trip_err;                                                                                  \
    })

/* `done` of a body that owns nothing. */
static inline void nothing(const void *x)
{
    (void)x;
}

#endif
