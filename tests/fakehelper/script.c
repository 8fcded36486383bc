/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/fakehelper/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool script_read(const char *path, struct script *ret_script)
{
    FILE *file = fopen(path, "re");
    char *content = calloc(1, SCRIPT_SIZE);
    char *rest = content;

    *ret_script = (struct script){.content = content};
    if (file == NULL || content == NULL) {
        if (file != NULL)
            (void)fclose(file);
        return false;
    }
    content[fread(content, 1, SCRIPT_SIZE - 1, file)] = '\0';
    (void)fclose(file);
    while (rest != NULL && ret_script->count < SCRIPT_LINES)
        ret_script->lines[ret_script->count++] = strsep(&rest, "\n");
    return rest == NULL;
}

void script_done(struct script *script)
{
    free(script->content);
    *script = (struct script){.count = 0};
}

static bool is_heading(const char *line, const char *section)
{
    size_t len = strlen(section);

    return line[0] == '[' &&
           (len == 0 || (strncmp(line + 1, section, len) == 0 && strcmp(line + 1 + len, "]") == 0));
}

const char *script_next(const struct script *script, const char *section, size_t part, size_t *at)
{
    size_t i = 0, parts = 0;

    while (i < script->count && !is_heading(script->lines[i], section))
        i++;
    for (i++; i < script->count && !is_heading(script->lines[i], ""); i++) {
        const char *line = script->lines[i];

        if (strcmp(line, "---") == 0)
            parts++;
        else if (i >= *at && parts == part && line[0] != '\0' && line[0] != '#') {
            *at = i + 1;
            return line;
        }
    }
    return NULL;
}

bool script_has(const struct script *script, const char *section)
{
    for (size_t i = 0; i < script->count; i++)
        if (is_heading(script->lines[i], section))
            return true;
    return false;
}

/* One character of a quoted text, with its escapes; returns what follows it. */
static const char *take_char(const char *from, char *ret_char)
{
    char digits[3] = {0};

    if (*from != '\\') {
        *ret_char = *from;
        return from + 1;
    }
    switch (from[1]) {
    case 'n':
        *ret_char = '\n';
        return from + 2;
    case 't':
        *ret_char = '\t';
        return from + 2;
    case 'x':
        memcpy(digits, from + 2, 2);
        *ret_char = (char)strtoul(digits, NULL, 16);
        return from + 4;
    default:
        *ret_char = from[1];
        return from + 2;
    }
}

/* "..." or "..."*N at `from`, put at `to`; returns what follows it, NULL if it is malformed. */
static const char *take_quoted(const char *from, char **to, const char *end)
{
    char *start = *to;
    size_t len, times = 1;

    for (from++; *from != '"'; (*to)++) {
        if (*from == '\0' || *to + 1 >= end)
            return NULL;
        from = take_char(from, *to);
    }
    from++;
    len = (size_t)(*to - start);
    if (*from == '*') {
        char *rest;

        times = strtoul(from + 1, &rest, 10);
        from = rest;
    }
    for (; times > 1; times--) {
        if (*to + len + 1 >= end)
            return NULL;
        memcpy(*to, start, len);
        *to += len;
    }
    return from;
}

bool script_words(const char *line, struct words *ret_words)
{
    char *to = ret_words->arena;
    const char *end = ret_words->arena + SCRIPT_ARENA;

    ret_words->count = 0;
    for (line += strspn(line, " \t"); *line != '\0' && *line != '#'; line += strspn(line, " \t")) {
        if (ret_words->count == SCRIPT_WORDS)
            return false;
        ret_words->items[ret_words->count++] = to;
        while (*line != '\0' && *line != ' ' && *line != '\t') {
            if (to + 1 >= end)
                return false;
            if (*line == '"')
                line = take_quoted(line, &to, end);
            else
                *to++ = *line++;
            if (line == NULL)
                return false;
        }
        *to++ = '\0';
    }
    return true;
}

const char *words_value(char *const *words, size_t count, const char *name)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < count; i++)
        if (strncmp(words[i], name, len) == 0 && words[i][len] == '=')
            return words[i] + len + 1;
    return NULL;
}
