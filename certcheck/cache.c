/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/cache.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "certcheck/openssl_own.h"
#include "common/io.h"

#define PASSWD_ROOM  4096
#define SHORT_DIGITS 32 /* of a hash in a name */
#define OPEN_FOLDER  (O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)

static const char *const part_names[CACHE_PARTS] = {
    [CACHE_CRLS] = "crl",    [CACHE_HAND] = "hand",       [CACHE_OCSP] = "ocsp",
    [CACHE_CERTS] = "certs", [CACHE_SOURCES] = "sources", [CACHE_DIRECTORY] = "directory",
};

const char *cache_part_name(enum cache_part part)
{
    return part_names[part];
}

static bool is_keeper(const char *keeper, uid_t uid)
{
    char room[PASSWD_ROOM];
    struct passwd passwd, *found = NULL;

    return *keeper != '\0' && getpwnam_r(keeper, &passwd, room, sizeof(room), &found) == 0 &&
           found != NULL && found->pw_uid == uid;
}

/* Root, the own user of a process that is not setuid, and the keeper; nobody else may write. */
static bool is_ours(const struct cache *cache, const struct stat *status)
{
    bool is_owner = status->st_uid == 0 || (status->st_uid == geteuid() && getuid() == geteuid()) ||
                    is_keeper(cache->keeper, status->st_uid);

    return is_owner && (status->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

enum vsc_err cache_open(const char *path, const char *keeper, struct cache *ret_cache,
                        struct problem *problem)
{
    struct stat status;
    bool is_there = stat(path, &status) == 0;
    bool is_kept;

    *ret_cache = (struct cache){.path = path, .keeper = keeper, .folder = -1};
    if (*path == '\0' || (!is_there && errno == ENOENT))
        return VSC_OK;
    /* Asked for only where it matters: NSS may be slow. */
    is_kept = is_there && status.st_uid != 0 && status.st_uid != geteuid() &&
              is_keeper(keeper, status.st_uid);
    return io_open_folder_of(path, is_kept ? status.st_uid : 0, &ret_cache->folder, problem);
}

void cache_close(struct cache *cache)
{
    if (cache->folder >= 0)
        (void)close(cache->folder);
    cache->folder = -1;
}

/* What `fd` is must be `type`, and ours. Takes `fd` over. */
static enum vsc_err check_opened(const struct cache *cache, int fd, mode_t type, int *ret_fd)
{
    auto_fd int owned = fd;
    struct stat status;

    if (owned < 0 || fstat(owned, &status) != 0 || (status.st_mode & S_IFMT) != type)
        return VSC_INPUT;
    if (!is_ours(cache, &status))
        return VSC_UNTRUSTED;
    *ret_fd = take_fd(owned);
    return VSC_OK;
}

enum vsc_err cache_open_part(const struct cache *cache, enum cache_part part, int *ret_folder)
{
    if (cache->folder < 0)
        return VSC_INPUT;
    return check_opened(cache, openat(cache->folder, part_names[part], OPEN_FOLDER), S_IFDIR,
                        ret_folder);
}

enum vsc_err cache_make_part(const struct cache *cache, enum cache_part part, int *ret_folder)
{
    if (cache->folder < 0 ||
        (mkdirat(cache->folder, part_names[part], 0755) != 0 && errno != EEXIST))
        return VSC_INPUT;
    return cache_open_part(cache, part, ret_folder);
}

enum vsc_err cache_open_file(const struct cache *cache, int folder, const char *name, int *ret_fd)
{
    /* O_NONBLOCK: a FIFO must not hold us up before it is seen to be one. */
    return check_opened(
        cache, openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY),
        S_IFREG, ret_fd);
}

enum vsc_err cache_read_file(const struct cache *cache, int folder, const char *name, size_t max,
                             struct buf *ret_content)
{
    auto_fd int fd = -1;
    enum vsc_err err = cache_open_file(cache, folder, name, &fd);

    return err == VSC_OK ? io_read_all(fd, max, ret_content) : err;
}

static bool ends_with(const char *name, const char *ending)
{
    size_t len = strlen(name), ending_len = strlen(ending);

    return *name != '.' && len > ending_len && strcmp(name + len - ending_len, ending) == 0;
}

enum vsc_err cache_list(int folder, const char *ending, cache_visit *visit, void *arg)
{
    int again = openat(folder, ".", OPEN_FOLDER);
    DIR *entries = again >= 0 ? fdopendir(again) : NULL;
    const struct dirent *entry;
    unsigned count = 0;
    enum vsc_err err = VSC_OK;

    if (entries == NULL) {
        if (again >= 0)
            (void)close(again);
        return VSC_SYSTEM;
    }
    while (err == VSC_OK && count < CACHE_FILES_MAX && (entry = readdir(entries)) != NULL) {
        if (!ends_with(entry->d_name, ending))
            continue;
        count++;
        err = visit(arg, folder, entry->d_name);
    }
    (void)closedir(entries);
    return err;
}

/* ---- names ----------------------------------------------------------------------------------- */

struct digits {
    char text[2 * CRL_INDEX_SHA256 + 1];
};

static struct digits digits_of(const unsigned char hash[CRL_INDEX_SHA256])
{
    static const char hex[] = "0123456789abcdef";
    struct digits digits;

    for (size_t i = 0; i < CRL_INDEX_SHA256; i++) {
        digits.text[2 * i] = hex[hash[i] >> 4];
        digits.text[2 * i + 1] = hex[hash[i] & 15];
    }
    digits.text[sizeof(digits.text) - 1] = '\0';
    return digits;
}

enum vsc_err cache_name_of_cert(const X509 *cert, char name[CACHE_NAME_SIZE])
{
    unsigned char hash[CRL_INDEX_SHA256];

    if (X509_digest(cert, EVP_sha256(), hash, NULL) != 1)
        return VSC_MEMORY;
    (void)snprintf(name, CACHE_NAME_SIZE, "%s.der", digits_of(hash).text);
    return VSC_OK;
}

void cache_name_of_hand(const char *path, unsigned position, char name[CACHE_NAME_SIZE])
{
    unsigned char hash[CRL_INDEX_SHA256];

    (void)SHA256((const unsigned char *)path, strlen(path), hash);
    (void)snprintf(name, CACHE_NAME_SIZE, "%.*s-%u.idx", SHORT_DIGITS, digits_of(hash).text,
                   position);
}

enum vsc_err cache_scope_of(const X509_CRL *crl, unsigned char ret_scope[CRL_INDEX_SHA256])
{
    int at = X509_CRL_get_ext_by_NID(crl, NID_issuing_distribution_point, -1);
    bool is_delta = X509_CRL_get_ext_by_NID(crl, NID_delta_crl, -1) >= 0;
    auto_by(openssl_free) unsigned char *issuer = NULL;
    auto_buf struct buf scope;
    int len = i2d_X509_NAME(X509_CRL_get_issuer(crl), &issuer);

    buf_init(&scope, CRL_INDEX_HEAD_MAX);
    buf_u8(&scope, is_delta);
    buf_bytes(&scope, issuer, len > 0 ? (size_t)len : 0);
    if (at >= 0) {
        const ASN1_OCTET_STRING *point = X509_EXTENSION_get_data(X509_CRL_get_ext(crl, at));

        buf_put(&scope, ASN1_STRING_get0_data(point), (size_t)ASN1_STRING_length(point));
    }
    ERR_clear_error();
    if (buf_status(&scope) != VSC_OK)
        return VSC_MEMORY;
    (void)SHA256(scope.data, scope.len, ret_scope);
    return VSC_OK;
}

enum vsc_err cache_name_of_crl(const struct crl_index *index, char name[CACHE_NAME_SIZE])
{
    unsigned char scope[CRL_INDEX_SHA256];
    enum vsc_err err = cache_scope_of(index->head, scope);

    if (err != VSC_OK)
        return err;
    (void)snprintf(name, CACHE_NAME_SIZE, "%.*s-%.*s.idx", SHORT_DIGITS, digits_of(index->key).text,
                   SHORT_DIGITS, digits_of(scope).text);
    return VSC_OK;
}
