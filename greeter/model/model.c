/* SPDX-License-Identifier: BSD-2-Clause */
/* What the person does, and the time. */
#include "greeter/model/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "greeter/model/state.h"

#define SECONDS_PER_MINUTE 60

struct model *model_new(const struct model_settings *settings, const struct model_actions *actions)
{
    struct model *model = calloc(1, sizeof(*model));

    if (model == NULL)
        return NULL;
    model->settings = *settings;
    model->actions = *actions;
    model_go(model, SCREEN_CHOOSE);
    return model;
}

void model_free(struct model *model)
{
    free(model);
}

const struct screen *model_screen(struct model *model)
{
    draw(model);
    return &model->screen;
}

void model_go(struct model *model, enum screen_kind stage)
{
    model->stage = stage;
    model->step++;
    model->minutes = 0;
}

void model_go_choose(struct model *model, const char *alert)
{
    model->alert[0] = '\0';
    show_add(model->alert, sizeof(model->alert), alert);
    model->held = true;
    model_go(model, SCREEN_CHOOSE);
}

void model_try_direct(struct model *model)
{
    const struct card *card = &model->cards.list[0];

    if (model->stage != SCREEN_CHOOSE || model->held || model->cards.count != 1 ||
        !(model->settings.direct || model->announce) || card->is.state == WATCH_BLOCKED ||
        card_is_locked(card, model->now_ms))
        return;
    talk_begin(model, WAY_CARD, card, "");
}

/* ---- time
 * ---------------------------------------------------------------------------------------- */

/* A screen reader hears of a countdown once a minute. */
static void announce_lock(struct model *model)
{
    unsigned seconds = card_locked_seconds(&model->talk.card, model->now_ms);
    unsigned minutes = (seconds + SECONDS_PER_MINUTE - 1) / SECONDS_PER_MINUTE;

    if (minutes == 0 || minutes == model->minutes)
        return;
    model->minutes = minutes;
    model->announced++;
    (void)snprintf(model->announcement, sizeof(model->announcement),
                   plural("%s is locked. Try again in %u minute.",
                          "%s is locked. Try again in %u minutes.", minutes),
                   model->talk.card.is.name, minutes);
}

void model_tick(struct model *model, int64_t now_ms)
{
    if (now_ms > model->now_ms)
        model->now_ms = now_ms;
    if (model->stage == SCREEN_LOCKED) {
        if (card_is_locked(&model->talk.card, model->now_ms))
            announce_lock(model);
        else
            model_go_choose(model, "");
    } else if (model->stage == SCREEN_NOTE && model->now_ms >= model->until_ms) {
        talk_start(model);
    } else if (model->stage == SCREEN_GONE && model->now_ms >= model->until_ms) {
        model->until_ms = INT64_MAX;
        model->actions.quit(model->actions.context);
    }
}

/* ---- the person
 * ---------------------------------------------------------------------------------- */

/* A name is needed: for a password, or because a card stands for several accounts. */
static void go_user(struct model *model, enum way way)
{
    model->talk.way = way;
    model->alert[0] = '\0';
    model_go(model, SCREEN_USER);
}

static void choose_card(struct model *model, const struct card *card)
{
    model->alert[0] = '\0';
    if (!card_is_locked(card, model->now_ms)) {
        talk_begin(model, WAY_CARD, card, "");
        return;
    }
    model->talk = (struct talk){.way = WAY_CARD, .card = *card};
    model_go(model, SCREEN_LOCKED);
    announce_lock(model);
}

void model_choose(struct model *model, size_t tile)
{
    char number[24];

    if (model->stage == SCREEN_CHOOSE && tile < model->cards.count) {
        choose_card(model, &model->cards.list[tile]);
    } else if (model->stage == SCREEN_CHOOSE && tile == model->cards.count) {
        model_use_password(model);
    } else if (model->stage == SCREEN_MENU && tile < model->talk.menu.count) {
        (void)snprintf(number, sizeof(number), "%zu", tile + 1);
        talk_answer_text(model, number);
    }
}

static void submit_user(struct model *model, const struct secret *text)
{
    char user[STATE_USER_MAX];
    const struct card card = model->talk.card;
    size_t len = text->len;
    const char *name = text->bytes;

    while (len > 0 && *name == ' ') {
        name++;
        len--;
    }
    while (len > 0 && name[len - 1] == ' ')
        len--;
    if (len == 0)
        return;
    if (len >= sizeof(user) || memchr(name, '\0', len) != NULL) {
        len = 0;
        model->talk.user[0] = '\0';
    }
    memcpy(user, name, len);
    user[len] = '\0';
    if (len == 0 || !text_is_printable(user)) {
        (void)snprintf(model->alert, sizeof(model->alert), "%s", _("This is not a user name."));
        model_go(model, SCREEN_USER);
        return;
    }
    talk_begin(model, model->talk.way, &card, user);
}

void model_submit(struct model *model, const struct secret *text)
{
    if (text->len > MODEL_ANSWER_MAX)
        return;
    if (model->stage == SCREEN_USER) {
        submit_user(model, text);
    } else if (model->stage == SCREEN_PROMPT) {
        model->talk.named |= !model->talk.secret;
        talk_answer(model, text);
    }
}

/* "No PIN" is an empty answer to the module, and the service goes on to the password. */
static void decline(struct model *model)
{
    model->talk.way = WAY_PASSWORD;
    model->talk.skipped = true;
    talk_answer_text(model, "");
}

void model_use_password(struct model *model)
{
    const bool at_card = model->talk.way == WAY_CARD;

    if (model->stage == SCREEN_MENU ||
        (model->stage == SCREEN_PROMPT && at_card && model->talk.secret && !model->talk.named)) {
        decline(model);
    } else if (model->stage == SCREEN_CHOOSE || model->stage == SCREEN_LOCKED ||
               (model->stage == SCREEN_USER && at_card) ||
               (model->stage == SCREEN_PROMPT && at_card)) {
        talk_give_up(model);
        model->talk = (struct talk){.way = WAY_PASSWORD};
        go_user(model, WAY_PASSWORD);
    }
}

void model_back(struct model *model)
{
    switch (model->stage) {
    case SCREEN_WORKING:
    case SCREEN_PROMPT:
    case SCREEN_MENU:
    case SCREEN_USER:
    case SCREEN_LOCKED:
        talk_give_up(model);
        model_go_choose(model, "");
        break;
    case SCREEN_CHOOSE:
        model->alert[0] = '\0';
        break;
    case SCREEN_NOTE:
    case SCREEN_STARTING:
    case SCREEN_GONE:
        break;
    }
}

void model_continue(struct model *model)
{
    if (model->stage == SCREEN_NOTE) {
        talk_start(model);
    } else if (model->stage == SCREEN_GONE) {
        model->until_ms = INT64_MAX;
        model->actions.quit(model->actions.context);
    }
}
