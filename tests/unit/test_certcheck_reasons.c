/* SPDX-License-Identifier: BSD-2-Clause */
/* Every reason code of a certificate, its chain and its names: one bad certificate for each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "tests/support/pki.h"

static void expect_codes(const struct conf *conf, const char *file, const char *codes)
{
    struct evaluation *evaluation = pki_judge(conf, file);

    if (strcmp(pki_codes(&evaluation->verdict), codes) != 0)
        fail_msg("%s: \"%s\", not \"%s\"", file, pki_codes(&evaluation->verdict), codes);
    assert_int_equal(evaluation->accepted, *codes == '\0');
    evaluation_free(evaluation);
}

static void test_reasons_of_each_certificate(void **state)
{
    static const struct {
        const char *file, *codes;
    } table[] = {
        {"good.pem", ""},
        {"good.der", ""},
        {"good-chain.pem", ""},
        {"p384.pem", ""},
        {"rsa2048.pem", ""},
        {"rsa3072.pem", ""},
        {"no-ku.pem", ""},
        {"sid.pem", ""},
        {"template.pem", ""},
        {"policy.pem", ""},
        {"expired.pem", "expired"},
        {"not-yet.pem", "not-yet-valid"},
        {"revoked.pem", "revoked"},
        {"no-crl-sign.pem", "revocation-unknown"},
        {"no-eku.pem", "missing-eku"},
        {"wrong-eku.pem", "missing-eku"},
        {"client-auth.pem", "missing-eku"},
        {"any-eku.pem", "missing-eku"},
        {"wrong-ku.pem", "bad-key-usage"},
        {"ca.pem", "ca-certificate"},
        {"weak-key.pem", "weak-key"},
        {"sha1.pem", "weak-signature"},
        {"path-length.pem", "path-length"},
        {"name-constraint.pem", "name-constraint"},
        {"no-policy.pem", "policy"},
        {"untrusted.pem", "untrusted-issuer"},
        {"bad-signature.der", "bad-signature"},
        {"critical.pem", "malformed-certificate"},
        {"no-upn.pem", "no-upn"},
        {"two-upn.pem", "multiple-upn"},
        {"bad-upn.pem", "malformed-upn"},
        {"ia5-upn.pem", "malformed-upn"},
        {"bad-sid.pem", "malformed-sid"},
        {"other-suffix.pem", "no-mapping"},
        {"no-account.pem", "no-mapping"},
        {"root-account.pem", "account-refused"},
    };
    struct conf *conf = pki_conf();

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        expect_codes(conf, table[i].file, table[i].codes);
    conf_free(conf);
}

static void test_reasons_are_all_told_and_the_certificates_own_stand_first(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluation *evaluation;

    (void)state;
    pki_issue("much", "--expired --no-eku --ku keyEncipherment --no-upn --ca deep");
    pki_set(&conf->revocation.crls, pki_path("crls-none"));
    evaluation = pki_judge(conf, "much.pem");
    assert_string_equal(pki_codes(&evaluation->verdict),
                        "expired revocation-unknown missing-eku bad-key-usage no-upn "
                        "revocation-unknown path-length revocation-unknown");
    for (size_t i = 1; i < evaluation->verdict.count; i++)
        assert_true(evaluation->verdict.items[i - 1].depth <= evaluation->verdict.items[i].depth);
    assert_int_equal(evaluation->verdict.items[4].depth, 0);
    assert_int_equal(evaluation->verdict.items[5].depth, 1);
    evaluation_free(evaluation);
    conf_free(conf);
}

static void test_more_names_than_are_kept_are_still_too_many(void **state)
{
    struct conf *conf = pki_conf();
    char options[4096] = "";
    size_t used = 0;

    (void)state;
    for (int i = 0; i < FACTS_LIST_MAX + 2; i++)
        used += (size_t)snprintf(options + used, sizeof(options) - used, " --upn u%d@corp.test", i);
    pki_issue("many-upn", options);
    expect_codes(conf, "many-upn.pem", "multiple-upn");
    conf_free(conf);
}

static void test_purpose_client_auth_wants_client_auth(void **state)
{
    struct conf *conf = pki_conf();

    (void)state;
    conf->policy.purpose = PURPOSE_CLIENT_AUTH;
    expect_codes(conf, "client-auth.pem", "");
    expect_codes(conf, "good.pem", "");
    expect_codes(conf, "any-eku.pem", "missing-eku");
    conf_free(conf);
}

static void test_purpose_any_asks_nothing_of_usages(void **state)
{
    struct conf *conf = pki_conf();

    (void)state;
    conf->policy.purpose = PURPOSE_ANY;
    expect_codes(conf, "no-eku.pem", "");
    expect_codes(conf, "wrong-ku.pem", "");
    expect_codes(conf, "ca.pem", "");
    expect_codes(conf, "sha1.pem", "weak-signature");
    expect_codes(conf, "no-policy.pem", "policy");
    conf_free(conf);
}

static void test_issuer_eku_limits_what_it_issues(void **state)
{
    struct conf *conf = pki_conf();

    (void)state;
    pki_issue("webca", "--ca root --ca-cert --ku keyCertSign,cRLSign --eku 1.3.6.1.5.5.7.3.1 "
                       "--no-upn --subject /CN=WebCA");
    pki_script("adopt", "web %s", pki_path("certs/webca.pem"));
    pki_issue("by-webca", "--ca web");
    conf->revocation.mode = REVOCATION_OFF;
    expect_codes(conf, "by-webca.pem", "missing-eku");
    conf->policy.purpose = PURPOSE_ANY; /* but no usage is left */
    expect_codes(conf, "by-webca.pem", "missing-eku");
    conf_free(conf);
}

