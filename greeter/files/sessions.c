/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/files/sessions.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common/buf.h"
#include "common/io.h"
#include "common/own.h"
#include "greeter/files/keyfile.h"
#include "greeter/files/words.h"

#define GROUP       "Desktop Entry"
#define ENDING      ".desktop"
#define SEARCH_PATH "/usr/local/bin:/usr/bin:/bin:/usr/games"
#define FILES_MAX   512 /* looked at in one folder */

static bool is_true(const struct keyfile *file, const char *key)
{
    const char *value = keyfile_get(file, GROUP, key);

    return value != NULL && strcmp(value, "true") == 0;
}

/* TryExec: a program that must be there. */
static bool is_installed(const char *program)
{
    char path[4096];
    const char *folder = SEARCH_PATH;

    if (program[0] == '/')
        return access(program, X_OK) == 0;
    while (*folder != '\0') {
        size_t len = strcspn(folder, ":");

        (void)snprintf(path, sizeof(path), "%.*s/%s", (int)len, folder, program);
        if (access(path, X_OK) == 0)
            return true;
        folder += len + (folder[len] == ':' ? 1 : 0);
    }
    return false;
}

/* The wrapper's words, then the command's. */
static enum vsc_err make_command(const char *wrapper, const char *exec, char ***ret_words)
{
    auto_free char *line = NULL;

    if (asprintf(&line, "%s %s", wrapper, exec) < 0) {
        line = NULL;
        return VSC_MEMORY;
    }
    return words_read(line, ret_words);
}

/* "GNOME;ubuntu;" as "GNOME:ubuntu"; "" for what is no list of plain names. */
static void read_desktops(const struct keyfile *file, char *to, size_t size)
{
    const char *names = keyfile_get(file, GROUP, "DesktopNames");
    size_t len;

    to[0] = '\0';
    if (names == NULL || strlen(names) >= size || !text_is_printable(names))
        return;
    (void)snprintf(to, size, "%s", names);
    for (char *c = to; (c = strchr(c, ';')) != NULL;)
        *c = ':';
    len = strlen(to);
    if (len > 0 && to[len - 1] == ':')
        to[len - 1] = '\0';
}

#define VARIABLES    4
#define VARIABLE_MAX 300

static enum vsc_err make_environment(const struct session *session, const char *desktops,
                                     char ***ret_environment)
{
    const char *const values[VARIABLES][2] = {
        {"XDG_SESSION_TYPE", session->is_wayland ? "wayland" : "x11"},
        {"XDG_SESSION_DESKTOP", session->id},
        {"DESKTOP_SESSION", session->id},
        {"XDG_CURRENT_DESKTOP", desktops},
    };
    char **list = calloc(1, (VARIABLES + 1) * sizeof(char *) + VARIABLES * (size_t)VARIABLE_MAX);
    char *text;
    size_t count = 0;

    if (list == NULL)
        return VSC_MEMORY;
    text = (char *)(list + VARIABLES + 1);
    for (size_t i = 0; i < VARIABLES; i++, text += VARIABLE_MAX) {
        if (values[i][1][0] == '\0')
            continue;
        (void)snprintf(text, VARIABLE_MAX, "%s=%s", values[i][0], values[i][1]);
        list[count++] = text;
    }
    *ret_environment = list;
    return VSC_OK;
}

/* What the entry says, without the words of its command; false if it is not to be shown. */
static bool read_entry(const struct keyfile *file, const char *locale, struct session *session,
                       const char **ret_exec)
{
    const char *name = keyfile_get_local(file, GROUP, "Name", locale);
    const char *try = keyfile_get(file, GROUP, "TryExec");

    *ret_exec = keyfile_get(file, GROUP, "Exec");
    if (name == NULL || *ret_exec == NULL || is_true(file, "NoDisplay") ||
        is_true(file, "Hidden") || (try != NULL && !is_installed(try)))
        return false;
    text_name(session->name, sizeof(session->name), name, strlen(name));
    return session->name[0] != '\0';
}

enum vsc_err session_parse(const char *bytes, size_t len, const char *id, bool is_wayland,
                           const struct sessions_rules *rules, struct session *ret_session)
{
    auto_keyfile struct keyfile file = {0};
    struct session session = {.is_wayland = is_wayland};
    const char *exec;
    char desktops[256];
    enum vsc_err err;

    if (len > SESSION_FILE_MAX || id[0] == '\0' || strlen(id) >= sizeof(session.id) ||
        !text_is_printable(id))
        return VSC_INPUT;
    err = keyfile_read(bytes, len, &file, NULL);
    if (err != VSC_OK)
        return err;
    if (!read_entry(&file, rules->locale, &session, &exec))
        return VSC_INPUT;
    (void)snprintf(session.id, sizeof(session.id), "%s", id);
    read_desktops(&file, desktops, sizeof(desktops));
    err = make_command(is_wayland ? "" : rules->x_wrapper, exec, &session.command);
    if (err == VSC_OK)
        err = make_environment(&session, desktops, &session.environment);
    if (err != VSC_OK) {
        session_done(&session);
        return err;
    }
    *ret_session = session;
    return VSC_OK;
}

