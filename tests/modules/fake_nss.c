/* SPDX-License-Identifier: BSD-2-Clause */
/* An NSS module (libnss_vsctest.so.2) with the accounts that fake_directory.c knows: CORP\alice is
 * 2000, CORP\bob 2001, CORP\slow 3000, of whom the directory never says anything. */
#include <errno.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT enum nss_status _nss_vsctest_getpwnam_r(const char *name, struct passwd *entry, char *room,
                                               size_t size, int *error);
EXPORT enum nss_status _nss_vsctest_getpwuid_r(uid_t uid, struct passwd *entry, char *room,
                                               size_t size, int *error);

static const struct {
    const char *name;
    uid_t uid;
} accounts[] = {{"CORP\\alice", 2000}, {"CORP\\bob", 2001}, {"CORP\\slow", 3000}};

static enum nss_status fill(size_t i, struct passwd *entry, char *room, size_t size, int *error)
{
    if (size < 64) {
        *error = ERANGE;
        return NSS_STATUS_TRYAGAIN;
    }
    (void)snprintf(room, size, "%s", accounts[i].name);
    *entry = (struct passwd){.pw_name = room, .pw_uid = accounts[i].uid, .pw_gid = 65534};
    entry->pw_passwd = entry->pw_gecos = room + strlen(room);
    entry->pw_dir = entry->pw_shell = entry->pw_gecos;
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_vsctest_getpwnam_r(const char *name, struct passwd *entry, char *room,
                                        size_t size, int *error)
{
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
        if (strcmp(accounts[i].name, name) == 0)
            return fill(i, entry, room, size, error);
    return NSS_STATUS_NOTFOUND;
}

enum nss_status _nss_vsctest_getpwuid_r(uid_t uid, struct passwd *entry, char *room, size_t size,
                                        int *error)
{
    for (size_t i = 0; i < sizeof(accounts) / sizeof(accounts[0]); i++)
        if (accounts[i].uid == uid)
            return fill(i, entry, room, size, error);
    return NSS_STATUS_NOTFOUND;
}