static void test_policies_configured_must_be_valid_for_the_path(void **state)
{
    struct conf *conf = pki_conf();

    (void)state;
    conf->policy.policies.items[0] = strdup("1.3.6.1.4.1.99999.1");
    conf->policy.policies.count = 1;
    expect_codes(conf, "policy.pem", "");
    expect_codes(conf, "good.pem", "policy");
    conf_free(conf);
}

static void test_intermediate_as_anchor_is_trusted(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluation *evaluation;

    (void)state;
    pki_set(&conf->trust.anchors, pki_path("intermediates/sub.pem"));
    evaluation = pki_judge(conf, "good.pem");
    assert_true(evaluation->accepted);
    assert_int_equal(evaluation->chain.count, 2);
    evaluation_free(evaluation);
    conf_free(conf);
}

static void test_intermediate_comes_with_the_certificate(void **state)
{
    struct conf *conf = pki_conf();

    (void)state;
    pki_set(&conf->trust.intermediates, "");
    expect_codes(conf, "good-chain.pem", "");
    expect_codes(conf, "good.pem", "untrusted-issuer");
    conf_free(conf);
}

static void test_no_anchor_trusts_nobody(void **state)
{
    struct conf *conf = pki_conf();

    (void)state;
    pki_set(&conf->trust.anchors, "");
    expect_codes(conf, "good-chain.pem", "untrusted-issuer");
    conf_free(conf);
}

/* An intermediate of the same name with another key must not stand in the way, nor help. */
static void test_issuer_is_found_by_key_not_by_name(void **state)
{
    struct conf *conf = pki_conf();

    (void)state;
    pki_script("imposter", "sub %s", pki_path("intermediates/0-imposter.pem"));
    expect_codes(conf, "good.pem", "");
    expect_codes(conf, "bad-signature.der", "bad-signature");
    assert_int_equal(remove(pki_path("intermediates/0-imposter.pem")), 0);
    conf_free(conf);
}

static void test_no_certificate_is_malformed(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluation_request request = evaluation_request_of(conf);
    struct evaluator *evaluator = NULL;
    struct evaluation *evaluation = NULL;
    struct problem problem;

    (void)state;
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_OK);
    request.at = time(NULL);
    request.no_mapping = true;
    assert_int_equal(evaluation_new(evaluator, &request, &evaluation), VSC_OK);
    assert_string_equal(pki_codes(&evaluation->verdict), "malformed-certificate");
    assert_false(evaluation->accepted);
    evaluation_free(evaluation);
    evaluator_free(evaluator);
    conf_free(conf);
}

static void test_no_mapping_asks_nothing_of_names(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluation_request request = evaluation_request_of(conf);
    struct evaluator *evaluator = NULL;
    struct evaluation *evaluation = NULL;
    struct problem problem;

    (void)state;
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_OK);
    request.certs = pki_certs("two-upn.pem");
    request.at = time(NULL);
    request.no_mapping = true;
    assert_int_equal(evaluation_new(evaluator, &request, &evaluation), VSC_OK);
    assert_true(evaluation->accepted);
    assert_false(evaluation->mapped);
    assert_int_equal(evaluation->verdict.results[CHECK_UPN], RESULT_NOT_APPLICABLE);
    evaluation_free(evaluation);
    x509_stack_free(request.certs);
    evaluator_free(evaluator);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reasons_of_each_certificate),
        cmocka_unit_test(test_reasons_are_all_told_and_the_certificates_own_stand_first),
        cmocka_unit_test(test_more_names_than_are_kept_are_still_too_many),
        cmocka_unit_test(test_purpose_client_auth_wants_client_auth),
        cmocka_unit_test(test_purpose_any_asks_nothing_of_usages),
        cmocka_unit_test(test_issuer_eku_limits_what_it_issues),
        cmocka_unit_test(test_policies_configured_must_be_valid_for_the_path),
        cmocka_unit_test(test_intermediate_as_anchor_is_trusted),
        cmocka_unit_test(test_intermediate_comes_with_the_certificate),
        cmocka_unit_test(test_no_anchor_trusts_nobody),
        cmocka_unit_test(test_issuer_is_found_by_key_not_by_name),
        cmocka_unit_test(test_no_certificate_is_malformed),
        cmocka_unit_test(test_no_mapping_asks_nothing_of_names),
    };

    return cmocka_run_group_tests(tests, pki_setup_all, pki_teardown);
}
