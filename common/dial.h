/* SPDX-License-Identifier: BSD-2-Clause */
/* The way to vsc-card for programs without root: its socket (card.socket). */
#ifndef VSC_COMMON_DIAL_H
#define VSC_COMMON_DIAL_H

#include "common/deadline.h"
#include "common/err.h"

#define DIAL_SOCKET "/run/pam_vsc/card.sock" /* where it is unless card.socket says otherwise */

/*
 * Connect to the socket at `path`, absolute, waiting until the deadline while its queue is full.
 * Whoever listens must be root or the own user: a PIN goes there, and another could have taken the
 * path. VSC_HELPER with errno (EPERM: another listens), VSC_TIMEOUT. The caller closes.
 */
must_check enum vsc_err dial(const char *path, const struct deadline *deadline, int *ret_fd);

#endif
