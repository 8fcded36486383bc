/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A fault in words, for people: which file, line, field or code, and what to do. Functions whose
 * error code alone would leave an administrator guessing take one (NULL if nobody reads it).
 */
#ifndef VSC_COMMON_PROBLEM_H
#define VSC_COMMON_PROBLEM_H

#include "common/err.h"

struct problem {
    char text[512]; /* UTF-8, NUL-terminated, cut where it is too long */
};

/* Write the text, control characters escaped; returns `err`, so that a caller can return it. */
enum vsc_err problem_set(struct problem *problem, enum vsc_err err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
