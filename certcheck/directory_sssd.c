/* SPDX-License-Identifier: BSD-2-Clause */
/* SSSD through libsss_nss_idmap (its sss_nss_idmap.h, interface version 0). */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "certcheck/directory_library.h"
#include "common/own.h"

/* enum sss_id_type of that interface: what a number is the number of. */
enum sssd_type {
    SSSD_UID = 1,
    SSSD_BOTH = 3, /* a user and the group of his own */
};

static struct {
    int (*sid_by_uid)(uint32_t uid, char **sid, int *type); /* the caller frees the SID */
    int (*id_by_sid)(const char *sid, uint32_t *id, int *type);
} calls;

static const char *const files[] = {
    "/usr/lib/" VSC_MULTIARCH "/libsss_nss_idmap.so.0",
    "/usr/lib64/libsss_nss_idmap.so.0",
    "/usr/lib/libsss_nss_idmap.so.0",
    NULL,
};

static bool sssd_bind(void *handle)
{
    *(void **)&calls.sid_by_uid = dlsym(handle, "sss_nss_getsidbyuid");
    /* Before SSSD 2.5 there is only the one that looks among users and groups alike. */
    if (calls.sid_by_uid == NULL)
        *(void **)&calls.sid_by_uid = dlsym(handle, "sss_nss_getsidbyid");
    *(void **)&calls.id_by_sid = dlsym(handle, "sss_nss_getidbysid");
    return calls.sid_by_uid != NULL && calls.id_by_sid != NULL;
}

static bool is_users(int type)
{
    return type == SSSD_UID || type == SSSD_BOTH;
}

static enum directory_result sssd_sid_of(uid_t uid, char sid[SID_SIZE])
{
    auto_free char *text = NULL;
    int type = 0;

    if (calls.sid_by_uid(uid, &text, &type) != 0 || text == NULL || !is_users(type))
        return DIRECTORY_NONE;
    if (strlen(text) >= SID_SIZE)
        return DIRECTORY_FAILED;
    memcpy(sid, text, strlen(text) + 1);
    return DIRECTORY_FOUND;
}

static enum directory_result sssd_uid_of(const char *sid, uid_t *ret_uid)
{
    uint32_t id = 0;
    int type = 0;

    if (calls.id_by_sid(sid, &id, &type) != 0 || !is_users(type))
        return DIRECTORY_NONE;
    *ret_uid = id;
    return DIRECTORY_FOUND;
}

const struct directory_library directory_sssd = {
    .name = "SSSD",
    .files = files,
    .bind = sssd_bind,
    .sid_of = sssd_sid_of,
    .uid_of = sssd_uid_of,
};
