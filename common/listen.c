/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/listen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/log.h"
#include "common/own.h"

#define BACKLOG 32

struct state {
    const struct listener *listener;
    sigset_t before; /* the signal mask that a child gets back */
    struct {
        pid_t pid; /* 0: a free place */
        uid_t uid;
    } children[LISTEN_CHILDREN_MAX];
};

static enum vsc_err remove_old(const char *path, struct problem *problem)
{
    struct stat status;

    if (lstat(path, &status) != 0)
        return VSC_OK;
    if (!S_ISSOCK(status.st_mode))
        return problem_set(problem, VSC_EXISTS, "%s: exists, and is not a socket", path);
    if (unlink(path) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    return VSC_OK;
}

static enum vsc_err open_socket(const char *path, int *ret_fd, struct problem *problem)
{
    auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    enum vsc_err err;
    mode_t mask;
    int bound;

    if (strlen(path) >= sizeof(address.sun_path))
        return problem_set(problem, VSC_USAGE, "%s: too long for a socket", path);
    memcpy(address.sun_path, path, strlen(path) + 1);
    err = remove_old(path, problem);
    if (err != VSC_OK)
        return err;
    /* By the mask, not by chmod(): nobody may put another file in its place in between. */
    mask = umask(0111);
    bound = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)&address, sizeof(address));
    (void)umask(mask);
    if (bound != 0 || listen(fd, BACKLOG) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    *ret_fd = take_fd(fd);
    return VSC_OK;
}

static bool peer_uid(int fd, uid_t *ret_uid)
{
    struct ucred credentials;
    socklen_t len = sizeof(credentials);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) != 0)
        return false;
    *ret_uid = credentials.uid;
    return true;
}

/* A free place for a child of `uid`; LISTEN_CHILDREN_MAX where there is none. */
static size_t find_place(const struct state *state, uid_t uid)
{
    size_t free_place = LISTEN_CHILDREN_MAX;
    size_t own = 0;

    for (size_t i = 0; i < LISTEN_CHILDREN_MAX; i++) {
        if (state->children[i].pid == 0)
            free_place = i;
        else if (state->children[i].uid == uid)
            own++;
    }
    return uid != 0 && own >= LISTEN_USER_MAX ? LISTEN_CHILDREN_MAX : free_place;
}

static void accept_one(struct state *state, int socket_fd)
{
    auto_fd int fd = accept4(socket_fd, NULL, NULL, SOCK_CLOEXEC);
    uid_t uid;
    size_t place;
    pid_t pid;

    if (fd < 0 || !peer_uid(fd, &uid))
        return;
    place = find_place(state, uid);
    if (place == LISTEN_CHILDREN_MAX) {
        vsc_log(LOG_WARNING, "uid=%u a connection is refused: too many", (unsigned)uid);
        return;
    }
    pid = fork();
    if (pid == 0) {
        (void)sigprocmask(SIG_SETMASK, &state->before, NULL);
        (void)close(socket_fd);
        _exit(state->listener->child(fd, state->listener->context));
    }
    if (pid < 0) {
        vsc_log(LOG_ERR, "no process for a connection: %s", strerror(errno));
        return;
    }
    state->children[place].pid = pid;
    state->children[place].uid = uid;
}

/* Free the places of the children that have ended. */
static void reap(struct state *state, int options)
{
    for (size_t i = 0; i < LISTEN_CHILDREN_MAX; i++) {
        pid_t pid = state->children[i].pid;

        if (pid != 0 && waitpid(pid, NULL, options) == pid)
            state->children[i].pid = 0;
    }
}

static void end_children(struct state *state)
{
    for (size_t i = 0; i < LISTEN_CHILDREN_MAX; i++) {
        if (state->children[i].pid != 0)
            (void)kill(state->children[i].pid, SIGKILL);
    }
    reap(state, 0);
}

static enum vsc_err loop(struct state *state, int socket_fd, int signals)
{
    struct pollfd fds[] = {
        {.fd = signals, .events = POLLIN},
        {.fd = socket_fd, .events = POLLIN},
    };

    for (;;) {
        struct signalfd_siginfo info;

        if (poll(fds, 2, -1) < 0) {
            if (errno != EINTR)
                return VSC_SYSTEM;
            continue;
        }
        if ((fds[0].revents & POLLIN) != 0) {
            if (read(signals, &info, sizeof(info)) != (ssize_t)sizeof(info))
                return VSC_SYSTEM;
            if (info.ssi_signo != SIGCHLD)
                return VSC_OK;
            reap(state, WNOHANG);
        }
        if ((fds[1].revents & POLLIN) != 0)
            accept_one(state, socket_fd);
    }
}

static int open_signals(sigset_t *before)
{
    const int numbers[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t set;

    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        (void)sigaddset(&set, numbers[i]);
    if (sigprocmask(SIG_BLOCK, &set, before) != 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC);
}

enum vsc_err listen_run(const struct listener *listener, struct problem *problem)
{
    auto_fd int socket_fd = -1;
    auto_fd int signals = -1;
    struct state state = {.listener = listener};
    enum vsc_err err;

    signals = open_signals(&state.before);
    if (signals < 0)
        return problem_set(problem, VSC_SYSTEM, "no signal descriptor: %s", strerror(errno));
    err = open_socket(listener->path, &socket_fd, problem);
    if (err != VSC_OK)
        return err;
    err = loop(&state, socket_fd, signals);
    (void)unlink(listener->path);
    end_children(&state);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", listener->path, strerror(errno));
    return VSC_OK;
}
