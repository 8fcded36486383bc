/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LD_PRELOAD: kills the process (SIGKILL) at the KILL_AT-th of the points where a crash may matter:
 * before each write, rename, sync, mkdir, unlink and ownership change, before each TPM command
 * (a write to a socket) and wire message, and after each (there is an answer, and nobody reads it).
 * KILL_SEND: also before and after what goes out by send(), as TLS of libcurl's does.
 * KILL_ONLY=network: only at messages over the network, and their answers.
 * Without KILL_AT, or with one that is not reached, the number of points is written to the file
 * KILL_COUNT at the process's end.
 */
#undef _FORTIFY_SOURCE /* its inline read() would be the one that is defined here */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT        __attribute__((visibility("default")))
#define REAL(name)    ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))
#define ANSWER_MAX_MS 60000

static unsigned long points, kill_at;
static bool only_network, also_send;
static int answer_from = -1; /* the socket that a command went to, and whose answer is not read */

static unsigned long number(const char *name)
{
    const char *text = getenv(name);

    return text != NULL ? strtoul(text, NULL, 10) : 0;
}

/* At the start: a helper empties its environment. */
__attribute__((constructor)) static void remember(void)
{
    const char *only = getenv("KILL_ONLY");

    kill_at = number("KILL_AT");
    also_send = getenv("KILL_SEND") != NULL;
    only_network = only != NULL && strcmp(only, "network") == 0;
}

static void count(void)
{
    points++;
    if (points == kill_at)
        (void)raise(SIGKILL);
}

static void point(void)
{
    if (!only_network)
        count();
}

static bool is_network(int fd)
{
    struct sockaddr_storage name = {0};
    socklen_t len = sizeof(name);

    return getsockname(fd, (struct sockaddr *)&name, &len) == 0 && name.ss_family != AF_UNIX;
}

static void point_of(int fd)
{
    if (!only_network || is_network(fd))
        count();
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("KILL_COUNT");
    FILE *file = path != NULL ? fopen(path, "we") : NULL;

    if (file == NULL)
        return;
    (void)fprintf(file, "%lu\n", points);
    (void)fclose(file);
}

static bool is_socket(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

EXPORT ssize_t write(int fd, const void *bytes, size_t len)
{
    if (fd > STDERR_FILENO) {
        point_of(fd);
        if (is_socket(fd))
            answer_from = fd;
    }
    return REAL(write)(fd, bytes, len);
}

static void wait_for_answer(int fd)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};

    if (fd != answer_from)
        return;
    (void)poll(&wait, 1, ANSWER_MAX_MS);
    answer_from = -1;
    point_of(fd);
}

EXPORT ssize_t read(int fd, void *bytes, size_t len)
{
    wait_for_answer(fd);
    return REAL(read)(fd, bytes, len);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    point_of(fd);
    answer_from = fd;
    return REAL(sendmsg)(fd, message, flags);
}

EXPORT ssize_t send(int fd, const void *bytes, size_t len, int flags)
{
    if (also_send) {
        point_of(fd);
        answer_from = fd;
    }
    return REAL(send)(fd, bytes, len, flags);
}

EXPORT ssize_t recv(int fd, void *bytes, size_t len, int flags)
{
    wait_for_answer(fd);
    return REAL(recv)(fd, bytes, len, flags);
}

EXPORT int fsync(int fd)
{
    point();
    return REAL(fsync)(fd);
}

EXPORT int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
    point();
    return REAL(renameat)(from_folder, from, to_folder, to);
}

EXPORT int mkdir(const char *path, mode_t mode)
{
    point();
    return REAL(mkdir)(path, mode);
}

EXPORT int mkdirat(int folder, const char *name, mode_t mode)
{
    point();
    return REAL(mkdirat)(folder, name, mode);
}

EXPORT int unlinkat(int folder, const char *name, int flags)
{
    point();
    return REAL(unlinkat)(folder, name, flags);
}

EXPORT int fchownat(int folder, const char *name, uid_t uid, gid_t gid, int flags)
{
    point();
    return REAL(fchownat)(folder, name, uid, gid, flags);
}
