/* SPDX-License-Identifier: BSD-2-Clause */
/* The path half of a sandbox (Landlock), and the order of both: paths first, then the filter. */
#include "common/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/own.h"
#include "common/seccomp.h"

/* Rights that headers of Debian 12 (Linux 6.1) do not name yet. */
#define RIGHT_TRUNCATE   (1ull << 14) /* since version 3 of the interface */
#define RIGHT_IOCTL_DEV  (1ull << 15) /* since version 5 */

#define RIGHTS_VERSION_1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

#define RIGHTS_READ      (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RIGHTS_WRITE                                                                               \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR |   \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REFER |   \
     RIGHT_TRUNCATE)
#define RIGHTS_DEVICE                                                                              \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | RIGHT_IOCTL_DEV)
/* What makes sense on a file that is no folder; the kernel refuses the others there. */
#define RIGHTS_OF_A_FILE                                                                           \
    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE |   \
     RIGHT_TRUNCATE | RIGHT_IOCTL_DEV)

/* All rights that this kernel's version of the interface knows: all are taken away. */
static uint64_t known_rights(long version)
{
    uint64_t rights = RIGHTS_VERSION_1;

    if (version >= 2)
        rights |= LANDLOCK_ACCESS_FS_REFER;
    if (version >= 3)
        rights |= RIGHT_TRUNCATE;
    if (version >= 5)
        rights |= RIGHT_IOCTL_DEV;
    return rights;
}

static uint64_t wanted_rights(unsigned access)
{
    uint64_t rights = 0;

    if ((access & SANDBOX_READ) != 0)
        rights |= RIGHTS_READ;
    if ((access & SANDBOX_WRITE) != 0)
        rights |= RIGHTS_WRITE;
    if ((access & SANDBOX_DEVICE) != 0)
        rights |= RIGHTS_DEVICE;
    if ((access & SANDBOX_EXEC) != 0)
        rights |= RIGHTS_READ | LANDLOCK_ACCESS_FS_EXECUTE;
    return rights;
}

static bool add_path(int ruleset, const struct sandbox_path *path, uint64_t known)
{
    auto_fd int fd = open(path->path, O_PATH | O_CLOEXEC);
    struct landlock_path_beneath_attr rule = {.parent_fd = fd};
    struct stat status;

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
    if (fstat(fd, &status) != 0)
        return false;
    rule.allowed_access = wanted_rights(path->access) & known;
    if (!S_ISDIR(status.st_mode))
        rule.allowed_access &= RIGHTS_OF_A_FILE;
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) == 0;
}

static bool landlock_close(const struct sandbox *sandbox)
{
    struct landlock_ruleset_attr attributes = {0};
    auto_fd int ruleset = -1;
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (version < 1)
        return false;
    attributes.handled_access_fs = known_rights(version);
    ruleset = (int)syscall(SYS_landlock_create_ruleset, &attributes,
                           sizeof(attributes.handled_access_fs), 0);
    if (ruleset < 0)
        return false;
    for (size_t i = 0; i < sandbox->path_count; i++)
        if (!add_path(ruleset, &sandbox->paths[i], attributes.handled_access_fs))
            return false;
    return syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

enum vsc_err sandbox_close(const struct sandbox *sandbox, struct problem *problem)
{
    if (!landlock_close(sandbox))
        return problem_set(problem, VSC_SYSTEM, "no sandbox for paths (Landlock): %m");
    if (!seccomp_close(sandbox))
        return problem_set(problem, VSC_SYSTEM, "no filter for system calls (seccomp): %m");
    return VSC_OK;
}
