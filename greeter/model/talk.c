/* SPDX-License-Identifier: BSD-2-Clause */
/* What the login service tells. */
#include <stdio.h>
#include <string.h>

#include "greeter/model/state.h"

#define CODE_AMBIGUOUS "(VSC-AMBIGUOUS-MAPPING)" /* certcheck(1), as it is shown to people */
#define GONE_MS        5000

void talk_begin(struct model *model, enum way way, const struct card *card, const char *user)
{
    struct talk talk = {.runs = true, .way = way};

    if (card != NULL)
        talk.card = *card;
    (void)snprintf(talk.user, sizeof(talk.user), "%s", user);
    model->talk = talk;
    model->alert[0] = '\0';
    model_go(model, SCREEN_WORKING);
    model->actions.create_session(model->actions.context, model->talk.user);
}

void talk_answer(struct model *model, const struct secret *answer)
{
    model->talk.alert[0] = '\0';
    model->talk.info[0] = '\0';
    model->talk.prompt[0] = '\0';
    model_go(model, SCREEN_WORKING);
    model->actions.answer(model->actions.context, answer);
}

void talk_answer_text(struct model *model, const char *text)
{
    auto_secret struct secret answer = {0};

    if (secret_set(&answer, text, strlen(text)) == VSC_OK)
        talk_answer(model, &answer);
}

void talk_give_up(struct model *model)
{
    if (!model->talk.runs)
        return;
    model->talk.runs = false;
    model->actions.cancel(model->actions.context);
}

void talk_start(struct model *model)
{
    model_go(model, SCREEN_STARTING);
    model->actions.start_session(model->actions.context);
}

/* The card stands for several accounts: the name that is missing is asked for, the card stays. */
static void ask_which_account(struct model *model)
{
    talk_give_up(model);
    (void)snprintf(model->alert, sizeof(model->alert), "%s", model->talk.alert);
    model_go(model, SCREEN_USER);
}

/* Does a prompt speak of a card that is not wanted? A token's name is anybody's choice. */
static bool names_a_card(const struct model *model, const char *text)
{
    for (size_t i = 0; i < model->cards.count; i++)
        if (!model->cards.list[i].is.is_token && show_names(text, model->cards.list[i].is.name))
            return true;
    return false;
}

/* The service speaks of other cards than the one that was chosen: say so, for it has not. */
static void miss_chosen(struct model *model, const char *text)
{
    struct talk *talk = &model->talk;
    const char *chosen = talk->card.is.name;
    bool is_other = false;

    for (size_t i = 0; i < model->cards.count; i++)
        is_other |= show_names(text, model->cards.list[i].is.name);
    if (talk->way != WAY_CARD || !is_other || show_names(text, chosen) || talk->alert[0] != '\0')
        return;
    if (talk->card.is.state == WATCH_BLOCKED)
        (void)snprintf(talk->alert, sizeof(talk->alert),
                       _("%s is blocked. Ask your administrator to unblock it (VSC-BLOCKED)."),
                       chosen);
    else
        (void)snprintf(talk->alert, sizeof(talk->alert), _("%s cannot be used now."), chosen);
}

static void handle_secret(struct model *model, const char *text)
{
    struct talk *talk = &model->talk;

    if (talk->way == WAY_PASSWORD && !talk->skipped && !model->no_skip &&
        names_a_card(model, text)) {
        talk->skipped = true;
        talk_answer_text(model, "");
        return;
    }
    miss_chosen(model, text);
    talk->secret = true;
    show_prompt(talk->prompt, sizeof(talk->prompt), text);
    model_go(model, SCREEN_PROMPT);
}

/* Does exactly one line of the menu speak of the card that was chosen? */
static bool menu_has_card_once(const struct talk *talk)
{
    size_t lines = 0;

    for (size_t i = 0; i < talk->menu.count; i++)
        lines += show_names(talk->menu.lines[i], talk->card.is.name);
    return lines == 1;
}

static void handle_visible(struct model *model, const char *text)
{
    struct talk *talk = &model->talk;

    if (!show_menu_read(text, &talk->menu)) {
        talk->secret = false;
        show_prompt(talk->prompt, sizeof(talk->prompt), text);
        model_go(model, SCREEN_PROMPT);
    } else if (talk->way == WAY_CARD && !talk->menu_answered && menu_has_card_once(talk)) {
        talk->menu_answered = true;
        talk_answer_text(model, talk->card.is.id);
    } else {
        miss_chosen(model, text);
        model_go(model, SCREEN_MENU);
    }
}

static void handle_error(struct model *model, const char *text)
{
    struct talk *talk = &model->talk;

    show_add(talk->alert, sizeof(talk->alert), text);
    if (talk->way == WAY_CARD && talk->user[0] == '\0' && strstr(text, CODE_AMBIGUOUS) != NULL)
        ask_which_account(model);
}

void model_message(struct model *model, enum model_message kind, const char *text)
{
    const bool asks = kind == MODEL_VISIBLE || kind == MODEL_SECRET;

    if (!model->talk.runs ||
        !(model->stage == SCREEN_WORKING ||
          (!asks && (model->stage == SCREEN_PROMPT || model->stage == SCREEN_MENU))))
        return;
    switch (kind) {
    case MODEL_VISIBLE:
        handle_visible(model, text);
        break;
    case MODEL_SECRET:
        handle_secret(model, text);
        break;
    case MODEL_INFO:
        show_add(model->talk.info, sizeof(model->talk.info), text);
        break;
    case MODEL_ERROR:
        handle_error(model, text);
        break;
    }
}

void model_signed_in(struct model *model)
{
    struct talk *talk = &model->talk;

    if (!talk->runs || model->stage != SCREEN_WORKING)
        return;
    if (talk->way == WAY_CARD) {
        (void)snprintf(model->settings.last_card, sizeof(model->settings.last_card), "%s",
                       talk->card.is.id);
        model->actions.remember(model->actions.context, talk->card.is.id);
    }
    if (talk->alert[0] == '\0' && talk->info[0] == '\0') {
        talk_start(model);
        return;
    }
    model->until_ms = model->now_ms + MODEL_NOTE_MS;
    model_go(model, SCREEN_NOTE);
}

/* The conversation is over without a sign-in: what was said stays to be read. */
static void finish(struct model *model)
{
    struct talk *talk = &model->talk;
    char alert[SCREEN_LONG] = "";

    show_add(alert, sizeof(alert), talk->alert);
    show_add(alert, sizeof(alert), talk->info);
    if (alert[0] == '\0')
        (void)snprintf(alert, sizeof(alert), "%s", _("Sign-in failed. Try again."));
    model->no_skip |= talk->skipped;
    model_go_choose(model, alert);
    if (talk->way == WAY_PASSWORD)
        model_go(model, SCREEN_USER);
}

void model_refused(struct model *model, const char *text)
{
    char alert[SCREEN_LONG] = "";

    if (!model->talk.runs)
        return;
    model->talk.runs = false;
    if (model->stage == SCREEN_STARTING || model->stage == SCREEN_NOTE) {
        show_add(alert, sizeof(alert), _("The session could not be started."));
        show_add(alert, sizeof(alert), text);
        model_go_choose(model, alert);
    } else {
        finish(model);
    }
}

void model_started(struct model *model)
{
    if (model->stage == SCREEN_STARTING)
        model->actions.quit(model->actions.context);
}

void model_gone(struct model *model)
{
    model->talk.runs = false;
    model->until_ms = model->now_ms + GONE_MS;
    model_go(model, SCREEN_GONE);
}
