/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/sign_ins.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "common/text.h"

#define FILE_MAX  (SIGN_INS_MAX * SIGN_INS_LINE)
#define NAME_SIZE 16 /* a uid in decimal */

static void name_of(uid_t user, char to[NAME_SIZE])
{
    (void)snprintf(to, NAME_SIZE, "%lu", (unsigned long)user);
}

static bool write_line(const char *serial, const char *issuer, char to[SIGN_INS_LINE + 1])
{
    int len = snprintf(to, SIGN_INS_LINE + 1, "%s %s\n", serial, issuer);

    return len > 0 && len <= SIGN_INS_LINE && *serial != '\0' && *issuer != '\0' &&
           strchr(serial, ' ') == NULL && text_is_printable(serial) && text_is_printable(issuer);
}

/* The next whole line of `content`; NULL at the end, or where one is too long. */
static const char *next_line(const struct buf *content, size_t *at, size_t *ret_len)
{
    const char *start = (const char *)content->data + *at;
    const size_t left = content->len - *at;
    const char *end = left > 0 ? memchr(start, '\n', left) : NULL;

    if (end == NULL || (size_t)(end - start) >= SIGN_INS_LINE)
        return NULL;
    *ret_len = (size_t)(end - start) + 1;
    *at += *ret_len;
    return start;
}

/* `line`, and behind it what was there, without it and as far as it may be kept. */
static void put_lines(const struct buf *before, const char *line, struct buf *text)
{
    const size_t line_len = strlen(line);
    const char *old;
    size_t at = 0, len;

    buf_put(text, line, line_len);
    for (unsigned count = 1;
         count < SIGN_INS_MAX && (old = next_line(before, &at, &len)) != NULL;) {
        if (len == line_len && memcmp(old, line, len) == 0)
            continue;
        buf_put(text, old, len);
        count++;
    }
}

/* A setuid caller may hand down a limit at which a write is a signal that ends the process. */
static bool may_write_files(void)
{
    struct rlimit limit;

    return getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur >= FILE_MAX;
}

static bool is_first(const struct buf *content, const char *line)
{
    const size_t len = strlen(line);

    return content->len >= len && memcmp(content->data, line, len) == 0;
}

/* As the user's: also where the power went before that was done. */
static enum vsc_err give(int folder, const char *name, uid_t user)
{
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && status.st_uid == user)
        return VSC_OK;
    return fchownat(folder, name, user, (gid_t)-1, AT_SYMLINK_NOFOLLOW) == 0 ? VSC_OK : VSC_SYSTEM;
}

enum vsc_err sign_ins_note(const char *folder, uid_t user, const char *serial, const char *issuer)
{
    auto_buf struct buf before = {0}, text = {0};
    char line[SIGN_INS_LINE + 1], name[NAME_SIZE];
    auto_fd int dir = -1;
    enum vsc_err err;

    if (!write_line(serial, issuer, line))
        return VSC_INPUT;
    err = io_open_trusted_folder(folder, &dir, NULL);
    if (err != VSC_OK)
        return err;
    name_of(user, name);
    if (io_read_at(dir, name, FILE_MAX, &before) != VSC_OK)
        before.len = 0;
    if (is_first(&before, line))
        return give(dir, name, user);
    if (!may_write_files())
        return VSC_SYSTEM;
    buf_init(&text, FILE_MAX);
    put_lines(&before, line, &text);
    err = buf_status(&text);
    if (err == VSC_OK)
        err = io_write_at(dir, name, text.data, text.len, 0400);
    return err == VSC_OK ? give(dir, name, user) : err;
}

bool sign_ins_have(const char *folder, uid_t user, const char *serial, const char *issuer)
{
    auto_buf struct buf content = {0};
    char line[SIGN_INS_LINE + 1], name[NAME_SIZE];
    auto_fd int dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    const char *noted;
    size_t at = 0, len;

    name_of(user, name);
    if (dir < 0 || !write_line(serial, issuer, line) ||
        io_read_at(dir, name, FILE_MAX, &content) != VSC_OK)
        return false;
    while ((noted = next_line(&content, &at, &len)) != NULL)
        if (len == strlen(line) && memcmp(noted, line, len) == 0)
            return true;
    return false;
}
