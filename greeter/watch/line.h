/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line of output at a time, of bounded length. Whoever reads slowly is waited for: nothing
 * piles up, and nothing is asked meanwhile.
 */
#ifndef VSC_GREETER_WATCH_LINE_H
#define VSC_GREETER_WATCH_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "common/err.h"

#define LINE_MAX_BYTES 65536 /* with its newline */

struct line {
    int fd;       /* borrowed: where lines go */
    FILE *stream; /* into `bytes`, while a line is open */
    char bytes[LINE_MAX_BYTES + 1];
};

/* Begin a line; NULL when memory is out. */
FILE *line_open(struct line *line);
/*
 * Write what is in it, waiting as long as it takes. VSC_HELPER: nobody reads any more. VSC_MEMORY:
 * it got too long, and nothing was written. VSC_SYSTEM: errno tells.
 */
must_check enum vsc_err line_close(struct line *line);
/* Whether somebody still reads `fd`. */
bool line_is_read(short revents);

#endif
