/* SPDX-License-Identifier: BSD-2-Clause */
/* The lines of vsc-watch (vsc-watch.1): JSON, version 1, or words for people. */
#ifndef VSC_GREETER_WATCH_TELL_H
#define VSC_GREETER_WATCH_TELL_H

#include "common/err.h"
#include "greeter/watch/line.h"
#include "greeter/watch/shown.h"

#define TELL_VERSION 1

struct teller {
    bool json;
    struct line line;
};

enum card_event {
    CARD_EVENT_ADDED,
    CARD_EVENT_CHANGED,
};

/* All of them: as line_close(). */

/*
 * The whole picture. Where it would not fit into a line cards are told without their certificates,
 * and again, each in a line of its own, as changed.
 */
must_check enum vsc_err tell_state(struct teller *teller, const struct shown *shown);
/* Card `i` of what is shown; `changes` are card_change bits, 0 for a new one. */
must_check enum vsc_err tell_card(struct teller *teller, enum card_event event,
                                  const struct shown *shown, size_t i, unsigned changes);
must_check enum vsc_err tell_removed(struct teller *teller, const struct watch_card *card);
must_check enum vsc_err tell_locked(struct teller *teller, const struct watch_card *card);
must_check enum vsc_err tell_announce(struct teller *teller, bool announce);
must_check enum vsc_err tell_helper(struct teller *teller, bool is_there);

#endif
