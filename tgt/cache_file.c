/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/cache_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "common/hex.h"

#define CHANCE_BYTES 8

void cache_type(const char *name, char type[CACHE_TYPE_SIZE], const char **ret_rest)
{
    const char *colon = strchr(name, ':');
    const size_t len = colon != NULL ? (size_t)(colon - name) : 0;

    *ret_rest = colon != NULL ? colon + 1 : name;
    if (colon == NULL || name[0] == '/') {
        *ret_rest = name;
        memcpy(type, "FILE", sizeof("FILE"));
    } else if (len < CACHE_TYPE_SIZE) {
        memcpy(type, name, len);
        type[len] = '\0';
    } else {
        type[0] = '\0';
    }
}

bool cache_new_name(const char *path, char *to, size_t size)
{
    unsigned char chance[CHANCE_BYTES];
    char digits[2 * CHANCE_BYTES + 1];
    int written;

    if (getrandom(chance, sizeof(chance), 0) != (ssize_t)sizeof(chance))
        return false;
    hex_write(chance, sizeof(chance), digits);
    written = snprintf(to, size, "%s_%s", path, digits);
    return written > 0 && (size_t)written < size;
}

krb5_error_code cache_fill(krb5_context context, krb5_ccache cache, krb5_creds *creds)
{
    krb5_error_code code = krb5_cc_initialize(context, cache, creds->client);

    return code != 0 ? code : krb5_cc_store_cred(context, cache, creds);
}

krb5_error_code cache_fill_file(krb5_context context, const char *path, krb5_creds *creds)
{
    char beside[PATH_MAX + 8] = "FILE:";
    krb5_ccache cache;
    krb5_error_code code;

    if (!cache_new_name(path, beside + 5, sizeof(beside) - 5))
        return ENAMETOOLONG;
    code = krb5_cc_resolve(context, beside, &cache);
    if (code != 0)
        return code;
    /* libkrb5 makes the file with O_EXCL and 0600, and opens it anew to add to it: by a name that
     * nobody knew before. */
    code = cache_fill(context, cache, creds);
    (void)krb5_cc_close(context, cache);
    if (code == 0 && rename(beside + 5, path) != 0)
        code = errno;
    if (code != 0)
        (void)unlink(beside + 5);
    return code;
}
