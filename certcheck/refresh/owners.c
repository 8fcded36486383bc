/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/owners.h"

#include <stdlib.h>
#include <string.h>

#include "certcheck/directory_child.h"

void owners_done(struct owners *owners)
{
    free(owners->items);
    *owners = (struct owners){.count = 0};
}

/* Is it "KEY = VALUE", with a value? */
static bool is_line_of(const char *line, size_t len, const char *key)
{
    const size_t key_len = strlen(key);

    return len > key_len + 3 && memcmp(line, key, key_len) == 0 &&
           memcmp(line + key_len, " = ", 3) == 0;
}

/* The key's value; false where it stands there twice, not at all, or does not fit. */
static bool find_value(const struct buf *conf, const char *key, char *to, size_t size)
{
    const char *next = (const char *)conf->data;
    const char *end = next + conf->len;
    bool found = false;

    while (next < end) {
        const char *stop = memchr(next, '\n', (size_t)(end - next));
        const size_t len = (size_t)((stop != NULL ? stop : end) - next);
        const size_t skip = strlen(key) + 3;

        if (is_line_of(next, len, key)) {
            if (found || len - skip >= size || memchr(next, '\0', len) != NULL)
                return false;
            memcpy(to, next + skip, len - skip);
            to[len - skip] = '\0';
            found = true;
        }
        next += len + 1;
    }
    return found;
}

bool owner_read(const struct buf *card_conf, uid_t *ret_uid, char name[USER_NAME_SIZE])
{
    char number[11];
    unsigned long uid;

    if (card_conf->len == 0 || !find_value(card_conf, "owner_uid", number, sizeof(number)) ||
        number[strspn(number, "0123456789")] != '\0' ||
        !find_value(card_conf, "owner", name, USER_NAME_SIZE) || !account_name_is_sound(name))
        return false;
    uid = strtoul(number, NULL, 10);
    if (uid == 0 || uid >= UINT32_MAX)
        return false;
    *ret_uid = (uid_t)uid;
    return true;
}

static bool has(const struct owners *owners, uid_t uid)
{
    for (size_t i = 0; i < owners->count; i++)
        if (owners->items[i].account.uid == uid)
            return true;
    return false;
}

static void ask_sid(const struct account_source *source, struct owner *owner)
{
    switch (directory_sid_of(source->directory, owner->account.uid, owner->sid)) {
    case DIRECTORY_FOUND:
        return;
    case DIRECTORY_NONE:
        owner->flaw = "neither winbind nor SSSD knows its SID";
        break;
    case DIRECTORY_FAILED:
        owner->flaw = "winbind or SSSD did not say in time, or not clearly, which SID it has";
        owner->is_failure = true;
        break;
    }
    owner->sid[0] = '\0';
}

/* Is the account of this uid and this name the owner, and a directory's? One that is not known now
 * may be so later. */
static bool find_owner(const struct account_source *source, uid_t uid, const char *name,
                       struct owner *ret_owner)
{
    struct owner owner = {.account = {.uid = uid}};
    struct account again;

    memcpy(owner.account.name, name, strlen(name) + 1);
    if (account_is_local(source, &owner.account))
        return false;
    if (!source->by_uid(uid, &owner.account)) {
        owner.flaw = "this computer does not know the account now";
    } else if (strcmp(owner.account.name, name) != 0 || owner.account.uid != uid ||
               !account_find(source, name, &again) || !account_is_same(&owner.account, &again)) {
        return false;
    } else {
        ask_sid(source, &owner);
    }
    *ret_owner = owner;
    return true;
}

enum vsc_err owners_find_by(const struct account_source *source, unsigned min_uid,
                            const struct cards *cards, struct owners *ret_owners)
{
    struct owners owners = {.items = calloc(cards->conf_count + 1, sizeof(struct owner))};

    if (owners.items == NULL)
        return VSC_MEMORY;
    for (size_t i = 0; i < cards->conf_count; i++) {
        struct owner owner;
        char name[USER_NAME_SIZE];
        uid_t uid;

        if (!owner_read(&cards->confs[i], &uid, name) || uid < min_uid || has(&owners, uid) ||
            !find_owner(source, uid, name, &owner))
            continue;
        owners.items[owners.count++] = owner;
    }
    *ret_owners = owners;
    return VSC_OK;
}

enum vsc_err owners_find(const struct conf *conf, const struct cards *cards,
                         struct owners *ret_owners)
{
    struct account_source source = account_nss;
    struct directory directory;
    enum vsc_err err;

    directory_start_lazily(&directory);
    source.directory = &directory;
    err = owners_find_by(&source, conf->mapping.min_uid, cards, ret_owners);
    directory_stop(&directory);
    return err;
}
