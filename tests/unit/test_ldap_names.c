/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of entries, and values in filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

static void test_nothing_in_a_value_means_anything_in_a_filter(void **state)
{
    char to[64], small[9];

    (void)state;
    assert_true(ldap_filter_escape("alice.b-c_d@corp.test", 21, to, sizeof(to)));
    assert_string_equal(to, "alice.b-c_d@corp.test");
    assert_true(ldap_filter_escape("*)(uid=*\\", 9, to, sizeof(to)));
    assert_string_equal(to, "\\2a\\29\\28uid\\3d\\2a\\5c");
    assert_true(ldap_filter_escape("\0\xff\x01", 3, to, sizeof(to)));
    assert_string_equal(to, "\\00\\ff\\01");
    assert_true(ldap_filter_escape("", 0, to, sizeof(to)));
    assert_string_equal(to, "");
    assert_true(ldap_filter_escape("\xff\xff", 2, small, sizeof(small)));
    assert_false(ldap_filter_escape("\xff\xff\xff", 3, small, sizeof(small)));
    assert_true(ldap_filter_escape("abc", 3, small, 4));
    assert_false(ldap_filter_escape("abc", 3, small, 3));
    assert_false(ldap_filter_escape("", 0, small, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_name_is_within_what_was_asked_for),
        cmocka_unit_test(test_nothing_in_a_value_means_anything_in_a_filter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
