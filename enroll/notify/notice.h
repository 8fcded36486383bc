/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notices on the desktop: org.freedesktop.Notifications on the bus of the session. The server's
 * answers are believed only of the connection that has shown the notice.
 */
#ifndef VSC_ENROLL_NOTIFY_NOTICE_H
#define VSC_ENROLL_NOTIFY_NOTICE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/err.h"
#include "common/problem.h"

struct notice; /* a connection, and the one notice of it */

#define NOTICE_ACTIONS 3

struct notice_text {
    const char *title, *body;
    struct {
        const char *key, *label; /* NULL after the last */
    } actions[NOTICE_ACTIONS];
    bool urgent;
};

enum notice_end {
    NOTICE_CLICKED,
    NOTICE_CLOSED, /* by the person, or the server has gone */
    NOTICE_LATE,   /* the time is over */
};

/* VSC_HELPER: there is no bus, or nobody on it who shows notices. */
must_check enum vsc_err notice_open(struct notice **ret_notice, struct problem *problem);
/* Takes the notice away where it waits for a click still. NULL is allowed. */
void notice_free(struct notice *notice);
bool notice_has_actions(const struct notice *notice);

/* Show it, in the place of the one before. With actions it stays as long as the server lets it. */
must_check enum vsc_err notice_show(struct notice *notice, const struct notice_text *text,
                                    struct problem *problem);
/*
 * Wait for a click. One that fades without any is shown once more, as one that does not fade,
 * unless the server keeps it at hand. *ret_key is the index of the action.
 */
must_check enum vsc_err notice_wait(struct notice *notice, const struct notice_text *text,
                                    int64_t wait_ms, enum notice_end *ret_end, unsigned *ret_key,
                                    struct problem *problem);

#endif
