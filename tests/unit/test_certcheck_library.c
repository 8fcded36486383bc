/* SPDX-License-Identifier: BSD-2-Clause */
/* The library's setters: what makes no sense is refused in words, and changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/certcheck.h"
#include "certcheck/library/checker.h"
#include "certcheck/openssl_own.h"
#include "tests/support/pki.h"

static struct certcheck *checker;

static int setup(void **state)
{
    (void)state;
    checker = certcheck_new();
    return checker != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    certcheck_free(checker);
    return 0;
}

static void expect(enum certcheck_error got, enum certcheck_error want, const char *words)
{
    assert_int_equal(got, want);
    if (want != CERTCHECK_OK && strstr(certcheck_problem(checker), words) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", certcheck_problem(checker), words);
}

static void test_new_checker_has_the_strict_defaults(void **state)
{
    (void)state;
    assert_string_equal(certcheck_problem(checker), "");
    assert_string_equal(certcheck_version(), VSC_VERSION);
    assert_int_equal(checker->conf.policy.purpose, PURPOSE_SMARTCARD_LOGON);
    assert_int_equal(checker->conf.revocation.mode, REVOCATION_HARD);
    assert_int_equal(checker->conf.mapping.min_uid, 1000);
    assert_true(conf_list_has(&checker->conf.mapping.refuse, "root"));
    assert_true(checker->trusted_only && checker->names_wanted && checker->at_is_clock);
}

static void test_values_that_make_no_sense_are_refused(void **state)
{
    const char hex[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    (void)state;
    expect(certcheck_set_path(checker, (enum certcheck_source)5, "/a"), CERTCHECK_USAGE, "source");
    expect(certcheck_set_path(checker, CERTCHECK_ANCHORS, "a"), CERTCHECK_USAGE, "a: ");
    expect(certcheck_add(checker, CERTCHECK_NTAUTH, "x", 1), CERTCHECK_USAGE, "source");
    expect(certcheck_add(checker, CERTCHECK_CACHE, "x", 1), CERTCHECK_USAGE, "source");
    expect(certcheck_add(checker, (enum certcheck_source)99, "x", 1), CERTCHECK_USAGE, "source");
    expect(certcheck_add(checker, CERTCHECK_ANCHORS, NULL, 0), CERTCHECK_INPUT, "input");
    expect(certcheck_add(checker, CERTCHECK_ANCHORS, "hello", 5), CERTCHECK_INPUT, "input");
    expect(certcheck_set_purpose(checker, (enum certcheck_purpose)3), CERTCHECK_USAGE, "purpose");
    expect(certcheck_set_revocation(checker, (enum certcheck_revocation)3, 0), CERTCHECK_USAGE,
           "revocation mode");
    expect(certcheck_set_min_rsa_bits(checker, 1024), CERTCHECK_USAGE, "2048");
    expect(certcheck_set_min_rsa_bits(checker, 1 << 20), CERTCHECK_USAGE, "16384");
    expect(certcheck_add_policy(checker, "one.two"), CERTCHECK_USAGE, "one.two");
    expect(certcheck_add_policy(checker, NULL), CERTCHECK_USAGE, "missing");
    expect(certcheck_add_template(checker, ""), CERTCHECK_USAGE, "");
    expect(certcheck_add_refused(checker, "a/b"), CERTCHECK_USAGE, "a/b");
    expect(certcheck_add_rule(checker, (enum certcheck_method)9, "x", "y"), CERTCHECK_USAGE,
           "method");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_UPN, NULL, "%u"), CERTCHECK_USAGE, "match");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_UPN, "corp.test", NULL), CERTCHECK_USAGE,
           "account");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_UPN, "corp.test", "%x"), CERTCHECK_USAGE, "");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_SHA256, "abc", "a"), CERTCHECK_USAGE, "abc");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_SHA256, hex, "-a"), CERTCHECK_USAGE, "");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_SID, "S-2", "a"), CERTCHECK_USAGE, "S-2");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_FILE, "map", NULL), CERTCHECK_USAGE, "map");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_FILE, "/map", "a"), CERTCHECK_USAGE, "file");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_ALTSECID, "X509:<S>CN=a", "a"), CERTCHECK_USAGE,
           "strong");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_ALTSECID, "nonsense", "a"), CERTCHECK_USAGE,
           "nonsense: ");
    expect(certcheck_set_strong_mapping(checker, (enum certcheck_strong)3), CERTCHECK_USAGE,
           "demand");
    assert_int_equal(checker->conf.mapping.rule_count, 0);
    assert_int_equal(checker->conf.policy.policies.count, 0);
    assert_int_equal(checker->piece_count, 0);
    assert_int_equal(checker->conf.policy.min_rsa_bits, 2048);
}

static void test_rules_of_every_method_are_taken(void **state)
{
    const char hex[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    const struct conf *conf = &checker->conf;

    (void)state;
    expect(certcheck_add_rule(checker, CERTCHECK_BY_UPN, "corp.test", "%u"), CERTCHECK_OK, "");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_SHA256, hex, "a"), CERTCHECK_OK, "");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_SID, "S-1-5-21-1-2-3-1104", "a"), CERTCHECK_OK,
           "");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_FILE, "/map", NULL), CERTCHECK_OK, "");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_ALTSECID, "x509:<ski>ABCD", "a"), CERTCHECK_OK,
           "");
    assert_int_equal(conf->mapping.rule_count, 5);
    assert_string_equal(conf->mapping.rules[4].altsecid, "X509:<SKI>abcd");
    expect(certcheck_set_strong_mapping(checker, CERTCHECK_STRONG_ALWAYS), CERTCHECK_OK, "");
    assert_int_equal(conf->policy.strong_mapping, STRONG_ALWAYS);
    certcheck_set_first_rule_wins(checker, true);
    assert_int_equal(conf->mapping.conflict, CONFLICT_FIRST);
}

static void test_lists_are_bounded(void **state)
{
    char name[32];

    (void)state;
    for (int i = 0; i < CONF_LIST_MAX; i++) {
        (void)snprintf(name, sizeof(name), "1.2.%d", i);
        expect(certcheck_add_policy(checker, name), CERTCHECK_OK, "");
    }
    expect(certcheck_add_policy(checker, "1.3"), CERTCHECK_USAGE, "too many");
    for (int i = 0; i < CONF_RULES_MAX; i++)
        expect(certcheck_add_rule(checker, CERTCHECK_BY_UPN, "corp.test", "%u"), CERTCHECK_OK, "");
    expect(certcheck_add_rule(checker, CERTCHECK_BY_UPN, "corp.test", "%u"), CERTCHECK_USAGE,
           "too many");
}

static char *read_pem(const char *name, size_t *ret_len)
{
    FILE *file = fopen(pki_path(name), "rbe");
    char *bytes = calloc(1, 65536);

    assert_non_null(file);
    assert_non_null(bytes);
    *ret_len = fread(bytes, 1, 65535, file);
    (void)fclose(file);
    return bytes;
}

/* A judgement with what is trusted in memory; NULL where it is an error. */
static struct certcheck_result *judge(const void *bytes, size_t len)
{
    struct certcheck_result *result = NULL;

