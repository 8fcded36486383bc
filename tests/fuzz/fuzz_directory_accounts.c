/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The file directory/accounts of the cache, without its digest, which is put behind it here. What
 * is taken makes sense, and comes out as the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include <openssl/sha.h>

#include "certcheck/directory_accounts.h"
#include "common/altsecid.h"
#include "tests/fuzz/fuzz.h"

static void must(int holds)
{
    if (!holds)
        abort();
}

static void check_account(const struct directory_account *account)
{
    must(sid_is_of_domain(account->sid) && account->fetched >= 0 && !account->is_fresh);
    must(*account->upn == '\0' || upn_is_well_formed(account->upn, strlen(account->upn)));
    must(account->altsecid_count <= DIRECTORY_ALTSECIDS_MAX);
    for (size_t i = 0; i < account->altsecid_count; i++) {
        char *copy = strdup(account->altsecids[i]);
        enum altsecid_form form;

        must(copy != NULL && altsecid_normalise(copy, &form));
        must(strcmp(copy, account->altsecids[i]) == 0);
        free(copy);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    auto_buf struct buf file;
    auto_buf struct buf again;
    unsigned char digest[SHA256_DIGEST_LENGTH];

    buf_init(&file, DIRECTORY_ACCOUNTS_BYTES);
    buf_init(&again, DIRECTORY_ACCOUNTS_BYTES);
    must(directory_accounts_decode(data, len, &accounts) != VSC_OK || len > sizeof(digest));
    directory_accounts_done(&accounts);
    (void)SHA256(data, len, digest);
    buf_put(&file, data, len);
    buf_put(&file, digest, sizeof(digest));
    if (buf_status(&file) != VSC_OK ||
        directory_accounts_decode(file.data, file.len, &accounts) != VSC_OK)
        return 0;
    for (size_t i = 0; i < accounts.count; i++) {
        check_account(&accounts.items[i]);
        must(directory_accounts_of_sid(&accounts, accounts.items[i].sid) == &accounts.items[i]);
    }
    directory_accounts_encode(&accounts, &again);
    must(again.len == file.len && memcmp(again.data, file.data, file.len) == 0);
    return 0;
}
