/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A libwbclient and a libsss_nss_idmap in one that play a directory: the uids 2000 to 2999 have the
 * SIDs S-1-5-21-1-2-3-UID. Some uids, and the SIDs with these numbers at their end, misbehave:
 *   3000 never answers    3001 crashes    3002 gives no SID at all    3003 gives root's number
 *   3004 asks the daemon, a local socket beside the library, for the number to take instead
 *   3005 says that it is a group's (SSSD), or gives a SID that the computer made up (winbind)
 */
#include <dlfcn.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>
#include <unistd.h>

#define EXPORT  __attribute__((visibility("default")))
#define PREFIX  "S-1-5-21-1-2-3-"
#define FAILURE 1

struct sid {
    uint8_t revision, count, authority[6];
    uint32_t parts[15];
};

EXPORT int wbcUidToSid(uid_t uid, struct sid *sid);
EXPORT int wbcSidToUid(const struct sid *sid, uid_t *uid);
EXPORT int wbcStringToSid(const char *text, struct sid *sid);
EXPORT int wbcSidToStringBuf(const struct sid *sid, char *text, int size);
EXPORT int sss_nss_getsidbyuid(uint32_t uid, char **sid, int *type);
EXPORT int sss_nss_getidbysid(const char *sid, uint32_t *id, int *type);

static uint32_t ask_daemon(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    uint32_t number = 0;
    Dl_info self;

    if (fd < 0 || dladdr((void *)&ask_daemon, &self) == 0)
        return 0;
    (void)snprintf(address.sun_path, sizeof(address.sun_path), "%.90s.sock", self.dli_fname);
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
        read(fd, &number, sizeof(number)) != (ssize_t)sizeof(number))
        number = 0;
    (void)close(fd);
    return number;
}

static void misbehave(uint32_t number)
{
    while (number == 3000)
        (void)pause();
    if (number == 3001)
        abort();
}

static int is_known(uint32_t number)
{
    return (number >= 2000 && number < 3000) || number == 3002 || number == 3003 || number == 3005;
}

int wbcUidToSid(uid_t uid, struct sid *sid)
{
    uint32_t number = uid == 3004 ? ask_daemon() : uid;
    static const uint32_t parts[] = {21, 1, 2, 3};

    misbehave(number);
    if (!is_known(number))
        return FAILURE;
    *sid = (struct sid){.revision = 1, .count = 5, .authority = {0, 0, 0, 0, 0, 5}};
    memcpy(sid->parts, parts, sizeof(parts));
    sid->parts[4] = number;
    return 0;
}

int wbcSidToUid(const struct sid *sid, uid_t *uid)
{
    uint32_t number = sid->parts[4] == 3004 ? ask_daemon() : sid->parts[4];

    misbehave(number);
    if (!is_known(number))
        return FAILURE;
    *uid = number == 3003 ? 0 : number;
    return 0;
}

int wbcStringToSid(const char *text, struct sid *sid)
{
    if (strncmp(text, PREFIX, strlen(PREFIX)) != 0)
        return FAILURE;
    *sid = (struct sid){.revision = 1, .count = 5};
    sid->parts[4] = (uint32_t)strtoul(text + strlen(PREFIX), NULL, 10);
    return 0;
}

int wbcSidToStringBuf(const struct sid *sid, char *text, int size)
{
    if (sid->parts[4] == 3002)
        return snprintf(text, (size_t)size, "nonsense");
    if (sid->parts[4] == 3005)
        return snprintf(text, (size_t)size, "S-1-22-1-3005");
    return snprintf(text, (size_t)size, PREFIX "%u", sid->parts[4]);
}

int sss_nss_getsidbyuid(uint32_t uid, char **sid, int *type)
{
    struct sid binary;
    char text[64];

    if (wbcUidToSid(uid, &binary) != 0)
        return ENOENT;
    (void)wbcSidToStringBuf(&binary, text, sizeof(text));
    *sid = strdup(text);
    *type = binary.parts[4] == 3005 ? 2 : 1;
    return *sid != NULL ? 0 : ENOMEM;
}

int sss_nss_getidbysid(const char *sid, uint32_t *id, int *type)
{
    struct sid binary;
    uid_t uid;

    if (wbcStringToSid(sid, &binary) != 0 || wbcSidToUid(&binary, &uid) != 0)
        return ENOENT;
    *id = uid;
    *type = binary.parts[4] == 3005 ? 2 : 1;
    return 0;
}
