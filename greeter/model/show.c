/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/model/show.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

/* One line, cleaned and without blanks around it. */
static void clean_line(char *to, size_t size, const char *line, size_t len)
{
    char raw[SCREEN_LONG];
    char *end;

    while (len > 0 && (*line == ' ' || *line == '\t')) {
        line++;
        len--;
    }
    if (len > sizeof(raw) - 1)
        len = sizeof(raw) - 1;
    memcpy(raw, line, len);
    raw[len] = '\0';
    end = raw + len;
    while (end > raw && strchr(" \t\r", end[-1]) != NULL)
        *--end = '\0';
    text_clean(to, size, raw);
}

/* The next line of *text, without its newline; false at the end. */
static bool next_line(const char **text, const char **ret_line, size_t *ret_len)
{
    if (**text == '\0')
        return false;
    *ret_line = *text;
    *ret_len = strcspn(*text, "\n");
    *text += *ret_len;
    if (**text == '\n')
        ++*text;
    return true;
}

void show_add(char *to, size_t size, const char *text)
{
    const char *line;
    size_t len;

    while (next_line(&text, &line, &len)) {
        char clean[SCREEN_LONG];
        size_t have = strlen(to);

        clean_line(clean, sizeof(clean), line, len);
        if (clean[0] == '\0' || have + strlen(clean) + 2 > size)
            continue;
        (void)snprintf(to + have, size - have, "%s%s", have > 0 ? "\n" : "", clean);
    }
}

void show_prompt(char *to, size_t size, const char *text)
{
    /* Also as French and Japanese write them: no-break blanks, a wide colon. */
    static const char *const ends[] = {":", " ", "\u00a0", "\u202f", "\uff1a"};
    const size_t count = sizeof(ends) / sizeof(ends[0]);
    size_t i = 0;

    to[0] = '\0';
    show_add(to, size, text);
    while (i < count) {
        size_t len = strlen(to);
        size_t end = strlen(ends[i]);

        if (len >= end && strcmp(to + len - end, ends[i]) == 0) {
            to[len - end] = '\0';
            i = 0;
        } else {
            i++;
        }
    }
}

/* "12. text": the text behind the number, if the number is this one. */
static const char *numbered(const char *line, size_t number)
{
    char head[16];
    int len = snprintf(head, sizeof(head), "%zu.", number);

    if (strncmp(line, head, (size_t)len) != 0)
        return NULL;
    line += len;
    while (*line == ' ')
        line++;
    return *line == '\0' ? NULL : line;
}

bool show_menu_read(const char *text, struct show_menu *ret_menu)
{
    char head[SCREEN_TEXT] = "";
    const char *line;
    size_t len;
    bool after = false; /* the last line, which is the prompt, was seen */

    *ret_menu = (struct show_menu){.count = 0};
    while (next_line(&text, &line, &len)) {
        char clean[SCREEN_TEXT];
        const char *item;

        clean_line(clean, sizeof(clean), line, len);
        item = numbered(clean, ret_menu->count + 1);
        if (item != NULL && !after) {
            if (ret_menu->count == SHOW_LINES_MAX)
                return false;
            memcpy(ret_menu->lines[ret_menu->count++], item, strlen(item) + 1);
        } else if (ret_menu->count == 0) {
            show_add(head, sizeof(head), clean);
        } else if (after) {
            return false;
        } else {
            after = true;
        }
    }
    show_prompt(ret_menu->head, sizeof(ret_menu->head), head);
    return ret_menu->count >= 2;
}

bool show_names(const char *text, const char *name)
{
    return name[0] != '\0' && strstr(text, name) != NULL;
}

static bool is_word(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
           (byte >= 'A' && byte <= 'Z') || byte == '_';
}

bool show_number(const char *text, const char *name, unsigned *ret_number)
{
    size_t name_len = strlen(name);
    unsigned found = 0;
    unsigned number = 0;

    while (*text != '\0') {
        size_t word = 0;

        if (name_len > 0 && strncmp(text, name, name_len) == 0) {
            text += name_len;
            continue;
        }
        while (is_word((unsigned char)text[word]))
            word++;
        if (word > 0 && strspn(text, "0123456789") >= word) {
            if (word > 5)
                return false;
            number = 0;
            for (size_t i = 0; i < word; i++)
                number = number * 10 + (unsigned)(text[i] - '0');
            found++;
        }
        text += word > 0 ? word : 1;
    }
    if (found != 1)
        return false;
    *ret_number = number;
    return true;
}
