/* SPDX-License-Identifier: BSD-2-Clause */
/* certcheck refresh: becomes certcheck-refresh (certcheck_refresh_main.c). */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "certcheck/cli/command.h"

#define PROGRAM "certcheck-refresh"

/* Beside this very program where it was built; else where it is installed. */
static bool find_program(char *path, size_t size)
{
    char own[PATH_MAX];
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
    char *slash;
    int needed = -1;

    own[len > 0 ? len : 0] = '\0';
    slash = strrchr(own, '/');
    if (slash != NULL)
        needed = snprintf(path, size, "%.*s/%s", (int)(slash - own), own, PROGRAM);
    if (needed < 0 || (size_t)needed >= size || access(path, X_OK) != 0)
        needed = snprintf(path, size, "%s/%s", VSC_LIBEXECDIR, PROGRAM);
    return needed >= 0 && (size_t)needed < size;
}

int command_refresh(const struct request *request)
{
    char path[PATH_MAX], name[] = PROGRAM;
    char **argv = calloc((size_t)request->argc + 2, sizeof(*argv));
    struct problem problem = {""};

    if (argv == NULL || !find_program(path, sizeof(path))) {
        free(argv);
        return command_failed(VSC_MEMORY, &problem);
    }
    argv[0] = name;
    if (request->argc > 0)
        memcpy(argv + 1, request->argv, (size_t)request->argc * sizeof(*argv));
    (void)execv(path, argv);
    free(argv);
    return command_failed(problem_set(&problem, VSC_SYSTEM, "%s: %s", path, strerror(errno)),
                          &problem);
}
