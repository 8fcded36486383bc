/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading an index; building one is in crl_index_build.c. */
#include "certcheck/crl_index.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/sha.h>

#include "certcheck/crl_index_parts.h"
#include "certcheck/openssl_own.h"
#include "common/buf.h"

DEFINE_AUTO(struct crl_index, crl_index_free)

struct block {
    unsigned char bytes[CRL_INDEX_RECORDS_LEN + CRL_INDEX_SHA256];
    uint32_t records;
};

void crl_index_free(struct crl_index *index)
{
    if (index == NULL)
        return;
    X509_CRL_free(index->head);
    for (uint32_t i = 0; i < index->issuer_count; i++)
        X509_NAME_free(index->issuers[i]);
    free(index->issuers);
    free(index->bytes);
    if (index->fd >= 0)
        (void)close(index->fd);
    free(index);
}

uint32_t crl_index_blocks(uint32_t entries)
{
    return entries / CRL_INDEX_PER_BLOCK + (entries % CRL_INDEX_PER_BLOCK != 0);
}

size_t crl_index_body_len(uint32_t entries)
{
    return (size_t)entries * CRL_INDEX_RECORD +
           (size_t)crl_index_blocks(entries) * CRL_INDEX_SHA256;
}

uint32_t crl_index_in_block(uint32_t entries, uint32_t block)
{
    uint32_t left = entries - block * CRL_INDEX_PER_BLOCK;

    return left < CRL_INDEX_PER_BLOCK ? left : CRL_INDEX_PER_BLOCK;
}

enum vsc_err crl_index_block_digest(const unsigned char head[CRL_INDEX_SHA256], uint32_t block,
                                    const unsigned char *records, size_t len,
                                    unsigned char ret_digest[CRL_INDEX_SHA256])
{
    const unsigned char number[4] = {(unsigned char)(block >> 24), (unsigned char)(block >> 16),
                                     (unsigned char)(block >> 8), (unsigned char)block};
    auto_by(EVP_MD_CTX_free) EVP_MD_CTX *context = EVP_MD_CTX_new();

    if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1 ||
        EVP_DigestUpdate(context, head, CRL_INDEX_SHA256) != 1 ||
        EVP_DigestUpdate(context, number, sizeof(number)) != 1 ||
        EVP_DigestUpdate(context, records, len) != 1 ||
        EVP_DigestFinal_ex(context, ret_digest, NULL) != 1)
        return VSC_MEMORY;
    return VSC_OK;
}

void crl_index_serial(const struct der_span *content, unsigned char ret_key[CRL_INDEX_KEY])
{
    unsigned char digest[CRL_INDEX_SHA256];

    memset(ret_key, 0, CRL_INDEX_KEY);
    if (content->len < CRL_INDEX_KEY) {
        ret_key[0] = (unsigned char)content->len;
        memcpy(ret_key + 1, content->bytes, content->len);
        return;
    }
    (void)SHA256(content->bytes, content->len, digest);
    ret_key[0] = UINT8_MAX;
    memcpy(ret_key + 1, digest, CRL_INDEX_KEY - 1);
}

/* ---- where the bytes are --------------------------------------------------------------------- */

