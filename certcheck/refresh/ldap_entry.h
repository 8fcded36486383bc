/* SPDX-License-Identifier: BSD-2-Clause */
/* One entry as libldap gives it, copied into plain arrays, within bounds. */
#ifndef VSC_CERTCHECK_REFRESH_LDAP_ENTRY_H
#define VSC_CERTCHECK_REFRESH_LDAP_ENTRY_H

#include <ldap.h>

#include "certcheck/refresh/ldap_directory.h"

/*
 * What the query asks for of `message`. VSC_INPUT with the reason in `problem`: it is from
 * elsewhere, holds too much, or an attribute in part only. The caller releases.
 */
must_check enum vsc_err ldap_entry_read(LDAP *ldap, LDAPMessage *message,
                                        const struct ldap_query *query,
                                        struct ldap_entry *ret_entry, struct problem *problem);
void ldap_entry_done(struct ldap_entry *entry);

#endif
