/* SPDX-License-Identifier: BSD-2-Clause */
/* Revocation lists from files; what single lists mean is in test_revocation_cases.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "certcheck/evaluation.h"
#include "tests/support/pki.h"

static void test_crl_modes_hard_soft_off(void **state)
{
    static const struct {
        enum conf_revocation mode;
        const char *crls, *codes;
        size_t warnings;
    } table[] = {
        {REVOCATION_HARD, "crls", "", 0},
        {REVOCATION_HARD, "crls-none", "revocation-unknown revocation-unknown", 0},
        {REVOCATION_HARD, "crls-stale", "crl-stale", 0},
        {REVOCATION_HARD, "crls-forged", "revocation-unknown", 0},
        {REVOCATION_SOFT, "crls-none", "", 2},
        {REVOCATION_SOFT, "crls-stale", "", 1},
        {REVOCATION_SOFT, "crls-forged", "", 1},
        {REVOCATION_OFF, "crls-none", "", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct conf *conf = pki_conf();
        struct evaluation *evaluation;

        pki_set(&conf->revocation.crls, pki_path(table[i].crls));
        conf->revocation.mode = table[i].mode;
        evaluation = pki_judge(conf, "good.pem");
        assert_string_equal(pki_codes(&evaluation->verdict), table[i].codes);
        assert_int_equal(evaluation->verdict.warning_count, table[i].warnings);
        evaluation_free(evaluation);
        conf_free(conf);
    }
}

static void test_crl_soft_never_lets_a_revoked_one_pass(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluation *evaluation;

    (void)state;
    conf->revocation.mode = REVOCATION_SOFT;
    evaluation = pki_judge(conf, "revoked.pem");
    assert_string_equal(pki_codes(&evaluation->verdict), "revoked");
    evaluation_free(evaluation);
    conf_free(conf);
}

static void test_crl_is_asked_about_every_certificate_below_the_anchor(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluation *evaluation;

    (void)state;
    pki_script("revoke", "%s", pki_path("ca/deep/cert.pem"));
    conf->revocation.mode = REVOCATION_SOFT;
    evaluation = pki_judge(conf, "path-length.pem");
    assert_true(verdict_has(&evaluation->verdict, REASON_REVOKED));
    assert_int_equal(evaluation->verdict.items[0].depth, 1);
    evaluation_free(evaluation);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crl_modes_hard_soft_off),
        cmocka_unit_test(test_crl_soft_never_lets_a_revoked_one_pass),
        cmocka_unit_test(test_crl_is_asked_about_every_certificate_below_the_anchor),
    };

    return cmocka_run_group_tests(tests, pki_setup_all, pki_teardown);
}
