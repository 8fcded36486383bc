/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/cards.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "common/io.h"
#include "common/own.h"

#define CARD_DIGITS 4
#define KEY_DIGITS  2

DEFINE_AUTO(DIR, closedir)

void cards_done(struct cards *cards)
{
    for (size_t i = 0; i < cards->count; i++) {
        buf_done(&cards->items[i].cert);
        buf_done(&cards->items[i].chain);
    }
    for (size_t i = 0; i < cards->conf_count; i++)
        buf_done(&cards->confs[i]);
    free(cards->items);
    free(cards->confs);
    *cards = (struct cards){0};
}

/* The first thing that cannot be read is the one that is told. */
static void note(struct cards *cards, const char *what)
{
    if (*cards->flaw.text == '\0')
        (void)problem_set(&cards->flaw, VSC_INPUT, "%s: %s", what, strerror(errno));
}

static int open_folder(int at, const char *name)
{
    return openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

/* Visits the folders in `folder` whose names are so many digits. */
typedef enum vsc_err visit_folder(struct cards *cards, int folder, const char *path);

static enum vsc_err each_folder(struct cards *cards, int fd, const char *path, size_t digits,
                                visit_folder *visit)
{
    auto_fd int own = fcntl(fd, F_DUPFD_CLOEXEC, 3);
    auto_by(closedir) DIR *dir = own >= 0 ? fdopendir(own) : NULL;
    const struct dirent *entry;
    enum vsc_err err = VSC_OK;

    if (dir == NULL)
        return VSC_MEMORY;
    (void)take_fd(own);
    while (err == VSC_OK && (entry = readdir(dir)) != NULL) {
        const char *name = entry->d_name;
        auto_fd int folder = -1;
        char below[64];

        if (strlen(name) != digits || strspn(name, "0123456789") != digits)
            continue;
        (void)snprintf(below, sizeof(below), "%s%s%s", path, *path != '\0' ? "/" : "", name);
        folder = open_folder(fd, name);
        if (folder < 0)
            note(cards, below);
        else
            err = visit(cards, folder, below);
    }
    return err;
}

/* A file that is not there is an empty one. */
static bool read_optional(int folder, const char *name, struct buf *content)
{
    buf_init(content, 0);
    return io_read_at(folder, name, CARDS_PEM_MAX, content) == VSC_OK || errno == ENOENT;
}

static enum vsc_err read_key(struct cards *cards, int folder, const char *path)
{
    auto_buf struct buf cert;
    auto_buf struct buf chain;
    struct card_files *more;

    buf_init(&chain, 0);
    if (!read_optional(folder, "cert.pem", &cert) || !read_optional(folder, "chain.pem", &chain)) {
        note(cards, path);
        return VSC_OK;
    }
    if (cert.len == 0 || cards->count == CARDS_KEYS_MAX)
        return VSC_OK;
    more = reallocarray(cards->items, cards->count + 1, sizeof(*more));
    if (more == NULL)
        return VSC_MEMORY;
    cards->items = more;
    more = &cards->items[cards->count++];
    *more = (struct card_files){.cert = cert, .chain = chain};
    buf_init(&cert, 0);
    buf_init(&chain, 0);
    (void)snprintf(more->name, sizeof(more->name), "%.4s/%.2s", path, path + CARD_DIGITS + 1);
    return VSC_OK;
}

static enum vsc_err read_conf(struct cards *cards, int folder, const char *path)
{
    auto_buf struct buf content;
    struct buf *more;

    buf_init(&content, 0);
    if (io_read_at(folder, "card.conf", CARDS_CONF_MAX, &content) != VSC_OK) {
        if (errno != ENOENT)
            note(cards, path);
        return VSC_OK;
    }
    if (cards->conf_count == CARDS_OWNED_MAX)
        return VSC_OK;
    more = reallocarray(cards->confs, cards->conf_count + 1, sizeof(*more));
    if (more == NULL)
        return VSC_MEMORY;
    cards->confs = more;
    more[cards->conf_count++] = content;
    buf_init(&content, 0);
    return VSC_OK;
}

static enum vsc_err read_card(struct cards *cards, int folder, const char *path)
{
    auto_fd int keys = open_folder(folder, "keys");
    enum vsc_err err = read_conf(cards, folder, path);

    if (err != VSC_OK)
        return err;
    if (keys < 0) {
        note(cards, path);
        return VSC_OK;
    }
    return each_folder(cards, keys, path, KEY_DIGITS, read_key);
}

enum vsc_err cards_read(const char *store, struct cards *ret_cards)
{
    auto_cards struct cards cards = {0};
    auto_fd int folder = -1;
    char path[PATH_MAX];
    enum vsc_err err = VSC_OK;
    int len = snprintf(path, sizeof(path), "%s/cards", store);

    if (*store != '\0' && len > 0 && (size_t)len < sizeof(path)) {
        folder = open_folder(AT_FDCWD, path);
        if (folder >= 0)
            err = each_folder(&cards, folder, "", CARD_DIGITS, read_card);
        else if (errno != ENOENT)
            note(&cards, path);
    }
    if (err != VSC_OK)
        return err;
    *ret_cards = cards;
    cards = (struct cards){0};
    return VSC_OK;
}
