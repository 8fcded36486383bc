/* SPDX-License-Identifier: BSD-2-Clause */
/* The questions to vsc-card: a connection, renewed now and then, and one question at a time. */
#ifndef VSC_GREETER_WATCH_INQUIRY_H
#define VSC_GREETER_WATCH_INQUIRY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/deadline.h"
#include "common/wire_watch.h"

#define INQUIRY_RENEW_MS 300000 /* a process of vsc-card's does not live for ever */

struct inquiry {
    const char *socket; /* borrowed; absolute */
    int64_t answer_ms;  /* so long an answer may take */
    int fd;             /* owned; -1: none */
    bool is_asked;      /* an answer is on its way */
    bool has_answered;  /* well, on this connection */
    bool has_refused;   /* the last answer was an ERROR */
    struct deadline answer, renew;
};

#define INQUIRY_TO(path, ms) ((struct inquiry){.socket = (path), .answer_ms = (ms), .fd = -1})
#define auto_inquiry         __attribute__((cleanup(inquiry_end)))

/* Connect, where that is not done yet, and ask. */
must_check enum vsc_err inquiry_ask(struct inquiry *inquiry);
/*
 * Take the answer, of which the first bytes have come. VSC_HELPER: the connection has ended;
 * VSC_PROTOCOL, VSC_TIMEOUT: it is no answer. Where `has_refused` is set the error is vsc-card's
 * own word, and the connection can be used again.
 */
must_check enum vsc_err inquiry_take(struct inquiry *inquiry, struct watch_list *ret_list);
/* Close the connection; the next question makes another. */
void inquiry_end(struct inquiry *inquiry);

#endif
