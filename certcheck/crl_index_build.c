/* SPDX-License-Identifier: BSD-2-Clause */
/* Building an index out of a list, and writing it. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>

#include "certcheck/crl_index_parts.h"
#include "certcheck/openssl_own.h"
#include "common/buf.h"
#include "common/io.h"

#define SECOND_NS INT64_C(1000000000)

DEFINE_AUTO(X509_NAME, X509_NAME_free)

struct building {
    const struct crl_raw *raw;
    bool indirect; /* entries may be of other issuers */
    bool strange;
    struct buf issuers;                      /* as they stand in the head, without their number */
    X509_NAME *names[CRL_INDEX_ISSUERS_MAX]; /* owned */
    uint32_t issuer_count;
    struct der_span last; /* the issuer that was named last, and its number */
    uint32_t last_number;
    unsigned char *records; /* owned */
    uint32_t count;
};

static void building_done(struct building *building)
{
    for (uint32_t i = 0; i < building->issuer_count; i++)
        X509_NAME_free(building->names[i]);
    buf_done(&building->issuers);
    free(building->records);
}

enum vsc_err crl_index_key_of(const X509 *cert, unsigned char ret_key[CRL_INDEX_SHA256])
{
    auto_by(openssl_free) unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

    ERR_clear_error();
    if (len <= 0)
        return VSC_MEMORY;
    (void)SHA256(der, (size_t)len, ret_key);
    return VSC_OK;
}

struct crl_origin crl_origin_of(const char *path, const struct stat *status, uint32_t position,
                                uint32_t count)
{
    struct crl_origin origin = {
        .size = (uint64_t)status->st_size,
        .inode = (uint64_t)status->st_ino,
        .device = (uint64_t)status->st_dev,
        .mtime_ns = (int64_t)status->st_mtim.tv_sec * SECOND_NS + status->st_mtim.tv_nsec,
        .position = position,
        .count = count,
    };

    (void)strncpy(origin.path, path, sizeof(origin.path) - 1);
    return origin;
}

bool crl_origin_is(const struct crl_origin *origin, const char *path, const struct stat *status)
{
    const struct crl_origin now = crl_origin_of(path, status, origin->position, origin->count);

    return strcmp(origin->path, now.path) == 0 && origin->size == now.size &&
           origin->inode == now.inode && origin->device == now.device &&
           origin->mtime_ns == now.mtime_ns;
}

/* ---- records --------------------------------------------------------------------------------- */

/* The number of a certificate issuer, a new one if need be. */
static enum vsc_err number_of(struct building *building, const struct der_span *der,
                              uint32_t *ret_number)
{
    const unsigned char *next = der->bytes;
    auto_by(X509_NAME_free) X509_NAME *name = NULL;

    if (der->len > 0)
        name = d2i_X509_NAME(NULL, &next, (long)der->len);
    ERR_clear_error();
    if (name == NULL || next != der->bytes + der->len) {
        building->strange = true;
        *ret_number = CRL_INDEX_NO_ISSUER;
        return VSC_OK;
    }
    *ret_number = 0;
    if (X509_NAME_cmp(name, X509_CRL_get_issuer(building->raw->head)) == 0)
        return VSC_OK;
    for (uint32_t i = 0; i < building->issuer_count; i++) {
        *ret_number = i + 1;
        if (X509_NAME_cmp(name, building->names[i]) == 0)
            return VSC_OK;
    }
    if (building->issuer_count == CRL_INDEX_ISSUERS_MAX)
        return VSC_INPUT;
    building->names[building->issuer_count++] = take(name);
    *ret_number = building->issuer_count;
    buf_bytes(&building->issuers, der->bytes, der->len);
    return buf_status(&building->issuers);
}

/* RFC 5280 5.3.3: an entry that names no issuer is of the one that was named last. */
static enum vsc_err follow_issuer(struct building *building, const struct crl_raw_entry *entry)
{
    const struct der_span *last = &building->last;

