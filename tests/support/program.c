/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/program.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/own.h"

int program_copy(const char *name, const char *to)
{
    const char *build = getenv("B");
    char path[PATH_MAX];
    auto_fd int from = -1;
    auto_fd int copy = -1;
    ssize_t sent = 1;

    (void)snprintf(path, sizeof(path), "%s/%s", build != NULL ? build : "build", name);
    from = open(path, O_RDONLY | O_CLOEXEC);
    copy = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0700);
    if (from < 0 || copy < 0)
        return -1;
    while (sent > 0)
        sent = sendfile(copy, from, NULL, 1 << 20);
    return sent == 0 ? fchmod(copy, 0755) : -1;
}
