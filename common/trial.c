/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/trial.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/io.h"
#include "common/own.h"

#define SERVICE_MAX 64

static bool name_of(const char *service, char ret_name[SERVICE_MAX + sizeof(TRIAL_NOTE)])
{
    size_t len = strlen(service);

    if (len == 0 || len > SERVICE_MAX || strchr(service, '/') != NULL)
        return false;
    (void)snprintf(ret_name, SERVICE_MAX + sizeof(TRIAL_NOTE), TRIAL_NOTE "%s", service);
    return true;
}

bool trial_note(const char *folder, const char *service)
{
    char name[SERVICE_MAX + sizeof(TRIAL_NOTE)], path[PATH_MAX];
    auto_fd int dir = -1;
    auto_fd int file = -1;

    (void)snprintf(path, sizeof(path), "%s/%s", folder, TRIAL_NAME);
    /* By the effective user: su's real one is whoever called it, and may not look in there. */
    if (faccessat(AT_FDCWD, path, F_OK, AT_EACCESS) != 0 || !name_of(service, name) ||
        io_open_trusted_folder(folder, &dir, NULL) != VSC_OK)
        return false;
    /* Empty: a hostile caller's limits cannot stop a write in its middle. */
    file = openat(dir, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    return file >= 0;
}

bool trial_noted(int folder, const char *service)
{
    char name[SERVICE_MAX + sizeof(TRIAL_NOTE)];
    struct stat status;

    return name_of(service, name) && fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISREG(status.st_mode);
}
