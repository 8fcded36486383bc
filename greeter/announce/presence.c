/* SPDX-License-Identifier: BSD-2-Clause */
#include "greeter/announce/presence.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/dial.h"
#include "common/own.h"
#include "common/wire.h"
#include "common/wire_watch.h"

bool presence_init(struct presence *presence, const char *path)
{
    size_t len;

    if (path == NULL)
        path = DIAL_SOCKET;
    len = strnlen(path, sizeof(presence->path));
    if (path[0] != '/' || len == sizeof(presence->path))
        return false;
    *presence = (struct presence){.fd = -1};
    memcpy(presence->path, path, len);
    return true;
}

/* The host may close every descriptor that it does not know. */
static bool is_ours(const struct presence *presence)
{
    struct stat status;

    return fstat(presence->fd, &status) == 0 && S_ISSOCK(status.st_mode) &&
           status.st_dev == presence->device && status.st_ino == presence->inode;
}

void presence_done(struct presence *presence)
{
    if (presence->fd >= 0 && is_ours(presence))
        (void)close(presence->fd);
    presence->fd = -1;
}

static enum vsc_err open_connection(struct presence *presence, const struct deadline *deadline)
{
    auto_fd int fd = -1;
    struct stat status;
    enum vsc_err err = dial(presence->path, deadline, &fd);

    if (err != VSC_OK)
        return err;
    if (fstat(fd, &status) != 0)
        return VSC_SYSTEM;
    presence->device = status.st_dev;
    presence->inode = status.st_ino;
    presence->opened_ms = clock_ms();
    presence->fd = take_fd(fd);
    return VSC_OK;
}

static enum vsc_err ask(const struct presence *presence, const struct deadline *deadline,
                        bool *ret_announced)
{
    auto_message struct message request = {0}, answer = {0};
    auto_watch_list struct watch_list list = {0};
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_WATCH);
    err = wire_call(presence->fd, &request, WIRE_CARD_WATCHED, &answer, deadline, NULL);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    err = watch_list_decode(&reader, &list);
    if (err == VSC_OK)
        *ret_announced = list.announce;
    return err;
}

/* By the connection that there is, and where that has ended by a new one. */
static enum vsc_err ask_anew(struct presence *presence, bool *ret_announced)
{
    struct deadline deadline = deadline_in(PRESENCE_ASK_MS);
    enum vsc_err err = VSC_HELPER;

    if (presence->fd >= 0 && clock_ms() - presence->opened_ms < PRESENCE_RENEW_MS &&
        is_ours(presence))
        err = ask(presence, &deadline, ret_announced);
    if (err == VSC_OK)
        return VSC_OK;
    presence_done(presence);
    err = open_connection(presence, &deadline);
    if (err == VSC_OK)
        err = ask(presence, &deadline, ret_announced);
    if (err != VSC_OK)
        presence_done(presence);
    return err;
}

/*
 * A word that is missing for a moment takes no token away: the login screen would throw away a
 * conversation that is going on.
 */
bool presence_now(struct presence *presence)
{
    bool announced = false;

    if (presence->asked && clock_ms() - presence->asked_ms < WATCH_POLL_MS)
        return presence->announced;
    if (ask_anew(presence, &announced) == VSC_OK) {
        presence->announced = announced;
        presence->answered_ms = clock_ms();
    } else if (clock_ms() - presence->answered_ms >= PRESENCE_GRACE_MS) {
        presence->announced = false;
    }
    presence->asked = true;
    presence->asked_ms = clock_ms();
    return presence->announced;
}
