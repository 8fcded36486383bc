/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/map_file.h"

#include <stdlib.h>
#include <string.h>

#include "certcheck/accounts.h"
#include "common/altsecid.h"
#include "common/io.h"
#include "common/own.h"
#include "common/text.h"

static const struct {
    const char *name;
    enum map_key key;
} keys[] = {{"upn", MAP_UPN}, {"sha256", MAP_SHA256}, {"sid", MAP_SID}, {"altsecid", MAP_ALTSECID}};

static bool is_hex(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789abcdefABCDEF") == len;
}

static const char *altsecid_fault(char *value, const struct map_format *format,
                                  enum binding *binding)
{
    enum altsecid_form form;

    if (!altsecid_normalise(value, &form))
        return "this is no form of altSecurityIdentities, as Windows writes it";
    *binding = altsecid_form_is_strong(form) ? BINDING_STRONG : BINDING_WEAK;
    if (*binding == BINDING_WEAK && !format->allow_weak)
        return "this form of altSecurityIdentities is weak, and needs mapping.allow_weak";
    return NULL;
}

/* Why the value can never fit, or NULL. */
static const char *value_fault(enum map_key key, char *value, const struct map_format *format,
                               enum binding *binding)
{
    *binding = key == MAP_UPN ? BINDING_NAME : BINDING_STRONG;
    switch (key) {
    case MAP_UPN:
        return upn_is_well_formed(value, strlen(value)) ? NULL : "this is no well-formed UPN";
    case MAP_SHA256:
        return is_hex(value, 64) ? NULL : "sha256 needs 64 hexadecimal digits";
    case MAP_SID:
        return sid_is_well_formed(value) ? NULL : "this is no security identifier";
    case MAP_ALTSECID:
        return altsecid_fault(value, format, binding);
    case MAP_ANY:
        break;
    }
    return "unknown key";
}

/* The value behind KEY=, or of a file for one key, VALUE without one; NULL for anything else. */
static char *find_value(char *text, const struct map_format *format, enum map_key *ret_key)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        size_t len = strlen(keys[i].name);

        if (strncmp(text, keys[i].name, len) != 0 || text[len] != '=')
            continue;
        *ret_key = keys[i].key;
        return format->key == MAP_ANY || format->key == keys[i].key ? text + len + 1 : NULL;
    }
    *ret_key = format->key;
    return format->key == MAP_ANY ? NULL : text;
}

/* Room for one more; in powers of two, so that a long file is not copied for each line. */
static bool has_room(struct map_file *file)
{
    struct map_line *more;

    if ((file->count & (file->count - 1)) != 0)
        return true;
    more =
        reallocarray(file->lines, file->count == 0 ? 1 : file->count * 2, sizeof(file->lines[0]));
    if (more == NULL)
        return false;
    file->lines = more;
    return true;
}

/* Cut the blanks off the end of `text`, which ends at `end`. */
static char *cut_blanks(char *text, char *end)
{
    while (end > text && strchr(" \t\r", end[-1]) != NULL)
        *--end = '\0';
    return end;
}

/* `text` is one line with a NUL at its end; the account is its last word. Returns the fault. */
static const char *parse_line(char *text, const struct map_format *format, struct map_line *line)
{
    char *end = text + strlen(text);
    enum map_key key = MAP_ANY;
    char *value = find_value(text, format, &key);
    char *account = end;
    const char *fault;

    if (value == NULL && format->key == MAP_ANY)
        return "a line is KEY=VALUE account, KEY one of upn, sha256, sid, altsecid";
    if (value == NULL)
        return "this rule's file holds lines of its own kind only";
    while (account > value && strchr(" \t", account[-1]) == NULL)
        account--;
    if (account <= value)
        return "there is no account";
    (void)cut_blanks(value, account);
    if (*value == '\0')
        return "there is no value";
    fault = value_fault(key, value, format, &line->binding);
    if (fault == NULL && !account_name_is_sound(account))
        fault = "this is no account's name";
    line->key = key;
    line->value = value;
    line->account = account;
    return fault;
}

/* Take one line in, unless it is empty or a comment. */
static enum vsc_err take_line(struct map_file *file, char *text, unsigned number,
                              const struct map_format *format, const char **ret_fault)
{
    struct map_line line = {.number = number};
    char *start = text + strspn(text, " \t");

    (void)cut_blanks(start, start + strlen(start));
    if (*start == '\0' || *start == '#')
        return VSC_OK;
    *ret_fault = parse_line(start, format, &line);
    if (*ret_fault == NULL && file->count == MAP_LINES_MAX)
        *ret_fault = "too many lines";
    if (*ret_fault != NULL)
        return VSC_CONFIG;
    if (!has_room(file))
        return VSC_MEMORY;
    file->lines[file->count++] = line;
    return VSC_OK;
}

enum vsc_err map_file_parse(const char *text, size_t len, const char *path,
                            const struct map_format *format, struct map_file *ret_file,
                            struct problem *problem)
{
    struct map_file file = {0};
    char *next;
    unsigned number = 0;
    enum vsc_err err = VSC_OK;

    if (len > 0 && memchr(text, 0, len) != NULL)
        return problem_set(problem, VSC_CONFIG, "%s: there is a NUL in it", path);
    file.text = strndup(len > 0 ? text : "", len);
    if (file.text == NULL)
        return VSC_MEMORY;
    next = file.text;
    while (err == VSC_OK && next != NULL) {
        char *line = strsep(&next, "\n");
        const char *fault = NULL;

        err = take_line(&file, line, ++number, format, &fault);
        if (fault != NULL)
            err = problem_set(problem, VSC_CONFIG, "%s:%u: %s", path, number, fault);
    }
    if (err != VSC_OK) {
        map_file_done(&file);
        return err;
    }
    *ret_file = file;
    return VSC_OK;
}

enum vsc_err map_file_load(const char *path, const struct map_format *format,
                           struct map_file *ret_file, struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, 0);
    err = io_read_trusted(path, MAP_FILE_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    return map_file_parse((const char *)content.data, content.len, path, format, ret_file, problem);
}

void map_file_done(struct map_file *file)
{
    free(file->text);
    free(file->lines);
    *file = (struct map_file){0};
}

bool map_value_fits(enum map_key key, const char *value, const struct facts *facts)
{
    switch (key) {
    case MAP_UPN:
        return facts->upn != NULL && upn_equal(facts->upn, value);
    case MAP_SHA256:
        return text_equal_without_case(facts->sha256, value) ||
               text_equal_without_case(facts->spki_sha256, value);
    case MAP_SID:
        return facts->sid_state == SID_ONE && strcmp(facts->sid, value) == 0;
    case MAP_ALTSECID:
        return facts_list_has(&facts->altsecids, value) ||
               facts_list_has(&facts->weak_altsecids, value);
    case MAP_ANY:
        break;
    }
    return false;
}
