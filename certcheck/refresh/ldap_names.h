/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of a directory (RFC 4514). */
#ifndef VSC_CERTCHECK_REFRESH_LDAP_NAMES_H
#define VSC_CERTCHECK_REFRESH_LDAP_NAMES_H

#include <stdbool.h>

enum ldap_reach {
    LDAP_ENTRY,    /* the entry itself */
    LDAP_CHILDREN, /* those right below it */
    LDAP_SUBTREE,  /* itself and everything below it */
};

/* Has `dn` a place that a search of `base` so far may give? Compared without case; false for what
 * is no distinguished name. */
bool ldap_name_is_within(const char *dn, const char *base, enum ldap_reach reach);

#endif
