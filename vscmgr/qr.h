/* SPDX-License-Identifier: BSD-2-Clause */
/* A QR code on a terminal. */
#ifndef VSC_VSCMGR_QR_H
#define VSC_VSCMGR_QR_H

#include <stdio.h>

#include "common/err.h"

/*
 * Print `text`, of capital letters, digits and - : only, as a QR code with its margin, light on
 * dark: in half blocks where the locale has UTF-8, else in blanks, two for each module. VSC_SYSTEM
 * if it cannot be made or written.
 */
must_check enum vsc_err qr_print(FILE *stream, const char *text);

#endif
