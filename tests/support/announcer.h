/* SPDX-License-Identifier: BSD-2-Clause */
/* A vsc-card that knows CARD_WATCH only, and misbehaves on demand: a thread of the test. */
#ifndef VSC_TESTS_SUPPORT_ANNOUNCER_H
#define VSC_TESTS_SUPPORT_ANNOUNCER_H

#include <stdbool.h>

enum announcer_answer {
    ANNOUNCER_NO,
    ANNOUNCER_YES,
    ANNOUNCER_ERROR,  /* an ERROR message */
    ANNOUNCER_OTHER,  /* a good message of another type */
    ANNOUNCER_BOOL,   /* a body whose first byte is no bool */
    ANNOUNCER_SHORT,  /* a body that ends too early */
    ANNOUNCER_LONG,   /* a body with a byte too many */
    ANNOUNCER_FRAME,  /* no frame at all */
    ANNOUNCER_SILENT, /* nothing, and the connection stays */
    ANNOUNCER_CLOSE,  /* the connection ends */
};

struct announcer;

/* Listen on `path`. Aborts on failure. */
struct announcer *announcer_start(const char *path);
void announcer_stop(struct announcer *announcer); /* NULL is allowed; the socket is removed */
/* How it answers from now on. */
void announcer_set(struct announcer *announcer, enum announcer_answer answer);
int announcer_requests(const struct announcer *announcer);
int announcer_connections(const struct announcer *announcer);

#endif
