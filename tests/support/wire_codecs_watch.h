/* SPDX-License-Identifier: BSD-2-Clause */
/* The body of CARD_WATCHED, for wire_codecs.c. */
#ifndef VSC_TESTS_SUPPORT_WIRE_CODECS_WATCH_H
#define VSC_TESTS_SUPPORT_WIRE_CODECS_WATCH_H

#include "common/buf.h"

void watch_sample(unsigned number, struct buf *body);
enum vsc_err watch_again(struct reader *reader, struct buf *body);

#endif
