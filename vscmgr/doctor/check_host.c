/* SPDX-License-Identifier: BSD-2-Clause */
/* The computer that pam_vsc is installed on: helpers, their users, the socket, kernel, device. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"
#include "vscmgr/doctor/doctor.h"

#define ENTRY_BUFFER  16384
#define DEVICE_PREFIX "device:"
#define TPM_GROUP     "tss"

static void check_helper(struct doctor *doctor, const char *name)
{
    char path[PATH_MAX];
    struct problem problem = {""};
    auto_fd int fd = -1;
    struct stat status;

    (void)snprintf(path, sizeof(path), "%s/%s", doctor->helpers, name);
    if (io_open_trusted(path, &fd, &problem) != VSC_OK)
        doctor_find(doctor, FINDING_HELPER_MISSING, NULL, "%s", problem.text);
    else if (fstat(fd, &status) != 0 || (status.st_mode & S_IXUSR) == 0)
        doctor_find(doctor, FINDING_HELPER_MISSING, NULL, "%s: not executable", path);
}

static bool is_in_group(const char *user, gid_t gid, const char *group)
{
    char buffer[ENTRY_BUFFER];
    struct group entry, *found = NULL;

    if (getgrnam_r(group, &entry, buffer, sizeof(buffer), &found) != 0 || found == NULL)
        return false;
    if (found->gr_gid == gid)
        return true;
    for (char **member = found->gr_mem; *member != NULL; member++)
        if (strcmp(*member, user) == 0)
            return true;
    return false;
}

static void check_user(struct doctor *doctor, const char *key, const char *user, const char *group)
{
    char buffer[ENTRY_BUFFER];
    struct passwd entry, *found = NULL;

    if (*user == '\0') {
        doctor_find(doctor, FINDING_HELPER_STAYS, NULL, "helpers.%s is empty", key);
        return;
    }
    if (getpwnam_r(user, &entry, buffer, sizeof(buffer), &found) != 0 || found == NULL)
        doctor_find(doctor, FINDING_HELPER_USER, NULL, "helpers.%s: %s", key, user);
    else if (group != NULL && !is_in_group(user, found->pw_gid, group))
        doctor_find(doctor, FINDING_HELPER_GROUP, NULL, "%s", user);
}

/* A connection is all that is tried; whoever answers sees it end. */
static void check_socket(struct doctor *doctor)
{
    auto_fd int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = doctor->conf->card.socket;
    size_t len = strlen(path);

    if (len >= sizeof(address.sun_path))
        return; /* conf/ refuses it */
    memcpy(address.sun_path, path, len + 1);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) != 0)
        doctor_find(doctor, FINDING_SOCKET, NULL, "%s: %s", path, strerror(errno));
}

static void check_kernel(struct doctor *doctor)
{
    unsigned action = SECCOMP_RET_KILL_PROCESS;

    if (syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) < 1)
        doctor_find(doctor, FINDING_SANDBOX, NULL, "Landlock: %s", strerror(errno));
    if (syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) != 0)
        doctor_find(doctor, FINDING_SANDBOX, NULL, "seccomp: %s", strerror(errno));
}

/* What is no device is the way to a software TPM: nothing to say of its mode. */
static void check_device(struct doctor *doctor)
{
    const char *tcti = doctor->conf->card.tcti, *path = tcti + strlen(DEVICE_PREFIX);
    char buffer[ENTRY_BUFFER];
    struct group entry, *found = NULL;
    struct stat status;

    if (strncmp(tcti, DEVICE_PREFIX, strlen(DEVICE_PREFIX)) != 0 || stat(path, &status) != 0)
        return; /* check_tpm() tells that it is not there */
    (void)getgrgid_r(status.st_gid, &entry, buffer, sizeof(buffer), &found);
    if (found == NULL || strcmp(found->gr_name, TPM_GROUP) != 0 ||
        (status.st_mode & (S_IRGRP | S_IWGRP)) != (S_IRGRP | S_IWGRP))
        doctor_find(doctor, FINDING_TPM_PERMISSION, NULL, "%s: group %s, mode %04o", path,
                    found != NULL ? found->gr_name : "unknown", status.st_mode & 07777u);
    else if ((status.st_mode & (S_IROTH | S_IWOTH)) != 0)
        doctor_find(doctor, FINDING_TPM_PERMISSION, NULL, "%s: everybody may use it, mode %04o",
                    path, status.st_mode & 07777u);
}

void check_host(struct doctor *doctor)
{
    check_helper(doctor, "vsc-card");
    check_helper(doctor, "vsc-check");
    check_kernel(doctor);
    if (doctor->conf == NULL)
        return;
    check_user(doctor, "card_user", doctor->conf->helpers.card_user, TPM_GROUP);
    check_user(doctor, "check_user", doctor->conf->helpers.check_user, NULL);
    check_user(doctor, "fetch_user", doctor->conf->helpers.fetch_user, NULL);
    check_socket(doctor);
    check_device(doctor);
}
