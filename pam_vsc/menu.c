/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/menu.h"

#include <string.h>

#include "pam_vsc/texts.h"

/* The line that an answer means, counted from 0; menu->count if none. */
static size_t line_of(const struct menu *menu, const struct secret *answer)
{
    size_t number = 0;
    size_t digits = 0;

    for (size_t i = 0; i < menu->count; i++) {
        size_t len = strlen(menu->ids[i]);

        if (len > 0 && len == answer->len && memcmp(menu->ids[i], answer->bytes, len) == 0)
            return i;
    }
    while (digits < answer->len && digits < 3 && answer->bytes[digits] >= '0' &&
           answer->bytes[digits] <= '9')
        number = number * 10 + (size_t)(answer->bytes[digits++] - '0');
    if (digits != answer->len || number < 1 || number > menu->count)
        return menu->count;
    return number - 1;
}

enum ending menu_ask(struct menu *menu, struct talk *talk, size_t *ret_index)
{
    auto_secret struct secret before = {0};

    if (buf_status(&menu->text) != VSC_OK)
        return ENDING_MEMORY;
    for (unsigned i = 0; i < MENU_REPEATS; i++) {
        /* An answer may be a password that somebody types at the wrong prompt. */
        auto_secret struct secret answer = {0};
        enum ending ending = talk_ask(talk, ASK_SHOWN, (const char *)menu->text.data, &answer);
        size_t line;

        if (ending != ENDING_NOT_YET)
            return ending;
        if (answer.len == 0)
            return ENDING_DECLINED;
        line = line_of(menu, &answer);
        if (line < menu->count) {
            if (menu->password && line == menu->count - 1)
                return ENDING_DECLINED;
            *ret_index = line;
            return ENDING_NOT_YET;
        }
        if (i > 0 && secret_equal(&before, &answer))
            return ENDING_NO_CHOICE;
        if (secret_set(&before, answer.bytes, answer.len) != VSC_OK)
            return ENDING_MEMORY;
        ending = talk_error(talk, texts_no_such_choice());
        if (ending != ENDING_NOT_YET)
            return ending;
    }
    return ENDING_NO_CHOICE;
}
