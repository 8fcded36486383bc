/* SPDX-License-Identifier: BSD-2-Clause */
/* What libconfig would take and we do not; asked before it sees the text. */
#ifndef VSC_CONF_SCAN_H
#define VSC_CONF_SCAN_H

#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

/*
 * VSC_CONFIG, with "NAME:LINE: ..." in `problem`, for
 *  - "@include" at the start of a line: it would read another file, which nobody has checked, and
 *    older versions cannot be told not to;
 *  - a NUL, raw or escaped as \x00: it would end a string early;
 *  - a number that older versions would silently cut to 32 bits.
 * `text` is `len` bytes and a NUL behind them.
 */
must_check enum vsc_err conf_scan(const char *name, const char *text, size_t len,
                                  struct problem *problem);

#endif
