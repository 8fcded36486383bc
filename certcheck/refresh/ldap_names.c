/* SPDX-License-Identifier: BSD-2-Clause */
#include "certcheck/refresh/ldap_names.h"

#include <ldap.h>
#include <string.h>
#include <strings.h>

static bool is_same_text(const struct berval *a, const struct berval *b)
{
    return a->bv_len == b->bv_len && strncasecmp(a->bv_val, b->bv_val, a->bv_len) == 0;
}

static bool is_same_step(LDAPRDN a, LDAPRDN b)
{
    size_t i = 0;

    for (; a[i] != NULL && b[i] != NULL; i++)
        if (!is_same_text(&a[i]->la_attr, &b[i]->la_attr) ||
            !is_same_text(&a[i]->la_value, &b[i]->la_value))
            return false;
    return a[i] == NULL && b[i] == NULL;
}

static size_t length_of(LDAPDN dn)
{
    size_t len = 0;

    while (dn != NULL && dn[len] != NULL)
        len++;
    return len;
}

static bool is_within(LDAPDN dn, LDAPDN base, enum ldap_reach reach)
{
    const size_t len = length_of(dn), base_len = length_of(base);

    if (len < base_len || (reach == LDAP_ENTRY && len != base_len) ||
        (reach == LDAP_CHILDREN && len != base_len + 1))
        return false;
    for (size_t i = 0; i < base_len; i++)
        if (!is_same_step(dn[len - base_len + i], base[i]))
            return false;
    return true;
}

bool ldap_name_is_within(const char *dn, const char *base, enum ldap_reach reach)
{
    LDAPDN parsed = NULL, above = NULL;
    bool within = false;

    if (ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS &&
        ldap_str2dn(base, &above, LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS)
        within = is_within(parsed, above, reach);
    ldap_dnfree(parsed);
    ldap_dnfree(above);
    return within;
}
