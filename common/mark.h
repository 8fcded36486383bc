/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The mark of the last sign-in: a time that has been, so that a clock that shows less by much
 * cannot be right. The module leaves it when it runs as root; no helper can write it. A file of one
 * line, seconds since 1970 in decimal, in a folder of root's.
 */
#ifndef VSC_COMMON_MARK_H
#define VSC_COMMON_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"

#define MARK_FOLDER "/var/lib/pam_vsc/clock"
#define MARK_NAME   "last-sign-in"
#define MARK_PATH   MARK_FOLDER "/" MARK_NAME
#define MARK_STEP   600 /* seconds: a mark this near is not written again */

/*
 * Read the mark in `folder`. False: there is none, it is no number, or somebody else could write it
 * (io.h): all that says nothing about the clock.
 */
bool mark_read(const char *folder, int64_t *ret_seconds);

/*
 * Leave a mark, atomically, mode 0644; it never goes back, and is not written again within
 * MARK_STEP. The folder must be there, and trusted (io.h).
 */
must_check enum vsc_err mark_write(const char *folder, int64_t seconds);

#endif
