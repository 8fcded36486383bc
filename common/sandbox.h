/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a helper may still do: a seccomp filter (system calls) and a Landlock ruleset (paths).
 * Both are the kernel's own interfaces; no library. no_new_privs must be set (drop_become).
 */
#ifndef VSC_COMMON_SANDBOX_H
#define VSC_COMMON_SANDBOX_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/problem.h"

enum sandbox_access {
    SANDBOX_READ = 1,   /* read files, list folders */
    SANDBOX_WRITE = 2,  /* write, create, rename and remove files in it */
    SANDBOX_DEVICE = 4, /* read and write the file itself: a device */
    SANDBOX_EXEC = 8,   /* map as code: folders of libraries (a PKCS#11 module's instance) */
};

struct sandbox_path {
    const char *path; /* one that does not exist is left out */
    unsigned access;  /* sandbox_access bits */
};

struct sandbox {
    const struct sandbox_path *paths;
    size_t path_count;
    bool unix_sockets; /* socket(AF_UNIX) and connect */
    bool inet_sockets; /* socket(AF_INET, AF_INET6) and connect: a TCP TCTI only */
    bool threads;      /* clone for threads: libraries that start some */
    bool loose;        /* foreign code: all system calls but the dangerous ones */
};

/*
 * Close the sandbox; there is no way back. VSC_SYSTEM with the reason in `problem` if the kernel
 * lacks seccomp or Landlock: the caller decides (a helper started by root refuses to go on).
 * A refused system call fails with EPERM, or ends the process where it has no place at all
 * (execve, ptrace, process_vm_*, kernel modules, bpf, io_uring: EPERM too, so that tests can ask).
 */
must_check enum vsc_err sandbox_close(const struct sandbox *sandbox, struct problem *problem);

#endif