    if (!entry->has_issuer)
        return VSC_OK;
    if (!building->indirect) {
        building->strange = true;
        return VSC_OK;
    }
    if (entry->issuer.len > 0 && entry->issuer.len == last->len &&
        memcmp(entry->issuer.bytes, last->bytes, last->len) == 0)
        return VSC_OK;
    building->last = entry->issuer;
    return number_of(building, &entry->issuer, &building->last_number);
}

static void put_number(unsigned char *to, uint64_t value, unsigned len)
{
    for (unsigned i = 0; i < len; i++)
        to[i] = (unsigned char)(value >> (8 * (len - 1 - i)));
}

static void put_record(const struct building *building, const struct crl_raw_entry *entry,
                       unsigned char *record)
{
    memset(record, 0, CRL_INDEX_RECORD);
    crl_index_serial(&entry->serial, record);
    put_number(record + CRL_INDEX_KEY, building->last_number, 4);
    put_number(record + CRL_INDEX_ORDERED, (uint64_t)entry->since, 8);
    record[CRL_INDEX_ORDERED + 8] = entry->reason;
}

/* By serial number and issuer; of the same, one that revokes before one that takes back. */
static int compare_records(const void *a, const void *b)
{
    int order = memcmp(a, b, CRL_INDEX_ORDERED);
    bool a_removes = ((const unsigned char *)a)[CRL_INDEX_ORDERED + 8] == CRL_ENTRY_REMOVED;
    bool b_removes = ((const unsigned char *)b)[CRL_INDEX_ORDERED + 8] == CRL_ENTRY_REMOVED;

    return order != 0 ? order : a_removes - b_removes;
}

/* One record for each serial number and issuer. */
static void leave_out_doubles(struct building *building)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < building->count; i++) {
        unsigned char *from = building->records + (size_t)i * CRL_INDEX_RECORD;
        unsigned char *to = building->records + (size_t)kept * CRL_INDEX_RECORD;

        if (kept > 0 && memcmp(to - CRL_INDEX_RECORD, from, CRL_INDEX_ORDERED) == 0)
            continue;
        memmove(to, from, CRL_INDEX_RECORD);
        kept++;
    }
    building->count = kept;
}

static enum vsc_err read_records(struct building *building)
{
    const bool is_first_version = X509_CRL_get_version(building->raw->head) == X509_CRL_VERSION_1;
    struct der_span entries = building->raw->entries;
    struct crl_raw_entry entry;
    uint32_t count = 0;

