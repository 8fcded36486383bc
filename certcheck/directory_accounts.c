/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/directory_accounts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certcheck/openssl_own.h"
#include "certcheck/sealed.h"
#include "common/altsecid.h"

#define STATE_BITS (DIRECTORY_DISABLED | DIRECTORY_LOCKED | DIRECTORY_GONE)

static const struct sealed_format format = {"VSCACCTS", 1, DIRECTORY_ACCOUNTS_BYTES};

void directory_account_done(struct directory_account *account)
{
    for (size_t i = 0; i < account->altsecid_count; i++)
        free(account->altsecids[i]);
    account->altsecid_count = 0;
}

void directory_accounts_done(struct directory_accounts *accounts)
{
    for (size_t i = 0; i < accounts->count; i++)
        directory_account_done(&accounts->items[i]);
    free(accounts->items);
    *accounts = (struct directory_accounts){.count = 0};
}

enum vsc_err directory_accounts_add(struct directory_accounts *accounts,
                                    struct directory_account *account)
{
    struct directory_account *more = NULL;

    if (accounts->count < DIRECTORY_ACCOUNTS_MAX)
        more = reallocarray(accounts->items, accounts->count + 1, sizeof(*more));
    if (more == NULL) {
        directory_account_done(account);
        return VSC_MEMORY;
    }
    accounts->items = more;
    more[accounts->count++] = *account;
    account->altsecid_count = 0;
    return VSC_OK;
}

const struct directory_account *directory_accounts_of_sid(const struct directory_accounts *accounts,
                                                          const char *sid)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (strcmp(accounts->items[i].sid, sid) == 0)
            return &accounts->items[i];
    return NULL;
}

const struct directory_account *directory_accounts_of_uid(const struct directory_accounts *accounts,
                                                          uid_t uid)
{
    for (size_t i = 0; i < accounts->count; i++)
        if (accounts->items[i].uid == uid)
            return &accounts->items[i];
    return NULL;
}

/* ---- the file -------------------------------------------------------------------------------- */

static void encode_one(const struct directory_account *account, struct buf *buf)
{
    buf_str(buf, account->sid);
    buf_u32(buf, account->uid);
    buf_u64(buf, (uint64_t)account->fetched);
    buf_u32(buf, account->state);
    buf_u64(buf, (uint64_t)account->expires);
    buf_str(buf, account->upn);
    buf_str(buf, account->implicit_upn);
    buf_u32(buf, (uint32_t)account->altsecid_count);
    for (size_t i = 0; i < account->altsecid_count; i++)
        buf_str(buf, account->altsecids[i]);
}

void directory_accounts_encode(const struct directory_accounts *accounts, struct buf *buf)
{
    sealed_begin(&format, buf);
    buf_u32(buf, (uint32_t)accounts->count);
    for (size_t i = 0; i < accounts->count; i++)
        encode_one(&accounts->items[i], buf);
    sealed_end(buf);
}

static bool upn_fits(const char *upn)
{
    return *upn == '\0' || upn_is_well_formed(upn, strlen(upn));
}

/* NULL for a value that is not in its one form; memory that runs out is a fault of the file, too.
 */
static char *decode_altsecid(struct reader *reader)
{
    size_t len = 0;
    const unsigned char *bytes = reader_bytes(reader, ALTSECID_MAX, &len);
    auto_free char *value = NULL;
    auto_free char *copy = NULL;
    enum altsecid_form form;

    if (bytes == NULL || memchr(bytes, 0, len) != NULL)
        return NULL;
    value = strndup((const char *)bytes, len);
    copy = value != NULL ? strdup(value) : NULL;
    if (copy == NULL || !altsecid_normalise(copy, &form) || strcmp(copy, value) != 0)
        return NULL;
    return take(value);
}

static bool decode_one(struct reader *reader, struct directory_account *account)
{
    uint32_t count;

    reader_str(reader, account->sid, sizeof(account->sid));
    account->uid = reader_u32(reader);
    account->fetched = (int64_t)reader_u64(reader);
    account->state = reader_u32(reader);
    account->expires = (int64_t)reader_u64(reader);
    reader_str(reader, account->upn, sizeof(account->upn));
    reader_str(reader, account->implicit_upn, sizeof(account->implicit_upn));
    count = reader_u32(reader);
    if (reader->fault || account->fetched < 0 || !sid_is_of_domain(account->sid) ||
        (account->state & ~STATE_BITS) != 0 || !upn_fits(account->upn) ||
        !upn_fits(account->implicit_upn) || count > DIRECTORY_ALTSECIDS_MAX)
        return false;
    while (account->altsecid_count < count) {
        char *value = decode_altsecid(reader);

        if (value == NULL)
            return false;
        account->altsecids[account->altsecid_count++] = value;
    }
    return true;
}

static enum vsc_err decode_all(struct reader *reader, uint32_t count,
                               struct directory_accounts *accounts)
{
    for (uint32_t i = 0; i < count; i++) {
        struct directory_account account = {.altsecid_count = 0};
        enum vsc_err err;

        if (!decode_one(reader, &account) ||
            directory_accounts_of_sid(accounts, account.sid) != NULL) {
            directory_account_done(&account);
            return VSC_INPUT;
        }
        err = directory_accounts_add(accounts, &account);
        if (err != VSC_OK)
            return err;
    }
    return reader_end(reader) == VSC_OK ? VSC_OK : VSC_INPUT;
}

enum vsc_err directory_accounts_decode(const void *bytes, size_t len,
                                       struct directory_accounts *ret_accounts)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    struct reader reader;
    uint32_t count;
    enum vsc_err err;

    if (!sealed_open(&format, bytes, len, &reader))
        return VSC_INPUT;
    count = reader_u32(&reader);
    if (count > DIRECTORY_ACCOUNTS_MAX)
        return VSC_INPUT;
    err = decode_all(&reader, count, &accounts);
    if (err != VSC_OK)
        return err;
    *ret_accounts = accounts;
    accounts = (struct directory_accounts){.count = 0};
    return VSC_OK;
}

enum vsc_err directory_accounts_load(const struct cache *cache, int64_t now, int64_t max_age,
                                     struct directory_accounts *ret_accounts)
{
    struct directory_accounts accounts = {.count = 0};
    auto_buf struct buf content;
    auto_fd int folder = -1;
    enum vsc_err err = cache_open_part(cache, CACHE_DIRECTORY, &folder);

    buf_init(&content, 0);
    if (err == VSC_OK)
        err = cache_read_file(cache, folder, DIRECTORY_ACCOUNTS_FILE, DIRECTORY_ACCOUNTS_BYTES,
                              &content);
    if (err == VSC_OK)
        err = directory_accounts_decode(content.data, content.len, &accounts);
    if (err == VSC_MEMORY)
        return err;
    for (size_t i = 0; i < accounts.count; i++) {
        struct directory_account *account = &accounts.items[i];

        account->is_fresh = account->fetched <= now && now - account->fetched <= max_age;
    }
    *ret_accounts = accounts;
    return VSC_OK;
}
