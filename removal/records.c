/* SPDX-License-Identifier: BSD-2-Clause */
#include "removal/records.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/io.h"
#include "common/log.h"
#include "common/own.h"
#include "common/text.h"

#define NAME_SHOWN 128
#define STALE      60 /* seconds: a file that was being written is left over */

DEFINE_AUTO(DIR, closedir)

/* Why a file is no record; NULL for one that is. */
static const char *read_record(int folder, const char *name, struct session_record *record)
{
    auto_fd int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    auto_buf struct buf text;
    struct stat status;

    buf_init(&text, 0);
    if (fd < 0 || fstat(fd, &status) != 0)
        return strerror(errno);
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & 077) != 0)
        return "it is not root's own file";
    if (io_read_all(fd, SESSION_RECORD_MAX, &text) != VSC_OK ||
        session_record_decode(text.data, text.len, record) != VSC_OK)
        return "it is malformed";
    return strcmp(record->session, name) == 0 ? NULL : "it is another session's";
}

static void discard(int folder, const char *name, const char *why)
{
    char shown[NAME_SHOWN];

    text_escape(shown, sizeof(shown), name, true);
    vsc_log(LOG_WARNING, "record=%s deleted: %s", shown, why);
    if (unlinkat(folder, name, 0) != 0 && unlinkat(folder, name, AT_REMOVEDIR) != 0)
        vsc_log(LOG_ERR, "record=%s cannot be deleted: %s", shown, strerror(errno));
}

/* A file that is being written has a name that begins with a dot. */
static void tidy(int folder, const char *name)
{
    struct stat status;

    if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        status.st_mtime < time(NULL) - STALE)
        discard(folder, name, "it is left over");
}

static void read_one(int folder, const char *name, struct records *records)
{
    struct session_record record;
    const char *fault;

    if (name[0] == '.') {
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            tidy(folder, name);
        return;
    }
    records->folder_empty = false;
    if (records->count == RECORDS_MAX)
        return;
    fault = session_id_is_sound(name) ? read_record(folder, name, &record) : "its name";
    if (fault == NULL)
        records->items[records->count++] = record;
    else if (faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0) /* else its session ended */
        discard(folder, name, fault);
}

enum vsc_err records_read(const char *folder, struct records *ret_records, struct problem *problem)
{
    auto_by(closedir) DIR *stream = NULL;
    const struct dirent *entry;
    int fd = -1;
    enum vsc_err err = io_open_trusted_folder(folder, &fd, problem);

    ret_records->count = 0;
    ret_records->folder_empty = true;
    if (err == VSC_INPUT && errno == ENOENT)
        return VSC_OK;
    if (err != VSC_OK)
        return err;
    stream = fdopendir(fd);
    if (stream == NULL) {
        (void)close(fd);
        return problem_set(problem, VSC_SYSTEM, "%s: %s", folder, strerror(errno));
    }
    while ((entry = readdir(stream)) != NULL)
        read_one(fd, entry->d_name, ret_records);
    return VSC_OK;
}
