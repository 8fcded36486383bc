/* SPDX-License-Identifier: BSD-2-Clause */
/* Cases out of text files. */
#include "tests/support/hostile_case.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void give_up(const char *what, const char *where)
{
    (void)fprintf(stderr, "hostile: %s: %s\n", where, what);
    abort();
}

struct hostile_case *hostile_add(struct hostile_cases *cases, const char *name, const char *codes)
{
    struct hostile_case *hostile = &cases->items[cases->count];

    if (cases->count == HOSTILE_CASES_MAX)
        give_up("too many cases", name);
    for (size_t i = 0; i < cases->count; i++)
        if (strcmp(cases->items[i].name, name) == 0)
            give_up("there are two of this name", name);
    hostile->name = strdup(name);
    hostile->codes = strdup(codes);
    cases->count++;
    return hostile;
}

void hostile_set(struct hostile_case *hostile, const char *field, const char *notation)
{
    if (hostile->count == HOSTILE_SETTINGS_MAX)
        give_up("too many settings", hostile->name);
    hostile->settings[hostile->count].field = strdup(field);
    hostile->settings[hostile->count].notation = strdup(notation);
    hostile->count++;
}

/* "NAME: CODES" begins a case, " FIELD = NOTATION" belongs to it, "\" goes on in the next line. */
static void read_line(struct hostile_cases *cases, char *line, const char *where)
{
    char *colon = strstr(line, ": "), *equal = strstr(line, " =");

    if (*line == '#' || *line == '\0')
        return;
    if (*line != ' ' && colon != NULL) {
        *colon = '\0';
        (void)hostile_add(cases, line, colon + 2);
        return;
    }
    if (*line != ' ' || equal == NULL || cases->count == 0)
        give_up(line, where);
    *equal = '\0';
    equal += 2;
    hostile_set(&cases->items[cases->count - 1], line + strspn(line, " "),
                equal + strspn(equal, " "));
}

void hostile_read_file(struct hostile_cases *cases, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[8192], where[PATH_MAX + 16];
    size_t len = 0;
    unsigned number = 0;

    if (file == NULL)
        give_up("cannot be opened", path);
    while (len < sizeof(line) && fgets(line + len, (int)(sizeof(line) - len), file) != NULL) {
        len = strcspn(line, "\n");
        number++;
        if (len > 0 && line[len - 1] == '\\') {
            line[--len] = '\0';
            continue;
        }
        line[len] = '\0';
        len = 0;
        (void)snprintf(where, sizeof(where), "%s:%u", path, number);
        read_line(cases, line, where);
    }
    (void)fclose(file);
}

static int is_wanted(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "README") != 0;
}

void hostile_read(struct hostile_cases *cases, const char *folder)
{
    struct dirent **list = NULL;
    int count = scandir(folder, &list, is_wanted, alphasort);

    if (count <= 0)
        give_up("no cases", folder);
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];

        (void)snprintf(path, sizeof(path), "%s/%s", folder, list[i]->d_name);
        hostile_read_file(cases, path);
        free(list[i]);
    }
    free(list);
}

/* Every code of `wanted` that is no "+" stands in `said`. */
static bool has_all(const char *wanted, const char *said)
{
    char words[512], *rest = words;
    const char *word;

    (void)snprintf(words, sizeof(words), "%s", wanted);
    while ((word = strsep(&rest, " ")) != NULL) {
        const char *at = said;
        size_t len = strlen(word);

        if (strcmp(word, "+") == 0)
            continue;
        while (at != NULL && (strncmp(at, word, len) != 0 || (at[len] != ' ' && at[len] != '\0')))
            at = strchr(at, ' ') != NULL ? strchr(at, ' ') + 1 : NULL;
        if (at == NULL)
            return false;
    }
    return true;
}

bool hostile_fits(const struct hostile_case *hostile, const char *said)
{
    size_t len = strlen(hostile->codes);
    size_t colon = strcspn(said, ":");

    if (strlen(hostile->codes) == colon && strncmp(hostile->codes, said, colon) == 0)
        return true;
    if (strcmp(hostile->codes, "anything") == 0)
        return *said != '\0' && strcmp(said, "accepted") != 0 && strchr(said, ':') == NULL;
    return len > 2 && hostile->codes[len - 1] == '+' && has_all(hostile->codes, said);
}
