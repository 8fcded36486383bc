/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of pinentry's protocol (Assuan). What pinentry says is bounded and checked. */
#ifndef VSC_ENROLL_NOTIFY_ASSUAN_H
#define VSC_ENROLL_NOTIFY_ASSUAN_H

#include <stddef.h>

#include "common/err.h"
#include "common/secret.h"

#define ASSUAN_LINE_MAX 1000 /* bytes, with the newline */

enum assuan_kind {
    ASSUAN_OK,
    ASSUAN_ERR,
    ASSUAN_DATA,
    ASSUAN_SKIP,   /* a status or a comment */
    ASSUAN_BROKEN, /* anything else: nothing else is answered */
};

struct assuan_line {
    enum assuan_kind kind;
    unsigned long code; /* of ERR, without the source: GPG_ERR_* */
    const char *data;   /* of D, escaped, within the line */
    size_t data_len;
};

#define ASSUAN_TIMEOUT       62
#define ASSUAN_CANCELED      99
#define ASSUAN_ALL_CANCELED  198
#define ASSUAN_NOT_CONFIRMED 114

/* `line` without its newline. */
void assuan_read(const char *line, size_t len, struct assuan_line *ret_line);
/* Append the data to a secret. VSC_PROTOCOL: a wrong escape; VSC_INPUT: too long. */
must_check enum vsc_err assuan_data(const struct assuan_line *line, struct secret *secret);
/* "WORD TEXT\n" with what must not stand in a line escaped; cut where it would be too long. */
void assuan_command(const char *word, const char *text, char to[ASSUAN_LINE_MAX + 1]);

#endif
