/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/files/settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/text.h"
#include "greeter/files/keyfile.h"

#define GROUP "greeter"

enum kind {
    BOOL,
    TEXT,
    PATH,
};

static const struct {
    const char *name;
    enum kind kind;
    size_t offset;
    const char *preset;
} table[] = {
#define SETTINGS_ROW(name, kind, preset) {#name, kind, offsetof(struct settings, name), preset},
    SETTINGS(SETTINGS_ROW)
#undef SETTINGS_ROW
};

#define ROWS (sizeof(table) / sizeof(table[0]))

/* Put one value where it belongs; false for one that cannot be. */
static bool put(struct settings *settings, size_t row, const char *value)
{
    char *to = (char *)settings + table[row].offset;
    bool truth = strcmp(value, "true") == 0;

    if (table[row].kind == BOOL) {
        if (!truth && strcmp(value, "false") != 0)
            return false;
        memcpy(to, &truth, sizeof(truth));
        return true;
    }
    if (strlen(value) >= SETTINGS_TEXT || !text_is_printable(value) ||
        (table[row].kind == PATH && value[0] != '\0' && value[0] != '/'))
        return false;
    memcpy(to, value, strlen(value) + 1);
    return true;
}

static void put_presets(struct settings *settings)
{
    memset(settings, 0, sizeof(*settings));
    for (size_t i = 0; i < ROWS; i++)
        (void)put(settings, i, table[i].preset);
}

static enum vsc_err take_entry(struct settings *settings, const struct keyfile_entry *entry,
                               bool seen[ROWS], struct problem *problem)
{
    size_t row = 0;

    while (row < ROWS && strcmp(table[row].name, entry->key) != 0)
        row++;
    if (strcmp(entry->group, GROUP) != 0 || row == ROWS)
        return problem_set(problem, VSC_CONFIG, "line %u: unknown key %s in [%s]", entry->line,
                           entry->key, entry->group);
    if (seen[row])
        return problem_set(problem, VSC_CONFIG, "line %u: %s stands here twice", entry->line,
                           entry->key);
    seen[row] = true;
    if (!put(settings, row, entry->value))
        return problem_set(problem, VSC_CONFIG, "line %u: %s cannot be \"%s\"", entry->line,
                           entry->key, entry->value);
    return VSC_OK;
}

enum vsc_err settings_parse(const char *bytes, size_t len, struct settings *ret_settings,
                            struct problem *problem)
{
    auto_keyfile struct keyfile file = {0};
    struct settings settings;
    bool seen[ROWS] = {false};
    enum vsc_err err;

    put_presets(ret_settings);
    put_presets(&settings);
    err = keyfile_read(bytes, len, &file, problem);
    if (err == VSC_INPUT)
        err = VSC_CONFIG;
    for (size_t i = 0; i < file.count && err == VSC_OK; i++)
        err = take_entry(&settings, &file.entries[i], seen, problem);
    if (err == VSC_OK)
        *ret_settings = settings;
    return err;
}

enum vsc_err settings_read(const char *path, struct settings *ret_settings, struct problem *problem)
{
    auto_buf struct buf content;
    struct problem inner = {""};
    enum vsc_err err;

    put_presets(ret_settings);
    buf_init(&content, KEYFILE_MAX);
    err = io_read_trusted(path != NULL ? path : SETTINGS_FILE, KEYFILE_MAX, &content, problem);
    if (err == VSC_INPUT && errno == ENOENT && path == NULL)
        return VSC_OK;
    if (err != VSC_OK || content.len == 0)
        return err;
    err = settings_parse((const char *)content.data, content.len, ret_settings, &inner);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", path != NULL ? path : SETTINGS_FILE, inner.text);
    return VSC_OK;
}
