/* SPDX-License-Identifier: BSD-2-Clause */
/* An account's entry of a directory, made of a few words. */
#ifndef VSC_TESTS_SUPPORT_LDAP_TOLD_H
#define VSC_TESTS_SUPPORT_LDAP_TOLD_H

#include <stdbool.h>

#include "certcheck/refresh/ldap_directory.h"
#include "common/sid.h"

#define LDAP_TOLD_VALUES 80

/* NULL: the entry has no such attribute. */
struct ldap_told {
    const char *dn; /* NULL: CN=alice,CN=Users,DC=corp,DC=test */
    const char *sid, *name, *upn, *control, *computed, *expires, *lockout;
    const char *altsecids[4];
    unsigned many;     /* altSecurityIdentities: so many good ones */
    bool nul;          /* a NUL and one byte more behind the first of altSecurityIdentities */
    const char *twice; /* the attribute whose value is there twice */
};

/* Must not move: parts of it point to others. */
struct ldap_told_entry {
    struct ldap_entry entry;
    struct ldap_attribute attributes[8];
    struct ldap_value values[8][LDAP_TOLD_VALUES];
    unsigned char sid[SID_BYTES_MAX];
    char many[LDAP_TOLD_VALUES][24], nul[64];
};

void ldap_told_make(const struct ldap_told *told, struct ldap_told_entry *ret_entry);

#endif
