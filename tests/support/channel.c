/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/channel.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/listen.h"
#include "card/serve_watch.h"
#include "common/own.h"

static int serve(int fd, void *context)
{
    const struct channel_options *options = context;
    auto_serve struct serve server = {
        .identities = options->identities,
        .timeout_ms = options->timeout_ms,
        .retry_ms = options->retry_ms,
        .idle_ms = options->idle_ms,
        .announce = options->announce,
        .warn_days = 14,
        .parts = {&serve_watch},
        .part_count = 1,
    };
    struct card_source *source = NULL;

    if (peer_find(fd, getuid(), &server.peer, NULL) != VSC_OK ||
        fake_source_new(options->cards, &source) != VSC_OK ||
        serve_add(&server, source, "") != VSC_OK)
        return 3;
    return serve_run(&server, fd) == VSC_OK ? 0 : 1;
}

int channel_start(const struct channel_options *options)
{
    struct channel_options copy = *options;
    int pair[2];
    pid_t pid;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        abort();
    pid = fork();
    if (pid < 0)
        abort();
    if (pid == 0) {
        (void)close(pair[0]);
        /* A grandchild, which nobody has to wait for. */
        _exit(fork() == 0 ? serve(pair[1], &copy) : 0);
    }
    (void)close(pair[1]);
    (void)waitpid(pid, NULL, 0);
    return pair[0];
}

int channel_connect(const char *path)
{
    auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (fd < 0 || strlen(path) >= sizeof(address.sun_path))
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        return -1;
    return take_fd(fd);
}

pid_t channel_listen(const struct channel_options *options, const char *path)
{
    struct channel_options copy = *options;
    const struct listener listener = {.path = path, .child = serve, .context = &copy};
    const struct timespec moment = {0, 10000000};
    pid_t pid = fork();

    if (pid < 0)
        abort();
    if (pid == 0)
        _exit(vsc_exit_status(listen_run(&listener, NULL)));
    for (int i = 0; i < 6000; i++) {
        auto_fd int fd = channel_connect(path);

        if (fd >= 0)
            return pid;
        (void)nanosleep(&moment, NULL);
    }
    abort();
}

int channel_as(uid_t uid, int (*client)(void *context), void *context)
{
    int status = -1;
    pid_t pid = fork();

    if (pid < 0)
        abort();
    if (pid == 0) {
        if (uid != getuid() && (setresgid(uid, uid, uid) != 0 || setresuid(uid, uid, uid) != 0))
            _exit(125);
        _exit(client(context));
    }
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}
