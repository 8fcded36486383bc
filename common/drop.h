/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a helper makes itself small before it reads a message: descriptors, cwd, umask, rlimits,
 * non-dumpable, no_new_privs, and (started by root) another user for good.
 */
#ifndef VSC_COMMON_DROP_H
#define VSC_COMMON_DROP_H

#include <sys/types.h>

#include "common/err.h"
#include "common/problem.h"

#define DROP_GROUPS_MAX 4

/* Whom a helper becomes; looked up while it is still root. */
struct drop_user {
    uid_t uid;
    gid_t gid;
    gid_t groups[DROP_GROUPS_MAX]; /* the supplementary ones that it keeps */
    size_t group_count;
};

/*
 * Look up `user`; `group` (NULL for none) is kept as a supplementary group if it exists.
 * VSC_CONFIG if there is no such user or it is root: never a reason to stay root.
 */
must_check enum vsc_err drop_find(const char *user, const char *group, struct drop_user *ret_user,
                                  struct problem *problem);

/*
 * The first thing in main(): descriptors 0-2 to /dev/null where they are closed, everything but
 * 0-2 and `keep_fd` (-1 for none) closed, cwd "/", umask 077, every rlimit set (core 0, files, CPU,
 * memory, processes), no real-time scheduling, default signals with SIGPIPE ignored, non-dumpable.
 */
must_check enum vsc_err drop_prepare(int keep_fd, unsigned cpu_seconds);

/* For a program that needs more than a helper does. */
struct drop_limits {
    unsigned cpu_seconds; /* 0: as much as it takes */
    unsigned file_mib, data_mib, memory_mib;
};
must_check enum vsc_err drop_prepare_within(int keep_fd, const struct drop_limits *limits);

/*
 * Become `user` for good: setgroups, setresgid, setresuid, all verified, and setuid(0) must fail
 * afterwards; then no_new_privs and non-dumpable again. With `user` NULL only the last two, and
 * whoever is not root gives up a setgid host's group and every capability.
 */
must_check enum vsc_err drop_become(const struct drop_user *user);

#endif
