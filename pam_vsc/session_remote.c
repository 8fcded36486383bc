/* SPDX-License-Identifier: BSD-2-Clause */
#include "pam_vsc/session_remote.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"

#define FILE_MAX_SIZE 8192
#define PATH_SIZE     512
#define ID_SIZE       64
#define ALNUM         "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* A small file of the kernel or of root, as a string. */
struct content {
    bool unreadable; /* it is there, and cannot be read: nothing is known */
    char text[FILE_MAX_SIZE];
};

static void read_file(const char *folder, const char *name, struct content *content)
{
    char path[PATH_SIZE];
    auto_fd int fd = -1;
    size_t used = 0;
    ssize_t got = 1;
    int written = snprintf(path, sizeof(path), "%s/%s", folder, name);

    *content = (struct content){.unreadable = true};
    if (written < 0 || (size_t)written >= sizeof(path))
        return;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0) {
        content->unreadable = errno != ENOENT;
        return;
    }
    while (got > 0 && used < FILE_MAX_SIZE - 1) {
        got = read(fd, content->text + used, FILE_MAX_SIZE - 1 - used);
        if (got > 0)
            used += (size_t)got;
        else if (got < 0 && errno == EINTR)
            got = 1;
    }
    content->unreadable = got < 0;
}

/* Copy the identifier (letters and digits) that stands between `from` and `end`. */
static bool take_id(const char *from, const char *end, char id[ID_SIZE])
{
    size_t len = strspn(from, ALNUM);

    if (len == 0 || len >= ID_SIZE || strncmp(from + len, end, strlen(end)) != 0)
        return false;
    memcpy(id, from, len);
    id[len] = '\0';
    return true;
}

/* The value of a line "KEY=value" in `content`, up to the end of the line; NULL if there is none.
 */
static const char *line_value(const char *content, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = content; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, key, len) == 0 && line[len] == '=')
            return line + len + 1;
    }
    return NULL;
}

static bool is_remote_id(const char *run, const char *id)
{
    char name[ID_SIZE + sizeof("sessions/")];
    struct content content;
    const char *remote;

    (void)snprintf(name, sizeof(name), "sessions/%s", id);
    read_file(run, name, &content);
    remote = line_value(content.text, "REMOTE");
    return content.unreadable || (remote != NULL && remote[0] == '1');
}

static bool has_remote_session(const char *run, const char *uid)
{
    char name[ID_SIZE + sizeof("users/")];
    struct content content;
    char id[ID_SIZE];
    const char *next;

    (void)snprintf(name, sizeof(name), "users/%s", uid);
    read_file(run, name, &content);
    next = line_value(content.text, "SESSIONS");
    while (next != NULL && *next != '\0' && *next != '\n') {
        if (take_id(next, "", id) && is_remote_id(run, id))
            return true;
        next += strcspn(next, " \n");
        next += *next == ' ';
    }
    return content.unreadable;
}

bool session_is_remote(const char *proc, const char *run)
{
    struct content content;
    char id[ID_SIZE];
    const char *session, *manager;

    /* ".../session-3.scope" is logind's own answer to sd_pid_get_session(). Below
     * "user@1000.service" the names are the user's: whoever came by ssh could call a scope there
     * like any session. */
    read_file(proc, "cgroup", &content);
    if (content.unreadable)
        return true;
    session = strstr(content.text, "/session-");
    manager = strstr(content.text, "/user@");
    if (session != NULL && (manager == NULL || session < manager) &&
        take_id(session + strlen("/session-"), ".scope", id))
        return is_remote_id(run, id);
    if (manager != NULL && take_id(manager + strlen("/user@"), ".service", id))
        return has_remote_session(run, id);
    /* Elsewhere (a container's cgroups, say) the audit session; unset is 4294967295. */
    read_file(proc, "sessionid", &content);
    return content.unreadable || (take_id(content.text, "", id) && is_remote_id(run, id));
}
