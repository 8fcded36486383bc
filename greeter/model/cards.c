/* SPDX-License-Identifier: BSD-2-Clause */
/* The cards that the watcher told of. */
#include <stdlib.h>
#include <string.h>

#include "greeter/model/state.h"

#define MS 1000

struct card *cards_find(struct cards *cards, const char *id)
{
    for (size_t i = 0; i < cards->count; i++)
        if (strcmp(cards->list[i].is.id, id) == 0)
            return &cards->list[i];
    return NULL;
}

bool cards_put(struct cards *cards, const struct watch_card *card, int64_t now_ms)
{
    struct card *to = cards_find(cards, card->id);
    bool is_new = to == NULL;

    if (is_new && cards->count == WATCH_CARDS)
        return false;
    if (is_new)
        to = &cards->list[cards->count++];
    to->is = *card;
    to->unlocked_at_ms = now_ms + (int64_t)card->locked_seconds * MS;
    return is_new;
}

bool cards_remove(struct cards *cards, const char *id)
{
    struct card *card = cards_find(cards, id);

    if (card == NULL)
        return false;
    cards->count--;
    memmove(card, card + 1, (size_t)(cards->list + cards->count - card) * sizeof(*card));
    return true;
}

static int compare(const void *left, const void *right)
{
    const struct card *a = left;
    const struct card *b = right;
    int order = strcmp(a->is.name, b->is.name);

    return order != 0 ? order : strcmp(a->is.id, b->is.id);
}

void cards_sort(struct cards *cards, const char *last)
{
    struct card *used = cards_find(cards, last);

    if (used == NULL) {
        qsort(cards->list, cards->count, sizeof(cards->list[0]), compare);
        return;
    }
    if (used != cards->list) {
        struct card first = cards->list[0];

        cards->list[0] = *used;
        *used = first;
    }
    qsort(cards->list + 1, cards->count - 1, sizeof(cards->list[0]), compare);
}

bool card_is_locked(const struct card *card, int64_t now_ms)
{
    if (card->is.state != WATCH_TIMED)
        return false;
    return card->is.locked_seconds == 0 || card->unlocked_at_ms > now_ms;
}

unsigned card_locked_seconds(const struct card *card, int64_t now_ms)
{
    if (!card_is_locked(card, now_ms) || card->is.locked_seconds == 0)
        return 0;
    return (unsigned)((card->unlocked_at_ms - now_ms + MS - 1) / MS);
}
