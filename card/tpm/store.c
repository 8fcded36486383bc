/* SPDX-License-Identifier: BSD-2-Clause */
/* Reads the store; whatever is in it is bounded and checked. */
#include "card/tpm/store.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "card/tpm/marshal.h"
#include "common/io.h"
#include "common/own.h"

#define LOCK_PAUSE_MS 5

DEFINE_AUTO(DIR, closedir)
DEFINE_AUTO(BIO, BIO_free)

static bool is_number(const char *id, size_t digits)
{
    return strlen(id) == digits && strspn(id, "0123456789") == digits;
}

bool store_is_card_id(const char *id)
{
    return is_number(id, STORE_CARD_DIGITS);
}

bool store_is_key_id(const char *id)
{
    return is_number(id, STORE_KEY_DIGITS);
}

static enum vsc_err open_folder(int at, const char *path, enum vsc_err missing, int *ret_fd,
                                struct problem *problem)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return problem_set(problem, errno == ENOENT ? missing : VSC_SYSTEM, "%s: %s", path,
                           strerror(errno));
    *ret_fd = fd;
    return VSC_OK;
}

static bool join(char path[PATH_MAX], const char *store, const char *name)
{
    int len = snprintf(path, PATH_MAX, "%s/%s", store, name);

    return len > 0 && len < PATH_MAX;
}

enum vsc_err store_open_cards(const char *store, int *ret_fd, struct problem *problem)
{
    char path[PATH_MAX];

    if (!join(path, store, STORE_CARDS))
        return VSC_CONFIG;
    return open_folder(AT_FDCWD, path, VSC_NO_CARD, ret_fd, problem);
}

enum vsc_err store_open_card(const char *store, const char *id, int *ret_fd,
                             struct problem *problem)
{
    auto_fd int cards = -1;
    enum vsc_err err;

    if (!store_is_card_id(id))
        return problem_set(problem, VSC_NO_CARD, "\"%s\" is no card id", id);
    err = store_open_cards(store, &cards, problem);
    if (err != VSC_OK)
        return err;
    return open_folder(cards, id, VSC_NO_CARD, ret_fd, problem);
}

enum vsc_err store_open_keys(const char *store, const char *id, int *ret_fd)
{
    auto_fd int card = -1;
    enum vsc_err err = store_open_card(store, id, &card, NULL);

    return err == VSC_OK ? open_folder(card, STORE_KEYS, VSC_STORE, ret_fd, NULL) : err;
}

enum vsc_err store_open_key(int card, const char *key, int *ret_fd, struct problem *problem)
{
    auto_fd int keys = -1;
    enum vsc_err err;

    if (!store_is_key_id(key))
        return problem_set(problem, VSC_NO_KEY, "\"%s\" is no key id", key);
    err = open_folder(card, STORE_KEYS, VSC_NO_KEY, &keys, problem);
    if (err != VSC_OK)
        return err;
    return open_folder(keys, key, VSC_NO_KEY, ret_fd, problem);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(a, b);
}

enum vsc_err store_ids(int folder, bool (*is_id)(const char *), size_t max,
                       char (**ret_ids)[STORE_CARD_SIZE], size_t *ret_count)
{
    auto_free char(*ids)[STORE_CARD_SIZE] = calloc(max, sizeof *ids);
    auto_fd int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_by(closedir) DIR *dir = NULL;
    const struct dirent *entry;
    size_t count = 0;

    if (ids == NULL)
        return VSC_MEMORY;
    if (fd < 0)
        return VSC_SYSTEM;
    dir = fdopendir(fd);
    if (dir == NULL)
        return VSC_SYSTEM;
    (void)take_fd(fd);
    while (count < max && (entry = readdir(dir)) != NULL)
        if (is_id(entry->d_name))
            memcpy(ids[count++], entry->d_name, strlen(entry->d_name) + 1);
    qsort(ids, count, sizeof *ids, by_id);
    *ret_ids = take(ids);
    *ret_count = count;
    return VSC_OK;
}

static enum vsc_err read_file(int folder, const char *name, size_t max, struct buf *ret_content,
                              struct problem *problem)
{
    enum vsc_err err = io_read_at(folder, name, max, ret_content);

    if (err == VSC_INPUT)
        return problem_set(problem, VSC_STORE, "%s: missing, too large or no file", name);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", name, strerror(errno));
    return VSC_OK;
}

enum vsc_err store_read_conf(int card, struct card_conf *ret_conf, struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, CARD_CONF_MAX);
    err = read_file(card, CARD_CONF_FILE, CARD_CONF_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    return card_conf_decode(content.data, content.len, ret_conf, problem);
}

enum vsc_err store_read_objects(int card, struct objects *ret_objects, struct problem *problem)
{
    auto_buf struct buf content;
    enum vsc_err err;

