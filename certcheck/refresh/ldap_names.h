/* SPDX-License-Identifier: BSD-2-Clause */
/* Names and filters of a directory (RFC 4514, RFC 4515). */
#ifndef VSC_CERTCHECK_REFRESH_LDAP_NAMES_H
#define VSC_CERTCHECK_REFRESH_LDAP_NAMES_H

#include <stdbool.h>
#include <stddef.h>

enum ldap_reach {
    LDAP_ENTRY,    /* the entry itself */
    LDAP_CHILDREN, /* those right below it */
    LDAP_SUBTREE,  /* itself and everything below it */
};

/* Has `dn` a place that a search of `base` so far may give? Compared without case; false for what
 * is no distinguished name. */
bool ldap_name_is_within(const char *dn, const char *base, enum ldap_reach reach);

/*
 * Write a value into a filter: everything but letters, digits and "-._@" as \HH, so that nothing of
 * it means anything to the server. False if it does not fit, with its NUL, into `size` bytes.
 */
bool ldap_filter_escape(const void *value, size_t len, char *to, size_t size);

#endif
