/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a helper says: its standard output whole, of its standard error the last line, and its exit
 * status. Whatever it has started ends with it.
 */
#ifndef VSC_ENROLL_HELPER_LISTEN_H
#define VSC_ENROLL_HELPER_LISTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/buf.h"
#include "common/deadline.h"
#include "common/err.h"

#define LINE_SIZE 256 /* with its NUL; of a longer line the beginning counts */

/* The last line so far that has more than blanks. */
struct last_line {
    char line[LINE_SIZE];  /* the last whole one */
    char begun[LINE_SIZE]; /* the one that has no end yet */
    size_t len;            /* of `begun` */
};

void last_line_put(struct last_line *last, const char *bytes, size_t count);
/* As it came, NUL-terminated; "" for none. */
const char *last_line(struct last_line *last);

struct listener {
    int output, errors; /* owned, not blocking */
    pid_t pid;          /* a child that leads a session of its own */
    struct last_line said;
};

/* Closes. Ends nobody: that is listener_hear()'s, which is called for each child. */
void listener_done(struct listener *listener);
#define auto_listener __attribute__((cleanup(listener_done)))

/*
 * Listen until it has ended. VSC_TIMEOUT; VSC_DENIED where there is more than `answer` takes.
 * *ret_status is its exit status, or -1. The child is gone then, in any case.
 */
must_check enum vsc_err listener_hear(struct listener *listener, const struct deadline *deadline,
                                      struct buf *answer, int *ret_status);

#endif
