/* SPDX-License-Identifier: BSD-2-Clause */
/* The system call half of common/sandbox.h. */
#ifndef VSC_COMMON_SECCOMP_H
#define VSC_COMMON_SECCOMP_H

#include <stdbool.h>

#include "common/sandbox.h"

/* Install the filter in all threads; false (errno set) if the kernel refuses. */
bool seccomp_close(const struct sandbox *sandbox);

#endif
