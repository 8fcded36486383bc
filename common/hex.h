/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes as hexadecimal digits. */
#ifndef VSC_COMMON_HEX_H
#define VSC_COMMON_HEX_H

#include <stdbool.h>
#include <stddef.h>

/* The value of a digit, in either case; -1 for any other character. */
int hex_digit(char c);
/*
 * Read `len` digits, in either case, to at most `max` bytes. False, and nothing changed, for
 * anything but one or more pairs of digits.
 */
bool hex_read(const char *digits, size_t len, size_t max, void *ret_bytes, size_t *ret_count);
/* 2 * len digits in lower case, and a NUL. */
void hex_write(const void *bytes, size_t len, char *to);

#endif