/* Exactly `len` bytes at `offset`, wherever the index is. */
static bool read_at(const struct crl_index *index, size_t offset, unsigned char *to, size_t len)
{
    if (offset > index->len || len > index->len - offset)
        return false;
    if (index->bytes != NULL) {
        memcpy(to, index->bytes + offset, len);
        return true;
    }
    while (len > 0) {
        ssize_t got = pread(index->fd, to, len, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        to += got;
        offset += (size_t)got;
        len -= (size_t)got;
    }
    return true;
}

static bool read_block(const struct crl_index *index, uint32_t number, struct block *block)
{
    const size_t full = CRL_INDEX_RECORDS_LEN + CRL_INDEX_SHA256;
    unsigned char digest[CRL_INDEX_SHA256];
    size_t len;

    block->records = crl_index_in_block(index->entries, number);
    len = (size_t)block->records * CRL_INDEX_RECORD;
    if (!read_at(index, index->head_len + full * number, block->bytes, len + CRL_INDEX_SHA256))
        return false;
    return crl_index_block_digest(index->digest, number, block->bytes, len, digest) == VSC_OK &&
           memcmp(digest, block->bytes + len, sizeof(digest)) == 0;
}

/* ---- the head -------------------------------------------------------------------------------- */

static void read_origin(struct reader *reader, struct crl_origin *origin)
{
    reader_str(reader, origin->path, sizeof(origin->path));
    origin->size = reader_u64(reader);
    origin->mtime_ns = (int64_t)reader_u64(reader);
    origin->inode = reader_u64(reader);
    origin->device = reader_u64(reader);
    origin->position = reader_u32(reader);
    origin->count = reader_u32(reader);
}

static enum vsc_err read_list(struct reader *reader, struct crl_index *index)
{
    size_t len;
    const unsigned char *der = reader_bytes(reader, CRL_INDEX_HEAD_MAX, &len);
    const unsigned char *next = der;

    if (der == NULL)
        return VSC_INPUT;
    index->head = d2i_X509_CRL(NULL, &next, (long)len);
    ERR_clear_error();
    return index->head != NULL && next == der + len ? VSC_OK : VSC_INPUT;
}

static enum vsc_err read_issuers(struct reader *reader, struct crl_index *index)
{
    uint32_t count = reader_u32(reader);

    if (count > CRL_INDEX_ISSUERS_MAX)
        return VSC_INPUT;
    index->issuers = calloc(count + (size_t)1, sizeof(index->issuers[0]));
    if (index->issuers == NULL)
        return VSC_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        size_t len;
        const unsigned char *der = reader_bytes(reader, CRL_INDEX_HEAD_MAX, &len);
        const unsigned char *next = der;

        if (der == NULL)
            return VSC_INPUT;
        index->issuers[i] = d2i_X509_NAME(NULL, &next, (long)len);
        ERR_clear_error();
        if (index->issuers[i] == NULL)
            return VSC_INPUT;
        index->issuer_count++;
        if (next != der + len)
            return VSC_INPUT;
    }
    return VSC_OK;
}

/* What stands between the prefix and the digest, which fits. */
static enum vsc_err read_fields(struct crl_index *index, const unsigned char *bytes, size_t len)
{
    struct reader reader;
    uint32_t flags;
    enum vsc_err err;

    reader_init(&reader, bytes, len);
    index->entries = reader_u32(&reader);
    flags = reader_u32(&reader);
    index->strange = (flags & CRL_INDEX_STRANGE) != 0;
    reader_copy(&reader, index->key, sizeof(index->key));
    reader_copy(&reader, index->sha256, sizeof(index->sha256));
    err = read_list(&reader, index);
    if (err != VSC_OK)
        return err;
    read_origin(&reader, &index->origin);
    err = read_issuers(&reader, index);
    if (err != VSC_OK)
        return err;
    if ((flags & ~CRL_INDEX_STRANGE) != 0 || reader_end(&reader) != VSC_OK)
        return VSC_INPUT;
    return index->len - index->head_len == crl_index_body_len(index->entries) ? VSC_OK : VSC_INPUT;
}

static enum vsc_err read_head(struct crl_index *index)
{
    unsigned char prefix[CRL_INDEX_PREFIX_LEN], digest[CRL_INDEX_SHA256];
    auto_free unsigned char *head = NULL;
    struct reader reader;
    size_t signed_len;

    if (!read_at(index, 0, prefix, sizeof(prefix)) ||
        memcmp(prefix, CRL_INDEX_MAGIC, CRL_INDEX_MAGIC_LEN) != 0)
        return VSC_INPUT;
    reader_init(&reader, prefix + CRL_INDEX_MAGIC_LEN, sizeof(prefix) - CRL_INDEX_MAGIC_LEN);
    if (reader_u32(&reader) != CRL_INDEX_VERSION)
        return VSC_INPUT;
    index->head_len = reader_u32(&reader);
    if (index->head_len < sizeof(prefix) + sizeof(digest) || index->head_len > CRL_INDEX_HEAD_MAX ||
        index->head_len > index->len)
        return VSC_INPUT;
    head = malloc(index->head_len);
    if (head == NULL)
        return VSC_MEMORY;
    if (!read_at(index, 0, head, index->head_len))
        return VSC_INPUT;
    signed_len = index->head_len - sizeof(digest);
    (void)SHA256(head, signed_len, digest);
    if (memcmp(digest, head + signed_len, sizeof(digest)) != 0)
        return VSC_INPUT;
    memcpy(index->digest, digest, sizeof(digest));
    return read_fields(index, head + sizeof(prefix), signed_len - sizeof(prefix));
}

enum vsc_err crl_index_open(int fd, struct crl_index **ret_index)
{
    auto_by(crl_index_free) struct crl_index *index = NULL;
    auto_fd int owned = fd;
    struct stat status;
    enum vsc_err err;

