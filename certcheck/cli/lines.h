/* SPDX-License-Identifier: BSD-2-Clause */
/* Text for people, broken at blanks into lines of at most LINES_WIDTH columns. */
#ifndef VSC_CERTCHECK_CLI_LINES_H
#define VSC_CERTCHECK_CLI_LINES_H

#include <stdio.h>

#define LINES_WIDTH 79

/*
 * `head` begins the first line; the text and all further lines begin at the column `indent`, on the
 * head's own line where that is shorter. A word that is too long for a line has one of its own.
 */
void lines_put(FILE *out, const char *head, unsigned indent, const char *text);

#endif
