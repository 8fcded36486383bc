/* SPDX-License-Identifier: BSD-2-Clause */
/* The inside of the state machine, for the files of greeter/model/ alone. */
#ifndef VSC_GREETER_MODEL_STATE_H
#define VSC_GREETER_MODEL_STATE_H

#include <libintl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "greeter/model/model.h"
#include "greeter/model/show.h"

#define _(text)                   dgettext("pam_vsc", text)
#define plural(one, many, number) dngettext("pam_vsc", one, many, number)

#define STATE_USER_MAX            256 /* bytes of a user's name, with NUL */

/* What is known of a card, with the end of its lock on the model's clock. */
struct card {
    struct watch_card is;
    int64_t unlocked_at_ms; /* meaningful while it is WATCH_TIMED with a known time */
};

struct cards {
    struct card list[WATCH_CARDS];
    size_t count;
};

enum watch_health {
    HEALTH_UNKNOWN, /* nothing was told yet */
    HEALTH_OK,
    HEALTH_GONE, /* the helper, or the watcher itself */
};

/* What a person has set out to do. */
enum way {
    WAY_CARD,
    WAY_PASSWORD,
};

/* One conversation with the login service; what led to it and came of it stays until the next. */
struct talk {
    bool runs;
    enum way way;
    struct card card; /* WAY_CARD: the one chosen */
    char user[STATE_USER_MAX];
    bool menu_answered;      /* the card's id was given to a menu: never twice */
    bool skipped;            /* a card's prompt was answered with nothing, for the password */
    bool named;              /* a visible prompt was answered: the service asks for names itself */
    bool secret;             /* the prompt's answer is hidden */
    char alert[SCREEN_LONG]; /* since the last answer */
    char info[SCREEN_LONG];
    char prompt[SCREEN_LONG];
    struct show_menu menu;
};

struct model {
    struct model_settings settings;
    struct model_actions actions;
    enum screen_kind stage;
    unsigned step;
    int64_t now_ms, until_ms; /* SCREEN_NOTE, SCREEN_GONE: when it goes on */
    struct cards cards;
    enum watch_health health;
    bool announce;
    bool held;               /* straight to the PIN was given up, or did not work */
    bool no_skip;            /* answering a prompt with nothing did not lead to a sign-in */
    char alert[SCREEN_LONG]; /* where no conversation runs: how the last one ended */
    struct talk talk;
    unsigned minutes; /* of a countdown that were announced */
    unsigned announced;
    char announcement[SCREEN_TEXT];
    struct screen screen;
};

/* cards.c */
/* Take a card over, in place of one with its id: true for a new one. One too many is passed over.
 */
bool cards_put(struct cards *cards, const struct watch_card *card, int64_t now_ms);
bool cards_remove(struct cards *cards, const char *id);
struct card *cards_find(struct cards *cards, const char *id);
/* The last used first, then by name and id. */
void cards_sort(struct cards *cards, const char *last);
bool card_is_locked(const struct card *card, int64_t now_ms);
/* Seconds that it is still locked, rounded up; 0 when it is not, or for how long is not known. */
unsigned card_locked_seconds(const struct card *card, int64_t now_ms);

/* model.c */
void model_go(struct model *model, enum screen_kind stage);
/* Back to the tiles, which say `alert` (may be ""); nothing goes straight to a PIN from there. */
void model_go_choose(struct model *model, const char *alert);
/* Straight to the PIN, where that was asked for and one usable card is there. */
void model_try_direct(struct model *model);

/* talk.c */
void talk_begin(struct model *model, enum way way, const struct card *card, const char *user);
void talk_answer(struct model *model, const struct secret *answer);
void talk_answer_text(struct model *model, const char *text);
/* Cancel the conversation, if one runs. */
void talk_give_up(struct model *model);
/* Signed in, and nothing more to read: on to the session. */
void talk_start(struct model *model);

/* draw.c: fills model->screen */
void draw(struct model *model);

#endif
