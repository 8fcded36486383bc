/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starts a helper as a caller that may be setuid and hostile must: posix_spawn with a new session,
 * default signals, an empty mask and environment, and every descriptor closed but the channel
 * (descriptor 3; 0-2 are /dev/null). Changes nothing in the host process, and works where SIGCHLD
 * is ignored or a handler reaps: the child is held by a pidfd, and its exit status means nothing.
 */
#ifndef VSC_COMMON_SPAWN_H
#define VSC_COMMON_SPAWN_H

#include <spawn.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/err.h"
#include "common/problem.h"

#define SPAWN_CHANNEL 3 /* the helper's descriptor of its channel */

struct helper {
    int fd;    /* the channel; -1 when not started */
    int pidfd; /* -1 where the kernel has none */
    pid_t pid;
};

#define HELPER_NONE ((struct helper){.fd = -1, .pidfd = -1, .pid = -1})
#define auto_helper __attribute__((cleanup(helper_stop)))

/*
 * Start `folder`/`name` with `argv` (argv[0] is set by the caller, NULL at the end). The folder and
 * the file must be trusted (io.h); VSC_HELPER with the reason in `problem` otherwise.
 */
must_check enum vsc_err helper_start(const char *folder, const char *name, char *const *argv,
                                     struct helper *ret_helper, struct problem *problem);
/* Close the channel, give the helper a moment to end by itself, kill it then, reap it. */
void helper_stop(struct helper *helper);

/* For whoever starts a program in another way. A new session, default signals, an empty mask. */
must_check bool spawn_attributes(posix_spawnattr_t *attributes);
/* Move it above every descriptor that a child's set-up writes to: the host may run with 0-2 closed.
 * It stays owned; -1 where that fails. */
must_check int spawn_move_up(int *fd);

#endif
