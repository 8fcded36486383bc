/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/accounts.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/own.h"

#define ENTRY_FIRST 4096
#define ENTRY_MAX   ((size_t)1024 * 1024) /* bytes of one passwd entry */

static void close_file(FILE *file)
{
    (void)fclose(file);
}

DEFINE_AUTO(FILE, close_file)

/* getpwnam_r or getpwuid_r, whichever `name` asks for. */
static int look_up(const char *name, uid_t uid, struct passwd *entry, char *room, size_t size,
                   struct passwd **found)
{
    int failed;

    do
        failed = name != NULL ? getpwnam_r(name, entry, room, size, found)
                              : getpwuid_r(uid, entry, room, size, found);
    while (failed == EINTR);
    return failed;
}

static bool copy(const struct passwd *entry, struct account *ret_account)
{
    struct account account = {.uid = entry->pw_uid};
    const char *gecos = entry->pw_gecos != NULL ? entry->pw_gecos : "";
    size_t len = strlen(entry->pw_name);

    if (len >= sizeof(account.name) || !account_name_is_sound(entry->pw_name))
        return false;
    memcpy(account.name, entry->pw_name, len + 1);
    text_name(account.display, sizeof(account.display), gecos, strcspn(gecos, ","));
    *ret_account = account;
    return true;
}

static bool find(const char *name, uid_t uid, struct account *ret_account)
{
    for (size_t size = ENTRY_FIRST; size <= ENTRY_MAX; size *= 2) {
        auto_free char *room = malloc(size);
        struct passwd entry;
        struct passwd *found = NULL;
        int failed;

        if (room == NULL)
            return false;
        failed = look_up(name, uid, &entry, room, size, &found);
        if (failed != ERANGE)
            return failed == 0 && found != NULL && copy(found, ret_account);
    }
    return false;
}

static bool nss_by_name(const char *name, struct account *ret_account)
{
    return find(name, 0, ret_account);
}

static bool nss_by_uid(uid_t uid, struct account *ret_account)
{
    return find(NULL, uid, ret_account);
}

bool account_is_in_file(const char *path, const struct account *account)
{
    auto_by(close_file) FILE *file = fopen(path, "re");
    auto_free char *room = malloc(ENTRY_MAX);
    struct passwd entry;
    struct passwd *found = NULL;

    if (file == NULL || room == NULL)
        return false;
    while (fgetpwent_r(file, &entry, room, ENTRY_MAX, &found) == 0)
        if (found->pw_uid == account->uid && strcmp(found->pw_name, account->name) == 0)
            return true;
    return false;
}

static bool nss_is_local(const struct account *account)
{
    return account_is_in_file("/etc/passwd", account);
}

const struct account_source account_nss = {
    .by_name = nss_by_name, .by_uid = nss_by_uid, .is_local = nss_is_local};

bool account_name_is_sound(const char *name)
{
    return *name != '\0' && strlen(name) < USER_NAME_SIZE && strpbrk(name, "/:") == NULL &&
           strchr("-+@", *name) == NULL && text_is_printable(name);
}

bool account_find(const struct account_source *source, const char *name,
                  struct account *ret_account)
{
    return account_name_is_sound(name) && source->by_name(name, ret_account);
}

bool account_is_local(const struct account_source *source, const struct account *account)
{
    return source->is_local != NULL && source->is_local(account);
}

bool account_is_same(const struct account *a, const struct account *b)
{
    return a->uid == b->uid && strcmp(a->name, b->name) == 0;
}

bool account_has_twin(const struct account_source *source, const struct account *account)
{
    struct account other;

    if (source->by_uid(account->uid, &other) && !account_is_same(account, &other))
        return true;
    return !source->by_name(account->name, &other) || !account_is_same(account, &other);
}
