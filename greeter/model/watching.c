/* SPDX-License-Identifier: BSD-2-Clause */
/* What the watcher tells: only ever shown, and a card that goes ends its own conversation. */
#include <string.h>

#include "greeter/model/state.h"

/* The card that the person is at is no longer there. */
static void miss_card(struct model *model)
{
    switch (model->stage) {
    case SCREEN_WORKING:
    case SCREEN_PROMPT:
    case SCREEN_MENU:
    case SCREEN_USER:
    case SCREEN_LOCKED:
        talk_give_up(model);
        model_go_choose(model, _("The card was removed."));
        break;
    case SCREEN_CHOOSE:
    case SCREEN_NOTE:
    case SCREEN_STARTING:
    case SCREEN_GONE:
        break;
    }
}

/* The cards have changed: `is_other` when not only a state of theirs has. */
static void follow(struct model *model, bool is_other)
{
    const bool at_card = model->talk.way == WAY_CARD && model->talk.card.is.id[0] != '\0';
    const struct card *card = cards_find(&model->cards, model->talk.card.is.id);

    if (at_card && card == NULL)
        miss_card(model);
    else if (at_card && model->stage == SCREEN_LOCKED)
        model->talk.card = *card;
    cards_sort(&model->cards, model->settings.last_card);
    if (is_other && model->stage == SCREEN_CHOOSE)
        model->step++;
    model_try_direct(model);
}

/* The whole picture: are other cards there than before? */
static bool replace(struct model *model, const struct watch_event *event)
{
    struct cards before = model->cards;
    bool is_other = false;

    model->cards.count = 0;
    for (size_t i = 0; i < event->card_count; i++) {
        (void)cards_put(&model->cards, &event->cards[i], model->now_ms);
        if (cards_find(&before, event->cards[i].id) == NULL) {
            is_other = true;
            model->held = false;
        }
    }
    return is_other || before.count != model->cards.count;
}

static void lock(struct model *model, const struct watch_event *event)
{
    const struct card *known = cards_find(&model->cards, event->id);
    struct watch_card card;

    if (known == NULL)
        return;
    card = known->is;
    card.state = event->locked_seconds > 0 ? WATCH_TIMED : WATCH_READY;
    card.locked_seconds = event->locked_seconds;
    (void)cards_put(&model->cards, &card, model->now_ms);
    follow(model, false);
}

static void take_one(struct model *model, const struct watch_card *card)
{
    bool is_new = cards_put(&model->cards, card, model->now_ms);

    if (is_new)
        model->held = false;
    follow(model, is_new);
}

/* Nothing is known of the cards now; a conversation goes on, for the module asks its own helper. */
static void forget(struct model *model)
{
    model->health = HEALTH_GONE;
    model->cards.count = 0;
    if (model->stage == SCREEN_CHOOSE)
        model->step++;
}

void model_watch(struct model *model, const struct watch_event *event)
{
    switch (event->kind) {
    case WATCH_STATE:
        if (!event->helper_ok) {
            forget(model);
            break;
        }
        model->health = HEALTH_OK;
        model->announce = event->announce;
        follow(model, replace(model, event));
        break;
    case WATCH_CARD_ADDED:
    case WATCH_CARD_CHANGED:
        if (event->card_count > 0)
            take_one(model, &event->cards[0]);
        break;
    case WATCH_CARD_REMOVED:
        if (cards_remove(&model->cards, event->id))
            follow(model, true);
        break;
    case WATCH_LOCKED:
        lock(model, event);
        break;
    case WATCH_ANNOUNCE:
        model->announce = event->announce;
        model_try_direct(model);
        break;
    case WATCH_HELPER_GONE:
        if (model->health != HEALTH_GONE)
            forget(model);
        break;
    case WATCH_HELPER_BACK:
    case WATCH_OTHER:
        break;
    }
}

void model_watch_lost(struct model *model)
{
    if (model->health != HEALTH_GONE)
        forget(model);
}
