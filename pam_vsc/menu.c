/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/menu.h"

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/text.h"
#include "pam_vsc/gdm.h"
#include "pam_vsc/texts.h"

#define MENU_TEXT_MAX (32 * 1024)
#define NONE          ((size_t)MENU_MAX + 1) /* an answer that is no line's */

/* ---- a numbered menu ---- */

static bool is_answer(const struct secret *answer, const char *word)
{
    const size_t len = strlen(word);

    return len > 0 && len == answer->len && memcmp(word, answer->bytes, len) == 0;
}

/* The line whose ids the answer is. */
static size_t line_of_ids(const struct menu *menu, const struct secret *answer)
{
    char both[CARD_ID_SIZE + KEY_ID_SIZE];

    for (size_t i = 0; i < menu->count; i++) {
        (void)snprintf(both, sizeof(both), "%s/%s", menu->lines[i].card_id, menu->lines[i].key_id);
        if (menu->lines[i].key_id[0] != '\0' && is_answer(answer, both))
            return i;
    }
    return NONE;
}

/* The line that a bare card id means. */
static size_t line_of_card(const struct menu *menu, const struct secret *answer)
{
    size_t lines = 0, found = NONE, by_default = NONE;

    for (size_t i = 0; i < menu->count; i++) {
        if (!is_answer(answer, menu->lines[i].card_id))
            continue;
        lines++;
        found = i;
        if (menu->lines[i].is_default)
            by_default = i;
    }
    return lines > 1 ? by_default : found;
}

static size_t line_of_number(const struct menu *menu, const struct secret *answer)
{
    size_t number = 0;
    size_t digits = 0;

    while (digits < answer->len && digits < 3 && answer->bytes[digits] >= '0' &&
           answer->bytes[digits] <= '9')
        number = number * 10 + (size_t)(answer->bytes[digits++] - '0');
    if (digits != answer->len || number < 1 || number > menu->count + (menu->password ? 1 : 0))
        return NONE;
    return number - 1;
}

/* The line that an answer means, counted from 0; NONE if none. */
static size_t line_of(const struct menu *menu, const struct secret *answer)
{
    size_t line = line_of_ids(menu, answer);

    if (line == NONE)
        line = line_of_card(menu, answer);
    return line != NONE ? line : line_of_number(menu, answer);
}

static void put_text(struct buf *text, const char *more)
{
    buf_put(text, more, strlen(more));
}

static void put_line(struct buf *text, size_t number, const char *what)
{
    char line[TEXTS_SIZE];

    texts_choice_numbered(line, number, what);
    put_text(text, line);
    put_text(text, "\n");
}

static void write_prompt(const struct menu *menu, struct buf *text)
{
    char what[TEXTS_SIZE];

    put_text(text, menu->head);
    put_text(text, "\n");
    for (size_t i = 0; i < menu->count; i++) {
        texts_choice(what, menu->lines[i].label, menu->lines[i].card);
        put_line(text, i + 1, what);
    }
    if (menu->password)
        put_line(text, menu->count + 1, texts_use_a_password());
    put_text(text, texts_choice_prompt());
    buf_u8(text, '\0');
}

static enum ending ask_numbers(const struct menu *menu, struct talk *talk, size_t *ret_line)
{
    auto_secret struct secret before = {0};
    auto_buf struct buf prompt;

    buf_init(&prompt, MENU_TEXT_MAX);
    write_prompt(menu, &prompt);
    if (buf_status(&prompt) != VSC_OK)
        return ENDING_MEMORY;
    for (unsigned i = 0; i < MENU_REPEATS; i++) {
        /* An answer may be a password that somebody types at the wrong prompt. */
        auto_secret struct secret answer = {0};
        enum ending ending = talk_ask(talk, ASK_SHOWN, (const char *)prompt.data, &answer);

        if (ending != ENDING_NOT_YET)
            return ending;
        if (answer.len == 0)
            return ENDING_DECLINED;
        *ret_line = line_of(menu, &answer);
        if (*ret_line != NONE)
            return ENDING_NOT_YET;
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

/* ---- GDM's list ---- */

/* GDM cuts a text there, on a small screen. */
#define LIST_CHARACTERS 18
#define LIST_KEY        24
#define LIST_TEXT       640

/* What a list is made of; GDM borrows it. */
struct list {
    char keys[GDM_CHOICES_MAX][LIST_KEY];
    char texts[GDM_CHOICES_MAX][LIST_TEXT];
};

/* How the lines are written, the better first. */
enum form {
    FORM_LABEL,    /* alice@corp.test (TestVSC) */
    FORM_CARD,     /* TestVSC: alice@corp.test */
    FORM_NUMBERED, /* 2. alice@corp.test (TestVSC): never alike */
};

static void write_text(const struct menu_line *line, enum form form, size_t number,
                       char to[LIST_TEXT])
{
    char text[TEXTS_SIZE], whole[TEXTS_SIZE];

    if (form == FORM_CARD)
        texts_choice_card_first(whole, line->label, line->card);
    else
        texts_choice(whole, line->label, line->card);
    if (form == FORM_NUMBERED) {
        texts_choice_numbered(text, number, whole);
        memcpy(whole, text, sizeof(whole));
    }
    /* A translation may be in another encoding; GDM takes UTF-8 only. */
    text_clean(to, LIST_TEXT, whole);
}

/* How long in bytes that is which is seen at least. */
static size_t seen_bytes(const char *text)
{
    size_t at = 0;

    for (unsigned i = 0; i < LIST_CHARACTERS && text[at] != '\0'; i++) {
        unsigned code;

        at += text_decode(text + at, strlen(text + at), &code);
    }
    return at;
}

static bool look_alike(const char *a, const char *b)
{
    const size_t len = seen_bytes(a);

    return len == seen_bytes(b) && memcmp(a, b, len) == 0;
}

static bool are_distinct(const struct list *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < i; k++)
            if (look_alike(list->texts[i], list->texts[k]))
                return false;
    return true;
}

static void write_texts(const struct menu *menu, struct list *list)
{
    for (enum form form = FORM_LABEL; form <= FORM_NUMBERED; form++) {
        for (size_t i = 0; i < menu->count; i++)
            write_text(&menu->lines[i], form, i + 1, list->texts[i]);
        if (are_distinct(list, menu->count))
            return;
    }
}

static enum ending ask_list(const struct menu *menu, struct talk *talk, size_t *ret_line)
{
    struct gdm_choice_request request = {.count = menu->count + (menu->password ? 1 : 0)};
    struct list list;
    char prompt[TEXTS_SIZE];

    write_texts(menu, &list);
    if (menu->password)
        text_clean(list.texts[menu->count], LIST_TEXT, texts_use_a_password());
    for (size_t i = 0; i < request.count; i++) {
        /* One that looks like a number would be moved to the front by the screen's script. */
        (void)snprintf(list.keys[i], LIST_KEY, "id:%zu", i);
        request.items[i] = (struct gdm_choice){.key = list.keys[i], .text = list.texts[i]};
    }
    text_clean(prompt, sizeof(prompt), menu->head);
    request.prompt = prompt;
    return gdm_choose(talk, talk->list_type, &request, ret_line);
}

enum ending menu_ask(const struct menu *menu, struct talk *talk, size_t *ret_index)
{
    size_t line = NONE;
    enum ending ending = talk->lists ? ask_list(menu, talk, &line) : ask_numbers(menu, talk, &line);

    if (ending != ENDING_NOT_YET)
        return ending;
    if (line == menu->count)
        return ENDING_DECLINED;
    *ret_index = line;
    return ENDING_NOT_YET;
}
