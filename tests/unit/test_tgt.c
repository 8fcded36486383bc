/* SPDX-License-Identifier: BSD-2-Clause */
/* What vsc-tgt decides without a KDC: whose ticket it is, what a number means, what libkrb5 is
 * told. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tgt/cache_file.h"
#include "tgt/outcome.h"
#include "tgt/owner.h"
#include "tgt/pkinit.h"

static bool is_of(const char *name, const char *realm, const char *account)
{
    return owner_is(&(struct owner_principal){name, realm}, account, "CORP.TEST");
}

static void test_principal_is_the_accounts_by_its_short_name(void **state)
{
    (void)state;
    assert_true(is_of("alice", "CORP.TEST", "alice"));
    assert_true(is_of("alice", "CORP.TEST", "CORP\\alice"));
    assert_true(is_of("alice", "CORP.TEST", "alice@corp.test"));
    assert_true(is_of("Alice", "CORP.TEST", "alice"));
}

/* CVE-2025-11561: a name that merely looks alike, another realm, or a part of a name. */
static void test_principal_of_anybody_else_is_not_the_accounts(void **state)
{
    (void)state;
    assert_false(is_of("bob", "CORP.TEST", "alice"));
    assert_false(is_of("alice", "OTHER.TEST", "alice"));
    assert_false(is_of("alice", "corp.test", "alice"));
    assert_false(is_of("alice", "CORP.TEST", "alice@other.test"));
    assert_false(is_of("alice", "CORP.TEST", "alic"));
    assert_false(is_of("alic", "CORP.TEST", "alice"));
    assert_false(is_of("alice@corp.test", "CORP.TEST", "alice"));
    assert_false(is_of("root", "CORP.TEST", "CORP\\alice"));
    assert_false(is_of("", "CORP.TEST", ""));
    assert_false(is_of("", "CORP.TEST", "@corp.test"));
    assert_false(is_of("", "CORP.TEST", "CORP\\"));
    assert_false(is_of("\xc3\x84", "CORP.TEST", "\xc3\xa4"));
}

static void test_upn_is_split_at_its_one_at_sign(void **state)
{
    static const char *const none[] = {"",      "alice",  "@corp.test", "alice@",    "a@b@c",
                                       "a/b@c", "a\\b@c", "a b@c",      "alice@c d", "alice@c/d"};
    const char *suffix = "untouched";
    size_t len = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
        assert_false(owner_split_upn(none[i], &len, &suffix));
    assert_string_equal(suffix, "untouched");
    assert_true(owner_split_upn("alice@corp.test", &len, &suffix));
    assert_int_equal(len, 5);
    assert_string_equal(suffix, "corp.test");
}

