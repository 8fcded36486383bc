/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and folders of certificates and revocation lists; what is in one file is pem.c's. */
#include "certcheck/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "common/io.h"
#include "common/own.h"

#define CERTIFICATE_FILE_MAX ((size_t)4 * 1024 * 1024)
#define CRL_FILE_MAX         ((size_t)256 * 1024 * 1024)

struct entries {
    struct dirent **list; /* owned */
    int count;
};

static void entries_done(struct entries *entries)
{
    for (int i = 0; i < entries->count; i++)
        free(entries->list[i]);
    free(entries->list);
}

static size_t file_max(enum source_kind kind)
{
    return kind == SOURCE_CRLS ? CRL_FILE_MAX : CERTIFICATE_FILE_MAX;
}

/* As c_rehash names its links: eight hexadecimal digits, a dot, perhaps r, a number. */
static bool is_named_by_hash(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");
    const char *rest = name + digits;

    if (digits != 8 || *rest++ != '.')
        return false;
    rest += *rest == 'r';
    return *rest != '\0' && rest[strspn(rest, "0123456789")] == '\0';
}

static int is_wanted(const struct dirent *entry)
{
    return *entry->d_name != '.'; /* not hidden */
}

static enum vsc_err read_plain(const char *path, size_t max, struct buf *ret_content,
                               struct problem *problem)
{
    auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    enum vsc_err err;

    if (fd < 0)
        return problem_set(problem, VSC_INPUT, "%s: %s", path, strerror(errno));
    err = io_read_all(fd, max, ret_content);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", path, strerror(errno));
    return VSC_OK;
}

static enum vsc_err read_file(const struct source *source, const char *path, enum source_kind kind,
                              struct buf *ret_content, struct problem *problem)
{
    if (source->trusted)
        return io_read_trusted(path, file_max(kind), ret_content, problem);
    return read_plain(path, file_max(kind), ret_content, problem);
}

static bool is_folder(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What is a file of its own counts, whatever it is called: fetch-crl names lists so. */
static bool is_link_by_hash(const char *path, const char *name)
{
    struct stat status;

    return is_named_by_hash(name) && lstat(path, &status) == 0 && S_ISLNK(status.st_mode);
}

/* A folder, FIFO, socket or device in a folder; what is missing will be told by open(). */
static bool is_no_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static enum vsc_err list_folder(const struct source *source, struct entries *entries,
                                struct problem *problem)
{
    auto_fd int fd = -1;
    enum vsc_err err;

    if (source->trusted) {
        err = io_open_trusted_folder(source->path, &fd, problem);
        if (err != VSC_OK)
            return err;
    }
    entries->count = scandir(source->path, &entries->list, is_wanted, alphasort);
    if (entries->count < 0) {
        *entries = (struct entries){0};
        return problem_set(problem, VSC_INPUT, "%s: %s", source->path, strerror(errno));
    }
    if (entries->count > SOURCE_FILES_MAX)
        return problem_set(problem, VSC_INPUT, "%s: more than %d files", source->path,
                           SOURCE_FILES_MAX);
    return VSC_OK;
}

static enum vsc_err each_of_folder(const struct source *source, source_file_visit *visit, void *arg,
                                   struct problem *problem)
{
    __attribute__((cleanup(entries_done))) struct entries entries = {0};
    enum vsc_err err = list_folder(source, &entries, problem);

    for (int i = 0; err == VSC_OK && i < entries.count; i++) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof(path), "%s/%s", source->path, entries.list[i]->d_name);

        if (len < 0 || (size_t)len >= sizeof(path))
            return problem_set(problem, VSC_INPUT, "%s: a name in it is too long", source->path);
        if (!is_no_file(path) && !is_link_by_hash(path, entries.list[i]->d_name))
            err = visit(arg, path);
    }
    return err;
}

enum vsc_err source_each_file(const struct source *source, source_file_visit *visit, void *arg,
                              struct problem *problem)
{
    struct stat status;

    if (source->path == NULL || *source->path == '\0')
        return VSC_OK;
    if (!source->named && stat(source->path, &status) != 0 && errno == ENOENT)
        return VSC_OK;
    if (is_folder(source->path))
        return each_of_folder(source, visit, arg, problem);
    return visit(arg, source->path);
}

enum vsc_err source_read_file(const struct source *source, const char *file, enum source_kind kind,
                              struct buf *ret_content, struct problem *problem)
{
    auto_buf struct buf content;
    bool is_itself = strcmp(file, source->path) == 0;
    enum vsc_err err;

    buf_init(&content, 0);
    buf_init(ret_content, 0);
    err = read_file(source, file, kind, &content, problem);
    if (err != VSC_OK)
        return err;
    if (source_is_foreign(&content) && is_itself)
        return problem_set(problem, VSC_INPUT, "%s: neither PEM nor DER", file);
    if (source_is_foreign(&content) || (!is_itself && source_is_of_other(&content, kind)))
        return VSC_OK;
    *ret_content = content;
    buf_init(&content, 0);
    return VSC_OK;
}

struct reading {
    const struct source *source;
    enum source_kind kind;
    source_visit *visit;
    void *arg;
    struct problem *problem;
};

static enum vsc_err read_and_split(void *arg, const char *file)
{
    const struct reading *reading = arg;
    auto_buf struct buf content;
    enum vsc_err err =
        source_read_file(reading->source, file, reading->kind, &content, reading->problem);

    if (err != VSC_OK || content.len == 0)
        return err;
    return source_split(&content, file, reading->kind, reading->visit, reading->arg);
}

enum vsc_err source_read(const struct source *source, enum source_kind kind, source_visit *visit,
                         void *arg, struct problem *problem)
{
    struct reading reading = {source, kind, visit, arg, problem};

    return source_each_file(source, read_and_split, &reading, problem);
}

/* FNV-1a: this finds changes, it is no defence. */
static uint64_t mix(uint64_t hash, uint64_t value)
{
    for (int i = 0; i < 8; i++) {
        hash = (hash ^ (value & 0xff)) * UINT64_C(0x100000001b3);
        value >>= 8;
    }
    return hash;
}

static uint64_t mix_file(uint64_t hash, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return mix(hash, (uint64_t)errno);
    hash = mix(hash, (uint64_t)status.st_dev);
    hash = mix(hash, (uint64_t)status.st_ino);
    hash = mix(hash, (uint64_t)status.st_size);
    hash = mix(hash, (uint64_t)status.st_mode);
    hash = mix(hash, (uint64_t)status.st_uid);
    hash = mix(hash, (uint64_t)status.st_mtim.tv_sec);
    hash = mix(hash, (uint64_t)status.st_mtim.tv_nsec);
    hash = mix(hash, (uint64_t)status.st_ctim.tv_sec);
    return mix(hash, (uint64_t)status.st_ctim.tv_nsec);
}

uint64_t source_fingerprint(const struct source *source)
{
    __attribute__((cleanup(entries_done))) struct entries entries = {0};
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    struct source listed = {.path = source->path};

    if (source->path == NULL || *source->path == '\0')
        return hash;
    hash = mix_file(hash, source->path);
    if (!is_folder(source->path) || list_folder(&listed, &entries, NULL) != VSC_OK)
        return hash;
    for (int i = 0; i < entries.count; i++) {
        char path[PATH_MAX];
        int len = snprintf(path, sizeof(path), "%s/%s", source->path, entries.list[i]->d_name);

        if (len > 0 && (size_t)len < sizeof(path))
            hash = mix_file(hash, path);
    }
    return hash;
}
