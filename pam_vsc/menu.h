/* SPDX-License-Identifier: BSD-2-Clause */
/* A choice: GDM's list where it is offered, else a numbered menu as one echoed prompt. */
#ifndef VSC_PAM_VSC_MENU_H
#define VSC_PAM_VSC_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "common/wire_card.h"
#include "pam_vsc/talk.h"

#define MENU_MAX     32 /* lines, without the password's */
#define MENU_REPEATS 3  /* how often a numbered menu is shown */

struct menu_line {
    const char *label; /* borrowed; may be empty */
    const char *card;  /* its name; borrowed */
    /* For a login screen that shows the cards itself, and passes its choice on: the card's id and
     * the key's, or "" for a line that is a whole card. */
    const char *card_id, *key_id;
    bool is_default; /* the card's default container */
};

struct menu {
    const char *head; /* "Sign in as:" */
    struct menu_line lines[MENU_MAX];
    size_t count;
    bool password; /* "Use a password" stands behind them */
};

/*
 * Ask until an answer is one of the lines: its index. To a numbered menu that is a number, ID/KEY,
 * or a card's id, which means its one line, or of several the default container's.
 * ENDING_DECLINED for the password and for an empty answer; ENDING_NO_CHOICE when no answer was one
 * of the lines, or one came twice (programs that answer every prompt with the same text).
 */
must_check enum ending menu_ask(const struct menu *menu, struct talk *talk, size_t *ret_index);

#endif
