/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bytes as letters and digits that people read out on the telephone: 5 bits each, in an alphabet
 * without I, L, O and U, and two check characters at the end, which tell every single wrong
 * character and every two that changed places. Read in either case; blanks and dashes are passed
 * over; an O is a 0, an I and an L are a 1.
 */
#ifndef VSC_COMMON_CODE_H
#define VSC_COMMON_CODE_H

#include <stddef.h>

#include "common/err.h"

#define CODE_BYTES_MAX  32
#define CODE_LETTERS(n) (((n)*8 + 4) / 5 + 2) /* of n bytes, with check characters */
#define CODE_SIZE       96                    /* room for the longest, with dashes and NUL */

/* Write `len` bytes (at most CODE_BYTES_MAX) in groups of `group` letters with dashes between. */
void code_write(const unsigned char *bytes, size_t len, size_t group, char to[CODE_SIZE]);
/*
 * Read exactly `len` bytes. VSC_INPUT for anything that is not such a code: too long, too short,
 * another character, a check that does not fit.
 */
must_check enum vsc_err code_read(const char *text, size_t len, unsigned char *ret_bytes);

#endif
