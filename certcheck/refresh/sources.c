/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/sources.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

#include "certcheck/openssl_own.h"
#include "certcheck/refresh/lists.h"
#include "common/io.h"

#define NOTE_VERSION 1
#define NOTE_MAX     8192

DEFINE_AUTO(struct crl_index, crl_index_free)

static void name_of(const char *address, char name[CACHE_NAME_SIZE])
{
    unsigned char hash[SHA256_DIGEST_LENGTH];

    (void)SHA256((const unsigned char *)address, strlen(address), hash);
    for (size_t i = 0; i < sizeof(hash); i++)
        (void)snprintf(name + 2 * i, 3, "%02x", hash[i]);
}

static bool decode(const struct buf *content, const char *address, struct source_note *note)
{
    char whose[URL_MAX + 1];
    struct reader reader;

    reader_init(&reader, content->data, content->len);
    if (reader_u8(&reader) != NOTE_VERSION)
        return false;
    reader_str(&reader, whose, sizeof(whose));
    reader_str(&reader, note->version.etag, sizeof(note->version.etag));
    reader_str(&reader, note->version.modified, sizeof(note->version.modified));
    reader_str(&reader, note->index, sizeof(note->index));
    reader_copy(&reader, note->sha256, sizeof(note->sha256));
    return reader_end(&reader) == VSC_OK && strcmp(whose, address) == 0 &&
           strchr(note->index, '/') == NULL;
}

/* Is the list of the note what the cache has, whole? */
static bool stands(const struct refresh *refresh, const struct source_note *note,
                   int64_t *ret_until)
{
    auto_by(crl_index_free) struct crl_index *index =
        list_in_cache(refresh, CACHE_CRLS, note->index);

    if (index == NULL || memcmp(index->sha256, note->sha256, sizeof(note->sha256)) != 0)
        return false;
    *ret_until = list_until(index->head);
    return true;
}

bool source_recall(const struct refresh *refresh, const char *address, struct source_note *ret_note,
                   int64_t *ret_until)
{
    auto_buf struct buf content;
    struct source_note note = {.index = ""};
    char name[CACHE_NAME_SIZE];
    int64_t until = 0;

    buf_init(&content, 0);
    name_of(address, name);
    if (cache_read_file(refresh->cache, refresh->parts[CACHE_SOURCES], name, NOTE_MAX, &content) !=
            VSC_OK ||
        !decode(&content, address, &note) || !stands(refresh, &note, &until))
        return false;
    *ret_note = note;
    *ret_until = until;
    return true;
}

void source_remember(const struct refresh *refresh, const char *address,
                     const struct source_note *note)
{
    auto_buf struct buf content;
    char name[CACHE_NAME_SIZE];

    buf_init(&content, NOTE_MAX);
    buf_u8(&content, NOTE_VERSION);
    buf_str(&content, address);
    buf_str(&content, note->version.etag);
    buf_str(&content, note->version.modified);
    buf_str(&content, note->index);
    buf_put(&content, note->sha256, sizeof(note->sha256));
    name_of(address, name);
    if (buf_status(&content) == VSC_OK &&
        io_write_at(refresh->parts[CACHE_SOURCES], name, content.data, content.len, 0644) != VSC_OK)
        return;
}
