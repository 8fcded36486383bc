/* SPDX-License-Identifier: BSD-2-Clause */
/* A local socket for everybody, one child a connection, until SIGTERM. */
#ifndef VSC_COMMON_LISTEN_H
#define VSC_COMMON_LISTEN_H

#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

#define LISTEN_CHILDREN_MAX 64 /* connections at a time */
#define LISTEN_USER_MAX     8  /* of one user other than root */

struct listener {
    const char *path; /* an old socket file there is replaced; mode 0666 */
    /* Runs in the child, which has the connection as `fd` and default signals; the child ends with
     * what this returns. */
    int (*child)(int fd, void *context);
    void *context;
};

/*
 * Listen until SIGTERM, SIGINT or SIGHUP (VSC_OK): the socket file and the children are gone then.
 * Blocks these signals and SIGCHLD. VSC_EXISTS: another kind of file stands in the way.
 */
must_check enum vsc_err listen_run(const struct listener *listener, struct problem *problem);

#endif