    if (fstat(owned, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size < 0)
        return VSC_INPUT;
    index = calloc(1, sizeof(*index));
    if (index == NULL)
        return VSC_MEMORY;
    index->fd = take_fd(owned);
    index->len = (size_t)status.st_size;
    err = read_head(index);
    if (err == VSC_OK)
        *ret_index = take(index);
    return err;
}

enum vsc_err crl_index_from(unsigned char *bytes, size_t len, struct crl_index **ret_index)
{
    auto_by(crl_index_free) struct crl_index *index = NULL;
    auto_free unsigned char *owned = bytes;
    enum vsc_err err;

    index = calloc(1, sizeof(*index));
    if (index == NULL)
        return VSC_MEMORY;
    index->fd = -1;
    index->bytes = take(owned);
    index->len = len;
    err = read_head(index);
    if (err == VSC_OK)
        *ret_index = take(index);
    return err;
}

/* ---- looking up ------------------------------------------------------------------------------ */

/* The number under which an issuer stands in the records; false for one that does not. */
static bool issuer_number(const struct crl_index *index, const X509_NAME *issuer, uint32_t *ret)
{
    *ret = 0;
    if (X509_NAME_cmp(X509_CRL_get_issuer(index->head), issuer) == 0)
        return true;
    for (uint32_t i = 0; i < index->issuer_count; i++) {
        *ret = i + 1;
        if (X509_NAME_cmp(index->issuers[i], issuer) == 0)
            return true;
    }
    return false;
}

/* Where the wanted record stands: before the block, in it or where it would be, or behind it. */
static int compare_with_block(const unsigned char *want, const struct block *block)
{
    const unsigned char *last = block->bytes + (size_t)(block->records - 1) * CRL_INDEX_RECORD;

    if (memcmp(want, block->bytes, CRL_INDEX_ORDERED) < 0)
        return -1;
    return memcmp(want, last, CRL_INDEX_ORDERED) > 0 ? 1 : 0;
}

static enum vsc_err find_in_block(const unsigned char *want, const struct block *block,
                                  struct crl_entry *ret_entry)
{
    for (uint32_t i = 0; i < block->records; i++) {
        const unsigned char *record = block->bytes + (size_t)i * CRL_INDEX_RECORD;
        struct reader reader;

        if (memcmp(want, record, CRL_INDEX_ORDERED) != 0)
            continue;
        reader_init(&reader, record + CRL_INDEX_ORDERED, CRL_INDEX_RECORD - CRL_INDEX_ORDERED);
        ret_entry->since = (int64_t)reader_u64(&reader);
        ret_entry->reason = reader_u8(&reader);
        return VSC_OK;
    }
    return VSC_NO_KEY;
}

static bool make_wanted(const ASN1_INTEGER *serial, uint32_t issuer,
                        unsigned char want[CRL_INDEX_ORDERED])
{
    auto_by(openssl_free) unsigned char *der = NULL;
    int len = i2d_ASN1_INTEGER(serial, &der);
    struct der_span all = {der, len > 0 ? (size_t)len : 0};
    struct der_element number;

    if (len <= 0 || !der_take_tag(&all, DER_INTEGER, &number)) {
        ERR_clear_error();
        return false;
    }
    crl_index_serial(&number.content, want);
    for (int i = 0; i < 4; i++)
        want[CRL_INDEX_KEY + i] = (unsigned char)(issuer >> (24 - 8 * i));
    return true;
}

enum vsc_err crl_index_find(const struct crl_index *index, const ASN1_INTEGER *serial,
                            const X509_NAME *issuer, struct crl_entry *ret_entry)
{
    unsigned char want[CRL_INDEX_ORDERED];
    struct block block;
    uint32_t low = 0, high = crl_index_blocks(index->entries), number;

    if (!issuer_number(index, issuer, &number))
        return VSC_NO_KEY;
    if (!make_wanted(serial, number, want))
        return VSC_INPUT;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int where;

        if (!read_block(index, middle, &block))
            return VSC_INPUT;
        where = compare_with_block(want, &block);
        if (where == 0)
            return find_in_block(want, &block, ret_entry);
        if (where < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return VSC_NO_KEY;
}

bool crl_index_is_whole(const struct crl_index *index)
{
    for (uint32_t i = 0; i < crl_index_blocks(index->entries); i++) {
        struct block block;

        if (!read_block(index, i, &block))
            return false;
    }
    return true;
}
