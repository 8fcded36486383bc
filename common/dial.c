/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/dial.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/own.h"

#define RETRY_MS 20 /* while the socket's queue is full */

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
enum vsc_err dial(const char *path, const struct deadline *deadline, int *ret_fd)
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
