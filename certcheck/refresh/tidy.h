/* SPDX-License-Identifier: BSD-2-Clause */
/* What a refresh clears away in the cache: leftovers of one that was killed, and what is over. */
#ifndef VSC_CERTCHECK_REFRESH_TIDY_H
#define VSC_CERTCHECK_REFRESH_TIDY_H

#include <stddef.h>

#include "certcheck/cache.h"
#include "common/err.h"

/* Names of files. */
struct names {
    char (*items)[CACHE_NAME_SIZE]; /* owned */
    size_t count;
};

must_check enum vsc_err names_add(struct names *names, const char *name);
void names_done(struct names *names);
#define auto_names __attribute__((cleanup(names_done)))

/* Remove the files in a folder that end with `ending` and are not among `keep`. */
must_check enum vsc_err tidy_part(int folder, const char *ending, const struct names *keep);
/* Remove what a writer left that did not come to its end. Only under the lock. */
void tidy_leftovers(int folder);

#endif