    return certcheck_judge(checker, bytes, len, &result) == CERTCHECK_OK ? result : NULL;
}

static void test_a_setter_counts_for_the_next_judgement(void **state)
{
    size_t len, anchor_len;
    struct certcheck_result *result;
    char *cert, *anchor;

    (void)state;
    pki_issue("good", "");
    cert = read_pem("certs/good.pem", &len);
    anchor = read_pem("intermediates/sub.pem", &anchor_len);
    certcheck_set_names(checker, false);
    result = judge(cert, len);
    assert_non_null(result);
    assert_false(certcheck_is_accepted(result));
    assert_string_equal(certcheck_reason(result, 0)->code, "untrusted-issuer");
    certcheck_result_free(result);
    assert_int_equal(certcheck_add(checker, CERTCHECK_ANCHORS, anchor, anchor_len), CERTCHECK_OK);
    assert_int_equal(certcheck_set_revocation(checker, CERTCHECK_OFF, 0), CERTCHECK_OK);
    result = judge(cert, len);
    assert_true(certcheck_is_accepted(result));
    assert_null(certcheck_account(result));
    assert_null(certcheck_reason(result, 0));
    assert_null(certcheck_chain(result, 2));
    certcheck_set_time(checker, 0);
    certcheck_result_free(result);
    result = judge(cert, len);
    assert_false(certcheck_is_accepted(result));
    certcheck_use_clock(checker);
    certcheck_result_free(result);
    result = judge(cert, len);
    assert_true(certcheck_is_accepted(result));
    certcheck_result_free(result);
    assert_null(judge(anchor, 10));
    assert_null(judge(NULL, 0));
    assert_false(certcheck_is_accepted(NULL));
    free(cert);
    free(anchor);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_new_checker_has_the_strict_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_values_that_make_no_sense_are_refused, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_rules_of_every_method_are_taken, setup, teardown),
        cmocka_unit_test_setup_teardown(test_lists_are_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_setter_counts_for_the_next_judgement, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, pki_setup_base, pki_teardown);
}
