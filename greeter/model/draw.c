/* SPDX-License-Identifier: BSD-2-Clause */
/* The state as a screen. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "greeter/model/state.h"

#define SECONDS_PER_MINUTE 60

__attribute__((format(printf, 3, 4))) static void put(char *to, size_t size, const char *format,
                                                      ...)
{
    va_list list;

    va_start(list, format);
    (void)vsnprintf(to, size, format, list);
    va_end(list);
}
#define PUT(to, ...) put(to, sizeof(to), __VA_ARGS__)

/* ---- tiles
 * --------------------------------------------------------------------------------------- */

/* What a screen reader says of a card. */
static void name_card(const struct watch_card *card, char to[SCREEN_LONG])
{
    const char *owner = card->owner;

    if (owner[0] != '\0' && card->is_token)
        put(to, SCREEN_LONG, _("Sign in as %s with the smart card %s"), owner, card->name);
    else if (owner[0] != '\0')
        put(to, SCREEN_LONG, _("Sign in as %s with the virtual smart card %s"), owner, card->name);
    else if (card->is_token)
        put(to, SCREEN_LONG, _("Sign in with the smart card %s"), card->name);
    else
        put(to, SCREEN_LONG, _("Sign in with the virtual smart card %s"), card->name);
}

static void draw_card(const struct model *model, const struct card *card, struct tile *tile)
{
    const struct watch_card *is = &card->is;
    const bool owned = is->owner[0] != '\0';
    const char *kind = is->is_token ? _("Smart card") : _("Virtual smart card");
    unsigned seconds = card_locked_seconds(card, model->now_ms);

    tile->kind = TILE_CARD;
    PUT(tile->title, "%s", owned ? is->owner : is->name);
    PUT(tile->detail, "%s", owned ? is->name : kind);
    if (is->state == WATCH_BLOCKED)
        PUT(tile->note, "%s", _("Blocked"));
    else if (seconds > 0)
        PUT(tile->note, _("Locked, %u:%02u"), seconds / SECONDS_PER_MINUTE,
            seconds % SECONDS_PER_MINUTE);
    else if (card_is_locked(card, model->now_ms))
        PUT(tile->note, "%s", _("Locked"));
    name_card(is, tile->accessible);
}

static void draw_choose(const struct model *model, struct screen *screen)
{
    struct tile *password;

    PUT(screen->title, "%s", _("Sign in"));
    for (size_t i = 0; i < model->cards.count; i++)
        draw_card(model, &model->cards.list[i], &screen->tiles[screen->tile_count++]);
    /* The first that can be used. */
    while (screen->focus < model->cards.count && screen->tiles[screen->focus].note[0] != '\0')
        screen->focus++;
    if (screen->focus == model->cards.count && model->cards.count > 0)
        screen->focus = 0;
    password = &screen->tiles[screen->tile_count++];
    password->kind = TILE_PASSWORD;
    PUT(password->title, "%s", _("Use a password"));
    PUT(password->accessible, "%s", _("Sign in with a user name and a password"));
    if (model->health == HEALTH_GONE)
        PUT(screen->info, "%s",
            _("The smart card service does not answer. Trying again. You can use a password."));
    else if (model->health == HEALTH_UNKNOWN)
        PUT(screen->info, "%s", _("Looking for smart cards…"));
    else if (model->cards.count == 0)
        PUT(screen->info, "%s", _("No smart card found. Insert one or use a password."));
}

static void draw_menu(const struct model *model, struct screen *screen)
{
    const struct show_menu *menu = &model->talk.menu;

    PUT(screen->title, "%s", menu->head[0] != '\0' ? menu->head : _("Sign in as"));
    for (size_t i = 0; i < menu->count; i++) {
        struct tile *tile = &screen->tiles[screen->tile_count++];

        tile->kind = TILE_LINE;
        PUT(tile->title, "%s", menu->lines[i]);
        PUT(tile->accessible, "%s", menu->lines[i]);
    }
    PUT(screen->password, "%s", _("Use a password"));
}

/* ---- a conversation
 * ------------------------------------------------------------------------------ */

/* Whose sign-in this is: the card's, as far as the service itself speaks of it, or a user's. */
static void draw_who(const struct model *model, struct screen *screen, bool is_of_card)
{
    const struct talk *talk = &model->talk;

    if (talk->way == WAY_CARD && is_of_card) {
        const struct watch_card *card = &talk->card.is;

        PUT(screen->title, "%s", card->owner[0] != '\0' ? card->owner : card->name);
        PUT(screen->subtitle, "%s", card->owner[0] != '\0' ? card->name : "");
    } else {
        PUT(screen->title, "%s", talk->user[0] != '\0' ? talk->user : _("Sign in"));
    }
}

/* The prompt, or an error just before it, says that one try is left; not in a language's words. */
static bool is_last_try(const struct talk *talk)
{
    unsigned number = 0;

    if (!talk->secret || talk->way != WAY_CARD || !show_names(talk->prompt, talk->card.is.name))
        return false;
    return show_number(talk->prompt, talk->card.is.name, &number) && number == 1;
}

