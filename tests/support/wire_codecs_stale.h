/* SPDX-License-Identifier: BSD-2-Clause */
/* The body of STALE_TOLD, for the table of wire_codecs.h. */
#ifndef VSC_TESTS_SUPPORT_WIRE_CODECS_STALE_H
#define VSC_TESTS_SUPPORT_WIRE_CODECS_STALE_H

#include "common/buf.h"
#include "common/err.h"

void stale_sample(unsigned number, struct buf *body);
enum vsc_err stale_again(struct reader *reader, struct buf *body);

#endif
