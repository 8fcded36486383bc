/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs another program for its output. */
#ifndef VSC_REMOVAL_COMMAND_H
#define VSC_REMOVAL_COMMAND_H

#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"

/*
 * Run `path`, absolute and trusted (io.h), with `argv`: no environment, default signals, a session
 * of its own, /dev/null for standard input and error, nothing else open. `ret_output` (initialised
 * by the caller with its maximum) gets what it writes; more is VSC_INPUT. VSC_TIMEOUT: it was
 * killed. *ret_status is its exit status, -1 where a signal ended it.
 */
must_check enum vsc_err command_run(const char *path, char *const *argv, int64_t timeout_ms,
                                    struct buf *ret_output, int *ret_status);

#endif