    for (; entries.len > 0; count++)
        if (!crl_raw_next(&entries, &entry))
            return VSC_INPUT;
    building->records = malloc((size_t)count * CRL_INDEX_RECORD + 1);
    if (building->records == NULL)
        return VSC_MEMORY;
    entries = building->raw->entries;
    for (; building->count < count; building->count++) {
        enum vsc_err err;

        if (!crl_raw_next(&entries, &entry))
            return VSC_INPUT;
        building->strange |= entry.strange || (entry.has_extensions && is_first_version);
        err = follow_issuer(building, &entry);
        if (err != VSC_OK)
            return err;
        put_record(building, &entry,
                   building->records + (size_t)building->count * CRL_INDEX_RECORD);
    }
    qsort(building->records, count, CRL_INDEX_RECORD, compare_records);
    leave_out_doubles(building);
    return VSC_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static enum vsc_err put_head(struct buf *out, const struct building *building,
                             const unsigned char key[CRL_INDEX_SHA256],
                             const struct crl_origin *origin)
{
    const struct crl_raw *raw = building->raw;
    unsigned char digest[CRL_INDEX_SHA256];

    buf_put(out, CRL_INDEX_MAGIC, CRL_INDEX_MAGIC_LEN);
    buf_u32(out, CRL_INDEX_VERSION);
    buf_u32(out, 0); /* the length: below */
    buf_u32(out, building->count);
    buf_u32(out, building->strange ? CRL_INDEX_STRANGE : 0);
    buf_put(out, key, CRL_INDEX_SHA256);
    buf_put(out, raw->sha256, CRL_INDEX_SHA256);
    buf_bytes(out, raw->head_der.data, raw->head_der.len);
    buf_str(out, origin->path);
    buf_u64(out, origin->size);
    buf_u64(out, (uint64_t)origin->mtime_ns);
    buf_u64(out, origin->inode);
    buf_u64(out, origin->device);
    buf_u32(out, origin->position);
    buf_u32(out, origin->count);
    buf_u32(out, building->issuer_count);
    buf_put(out, building->issuers.data, building->issuers.len);
    if (buf_status(out) != VSC_OK)
        return VSC_MEMORY;
    if (out->len > CRL_INDEX_HEAD_MAX - sizeof(digest))
        return VSC_INPUT;
    put_number(out->data + CRL_INDEX_PREFIX_LEN - 4, out->len + sizeof(digest), 4);
    (void)SHA256(out->data, out->len, digest);
    buf_put(out, digest, sizeof(digest));
    return buf_status(out);
}

static enum vsc_err put_blocks(const struct buf *head, const struct building *building,
                               unsigned char *to)
{
    const unsigned char *digest = head->data + head->len - CRL_INDEX_SHA256;

    for (uint32_t i = 0; i < crl_index_blocks(building->count); i++) {
        size_t len = (size_t)crl_index_in_block(building->count, i) * CRL_INDEX_RECORD;
        const unsigned char *records = building->records + (size_t)i * CRL_INDEX_RECORDS_LEN;
        enum vsc_err err;

        memcpy(to, records, len);
        err = crl_index_block_digest(digest, i, records, len, to + len);
        if (err != VSC_OK)
            return err;
        to += len + CRL_INDEX_SHA256;
    }
    return VSC_OK;
}

static bool is_indirect(const X509_CRL *head)
{
    auto_by(ISSUING_DIST_POINT_free) ISSUING_DIST_POINT *point =
        X509_CRL_get_ext_d2i(head, NID_issuing_distribution_point, NULL, NULL);

    ERR_clear_error();
    return point != NULL && point->indirectCRL != 0;
}

static enum vsc_err assemble(const struct building *building,
                             const unsigned char key[CRL_INDEX_SHA256],
                             const struct crl_origin *origin, struct crl_index **ret_index)
{
    auto_buf struct buf head;
    unsigned char *bytes;
    size_t len;
    enum vsc_err err;

    buf_init(&head, CRL_INDEX_HEAD_MAX);
    err = put_head(&head, building, key, origin);
    if (err != VSC_OK)
        return err;
    len = head.len + crl_index_body_len(building->count);
    bytes = malloc(len);
    if (bytes == NULL)
        return VSC_MEMORY;
    memcpy(bytes, head.data, head.len);
    err = put_blocks(&head, building, bytes + head.len);
    if (err != VSC_OK) {
        free(bytes);
        return err;
    }
    return crl_index_from(bytes, len, ret_index);
}

enum vsc_err crl_index_build(const struct crl_raw *raw, const X509 *signer,
                             const struct crl_origin *origin, struct crl_index **ret_index)
{
    static const struct crl_origin fetched;
    auto_free struct building *building = calloc(1, sizeof(*building));
    unsigned char key[CRL_INDEX_SHA256];
    EVP_PKEY *public_key = X509_get0_pubkey(signer);
    enum vsc_err err;

    ERR_clear_error();
    if (building == NULL)
        return VSC_MEMORY;
    if (public_key == NULL || !crl_raw_verifies(raw, public_key))
        return VSC_CERT;
    building->raw = raw;
    building->indirect = is_indirect(raw->head);
    buf_init(&building->issuers, CRL_INDEX_HEAD_MAX);
    err = crl_index_key_of(signer, key);
    if (err == VSC_OK)
        err = read_records(building);
    if (err == VSC_OK)
        err = assemble(building, key, origin != NULL ? origin : &fetched, ret_index);
    building_done(building);
    return err;
}

enum vsc_err crl_index_write(const struct crl_index *index, int folder, const char *name)
{
    if (index->bytes == NULL)
        return VSC_INPUT;
    return io_write_at(folder, name, index->bytes, index->len, 0644);
}
