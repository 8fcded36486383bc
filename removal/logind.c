/* SPDX-License-Identifier: BSD-2-Clause */
#include "removal/logind.h"

#include <stdio.h>
#include <string.h>

#include "common/own.h"
#include "removal/command.h"

#define TIMEOUT_MS 10000
#define OUTPUT_MAX (64u * 1024)
#define VALUE_SIZE 64

/* The lines of an output, one after the other; its NULs are no text. */
struct output {
    const unsigned char *next;
    size_t left;
};

static bool take_line(struct output *output, const char **ret_line, size_t *ret_len)
{
    const unsigned char *newline =
        output->left > 0 ? memchr(output->next, '\n', output->left) : NULL;

    if (newline == NULL)
        return false;
    *ret_line = (const char *)output->next;
    *ret_len = (size_t)(newline - output->next);
    output->left -= *ret_len + 1;
    output->next = newline + 1;
    return true;
}

/* "KEY=VALUE", each key once: the wanted value, or something else. */
struct property {
    char setting[VALUE_SIZE];
    size_t key_len; /* with the '=' */
    unsigned seen, fits;
};

static void compare(struct property *properties, size_t count, const char *line, size_t len)
{
    for (size_t i = 0; i < count; i++) {
        struct property *property = &properties[i];

        if (len < property->key_len || memcmp(line, property->setting, property->key_len) != 0)
            continue;
        property->seen++;
        property->fits +=
            len == strlen(property->setting) && memcmp(line, property->setting, len) == 0;
    }
}

enum standing logind_judge(const unsigned char *text, size_t len,
                           const struct session_record *record)
{
    struct property properties[3] = {{.key_len = 3}, {.key_len = 5}, {.key_len = 7}};
    struct output output = {text, len};
    size_t line_len = 0;
    const char *line;
    bool fits = true;

    (void)snprintf(properties[0].setting, VALUE_SIZE, "Id=%s", record->session);
    (void)snprintf(properties[1].setting, VALUE_SIZE, "User=%u", (unsigned)record->uid);
    (void)snprintf(properties[2].setting, VALUE_SIZE, "Leader=%d", (int)record->leader);
    while (take_line(&output, &line, &line_len))
        compare(properties, 3, line, line_len);
    for (size_t i = 0; i < 3; i++) {
        if (properties[i].seen != 1)
            return STANDING_UNKNOWN;
        fits = fits && properties[i].fits == 1;
    }
    if (output.left > 0 || properties[0].fits != 1)
        return STANDING_UNKNOWN;
    return fits ? STANDING_ITS : STANDING_ENDED;
}

bool logind_lists(const unsigned char *text, size_t len, const char *session)
{
    struct output output = {text, len};
    size_t line_len = 0, id_len = strlen(session);
    const char *line;

    while (take_line(&output, &line, &line_len)) {
        while (line_len > 0 && *line == ' ') {
            line++;
            line_len--;
        }
        if (line_len >= id_len && memcmp(line, session, id_len) == 0 &&
            (line_len == id_len || line[id_len] == ' '))
            return true;
    }
    return output.left > 0; /* cut short: who knows */
}

static enum vsc_err run(const char *program, const char *const *words, size_t count,
                        struct buf *output, int *status)
{
    char room[10][VALUE_SIZE];
    char *argv[11] = {NULL};

    for (size_t i = 0; i < count && i < 10; i++) {
        (void)snprintf(room[i], VALUE_SIZE, "%s", words[i]);
        argv[i] = room[i];
    }
    return command_run(program, argv, TIMEOUT_MS, output, status);
}

#define RUN(program, words, output, status)                                                        \
    run(program, words, sizeof(words) / sizeof((words)[0]), output, status)

enum standing logind_look(const char *program, const struct session_record *record)
{
    const char *const show[] = {"loginctl", "--no-pager", "show-session", record->session,
                                "-p",       "Id",         "-p",           "User",
                                "-p",       "Leader"};
    const char *const list[] = {"loginctl", "--no-pager", "--no-legend", "list-sessions"};
    auto_buf struct buf shown;
    auto_buf struct buf listed;
    int status = -1;

    buf_init(&shown, OUTPUT_MAX);
    buf_init(&listed, OUTPUT_MAX);
    if (RUN(program, show, &shown, &status) != VSC_OK)
        return STANDING_UNKNOWN;
    if (status == 0)
        return logind_judge(shown.data, shown.len, record);
    /* No such session, or no logind to tell: it has ended only where logind lists the others. */
    if (RUN(program, list, &listed, &status) != VSC_OK || status != 0)
        return STANDING_UNKNOWN;
    return logind_lists(listed.data, listed.len, record->session) ? STANDING_UNKNOWN
                                                                  : STANDING_ENDED;
}

enum vsc_err logind_act(const char *program, enum conf_removal removal,
                        const struct session_record *record)
{
    const char *const lock[] = {"loginctl", "--no-ask-password", "lock-session", record->session};
    const char *const end[] = {"loginctl", "--no-ask-password", "terminate-session",
                               record->session};
    auto_buf struct buf output;
    int status = -1;
    enum vsc_err err = VSC_USAGE;

    buf_init(&output, OUTPUT_MAX);
    switch (removal) {
    case REMOVAL_LOCK:
        err = RUN(program, lock, &output, &status);
        break;
    case REMOVAL_LOGOUT:
        err = RUN(program, end, &output, &status);
        break;
    case REMOVAL_NONE:
        break;
    }
    if (err != VSC_OK)
        return err;
    return status == 0 ? VSC_OK : VSC_HELPER;
}
