/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Revocation lists and their indexes. The first byte says what the rest is: 0, a list in DER; else
 * an index, whose digests are made right first where it is 2, so that more than the digest is
 * tried.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "certcheck/crl_index_parts.h"
#include "certcheck/crl_raw.h"
#include "certcheck/openssl_own.h"
#include "tests/fuzz/fuzz.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

static void walk(const uint8_t *data, size_t len)
{
    struct crl_raw *raw = NULL;
    struct crl_raw_entry entry;
    struct der_span entries;
    size_t count = 0;

    if (crl_raw_parse(data, len, &raw) != VSC_OK)
        return;
    entries = raw->entries;
    while (entries.len > 0 && crl_raw_next(&entries, &entry)) {
        must(entry.serial.len > 0 && entry.serial.bytes > raw->der &&
             entry.serial.bytes + entry.serial.len <= raw->der + raw->len);
        count++;
    }
    must(count <= len);
    crl_raw_free(raw);
}

static uint32_t number_at(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Make the digests of head and blocks right, as far as there are any. */
static void set_digests(unsigned char *bytes, size_t len)
{
    const size_t full = CRL_INDEX_RECORDS_LEN + CRL_INDEX_SHA256;
    size_t head_len, at;
    uint32_t entries, block = 0;

    if (len < CRL_INDEX_PREFIX_LEN + 4 + CRL_INDEX_SHA256)
        return;
    head_len = number_at(bytes + CRL_INDEX_PREFIX_LEN - 4);
    entries = number_at(bytes + CRL_INDEX_PREFIX_LEN);
    if (head_len < CRL_INDEX_PREFIX_LEN + 4 + CRL_INDEX_SHA256 || head_len > len)
        return;
    (void)SHA256(bytes, head_len - CRL_INDEX_SHA256, bytes + head_len - CRL_INDEX_SHA256);
    if (len - head_len != crl_index_body_len(entries))
        return;
    for (at = head_len; at < len; at += full, block++) {
        size_t records = (size_t)crl_index_in_block(entries, block) * CRL_INDEX_RECORD;

        must(crl_index_block_digest(bytes + head_len - CRL_INDEX_SHA256, block, bytes + at, records,
                                    bytes + at + records) == VSC_OK);
    }
}

static void look_up(const struct crl_index *index)
{
    static const long serials[] = {0, 1, -1, 4711, 65536};
    ASN1_INTEGER *serial = ASN1_INTEGER_new();
    struct crl_entry entry;
    enum vsc_err err;

    must(serial != NULL);
    for (size_t i = 0; i < sizeof(serials) / sizeof(serials[0]); i++) {
        must(ASN1_INTEGER_set(serial, serials[i]) == 1);
        err = crl_index_find(index, serial, X509_CRL_get_issuer(index->head), &entry);
        must(err == VSC_OK || err == VSC_NO_KEY || err == VSC_INPUT);
    }
    for (uint32_t i = 0; i < index->issuer_count; i++) {
        err = crl_index_find(index, serial, index->issuers[i], &entry);
        must(err == VSC_OK || err == VSC_NO_KEY || err == VSC_INPUT);
    }
    ASN1_INTEGER_free(serial);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct crl_index *index = NULL;
    unsigned char *bytes;

    if (len < 2)
        return 0;
    if (data[0] == 0) {
        walk(data + 1, len - 1);
        return 0;
    }
    bytes = malloc(len - 1);
    must(bytes != NULL);
    memcpy(bytes, data + 1, len - 1);
    if (data[0] == 2)
        set_digests(bytes, len - 1);
    if (crl_index_from(bytes, len - 1, &index) == VSC_OK) {
        must(index->entries <= len);
        look_up(index);
        (void)crl_index_is_whole(index);
    }
    crl_index_free(index);
    return 0;
}
