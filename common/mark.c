/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/mark.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "common/io.h"
#include "common/own.h"

#define DIGITS_MAX 15
#define FILE_MAX   (DIGITS_MAX + 1)

/* 1 to DIGITS_MAX digits and a newline; nothing else. */
static bool parse(const struct buf *content, int64_t *ret_seconds)
{
    int64_t seconds = 0;

    if (content->len < 2 || content->len > FILE_MAX || content->data[content->len - 1] != '\n')
        return false;
    for (size_t i = 0; i + 1 < content->len; i++) {
        if (content->data[i] < '0' || content->data[i] > '9')
            return false;
        seconds = seconds * 10 + (content->data[i] - '0');
    }
    *ret_seconds = seconds;
    return true;
}

bool mark_read(const char *folder, int64_t *ret_seconds)
{
    auto_buf struct buf content;
    char path[PATH_MAX];

    buf_init(&content, 0);
    (void)snprintf(path, sizeof(path), "%s/%s", folder, MARK_NAME);
    return io_read_trusted(path, FILE_MAX, &content, NULL) == VSC_OK &&
           parse(&content, ret_seconds);
}

/* A setuid caller may hand down a limit at which a write is a signal that ends the process. */
static bool may_write_files(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= FILE_MAX;
}

enum vsc_err mark_write(const char *folder, int64_t seconds)
{
    auto_fd int fd = -1;
    char text[FILE_MAX + 1];
    int64_t before;
    int len;
    enum vsc_err err;

    if (mark_read(folder, &before) && seconds < before + MARK_STEP)
        return VSC_OK;
    len = snprintf(text, sizeof(text), "%lld\n", (long long)seconds);
    if (seconds < 0 || len < 0 || len > FILE_MAX || !may_write_files())
        return VSC_SYSTEM;
    err = io_open_trusted_folder(folder, &fd, NULL);
    return err == VSC_OK ? io_write_at(fd, MARK_NAME, text, (size_t)len, 0644) : err;
}
