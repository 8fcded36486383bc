/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Everything that is to be drawn, in the person's language and safe to show. The window draws it
 * and knows nothing else; an empty text means that the thing is not there.
 */
#ifndef VSC_GREETER_MODEL_SCREEN_H
#define VSC_GREETER_MODEL_SCREEN_H

#include <stdbool.h>
#include <stddef.h>

#define SCREEN_TEXT  512
#define SCREEN_LONG  2048 /* messages; lines are divided by '\n' */
#define SCREEN_TILES 33   /* as many cards as are shown, and the password */

enum screen_kind {
    SCREEN_CHOOSE,   /* tiles: cards and the password way; also without a card */
    SCREEN_MENU,     /* tiles: the lines of a menu that the service asks with */
    SCREEN_PROMPT,   /* an entry: a PIN, a password, whatever the service asks */
    SCREEN_USER,     /* an entry for the user's name */
    SCREEN_WORKING,  /* wait; it may be cancelled */
    SCREEN_LOCKED,   /* a card that counts down */
    SCREEN_NOTE,     /* something to read; goes on by itself */
    SCREEN_STARTING, /* the session starts */
    SCREEN_GONE,     /* the login service is gone: the greeter ends soon */
};

enum tile_kind {
    TILE_CARD,
    TILE_PASSWORD,
    TILE_LINE,
};

struct tile {
    enum tile_kind kind;
    char title[SCREEN_TEXT];      /* the person, else the card */
    char detail[SCREEN_TEXT];     /* the card's label */
    char note[SCREEN_TEXT];       /* "Blocked", "Locked, 9:41": why it may not work */
    char accessible[SCREEN_LONG]; /* "Sign in as Alice Smith with the virtual smart card TestVSC" */
};

struct screen {
    enum screen_kind kind;
    /* Goes up whenever the person's place changes: entries are emptied, the focus is set anew. */
    unsigned step;
    char title[SCREEN_TEXT];
    char subtitle[SCREEN_TEXT];
    char alert[SCREEN_LONG];   /* something went wrong; announced as an alert */
    char warning[SCREEN_LONG]; /* before something may go wrong: the last try */
    char info[SCREEN_LONG];    /* announced as a notification */
    struct tile tiles[SCREEN_TILES];
    size_t tile_count;
    size_t focus; /* the tile that has the focus after a step */
    struct {
        bool shown;
        bool enabled;
        bool secret;
        char label[SCREEN_LONG];
        char text[SCREEN_TEXT]; /* what stands in it after a step */
    } entry;
    char submit[SCREEN_TEXT];    /* the button that goes on */
    char back[SCREEN_TEXT];      /* the button that goes back, or cancels; Esc */
    char password[SCREEN_TEXT];  /* the button for the password way */
    char status[SCREEN_TEXT];    /* what is waited for, beside a spinner */
    char countdown[SCREEN_TEXT]; /* changes each second */
    /* What a screen reader says when `announced` has gone up: once a minute. */
    char announcement[SCREEN_TEXT];
    unsigned announced;
};

#endif