static void draw_prompt(const struct model *model, struct screen *screen)
{
    const struct talk *talk = &model->talk;

    const bool is_of_card = show_names(talk->prompt, talk->card.is.name);

    draw_who(model, screen, is_of_card);
    screen->entry.shown = true;
    screen->entry.enabled = true;
    screen->entry.secret = talk->secret;
    PUT(screen->entry.label, "%s", talk->prompt[0] != '\0' ? talk->prompt : _("Answer"));
    PUT(screen->submit, "%s", _("Continue"));
    if (is_last_try(talk)) {
        PUT(screen->warning, "%s",
            _("This is the last try. After one more wrong PIN the card is blocked."));
        PUT(screen->submit, "%s", _("Try once more"));
    }
    /* A secret that is not the card's may be the password itself. */
    if (talk->way == WAY_CARD && (is_of_card || !talk->secret))
        PUT(screen->password, "%s", _("Use a password"));
}

static void draw_user(const struct model *model, struct screen *screen)
{
    const struct talk *talk = &model->talk;

    if (talk->way == WAY_CARD) {
        draw_who(model, screen, true);
        PUT(screen->password, "%s", _("Use a password"));
    } else {
        PUT(screen->title, "%s", _("Sign in"));
    }
    screen->entry.shown = true;
    screen->entry.enabled = true;
    PUT(screen->entry.label, "%s", _("User name"));
    PUT(screen->entry.text, "%s", talk->user);
    PUT(screen->submit, "%s", _("Continue"));
}

static void draw_locked(const struct model *model, struct screen *screen)
{
    unsigned seconds = card_locked_seconds(&model->talk.card, model->now_ms);

    draw_who(model, screen, true);
    PUT(screen->alert, _("%s is locked."), model->talk.card.is.name);
    if (seconds > 0)
        PUT(screen->countdown, _("Try again in %u:%02u"), seconds / SECONDS_PER_MINUTE,
            seconds % SECONDS_PER_MINUTE);
    else
        PUT(screen->countdown, "%s", _("Ask your administrator to unlock it."));
    screen->entry.shown = true;
    screen->entry.secret = true;
    PUT(screen->entry.label, "%s", _("PIN"));
    PUT(screen->password, "%s", _("Use a password"));
}

static void draw_talk(const struct model *model, struct screen *screen)
{
    PUT(screen->alert, "%s", model->talk.alert);
    PUT(screen->info, "%s", model->talk.info);
}

static void draw_stage(const struct model *model, struct screen *screen)
{
    switch (model->stage) {
    case SCREEN_CHOOSE:
        draw_choose(model, screen);
        break;
    case SCREEN_MENU:
        draw_menu(model, screen);
        break;
    case SCREEN_PROMPT:
        draw_prompt(model, screen);
        break;
    case SCREEN_USER:
        draw_user(model, screen);
        break;
    case SCREEN_WORKING:
        draw_who(model, screen, true);
        PUT(screen->status, "%s",
            model->talk.way == WAY_CARD ? _("Checking the card…") : _("Checking…"));
        break;
    case SCREEN_LOCKED:
        draw_locked(model, screen);
        break;
    case SCREEN_NOTE:
        draw_who(model, screen, true);
        PUT(screen->submit, "%s", _("Continue"));
        break;
    case SCREEN_STARTING:
        draw_who(model, screen, true);
        PUT(screen->status, "%s", _("Starting the session…"));
        break;
    case SCREEN_GONE:
        PUT(screen->title, "%s", _("Sign in"));
        PUT(screen->alert, "%s", _("The login service does not answer. This screen starts again."));
        PUT(screen->submit, "%s", _("Continue"));
        break;
    }
}

void draw(struct model *model)
{
    struct screen *screen = &model->screen;

    memset(screen, 0, sizeof(*screen));
    screen->kind = model->stage;
    screen->step = model->step;
    screen->announced = model->announced;
    PUT(screen->announcement, "%s", model->announcement);
    switch (model->stage) {
    case SCREEN_CHOOSE:
    case SCREEN_USER:
        PUT(screen->alert, "%s", model->alert);
        break;
    case SCREEN_MENU:
    case SCREEN_PROMPT:
    case SCREEN_WORKING:
    case SCREEN_NOTE:
        draw_talk(model, screen);
        break;
    case SCREEN_LOCKED:
    case SCREEN_STARTING:
    case SCREEN_GONE:
        break;
    }
    draw_stage(model, screen);
    if (model->stage == SCREEN_WORKING)
        PUT(screen->back, "%s", _("Cancel"));
    else if (model->stage == SCREEN_MENU || model->stage == SCREEN_PROMPT ||
             model->stage == SCREEN_USER || model->stage == SCREEN_LOCKED)
        PUT(screen->back, "%s", _("Back"));
}
