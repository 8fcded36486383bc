/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/problem.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/text.h"

enum vsc_err problem_set(struct problem *problem, enum vsc_err err, const char *format, ...)
{
    char raw[sizeof(problem->text) * 2] = "";
    int saved = errno; /* io.h's callers look at it after a failure */
    va_list args;

    if (problem == NULL)
        return err;
    va_start(args, format);
    (void)vsnprintf(raw, sizeof(raw), format, args);
    va_end(args);
    text_clean(problem->text, sizeof(problem->text), raw);
    errno = saved;
    return err;
}
