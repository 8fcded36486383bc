/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The login screen as a state machine. What comes in: what vsc-watch tells, what the login service
 * tells, what the person does, and the time. What comes out: one struct screen, and calls of the
 * actions. It decides nothing about who may log in: it carries answers to the login service and
 * shows what that says. Every input may come at every time, also from a watcher or a service that
 * lies; what does not fit is passed over.
 */
#ifndef VSC_GREETER_MODEL_MODEL_H
#define VSC_GREETER_MODEL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/secret.h"
#include "greeter/model/screen.h"
#include "greeter/model/watch_line.h"

#define MODEL_ANSWER_MAX (SECRET_MAX - 1) /* bytes */
#define MODEL_NOTE_MS    3000             /* a note goes on after so long */

/* What the model asks for; each may be called from within any input. They must not call back. */
struct model_actions {
    void *context;
    void (*create_session)(void *context, const char *user); /* "": the card names the user */
    void (*answer)(void *context, const struct secret *answer);
    void (*cancel)(void *context);
    void (*start_session)(void *context);
    void (*quit)(void *context);
    /* A card was chosen: to be remembered, and given as `last_card` the next time. */
    void (*remember)(void *context, const char *card);
};

struct model_settings {
    bool direct;                  /* one usable card: straight to its PIN */
    char last_card[CARD_ID_SIZE]; /* its tile comes first */
};

enum model_message {
    MODEL_VISIBLE,
    MODEL_SECRET,
    MODEL_INFO,
    MODEL_ERROR,
};

struct model;

/* NULL without memory. Texts come from gettext: the caller sets the locale and binds the domain. */
struct model *model_new(const struct model_settings *settings, const struct model_actions *actions);
void model_free(struct model *model);
/* What is to be drawn now; valid until the next input. */
const struct screen *model_screen(struct model *model);

/* Monotonic milliseconds; to be called before other inputs, and at least once a second. */
void model_tick(struct model *model, int64_t now_ms);

void model_watch(struct model *model, const struct watch_event *event);
/* The watcher does not run, or said something that is no line of its protocol. */
void model_watch_lost(struct model *model);

/* The login service (greeter/backend/backend.h). */
void model_message(struct model *model, enum model_message kind, const char *text);
void model_signed_in(struct model *model);
void model_refused(struct model *model, const char *text);
void model_started(struct model *model);
void model_gone(struct model *model);

/* The person. */
void model_choose(struct model *model, size_t tile);
/* What stands in the entry: at most MODEL_ANSWER_MAX bytes and a NUL. The caller wipes it. */
void model_submit(struct model *model, const struct secret *text);
void model_use_password(struct model *model);
void model_back(struct model *model);
void model_continue(struct model *model);

#endif
