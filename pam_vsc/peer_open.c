/* SPDX-License-Identifier: BSD-2-Clause */
/* How the helpers are reached. A file of its own, so that tests can put others in their place. */
#include "pam_vsc/peer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/own.h"

#define RETRY_MS 20 /* while the socket's queue is full */

/* execve() takes pointers to char, and changes nothing behind them. */
static char *word(const char *text)
{
    union {
        const char *in;
        char *out;
    } same = {.in = text};

    return same.out;
}

static enum vsc_err start(const struct peer_place *place, const char *name, struct peer *ret_peer)
{
    char *const plain[] = {word(name), NULL};
    char *const configured[] = {word(name), word("-c"), word(place->args->config), NULL};
    struct helper helper = HELPER_NONE;
    struct problem problem = {.text = ""};
    enum vsc_err err =
        helper_start(place->args->helpers, name, place->args->config != NULL ? configured : plain,
                     &helper, &problem);

    if (err != VSC_OK) {
        pam_syslog(place->pamh, LOG_ERR, "%s", problem.text);
        return err;
    }
    *ret_peer = (struct peer){
        .name = name, .helper = helper, .pamh = place->pamh, .deadline = place->deadline};
    return VSC_OK;
}

/* The PIN goes to root's vsc-card or to the own user's; another could have taken the path. */
static bool is_trusted(int fd)
{
    struct ucred server;
    socklen_t len = sizeof(server);
    uid_t real, effective, saved;

    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &server, &len) == 0 && len == sizeof(server) &&
           getresuid(&real, &effective, &saved) == 0 &&
           (server.uid == 0 || server.uid == effective);
}

/* Not blocking: a full queue must not hold the host up beyond the deadline. */
static enum vsc_err connect_to(const char *path, const struct deadline *deadline, int *ret_fd)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    auto_fd int fd = -1;

    if (path[0] != '/' || strlen(path) >= sizeof(address.sun_path)) {
        errno = EINVAL;
        return VSC_HELPER;
    }
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return VSC_HELPER;
    while (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0) {
        if (errno != EAGAIN && errno != EINTR)
            return VSC_HELPER;
        if (deadline_left(deadline) == 0)
            return VSC_TIMEOUT;
        (void)poll(NULL, 0, RETRY_MS);
    }
    if (!is_trusted(fd)) {
        errno = EPERM;
        return VSC_HELPER;
    }
    *ret_fd = take_fd(fd);
    return VSC_OK;
}

enum vsc_err peer_open_check(const struct peer_place *place, struct peer *ret_peer)
{
    return start(place, PEER_CHECK, ret_peer);
}

enum vsc_err peer_open_card(const struct peer_place *place, const char *socket,
                            struct peer *ret_peer)
{
    struct helper helper = HELPER_NONE;
    enum vsc_err err;

    if (geteuid() == 0)
        return start(place, PEER_CARD, ret_peer);
    err = connect_to(socket, place->deadline, &helper.fd);
    if (err != VSC_OK) {
        pam_syslog(place->pamh, LOG_ERR, "%s: %s: %s", PEER_CARD, socket, strerror(errno));
        return err;
    }
    *ret_peer = (struct peer){
        .name = PEER_CARD, .helper = helper, .pamh = place->pamh, .deadline = place->deadline};
    return VSC_OK;
}
