/* SPDX-License-Identifier: BSD-2-Clause */
/* Enrollment profiles of a text, for tests. */
#ifndef VSC_TESTS_SUPPORT_ENROLL_PROFILE_H
#define VSC_TESTS_SUPPORT_ENROLL_PROFILE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "enroll/profile.h"

/* The caller frees. */
static inline struct profile *parse(const char *text)
{
    struct profile *profile = NULL;
    struct problem problem = {""};

    if (profile_parse("f", text, strlen(text), &profile, &problem) != VSC_OK)
        fail_msg("%s", problem.text);
    return profile;
}

static inline void assert_refused(const char *text, enum vsc_err err, const char *words)
{
    struct profile *profile = NULL;
    struct problem problem = {""};

    assert_int_equal(profile_parse("f", text, strlen(text), &profile, &problem), err);
    assert_null(profile);
    if (strstr(problem.text, words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", problem.text, words);
}

#endif
