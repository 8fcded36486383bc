/* SPDX-License-Identifier: BSD-2-Clause */
/* Names that a directory gives its entries: within bounds, whatever comes. */
#include <stdlib.h>
#include <string.h>

#include "certcheck/refresh/ldap_names.h"
#include "common/own.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    auto_free char *dn = len < 4096 ? strndup((const char *)data, len) : NULL;

    if (dn == NULL)
        return 0;
    if (ldap_name_is_within(dn, "DC=corp,DC=test", LDAP_CHILDREN) &&
        (ldap_name_is_within(dn, "DC=corp,DC=test", LDAP_ENTRY) ||
         !ldap_name_is_within(dn, "DC=corp,DC=test", LDAP_SUBTREE)))
        abort();
    return 0;
}
