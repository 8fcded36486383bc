/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of entries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "certcheck/refresh/ldap_names.h"

#define BASE "CN=AIA,DC=corp,DC=test"

static void test_a_name_is_within_what_was_asked_for(void **state)
{
    static const struct {
        const char *dn, *base;
        enum ldap_reach reach;
        bool within;
    } rows[] = {
        {BASE, BASE, LDAP_ENTRY, true},
        {"cn=aia, dc=CORP,dc=test", BASE, LDAP_ENTRY, true},
        {"CN=a," BASE, BASE, LDAP_ENTRY, false},
        {"DC=corp,DC=test", BASE, LDAP_ENTRY, false},
        {"CN=a," BASE, BASE, LDAP_CHILDREN, true},
        {BASE, BASE, LDAP_CHILDREN, false},
        {"CN=b,CN=a," BASE, BASE, LDAP_CHILDREN, false},
        {"CN=b,CN=a," BASE, BASE, LDAP_SUBTREE, true},
        {BASE, BASE, LDAP_SUBTREE, true},
        {"CN=AIA,DC=corp,DC=test2", BASE, LDAP_SUBTREE, false},
        {"CN=a\\," BASE, BASE, LDAP_CHILDREN, false},
        {"CN=xAIA,DC=corp,DC=test", BASE, LDAP_SUBTREE, false},
        {"OU=AIA,DC=corp,DC=test", BASE, LDAP_SUBTREE, false},
        {"CN=AIA+OU=a,DC=corp,DC=test", BASE, LDAP_SUBTREE, false},
        {"", BASE, LDAP_SUBTREE, false},
        {"", "", LDAP_ENTRY, true},
        {"nonsense", BASE, LDAP_SUBTREE, false},
        {BASE, "nonsense", LDAP_SUBTREE, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(ldap_name_is_within(rows[i].dn, rows[i].base, rows[i].reach),
                         rows[i].within);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_within_what_was_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
