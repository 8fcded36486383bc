/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is done when: no input or output of its own, so that it can be tested. A token counts as
 * removed when two polls in which it was answered said that it is gone; its session is then locked
 * or ended once. The same token put back changes nothing but that its next removal counts again.
 */
#ifndef VSC_REMOVAL_WATCH_H
#define VSC_REMOVAL_WATCH_H

#include "removal/asker.h"
#include "removal/logind.h"
#include "removal/records.h"

#define WATCH_MISSES 2  /* polls that find a token gone, before it counts as removed */
#define WATCH_LOOK   15 /* polls between two looks at the sessions */

struct watch_ops {
    enum presence (*ask)(void *context, const char *card);
    enum standing (*look)(void *context, const struct session_record *record);
    enum vsc_err (*act)(void *context, const struct session_record *record);
    /* Its session has ended: delete the record. */
    void (*forget)(void *context, const struct session_record *record);
};

struct watched {
    struct session_record record;
    unsigned misses;
    bool done;   /* this removal was acted on */
    bool failed; /* it could not be, and that was logged */
};

struct watch {
    const struct watch_ops *ops;
    void *context;
    struct watched items[RECORDS_MAX];
    size_t count;
    unsigned polls;
};

/* Ask for each token of these records, and do what has to be done. */
void watch_poll(struct watch *watch, const struct records *records);
/* A token was seen gone, and nothing is done about it yet. */
bool watch_is_pending(const struct watch *watch);

#endif
