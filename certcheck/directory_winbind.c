/* SPDX-License-Identifier: BSD-2-Clause */
/* winbind through libwbclient (Samba's wbclient.h, interface version 0). */
#include <dlfcn.h>
#include <stdint.h>
#include <string.h>

#include "certcheck/directory_library.h"

#define WBC_ERR_SUCCESS 0

/* struct wbcDomainSid of that interface. */
struct winbind_sid {
    uint8_t revision, count, authority[6];
    uint32_t parts[15];
};

static struct {
    int (*uid_to_sid)(uid_t uid, struct winbind_sid *sid);
    int (*sid_to_uid)(const struct winbind_sid *sid, uid_t *uid);
    int (*string_to_sid)(const char *text, struct winbind_sid *sid);
    int (*sid_to_string)(const struct winbind_sid *sid, char *text, int size); /* its length */
} calls;

static const char *const files[] = {
    "/usr/lib/" VSC_MULTIARCH "/libwbclient.so.0",
    "/usr/lib64/libwbclient.so.0",
    "/usr/lib/libwbclient.so.0",
    NULL,
};

static bool winbind_bind(void *handle)
{
    *(void **)&calls.uid_to_sid = dlsym(handle, "wbcUidToSid");
    *(void **)&calls.sid_to_uid = dlsym(handle, "wbcSidToUid");
    *(void **)&calls.string_to_sid = dlsym(handle, "wbcStringToSid");
    *(void **)&calls.sid_to_string = dlsym(handle, "wbcSidToStringBuf");
    return calls.uid_to_sid != NULL && calls.sid_to_uid != NULL && calls.string_to_sid != NULL &&
           calls.sid_to_string != NULL;
}

static enum directory_result winbind_sid_of(uid_t uid, char sid[SID_SIZE])
{
    struct winbind_sid binary;
    int len;

    if (calls.uid_to_sid(uid, &binary) != WBC_ERR_SUCCESS)
        return DIRECTORY_NONE;
    len = calls.sid_to_string(&binary, sid, SID_SIZE);
    return len > 0 && len < SID_SIZE ? DIRECTORY_FOUND : DIRECTORY_FAILED;
}

static enum directory_result winbind_uid_of(const char *sid, uid_t *ret_uid)
{
    struct winbind_sid binary;

    if (calls.string_to_sid(sid, &binary) != WBC_ERR_SUCCESS)
        return DIRECTORY_FAILED;
    return calls.sid_to_uid(&binary, ret_uid) == WBC_ERR_SUCCESS ? DIRECTORY_FOUND : DIRECTORY_NONE;
}

const struct directory_library directory_winbind = {
    .name = "winbind",
    .files = files,
    .bind = winbind_bind,
    .sid_of = winbind_sid_of,
    .uid_of = winbind_uid_of,
};
