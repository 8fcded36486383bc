/* SPDX-License-Identifier: BSD-2-Clause */
/* A numbered menu as one echoed prompt. */
#ifndef VSC_PAM_VSC_MENU_H
#define VSC_PAM_VSC_MENU_H

#include <stdbool.h>
#include <stddef.h>

#include "common/buf.h"
#include "common/wire_card.h"
#include "pam_vsc/talk.h"

#define MENU_MAX     32 /* lines */
#define MENU_REPEATS 3  /* how often it is shown */

struct menu {
    struct buf text; /* the prompt: texts_choice_*; owned by the caller */
    /* For each line a word that means the same as its number, so that a login screen that shows
     * the cards itself can pass its choice on; "" for none. */
    char ids[MENU_MAX][CARD_ID_SIZE + KEY_ID_SIZE];
    size_t count;
    bool password; /* the last line is "Use a password" */
};

/*
 * Ask until an answer is a number or a word of the menu: its index. ENDING_DECLINED for the
 * password's line and for an empty answer; ENDING_NO_CHOICE when no answer was one of them, or one
 * came twice (programs that answer every prompt with the same text).
 */
must_check enum ending menu_ask(struct menu *menu, struct talk *talk, size_t *ret_index);

#endif
