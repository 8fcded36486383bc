/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/map_file.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "certcheck/accounts.h"
#include "common/io.h"
#include "common/own.h"

static const struct {
    const char *name;
    enum map_key key;
} keys[] = {{"upn", MAP_UPN}, {"sha256", MAP_SHA256}, {"sid", MAP_SID}, {"altsecid", MAP_ALTSECID}};

static const char *const strong_forms[] = {"X509:<SKI>", "X509:<SHA1-PUKEY>", "X509:<I>"};

static bool is_hex(const char *text, size_t len)
{
    return strlen(text) == len && strspn(text, "0123456789abcdefABCDEF") == len;
}

/* <I>..<SR>.. and <I>..<SID>.. bind; <I>..<S>.. and <S> do not. */
static bool is_strong(const char *value)
{
    for (size_t i = 0; i < sizeof(strong_forms) / sizeof(strong_forms[0]); i++)
        if (strncasecmp(value, strong_forms[i], strlen(strong_forms[i])) == 0)
            return i < 2 || strstr(value, "<SR>") != NULL || strstr(value, "<SID>") != NULL;
    return false;
}

/* Why the value can never fit, or NULL. */
static const char *value_fault(enum map_key key, const char *value)
{
    switch (key) {
    case MAP_UPN:
        return upn_is_well_formed(value, strlen(value)) ? NULL : "this is no well-formed UPN";
    case MAP_SHA256:
        return is_hex(value, 64) ? NULL : "sha256 needs 64 hexadecimal digits";
    case MAP_SID:
        return strncmp(value, "S-1-", 4) == 0 ? NULL : "this is no security identifier";
    case MAP_ALTSECID:
        return is_strong(value) ? NULL : "this is no strong form of altSecurityIdentities";
    }
    return "unknown key";
}

static bool find_key(const char *name, size_t len, enum map_key *ret_key)
{
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strlen(keys[i].name) == len && memcmp(keys[i].name, name, len) == 0) {
            *ret_key = keys[i].key;
            return true;
        }
    }
    return false;
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

/* `text` is one line with a NUL at its end; the account is its last word. Returns the fault. */
static const char *parse_line(struct map_file *file, char *text, enum vsc_err *err)
{
    char *start = text + strspn(text, " \t");
    char *equals = strchr(start, '=');
    char *end = start + strlen(start);
    char *account;
    enum map_key key;
    const char *fault;

    while (end > start && strchr(" \t\r", end[-1]) != NULL)
        *--end = '\0';
    if (*start == '\0' || *start == '#')
        return NULL;
    if (equals == NULL || !find_key(start, (size_t)(equals - start), &key))
        return "a line is KEY=VALUE account, KEY one of upn, sha256, sid, altsecid";
    account = end;
    while (account > equals && strchr(" \t", account[-1]) == NULL)
        account--;
    if (account <= equals + 1)
        return "there is no account";
    end = account;
    while (end > equals + 1 && strchr(" \t", end[-1]) != NULL)
        *--end = '\0';
    fault = value_fault(key, equals + 1);
    if (fault == NULL && !account_name_is_sound(account))
        fault = "this is no account's name";
    if (fault != NULL)
        return fault;
    if (has_room(file))
        file->lines[file->count++] = (struct map_line){key, equals + 1, account};
    else
        *err = VSC_MEMORY;
    return NULL;
}

enum vsc_err map_file_parse(const char *text, size_t len, const char *path,
                            struct map_file *ret_file, struct problem *problem)
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
        const char *fault = parse_line(&file, line, &err);

        number++;
        if (fault == NULL && file.count > MAP_LINES_MAX)
            fault = "too many lines";
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

enum vsc_err map_file_load(const char *path, struct map_file *ret_file, struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, 0);
    err = io_read_trusted(path, MAP_FILE_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    return map_file_parse((const char *)content.data, content.len, path, ret_file, problem);
}

void map_file_done(struct map_file *file)
{
    free(file->text);
    free(file->lines);
    *file = (struct map_file){0};
}

static bool has_altsecid(const struct facts *facts, const char *value)
{
    for (size_t i = 0; i < facts->altsecids.count; i++)
        if (strcasecmp(facts->altsecids.items[i], value) == 0)
            return true;
    return false;
}

bool map_line_fits(const struct map_line *line, const struct facts *facts)
{
    switch (line->key) {
    case MAP_UPN:
        return facts->upn != NULL && upn_equal(facts->upn, line->value);
    case MAP_SHA256:
        return strcasecmp(facts->sha256, line->value) == 0 ||
               strcasecmp(facts->spki_sha256, line->value) == 0;
    case MAP_SID:
        return facts->sid_state == SID_ONE && strcmp(facts->sid, line->value) == 0;
    case MAP_ALTSECID:
        return has_altsecid(facts, line->value);
    }
    return false;
}
