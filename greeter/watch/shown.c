/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/watch/shown.h"

#include <string.h>
#include <time.h>

#include "common/deadline.h"

#define DAY     86400
#define SECOND  1000
#define SLIP_MS 1500 /* a countdown of vsc-card's that is this near is the same one */

struct instant instant_now(void)
{
    return (struct instant){.ms = clock_ms(), .seconds = (int64_t)time(NULL)};
}

int64_t days_left(int64_t not_after, int64_t now)
{
    int64_t left = not_after - now;

    return left / DAY - (left % DAY < 0);
}

static uint32_t seconds_until(int64_t at_ms, int64_t now_ms)
{
    int64_t left = at_ms - now_ms;

    return left <= SECOND ? 1 : (uint32_t)((left + SECOND - 1) / SECOND);
}

/* Text that has come over the wire may be shown, but may be wider than a screen is. */
static void clean(struct watch_card *card)
{
    char name[TEXT_NAME];

    text_name(name, sizeof(name), card->owner, strlen(card->owner));
    memcpy(card->owner, name, sizeof(name));
}

static bool is_locked(const struct watch_card *card)
{
    return card->locked_seconds > 0;
}

static int64_t open_at(const struct shown *before, const struct watch_card *card,
                       const struct instant *now)
{
    int64_t at = now->ms + (int64_t)card->locked_seconds * SECOND;
    size_t k = shown_find(before, card);
    int64_t slip;

    if (k == before->list.count || !is_locked(&before->list.cards[k]))
        return at;
    slip = at - before->cards[k].open_at_ms;
    return slip >= -SLIP_MS && slip <= SLIP_MS ? before->cards[k].open_at_ms : at;
}

void shown_take(struct shown *shown, struct watch_list *list, const struct shown *before,
                const struct instant *now)
{
    *shown = (struct shown){.list = *list};
    *list = (struct watch_list){0};
    for (size_t i = 0; i < shown->list.count; i++) {
        struct watch_card *card = &shown->list.cards[i];

        clean(card);
        shown->cards[i].told_at = now->seconds;
        if (!is_locked(card))
            continue;
        shown->cards[i].open_at_ms = open_at(before, card, now);
        card->locked_seconds = seconds_until(shown->cards[i].open_at_ms, now->ms);
    }
}

void shown_done(struct shown *shown)
{
    watch_list_done(&shown->list);
}

size_t shown_find(const struct shown *shown, const struct watch_card *card)
{
    for (size_t i = 0; i < shown->list.count; i++) {
        const struct watch_card *other = &shown->list.cards[i];

        if (strcmp(other->id, card->id) == 0 && other->kind == card->kind)
            return i;
    }
    return shown->list.count;
}

static bool same_certs(const struct watch_card *a, const struct watch_card *b)
{
    if (a->cert_count != b->cert_count)
        return false;
    for (size_t i = 0; i < a->cert_count; i++) {
        if (strcmp(a->certs[i].key, b->certs[i].key) != 0 ||
            strcmp(a->certs[i].upn, b->certs[i].upn) != 0 ||
            a->certs[i].not_after != b->certs[i].not_after)
            return false;
    }
    return true;
}

/* A day less, of those that count. */
static bool is_expiring(const struct watch_card *card, int64_t told_at, int64_t now,
                        uint32_t warn_days)
{
    for (size_t i = 0; i < card->cert_count; i++) {
        int64_t days = days_left(card->certs[i].not_after, now);

        if (days <= (int64_t)warn_days && days != days_left(card->certs[i].not_after, told_at))
            return true;
    }
    return false;
}

unsigned shown_changes(const struct shown *before, size_t k, const struct shown *now, size_t i)
{
    const struct watch_card *old = &before->list.cards[k], *new = &now->list.cards[i];
    unsigned changes = 0;

    if (old->tries_known != new->tries_known || old->tries_left != new->tries_left ||
        old->tries_max != new->tries_max)
        changes |= CARD_CHANGE_TRIES;
    if (old->blocked != new->blocked)
        changes |= new->blocked ? CARD_CHANGE_BLOCKED : CARD_CHANGE_UNBLOCKED;
    if (is_locked(old) != is_locked(new))
        changes |= is_locked(new) ? CARD_CHANGE_LOCKED : CARD_CHANGE_UNLOCKED;
    if (!same_certs(old, new))
        changes |= CARD_CHANGE_CERTIFICATES;
    else if (is_expiring(new, before->cards[k].told_at, now->cards[i].told_at, now->list.warn_days))
        changes |= CARD_CHANGE_EXPIRING;
    if (strcmp(old->name, new->name) != 0)
        changes |= CARD_CHANGE_NAME;
    if (strcmp(old->owner, new->owner) != 0 || old->mine != new->mine)
        changes |= CARD_CHANGE_OWNER;
    return changes;
}

bool shown_count_down(struct shown *shown, size_t i, const struct instant *now)
{
    struct watch_card *card = &shown->list.cards[i];
    uint32_t seconds;

    if (!is_locked(card))
        return false;
    seconds = seconds_until(shown->cards[i].open_at_ms, now->ms);
    if (seconds == card->locked_seconds)
        return false;
    card->locked_seconds = seconds;
    return true;
}

int64_t shown_next_ms(const struct shown *shown, const struct instant *now)
{
    int64_t next = INT64_MAX;

    for (size_t i = 0; i < shown->list.count; i++) {
        int64_t left = shown->cards[i].open_at_ms - now->ms;
        /* The told second ends where what is left is a whole one less. */
        int64_t at = now->ms + (left > 0 ? (left - 1) % SECOND + 1 : SECOND);

        if (is_locked(&shown->list.cards[i]) && at < next)
            next = at;
    }
    return next;
}

bool shown_has_run_out(const struct shown *shown, const struct instant *now)
{
    for (size_t i = 0; i < shown->list.count; i++) {
        if (is_locked(&shown->list.cards[i]) && shown->cards[i].open_at_ms <= now->ms)
            return true;
    }
    return false;
}
