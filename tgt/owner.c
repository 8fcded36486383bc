/* SPDX-License-Identifier: BSD-2-Clause */
#include "tgt/owner.h"

#include <string.h>
#include <strings.h>

bool owner_split_upn(const char *upn, size_t *ret_name_len, const char **ret_suffix)
{
    const char *at = strchr(upn, '@');

    if (at == NULL || at == upn || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
        strpbrk(upn, "\\/ ") != NULL)
        return false;
    *ret_name_len = (size_t)(at - upn);
    *ret_suffix = at + 1;
    return true;
}

bool owner_is(const struct owner_principal *principal, const char *account, const char *realm)
{
    const char *backslash = strrchr(account, '\\');
    const char *name = backslash != NULL ? backslash + 1 : account;
    const char *at = strchr(name, '@');
    const size_t len = at != NULL ? (size_t)(at - name) : strlen(name);

    /* Realms are compared as Kerberos does: bytewise. */
    if (len == 0 || strcmp(principal->realm, realm) != 0)
        return false;
    if (at != NULL && strcasecmp(at + 1, realm) != 0)
        return false;
    return strlen(principal->name) == len && strncasecmp(principal->name, name, len) == 0;
}
