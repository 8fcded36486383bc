/* SPDX-License-Identifier: BSD-2-Clause */
/* Texts of the login service: made safe to show, and read as far as that is possible without words
 * of a language. */
#ifndef VSC_GREETER_MODEL_SHOW_H
#define VSC_GREETER_MODEL_SHOW_H

#include <stdbool.h>
#include <stddef.h>

#include "greeter/model/screen.h"

#define SHOW_LINES_MAX (SCREEN_TILES - 1)

/* Add the lines of `text` to `to` (a string in `size` bytes): cleaned, trimmed, none of them empty;
 * what does not fit is left out. */
void show_add(char *to, size_t size, const char *text);
/* The same for a prompt, in place of what stood there, without blanks and colons at its end. */
void show_prompt(char *to, size_t size, const char *text);

/* A menu of pam_vsc or of another module: lines "1. text", "2. text" ... between a head and a
 * prompt. */
struct show_menu {
    char head[SCREEN_TEXT];
    char lines[SHOW_LINES_MAX][SCREEN_TEXT];
    size_t count;
};
/* False unless it has at least two lines, and no more than fit, numbered from 1. */
bool show_menu_read(const char *text, struct show_menu *ret_menu);

/* Does `text` hold `name` as it is? Never for an empty name. */
bool show_names(const char *text, const char *name);
/* The only number in `text`, with `name` taken out of it; false for none or several. */
bool show_number(const char *text, const char *name, unsigned *ret_number);

#endif
