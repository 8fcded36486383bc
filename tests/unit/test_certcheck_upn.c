/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/upn.h"

#define TEXT(string) string, sizeof(string) - 1

static void test_upn_is_well_formed_table(void **state)
{
    static const struct {
        const char *upn;
        size_t len;
        bool well_formed;
    } table[] = {
        {TEXT("alice@corp.test"), true},
        {TEXT("a@b"), true},
        {TEXT("Alice.Smith-1_x+y!#$%&'*=?^`{|}~\"(),:;<>[]@corp.test"), true},
        {TEXT("\xc3\xa4nne@corp.test"), true},
        {TEXT("alice@b\xc3\xbc"
              "cher.test"),
         true},
        {TEXT(""), false},
        {TEXT("@"), false},
        {TEXT("a@"), false},
        {TEXT("@b"), false},
        {TEXT("alice"), false},
        {TEXT("alice@corp@test"), false},
        {TEXT("alice@@corp.test"), false},
        {TEXT("al ice@corp.test"), false},
        {TEXT("alice @corp.test"), false},
        {TEXT("alice@corp test"), false},
        {TEXT("al\tice@corp.test"), false},
        {TEXT("al\nice@corp.test"), false},
        {TEXT("al\x7fice@corp.test"), false},
        {TEXT("al/ice@corp.test"), false},
        {TEXT("CORP\\alice@corp.test"), false},
        {TEXT("root\0@corp.test"), false},
        {TEXT("root@corp.test\0"), false},
        {TEXT("al\xc2\xa0"
              "ice@corp.test"),
         false},                                      /* no-break space */
        {TEXT("al\xe3\x80\x80ice@corp.test"), false}, /* ideographic space */
        {TEXT("al\xe2\x80\xaeice@corp.test"), false}, /* right-to-left override */
        {TEXT("al\xc2\x85ice@corp.test"), false},     /* a C1 control */
        {TEXT("al\xffice@corp.test"), false},         /* no UTF-8 */
        {TEXT("\xc0\xafroot@corp.test"), false},      /* an overlong '/' */
        {TEXT("al\xed\xa0\x80ice@corp.test"), false}, /* a surrogate */
        {TEXT("alice@corp.test\xe2"), false},         /* cut short */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (upn_is_well_formed(table[i].upn, table[i].len) != table[i].well_formed)
            fail_msg("row %zu: %s", i, table[i].upn);
}

static void test_upn_length_is_capped(void **state)
{
    char upn[UPN_MAX + 2];

    (void)state;
    memset(upn, 'a', sizeof(upn));
    upn[1] = '@';
    assert_true(upn_is_well_formed(upn, UPN_MAX));
    assert_false(upn_is_well_formed(upn, UPN_MAX + 1));
}

static void test_upn_suffix_is_compared_without_case_in_ascii_only(void **state)
{
    (void)state;
    assert_true(upn_has_suffix("alice@CORP.Test", "corp.test"));
    assert_true(upn_has_suffix("alice@corp.test", "CORP.TEST"));
    assert_false(upn_has_suffix("alice@corp.test", "orp.test"));
    assert_false(upn_has_suffix("alice@corp.test", "corp.test.evil"));
    assert_false(upn_has_suffix("alice@evil.corp.test", "corp.test"));
    assert_false(upn_has_suffix("alice@B\xc3\x9c"
                                "CHER.test",
                                "b\xc3\xbc"
                                "cher.test"));
    assert_false(upn_has_suffix("alice", "alice"));
}

static void test_upn_local_part_is_compared_bytewise(void **state)
{
    (void)state;
    assert_true(upn_equal("alice@corp.test", "alice@CORP.TEST"));
    assert_false(upn_equal("Alice@corp.test", "alice@corp.test"));
    assert_false(upn_equal("alic@corp.test", "alice@corp.test"));
    assert_int_equal(upn_local_len("alice@corp.test"), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upn_is_well_formed_table),
        cmocka_unit_test(test_upn_length_is_capped),
        cmocka_unit_test(test_upn_suffix_is_compared_without_case_in_ascii_only),
        cmocka_unit_test(test_upn_local_part_is_compared_bytewise),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
