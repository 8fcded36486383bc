/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/files/keyfile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"
#include "common/text.h"

struct parser {
    struct keyfile file;
    const char *group;
    unsigned line;
    struct problem *problem;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Cut blanks off both ends, in place. */
static char *trim(char *text)
{
    size_t len = strlen(text);

    while (len > 0 && is_blank(text[len - 1]))
        text[--len] = '\0';
    while (is_blank(*text))
        text++;
    return text;
}

/* \s \n \t \r \\ in place; any other escape stays as it is (Exec has its own). */
static void unescape(char *value)
{
    static const char from[] = "sntr\\";
    static const char to[] = " \n\t\r\\";
    char *out = value;

    for (const char *in = value; *in != '\0'; in++) {
        const char *escape = *in == '\\' && in[1] != '\0' ? strchr(from, in[1]) : NULL;

        if (escape != NULL) {
            *out++ = to[escape - from];
            in++;
        } else {
            *out++ = *in;
        }
    }
    *out = '\0';
}

static bool is_utf8(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        unsigned code;
        size_t len = text_decode(text, left, &code);

        if (len == 0 || (code < 0x20 && code != '\t' && code != '\r'))
            return false;
        text += len;
        left -= len;
    }
    return true;
}

static enum vsc_err bad_line(struct parser *parser, const char *what)
{
    return problem_set(parser->problem, VSC_INPUT, "line %u: %s", parser->line, what);
}

static enum vsc_err take_group(struct parser *parser, char *line)
{
    size_t len = strlen(line);

    if (len < 3 || line[len - 1] != ']')
        return bad_line(parser, "not a group");
    line[len - 1] = '\0';
    parser->group = line + 1;
    return VSC_OK;
}

static enum vsc_err take_entry(struct parser *parser, char *line)
{
    struct keyfile *file = &parser->file;
    char *equals = strchr(line, '=');
    char *value;

    if (equals == NULL || equals == line || parser->group == NULL)
        return bad_line(parser, "not a key of a group with a value");
    if (file->count == KEYFILE_ENTRIES)
        return bad_line(parser, "too many keys");
    *equals = '\0';
    value = trim(equals + 1);
    unescape(value);
    file->entries[file->count++] = (struct keyfile_entry){
        .group = parser->group, .key = trim(line), .value = value, .line = parser->line};
    return VSC_OK;
}

static enum vsc_err take_line(struct parser *parser, char *line)
{
    if (!is_utf8(line))
        return bad_line(parser, "not UTF-8");
    line = trim(line);
    if (*line == '\0' || *line == '#')
        return VSC_OK;
    return *line == '[' ? take_group(parser, line) : take_entry(parser, line);
}

enum vsc_err keyfile_read(const char *bytes, size_t len, struct keyfile *ret_file,
                          struct problem *problem)
{
    struct parser parser = {.problem = problem};
    enum vsc_err err = VSC_OK;
    char *next;

    if (len > KEYFILE_MAX || memchr(bytes, '\0', len) != NULL)
        return problem_set(problem, VSC_INPUT, "too long, or not text");
    parser.file.text = strndup(bytes, len);
    parser.file.entries = calloc(KEYFILE_ENTRIES, sizeof(parser.file.entries[0]));
    if (parser.file.text == NULL || parser.file.entries == NULL)
        err = VSC_MEMORY;
    next = parser.file.text;
    while (err == VSC_OK && next != NULL) {
        char *line = strsep(&next, "\n");

        parser.line++;
        err = take_line(&parser, line);
    }
    if (err != VSC_OK) {
        keyfile_done(&parser.file);
        return err;
    }
    *ret_file = parser.file;
    return VSC_OK;
}

void keyfile_done(struct keyfile *file)
{
    free(take(file->text));
    free(take(file->entries));
    file->count = 0;
}

const char *keyfile_get(const struct keyfile *file, const char *group, const char *key)
{
    for (size_t i = 0; i < file->count; i++)
        if (strcmp(file->entries[i].key, key) == 0 && strcmp(file->entries[i].group, group) == 0)
            return file->entries[i].value;
    return NULL;
}

const char *keyfile_get_local(const struct keyfile *file, const char *group, const char *key,
                              const char *locale)
{
    /* lang_COUNTRY.ENCODING@MODIFIER, of which the encoding never counts. */
    size_t country = strcspn(locale, ".@");
    size_t language = strcspn(locale, "_.@");
    const size_t lengths[] = {country, language};
    char wanted[128];
    const char *value;

    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        if (lengths[i] == 0 || lengths[i] > 32)
            continue;
        (void)snprintf(wanted, sizeof(wanted), "%s[%.*s]", key, (int)lengths[i], locale);
        value = keyfile_get(file, group, wanted);
        if (value != NULL)
            return value;
    }
    return keyfile_get(file, group, key);
}
