/* SPDX-License-Identifier: BSD-2-Clause */
/* A credential cache is written whole: the tickets that it holds, in one go, or not at all. */
#ifndef VSC_TGT_CACHE_FILE_H
#define VSC_TGT_CACHE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include <krb5/krb5.h>

#define CACHE_TYPE_SIZE 16

/* "FILE" for "/tmp/x" and "FILE:/tmp/x"; *ret_rest is what stands behind. "" if it is too long. */
void cache_type(const char *name, char type[CACHE_TYPE_SIZE], const char **ret_rest);
/* `path` and digits that nobody can guess; false if it does not fit. */
bool cache_new_name(const char *path, char *to, size_t size);

/* Fill a cache with one ticket, in place of what it held. */
krb5_error_code cache_fill(krb5_context context, krb5_ccache cache, krb5_creds *creds);
/* The same for the file `path`, by a new file that takes its place. */
krb5_error_code cache_fill_file(krb5_context context, const char *path, krb5_creds *creds);

#endif
