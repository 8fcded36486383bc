/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An account's entry from a directory. Values stand there one after the other: a byte that says of
 * which attribute, a byte of length, the bytes. What is taken can be kept in the cache as it is.
 */
#include <stdlib.h>
#include <string.h>

#include "certcheck/refresh/account_entry.h"
#include "certcheck/refresh/owners.h"
#include "tests/fuzz/fuzz.h"

#define SID     "S-1-5-21-1-2-3-2000"
#define KINDS   9 /* the attributes that are asked for, and the name of the entry */
#define EACH    96
#define TEXTMAX 256

static void must(int holds)
{
    if (!holds)
        abort();
}

static struct ldap_attribute attributes[KINDS - 1];
static struct ldap_value values[KINDS - 1][EACH];
static unsigned char bytes[KINDS - 1][EACH][TEXTMAX];
static char dn[TEXTMAX];

static void take_value(unsigned kind, const uint8_t *data, size_t len)
{
    struct ldap_attribute *attribute = &attributes[kind];
    unsigned char *to = bytes[kind][attribute->count];

    if (attribute->count == EACH)
        return;
    memcpy(to, data, len);
    to[len] = '\0';
    values[kind][attribute->count++] = (struct ldap_value){.data = to, .len = len};
}

static struct ldap_entry entry_of(const uint8_t *data, size_t len)
{
    for (unsigned i = 0; i < KINDS - 1; i++)
        attributes[i] =
            (struct ldap_attribute){.name = account_entry_attributes[i], .values = values[i]};
    dn[0] = '\0';
    while (len >= 2) {
        const unsigned kind = data[0] % KINDS;
        const size_t size = data[1] < len - 2 ? data[1] : len - 2;

        if (kind < KINDS - 1) {
            take_value(kind, data + 2, size);
        } else {
            memcpy(dn, data + 2, size);
            dn[size] = '\0';
        }
        data += 2 + size;
        len -= 2 + size;
    }
    return (struct ldap_entry){.dn = dn, .attributes = attributes, .count = KINDS - 1};
}

static void check(struct directory_account *account)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    auto_directory_accounts struct directory_accounts again = {.count = 0};
    auto_buf struct buf file;

    buf_init(&file, DIRECTORY_ACCOUNTS_BYTES);
    must(strcmp(account->sid, SID) == 0);
    must(directory_accounts_add(&accounts, account) == VSC_OK);
    directory_accounts_encode(&accounts, &file);
    must(directory_accounts_decode(file.data, file.len, &again) == VSC_OK && again.count == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct ldap_entry entry = entry_of(data, len);
    struct directory_account account = {.altsecid_count = 0};
    struct account_leftovers leftovers = {.weak = 0};
    struct problem problem = {""};
    struct buf conf;
    char name[USER_NAME_SIZE];
    uid_t uid = 0;
    enum vsc_err err = account_entry_read(&entry, SID, &account, &leftovers, &problem);

    if (err == VSC_OK)
        check(&account);
    else
        must(err == VSC_INPUT && *problem.text != '\0');
    buf_init(&conf, 65536);
    buf_put(&conf, data, len);
    if (buf_status(&conf) == VSC_OK && owner_read(&conf, &uid, name))
        must(uid != 0 && account_name_is_sound(name));
    buf_done(&conf);
    return 0;
}