    buf_init(&content, OBJECTS_FILE_MAX);
    err = read_file(card, OBJECTS_FILE, OBJECTS_FILE_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    return objects_decode(content.data, content.len, ret_objects, problem);
}

enum vsc_err store_read_key(int key, TPM2B_PUBLIC *ret_public, TPM2B_PRIVATE *ret_private,
                            struct problem *problem)
{
    auto_buf struct buf area, private;
    struct reader reader;
    enum vsc_err err;

    buf_init(&area, STORE_BLOB_MAX);
    buf_init(&private, STORE_BLOB_MAX);
    err = read_file(key, STORE_KEY_PUB, STORE_BLOB_MAX, &area, problem);
    if (err == VSC_OK)
        err = read_file(key, STORE_KEY_PRIV, STORE_BLOB_MAX, &private, problem);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, area.data, area.len);
    get_TPM2B_PUBLIC(&reader, ret_public);
    if (reader_end(&reader) != VSC_OK)
        return problem_set(problem, VSC_STORE, "%s: malformed", STORE_KEY_PUB);
    reader_init(&reader, private.data, private.len);
    get_TPM2B_PRIVATE(&reader, ret_private);
    if (reader_end(&reader) != VSC_OK)
        return problem_set(problem, VSC_STORE, "%s: malformed", STORE_KEY_PRIV);
    return VSC_OK;
}

void store_read_default(int card, char ret_key[STORE_KEY_SIZE])
{
    auto_fd int keys = -1;
    auto_buf struct buf content;
    char id[STORE_KEY_SIZE] = "";

    ret_key[0] = '\0';
    buf_init(&content, STORE_KEY_DIGITS + 1);
    if (open_folder(card, STORE_KEYS, VSC_NO_KEY, &keys, NULL) != VSC_OK ||
        io_read_at(keys, STORE_DEFAULT, STORE_KEY_DIGITS + 1, &content) != VSC_OK ||
        content.len < STORE_KEY_DIGITS)
        return;
    memcpy(id, content.data, STORE_KEY_DIGITS);
    if (store_is_key_id(id))
        memcpy(ret_key, id, sizeof id);
}

/* Append the certificates of a PEM file; only the armour is decoded here, nothing is parsed. */
static enum vsc_err add_pem(int key, const char *name, struct der *chain, size_t *count,
                            struct problem *problem)
{
    auto_buf struct buf content;
    auto_by(BIO_free) BIO *bio = NULL;
    enum vsc_err err;

    buf_init(&content, STORE_PEM_MAX);
    err = read_file(key, name, STORE_PEM_MAX, &content, problem);
    if (err != VSC_OK)
        return err;
    bio = BIO_new_mem_buf(content.data, (int)content.len);
    if (bio == NULL)
        return VSC_MEMORY;
    while (*count < CHAIN_MAX) {
        char *kind = NULL, *header = NULL;
        unsigned char *der = NULL;
        long len = 0;
        bool fits;

        if (PEM_read_bio(bio, &kind, &header, &der, &len) != 1)
            return VSC_OK;
        fits = strcmp(kind, PEM_STRING_X509) == 0 && len > 0 && len <= CERT_MAX;
        OPENSSL_free(kind);
        OPENSSL_free(header);
        if (!fits) {
            OPENSSL_free(der);
            return problem_set(problem, VSC_STORE, "%s: no certificate, or too large", name);
        }
        chain[*count] = (struct der){.data = malloc((size_t)len), .len = (size_t)len};
        if (chain[*count].data != NULL)
            memcpy(chain[*count].data, der, (size_t)len);
        OPENSSL_free(der);
        if (chain[*count].data == NULL)
            return VSC_MEMORY;
        (*count)++;
    }
    return VSC_OK;
}

enum vsc_err store_read_chain(int key, struct der ret_chain[CHAIN_MAX], size_t *ret_count,
                              struct problem *problem)
{
    enum vsc_err err = VSC_OK;
    size_t count = 0;

    if (faccessat(key, STORE_CERT, F_OK, 0) == 0) {
        err = add_pem(key, STORE_CERT, ret_chain, &count, problem);
        if (err == VSC_OK && count > 0 && faccessat(key, STORE_CHAIN, F_OK, 0) == 0)
            err = add_pem(key, STORE_CHAIN, ret_chain, &count, problem);
    }
    if (err != VSC_OK) {
        while (count > 0)
            free(ret_chain[--count].data);
        return err;
    }
    *ret_count = count;
    return VSC_OK;
}

enum vsc_err store_lock(const char *store, const struct deadline *deadline, int *ret_fd,
                        struct problem *problem)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    char path[PATH_MAX];
    auto_fd int fd = -1;

    if (!join(path, store, STORE_LOCK))
        return VSC_CONFIG;
    fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 && errno == ENOENT)
        fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
    /* On a read-only disk a sign-in writes nothing, and flock() needs no right to write. */
    if (fd < 0 && errno == EROFS)
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
    while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR)
            return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
        if (deadline_left(deadline) == 0)
            return problem_set(problem, VSC_TIMEOUT, "%s: another process has the TPM", path);
        (void)nanosleep(&pause, NULL);
    }
    *ret_fd = take_fd(fd);
    return VSC_OK;
}
