/* SPDX-License-Identifier: BSD-2-Clause */
#include "removal/watch.h"

#include <string.h>

#include "common/log.h"

static bool is_same(const struct session_record *a, const struct session_record *b)
{
    return strcmp(a->session, b->session) == 0 && a->uid == b->uid && a->leader == b->leader &&
           strcmp(a->card, b->card) == 0;
}

static struct watched *find(struct watch *watch, const struct session_record *record)
{
    for (size_t i = 0; i < watch->count; i++)
        if (is_same(&watch->items[i].record, record))
            return &watch->items[i];
    return NULL;
}

static bool is_among(const struct records *records, const struct session_record *record)
{
    for (size_t i = 0; i < records->count; i++)
        if (is_same(&records->items[i], record))
            return true;
    return false;
}

/* The records are the truth; what was seen of the same sessions before is kept. */
static void take_over(struct watch *watch, const struct records *records)
{
    size_t kept = 0;

    for (size_t i = 0; i < watch->count; i++)
        if (is_among(records, &watch->items[i].record))
            watch->items[kept++] = watch->items[i];
    watch->count = kept;
    for (size_t k = 0; k < records->count && watch->count < RECORDS_MAX; k++)
        if (find(watch, &records->items[k]) == NULL)
            watch->items[watch->count++] = (struct watched){.record = records->items[k]};
}

static void act(struct watch *watch, struct watched *watched)
{
    const struct session_record *record = &watched->record;
    enum vsc_err err = watch->ops->act(watch->context, record);

    watched->done = err == VSC_OK;
    if (err == VSC_OK || !watched->failed)
        vsc_log(err == VSC_OK ? LOG_NOTICE : LOG_ERR,
                "removed card=%s session=%s uid=%u service=%s result=%s", record->card,
                record->session, (unsigned)record->uid, record->service, vsc_strerror(err));
    watched->failed = err != VSC_OK;
}

/* Never for a session that is not the record's own. */
static void look_and_act(struct watch *watch, struct watched *watched, bool gone)
{
    switch (watch->ops->look(watch->context, &watched->record)) {
    case STANDING_ITS:
        if (gone)
            act(watch, watched);
        break;
    case STANDING_ENDED:
        watch->ops->forget(watch->context, &watched->record);
        watched->done = true;
        break;
    case STANDING_UNKNOWN:
        break;
    }
}

static void poll_one(struct watch *watch, struct watched *watched, bool look)
{
    bool gone;

    switch (watch->ops->ask(watch->context, watched->record.card)) {
    case PRESENCE_THERE:
        watched->misses = 0;
        watched->done = false;
        watched->failed = false;
        break;
    case PRESENCE_GONE:
        if (watched->misses < WATCH_MISSES)
            watched->misses++;
        break;
    case PRESENCE_UNKNOWN:
        break;
    }
    gone = watched->misses >= WATCH_MISSES && !watched->done;
    if (gone || look)
        look_and_act(watch, watched, gone);
}

void watch_poll(struct watch *watch, const struct records *records)
{
    bool look = watch->polls++ % WATCH_LOOK == 0;

    take_over(watch, records);
    for (size_t i = 0; i < watch->count; i++)
        poll_one(watch, &watch->items[i], look);
}

bool watch_is_pending(const struct watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        if (watch->items[i].misses > 0 && !watch->items[i].done)
            return true;
    return false;
}
