/* SPDX-License-Identifier: BSD-2-Clause */
/* Starts and ends pinentry: the program that root's configuration names, with a channel as its
 * standard input and output, and of the environment what a dialog needs. */
#ifndef VSC_ENROLL_NOTIFY_PINENTRY_START_H
#define VSC_ENROLL_NOTIFY_PINENTRY_START_H

#include <sys/types.h>

#include "common/err.h"
#include "common/problem.h"

must_check enum vsc_err pinentry_start(const char *program, int *ret_channel, pid_t *ret_pid,
                                       struct problem *problem);
/* With all that it has started. */
void pinentry_end(pid_t pid);

#endif