static void test_number_is_a_refusal_only_where_a_kdc_gave_it(void **state)
{
    static const struct {
        krb5_error_code code;
        enum tgt_outcome outcome;
    } rows[] = {
        {0, TGT_DONE},
        {KRB5KDC_ERR_CLIENT_REVOKED, TGT_REFUSED},
        {KRB5KDC_ERR_CLIENT_NAME_MISMATCH, TGT_REFUSED},
        {KRB5KDC_ERR_REVOKED_CERTIFICATE, TGT_REFUSED},
        {KRB5KDC_ERR_INCONSISTENT_KEY_PURPOSE, TGT_REFUSED},
        {KRB5KDC_ERR_C_PRINCIPAL_UNKNOWN, TGT_REFUSED},
        {KRB5KRB_AP_ERR_SKEW, TGT_REFUSED},
        /* libkrb5 may have said these of a reply that it could not open. */
        {KRB5KRB_AP_ERR_BAD_INTEGRITY, TGT_NONE},
        {KRB5KRB_AP_ERR_MODIFIED, TGT_NONE},
        {KRB5KRB_AP_ERR_MSG_TYPE, TGT_NONE},
        {KRB5KRB_AP_ERR_BADVERSION, TGT_NONE},
        {KRB5KDC_ERR_SVC_UNAVAILABLE, TGT_UNREACHABLE},
        {KRB5_KDC_UNREACH, TGT_UNREACHABLE},
        {KRB5_REALM_UNKNOWN, TGT_UNREACHABLE},
        {ETIMEDOUT, TGT_UNREACHABLE},
        {KRB5_PREAUTH_FAILED, TGT_NONE},
        {KRB5_CONFIG_NODEFREALM, TGT_NONE},
        {ENOMEM, TGT_NONE},
        {-1, TGT_NONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(outcome_of(rows[i].code), rows[i].outcome);
    /* The whole of the protocol's numbers: none of them is a ticket. */
    for (krb5_error_code code = KRB5KDC_ERR_NONE; code <= KRB5KDC_ERR_NONE + 300; code++)
        assert_int_not_equal(outcome_of(code), TGT_DONE);
}

static void test_ticket_that_does_not_open_with_the_hosts_key_is_untrusted(void **state)
{
    (void)state;
    assert_int_equal(outcome_of_verification(0), TGT_DONE);
    assert_int_equal(outcome_of_verification(KRB5_KDC_UNREACH), TGT_UNREACHABLE);
    assert_int_equal(outcome_of_verification(KRB5KRB_AP_ERR_BAD_INTEGRITY), TGT_UNTRUSTED);
    assert_int_equal(outcome_of_verification(KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN), TGT_UNTRUSTED);
    assert_int_equal(outcome_of_verification(KRB5_KT_NOTFOUND), TGT_UNTRUSTED);
    assert_int_equal(outcome_of_verification(ENOMEM), TGT_UNTRUSTED);
}

static void test_silence_is_no_answer(void **state)
{
    (void)state;
    assert_true(outcome_is_answer(TGT_DONE, 0));
    assert_true(outcome_is_answer(TGT_REFUSED, KRB5KDC_ERR_CLIENT_REVOKED));
    assert_true(outcome_is_answer(TGT_MISMATCH, 0));
    assert_true(outcome_is_answer(TGT_UNTRUSTED, KRB5KRB_AP_ERR_BAD_INTEGRITY));
    assert_false(outcome_is_answer(TGT_UNREACHABLE, KRB5_KDC_UNREACH));
    assert_false(outcome_is_answer(TGT_NONE, KRB5_PREAUTH_FAILED));
}

static void test_identity_names_slot_and_certificate(void **state)
{
    char to[128];

    (void)state;
    assert_true(pkinit_identity("/usr/lib/p.so", "0012", "0a1B", to, sizeof(to)));
    assert_string_equal(to, "PKCS11:module_name=/usr/lib/p.so:slotid=12:certid=0a1B");
}

/* A colon would begin another of libkrb5's words. */
static void test_identity_of_what_is_no_virtual_card_is_none(void **state)
{
    static const struct {
        const char *module, *card, *key;
    } rows[] = {
        {"/p.so", "p11:token", "00"}, {"/p.so", "12", "00"},   {"/p.so", "00012", "00"},
        {"/p.so", "001x", "00"},      {"/p.so", "0000", ""},   {"/p.so", "0000", "0"},
        {"/p.so", "0000", "0g"},      {"/p.so", "0000", "0:"}, {"/a:slotid=1", "0000", "00"},
    };
    char to[128], small[16];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_false(pkinit_identity(rows[i].module, rows[i].card, rows[i].key, to, sizeof(to)));
    assert_false(pkinit_identity("/p.so", "0000", "00", small, sizeof(small)));
}

static void test_type_of_a_cache_stands_before_the_colon(void **state)
{
    static const struct {
        const char *name, *type, *rest;
    } rows[] = {
        {"/tmp/x", "FILE", "/tmp/x"},
        {"/tmp/x:y", "FILE", "/tmp/x:y"},
        {"FILE:/tmp/x", "FILE", "/tmp/x"},
        {"x", "FILE", "x"},
        {"KEYRING:persistent:1", "KEYRING", "persistent:1"},
        {"DIR::/tmp/cc/tkt", "DIR", ":/tmp/cc/tkt"},
        {"KCM:", "KCM", ""},
        {"AVERYLONGNAMEOFATYPE:x", "", "x"},
    };
    char type[CACHE_TYPE_SIZE];
    const char *rest;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cache_type(rows[i].name, type, &rest);
        assert_string_equal(type, rows[i].type);
        assert_string_equal(rest, rows[i].rest);
    }
}

static void test_name_of_a_new_cache_is_never_the_same(void **state)
{
    char a[64], b[64], small[24];

    (void)state;
    assert_true(cache_new_name("/tmp/krb5cc_1", a, sizeof(a)));
    assert_true(cache_new_name("/tmp/krb5cc_1", b, sizeof(b)));
    assert_memory_equal(a, "/tmp/krb5cc_1_", 14);
    assert_int_equal(strlen(a), 14 + 16);
    assert_string_not_equal(a, b);
    assert_false(cache_new_name("/tmp/krb5cc_1", small, sizeof(small)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_principal_is_the_accounts_by_its_short_name),
        cmocka_unit_test(test_principal_of_anybody_else_is_not_the_accounts),
        cmocka_unit_test(test_upn_is_split_at_its_one_at_sign),
        cmocka_unit_test(test_number_is_a_refusal_only_where_a_kdc_gave_it),
        cmocka_unit_test(test_ticket_that_does_not_open_with_the_hosts_key_is_untrusted),
        cmocka_unit_test(test_silence_is_no_answer),
        cmocka_unit_test(test_identity_names_slot_and_certificate),
        cmocka_unit_test(test_identity_of_what_is_no_virtual_card_is_none),
        cmocka_unit_test(test_type_of_a_cache_stands_before_the_colon),
        cmocka_unit_test(test_name_of_a_new_cache_is_never_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