void session_done(struct session *session)
{
    free(take(session->command));
    free(take(session->environment));
}

void sessions_done(struct sessions *sessions)
{
    for (size_t i = 0; i < sessions->count; i++)
        session_done(&sessions->list[i]);
    free(take(sessions->list));
    sessions->count = 0;
}

/* Symbolic links are followed: the folders are the administrator's. */
static enum vsc_err read_file(int folder, const char *file, struct buf *content)
{
    auto_fd int fd = openat(folder, file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat status;

    if (fd < 0 || fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return VSC_INPUT;
    return io_read_all(fd, SESSION_FILE_MAX, content);
}

/* One file of a folder; what is wrong with it is not worth a word. */
static enum vsc_err read_one(int folder, const char *file, bool is_wayland,
                             const struct sessions_rules *rules, struct sessions *sessions)
{
    auto_buf struct buf content;
    size_t len = strlen(file);
    char id[SESSION_ID_SIZE];
    enum vsc_err err;

    if (sessions->count == SESSIONS_MAX || len <= strlen(ENDING) || len >= sizeof(id) ||
        strcmp(file + len - strlen(ENDING), ENDING) != 0)
        return VSC_OK;
    (void)snprintf(id, sizeof(id), "%.*s", (int)(len - strlen(ENDING)), file);
    buf_init(&content, SESSION_FILE_MAX);
    err = read_file(folder, file, &content);
    if (err == VSC_OK && content.len > 0)
        err = session_parse((const char *)content.data, content.len, id, is_wayland, rules,
                            &sessions->list[sessions->count]);
    else if (err == VSC_OK)
        err = VSC_INPUT;
    sessions->count += err == VSC_OK;
    return err == VSC_MEMORY ? err : VSC_OK;
}

static inline void close_folder(DIR **folder)
{
    if (*folder != NULL)
        (void)closedir(*folder);
}

static enum vsc_err read_folder(const char *path, bool is_wayland,
                                const struct sessions_rules *rules, struct sessions *sessions)
{
    __attribute__((cleanup(close_folder))) DIR *folder = *path != '\0' ? opendir(path) : NULL;
    const struct dirent *entry;
    enum vsc_err err = VSC_OK;

    if (folder == NULL)
        return VSC_OK;
    for (unsigned i = 0; i < FILES_MAX && err == VSC_OK && (entry = readdir(folder)) != NULL; i++)
        err = read_one(dirfd(folder), entry->d_name, is_wayland, rules, sessions);
    return err;
}

static enum vsc_err add_command(const struct sessions_rules *rules, struct sessions *sessions)
{
    struct session session = {.id = "command", .is_wayland = false};
    enum vsc_err err;

    if (*rules->command == '\0')
        return VSC_OK;
    text_name(session.name, sizeof(session.name), rules->command_name, strlen(rules->command_name));
    session.environment = calloc(1, sizeof(char *));
    err = session.environment == NULL ? VSC_MEMORY : words_read(rules->command, &session.command);
    if (err != VSC_OK) {
        session_done(&session);
        return err == VSC_MEMORY ? err : VSC_OK;
    }
    sessions->list[sessions->count++] = session;
    return VSC_OK;
}

static int compare(const void *left, const void *right)
{
    const struct session *a = left;
    const struct session *b = right;
    int order = strcmp(a->name, b->name);

    if (order == 0)
        order = (int)a->is_wayland - (int)b->is_wayland;
    return order != 0 ? order : strcmp(a->id, b->id);
}

enum vsc_err sessions_read(const struct sessions_rules *rules, struct sessions *ret_sessions)
{
    struct sessions sessions = {.list = calloc(SESSIONS_MAX, sizeof(struct session))};
    enum vsc_err err;

    if (sessions.list == NULL)
        return VSC_MEMORY;
    err = read_folder(rules->wayland_folder, true, rules, &sessions);
    if (err == VSC_OK)
        err = read_folder(rules->x_folder, false, rules, &sessions);
    if (err == VSC_OK && sessions.count == 0)
        err = add_command(rules, &sessions);
    if (err != VSC_OK) {
        sessions_done(&sessions);
        return err;
    }
    qsort(sessions.list, sessions.count, sizeof(sessions.list[0]), compare);
    *ret_sessions = sessions;
    return VSC_OK;
}

size_t sessions_find(const struct sessions *sessions, const char *id)
{
    for (size_t i = 0; i < sessions->count; i++)
        if (strcmp(sessions->list[i].id, id) == 0)
            return i;
    return 0;
}
