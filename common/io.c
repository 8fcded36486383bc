/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading and writing of files; what makes one trusted is in trust.c. */
#include "common/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/own.h"

#define CHUNK      4096
#define NAME_ROOM  32
#define NAME_TRIES 16

/* Is `name` a name in a folder, and no path that could lead elsewhere? */
static bool is_plain_name(const char *name)
{
    return *name != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
           strcmp(name, "..") != 0;
}

/* read() once into the end of `content`: the bytes read, or -1. */
static ssize_t read_chunk(int fd, struct buf *content, size_t want)
{
    unsigned char *room = buf_extend(content, want);
    ssize_t got;

    if (room == NULL) {
        errno = ENOMEM;
        return -1;
    }
    do
        got = read(fd, room, want);
    while (got < 0 && errno == EINTR);
    content->len -= want - (got > 0 ? (size_t)got : 0);
    return got;
}

enum vsc_err io_read_all(int fd, size_t max, struct buf *ret_content)
{
    auto_buf struct buf content;
    ssize_t got;

    /* One byte more than allowed, to see that there is more. */
    buf_init(&content, max < SIZE_MAX ? max + 1 : max);
    do {
        size_t room = content.max - content.len;

        got = room > 0 ? read_chunk(fd, &content, room < CHUNK ? room : CHUNK) : 0;
        if (got < 0)
            return errno == ENOMEM ? VSC_MEMORY : VSC_INPUT;
    } while (got > 0);
    if (content.len > max) {
        errno = EFBIG;
        return VSC_INPUT;
    }
    content.max = max;
    *ret_content = content;
    buf_init(&content, 0);
    return VSC_OK;
}

enum vsc_err io_read_trusted(const char *path, size_t max, struct buf *ret_content,
                             struct problem *problem)
{
    auto_fd int fd = -1;
    enum vsc_err err = io_open_trusted(path, &fd, problem);

    if (err != VSC_OK)
        return err;
    err = io_read_all(fd, max, ret_content);
    if (err == VSC_INPUT && errno == EFBIG)
        return problem_set(problem, err, "%s: larger than %zu bytes", path, max);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", path, strerror(errno));
    return VSC_OK;
}

enum vsc_err io_read_at(int folder, const char *name, size_t max, struct buf *ret_content)
{
    auto_fd int fd = -1;
    struct stat status;

    if (!is_plain_name(name)) {
        errno = EINVAL;
        return VSC_INPUT;
    }
    /* O_NONBLOCK: a FIFO must not hold us up before it is seen to be one. */
    fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 || fstat(fd, &status) != 0)
        return VSC_INPUT;
    if (!S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return VSC_INPUT;
    }
    if (status.st_size < 0 || (uintmax_t)status.st_size > max) {
        errno = EFBIG;
        return VSC_INPUT;
    }
    return io_read_all(fd, max, ret_content);
}

enum vsc_err io_write_all(int fd, const void *bytes, size_t len)
{
    const unsigned char *next = bytes;

    while (len > 0) {
        ssize_t put = write(fd, next, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return VSC_SYSTEM;
        next += put;
        len -= (size_t)put;
    }
    return VSC_OK;
}

/* A new file with a name that nobody can have guessed. */
static enum vsc_err create_beside(int folder, char name[NAME_ROOM], int *ret_fd)
{
    for (int i = 0; i < NAME_TRIES; i++) {
        uint64_t random;
        int fd;

        if (getrandom(&random, sizeof(random), 0) != sizeof(random))
            return VSC_SYSTEM;
        (void)snprintf(name, NAME_ROOM, ".new-%016llx", (unsigned long long)random);
        fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        if (fd >= 0) {
            *ret_fd = fd;
            return VSC_OK;
        }
        if (errno != EEXIST)
            return VSC_SYSTEM;
    }
    return VSC_SYSTEM;
}

enum vsc_err io_write_at(int folder, const char *name, const void *content, size_t len, mode_t mode)
{
    auto_fd int fd = -1;
    char beside[NAME_ROOM];
    enum vsc_err err;

    if (!is_plain_name(name)) {
        errno = EINVAL;
        return VSC_SYSTEM;
    }
    err = create_beside(folder, beside, &fd);
    if (err != VSC_OK)
        return err;
    if (io_write_all(fd, content, len) != VSC_OK || fchmod(fd, mode) != 0 || fsync(fd) != 0 ||
        renameat(folder, beside, folder, name) != 0) {
        int saved = errno;

        (void)unlinkat(folder, beside, 0);
        errno = saved;
        return VSC_SYSTEM;
    }
    return fsync(folder) == 0 ? VSC_OK : VSC_SYSTEM;
}
