/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One child process for each directory. Its library is foreign code that waits for a daemon: in a
 * process of its own it can hang or crash without taking a decision or this process with it. The
 * child has no rights but to read libraries and to connect local sockets, ends itself when an
 * answer takes too long, and with this process. Fork before a sandbox is closed: afterwards there
 * is no way to.
 */
#ifndef VSC_CERTCHECK_DIRECTORY_CHILD_H
#define VSC_CERTCHECK_DIRECTORY_CHILD_H

#include <stdbool.h>
#include <stddef.h>

#include "certcheck/directory.h"
#include "certcheck/directory_library.h"

#define DIRECTORY_DEADLINE_MS 2500

struct directory_options {
    int deadline_ms;   /* of one answer */
    bool must_sandbox; /* a child that cannot close its sandbox ends; else it goes on without */
    bool lazy;         /* start a child when it is first asked: in a process without a sandbox */
};

/*
 * Start a child for each of the libraries that is installed; where there is none, nobody knows any
 * account. A child that cannot be started is a directory that does not answer. The caller calls
 * directory_stop().
 */
void directory_start(const struct directory_library *const *libraries, size_t count,
                     const struct directory_options *options, struct directory *ret_directory);
/* winbind and SSSD, with the usual deadline: at once for a helper, or when they are first asked. */
void directory_start_all(bool must_sandbox, struct directory *ret_directory);
void directory_start_lazily(struct directory *ret_directory);
void directory_stop(struct directory *directory);

#endif
