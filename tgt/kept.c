/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/kept.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "common/deadline.h"
#include "common/hex.h"
#include "common/io.h"
#include "common/own.h"
#include "common/wire_field.h"

#define FILE_MAX (KEPT_CREDS_MAX + 1024)
#define MAGIC    0x76746731u /* "vtg1" */
#define AWAY     "away"
#define ABOVE    "/run/pam_vsc"

enum vsc_err kept_open(int *ret_folder, struct problem *problem)
{
    auto_fd int fd = -1;
    struct stat status;
    enum vsc_err err;

    /* What they are afterwards is checked on the descriptor. */
    (void)mkdir(ABOVE, 0755);
    (void)mkdir(KEPT_FOLDER, 0700);
    err = io_open_trusted_folder(KEPT_FOLDER, &fd, problem);
    if (err != VSC_OK)
        return err;
    if (fstat(fd, &status) != 0 || (status.st_mode & 077) != 0)
        return problem_set(problem, VSC_UNTRUSTED, "%s: others may look into it", KEPT_FOLDER);
    *ret_folder = take_fd(fd);
    return VSC_OK;
}

void kept_done(struct kept *kept)
{
    buf_done(&kept->creds);
}

void kept_encode(struct buf *file, const struct kept *kept)
{
    buf_u32(file, MAGIC);
    buf_str(file, kept->account);
    buf_u32(file, kept->uid);
    buf_bytes(file, kept->creds.data, kept->creds.len);
}

enum vsc_err kept_write(int folder, const struct kept *kept, char name[TGT_NAME_SIZE])
{
    unsigned char random[(TGT_NAME_SIZE - 1) / 2];
    auto_buf struct buf file;
    enum vsc_err err;

    if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
        return VSC_SYSTEM;
    buf_init(&file, FILE_MAX);
    kept_encode(&file, kept);
    err = buf_status(&file);
    hex_write(random, sizeof(random), name);
    return err == VSC_OK ? io_write_at(folder, name, file.data, file.len, 0600) : err;
}

enum vsc_err kept_decode(struct reader *reader, struct kept *ret_kept)
{
    const unsigned char *creds;
    size_t len = 0;

    buf_init(&ret_kept->creds, KEPT_CREDS_MAX);
    if (reader_u32(reader) != MAGIC)
        reader->fault = true;
    field_name(reader, ret_kept->account, sizeof(ret_kept->account));
    ret_kept->uid = reader_u32(reader);
    creds = reader_bytes(reader, KEPT_CREDS_MAX, &len);
    if (reader_end(reader) != VSC_OK || ret_kept->uid == 0)
        return VSC_INPUT;
    buf_put(&ret_kept->creds, creds, len);
    return buf_status(&ret_kept->creds);
}

enum vsc_err kept_take(int folder, const char *name, struct kept *ret_kept)
{
    auto_buf struct buf file;
    struct reader reader;
    enum vsc_err err;

    buf_init(&file, FILE_MAX);
    buf_init(&ret_kept->creds, KEPT_CREDS_MAX);
    if (!tgt_name_is_sound(name))
        return VSC_INPUT;
    err = io_read_at(folder, name, FILE_MAX, &file);
    if (unlinkat(folder, name, 0) != 0 && err == VSC_OK)
        return errno == ENOENT ? VSC_INPUT : VSC_SYSTEM; /* another one was faster */
    if (err != VSC_OK)
        return err;
    reader_init(&reader, file.data, file.len);
    return kept_decode(&reader, ret_kept);
}

void kept_sweep(int folder)
{
    auto_fd int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *list = fd >= 0 ? fdopendir(fd) : NULL;
    const struct dirent *entry;
    struct stat status;

    if (list == NULL)
        return;
    fd = -1; /* the list's now */
    while ((entry = readdir(list)) != NULL)
        if (tgt_name_is_sound(entry->d_name) &&
            fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            time(NULL) - status.st_mtime > KEPT_SECONDS)
            (void)unlinkat(folder, entry->d_name, 0);
    (void)closedir(list);
}

/* Since the start of the computer: nobody sets it. */
static int64_t seconds_now(void)
{
    struct timespec now;

    return clock_gettime(CLOCK_BOOTTIME, &now) == 0 ? now.tv_sec : 0;
}

void kept_set_away(int folder, bool away)
{
    char text[24];
    int len = snprintf(text, sizeof(text), "%lld\n", (long long)seconds_now());

    if (!away)
        (void)unlinkat(folder, AWAY, 0);
    else if (len > 0 && io_write_at(folder, AWAY, text, (size_t)len, 0600) != VSC_OK)
        return; /* the next sign-in waits, as this one did */
}

bool kept_is_away(int folder)
{
    auto_buf struct buf file;
    char text[25] = "";
    long long then;
    char *end;

    buf_init(&file, sizeof(text) - 1);
    if (io_read_at(folder, AWAY, sizeof(text) - 1, &file) != VSC_OK || file.len == 0)
        return false;
    memcpy(text, file.data, file.len);
    then = strtoll(text, &end, 10);
    return end != text && *end == '\n' && then <= seconds_now() &&
           seconds_now() - then < KEPT_AWAY_SECONDS;
}
