/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of errors and reasons: every row, and numbers that are none of theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/reason.h"
#include "common/text.h"

static void test_every_error_has_a_text_and_an_exit_status(void **state)
{
    static const struct {
        enum vsc_err err;
        int exit_status;
        const char *text;
    } rows[] = {
#define ROW(name, exit_status, text) {VSC_##name, exit_status, text},
        VSC_ERRORS(ROW)
#undef ROW
    };

    (void)state;
    assert_int_equal(sizeof(rows) / sizeof(rows[0]), VSC_ERR_COUNT);
    for (int i = 0; i < VSC_ERR_COUNT; i++) {
        assert_int_equal(rows[i].err, i);
        assert_string_equal(vsc_strerror((enum vsc_err)i), rows[i].text);
        assert_true(text_is_printable(rows[i].text) && rows[i].text[0] != '\0');
        assert_int_equal(vsc_exit_status((enum vsc_err)i), rows[i].exit_status);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(rows[i].text, rows[k].text);
    }
}

static void test_only_ok_exits_with_zero(void **state)
{
    (void)state;
    for (int i = 0; i < VSC_ERR_COUNT; i++) {
        int status = vsc_exit_status((enum vsc_err)i);

        assert_true(status >= 0 && status <= 3);
        assert_int_equal(status == 0, i == VSC_OK);
    }
}

static void test_unknown_errors_are_system_errors(void **state)
{
    (void)state;
    assert_string_equal(vsc_strerror(VSC_ERR_COUNT), "unknown error");
    assert_string_equal(vsc_strerror((enum vsc_err)0xffff), "unknown error");
    assert_int_equal(vsc_exit_status(VSC_ERR_COUNT), 3);
}

static void test_every_reason_has_a_code_a_text_and_a_remedy(void **state)
{
    (void)state;
    for (int i = 0; i < REASON_COUNT; i++) {
        const char *code = reason_code((enum reason)i);

        assert_true(strlen(code) > 0 && strlen(code) + 4 < REASON_SHOWN);
        assert_int_equal(strspn(code, "abcdefghijklmnopqrstuvwxyz0123456789-"), strlen(code));
        assert_true(strlen(reason_text((enum reason)i)) > 0);
        assert_true(strlen(reason_remedy((enum reason)i)) > 0);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(code, reason_code((enum reason)k));
    }
}

/* The codes are a contract: this list grows at its end and never changes. */
static void test_reason_codes_are_those_of_the_contract(void **state)
{
    static const char *const codes[] = {
        "malformed-certificate",
        "untrusted-issuer",
        "expired",
        "not-yet-valid",
        "path-length",
        "name-constraint",
        "policy",
        "bad-signature",
        "revoked",
        "revocation-unknown",
        "crl-stale",
        "missing-eku",
        "bad-key-usage",
        "ca-certificate",
        "weak-key",
        "weak-signature",
        "no-upn",
        "malformed-upn",
        "multiple-upn",
        "malformed-sid",
        "sid-mismatch",
        "issuer-not-ntauth",
        "no-mapping",
        "ambiguous-mapping",
        "account-refused",
        "account-mismatch",
        "proof-failed",
        "time-not-credible",
        "card-gone",
        "service-refused",
        "template",
        "weak-mapping",
        "account-disabled",
        "account-expired",
        "account-locked",
        "directory-unknown",
        "directory-stale",
    };

    (void)state;
    assert_true(sizeof(codes) / sizeof(codes[0]) <= REASON_COUNT);
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
        assert_string_equal(reason_code((enum reason)i), codes[i]);
}

static void test_eight_reasons_are_about_the_mapping(void **state)
{
    int count = 0;

    (void)state;
    for (int i = 0; i < REASON_COUNT; i++)
        count += reason_is_mapping((enum reason)i) ? 1 : 0;
    assert_int_equal(count, 8);
    assert_true(reason_is_mapping(REASON_NO_MAPPING));
    assert_true(reason_is_mapping(REASON_AMBIGUOUS_MAPPING));
    assert_true(reason_is_mapping(REASON_ACCOUNT_REFUSED));
    assert_true(reason_is_mapping(REASON_ACCOUNT_MISMATCH));
    assert_true(reason_is_mapping(REASON_WEAK_MAPPING));
    assert_true(reason_is_mapping(REASON_ACCOUNT_DISABLED));
    assert_true(reason_is_mapping(REASON_ACCOUNT_EXPIRED));
    assert_true(reason_is_mapping(REASON_ACCOUNT_LOCKED));
}

static void test_reason_is_shown_in_capitals(void **state)
{
    char shown[REASON_SHOWN];

    (void)state;
    reason_shown(REASON_CRL_STALE, shown);
    assert_string_equal(shown, "VSC-CRL-STALE");
    reason_shown(REASON_MALFORMED_CERTIFICATE, shown);
    assert_string_equal(shown, "VSC-MALFORMED-CERTIFICATE");
}

static void test_unknown_reasons_are_called_so(void **state)
{
    char shown[REASON_SHOWN];

    (void)state;
    assert_string_equal(reason_code(REASON_COUNT), "unknown");
    assert_string_equal(reason_text(REASON_COUNT), "unknown");
    assert_string_equal(reason_remedy((enum reason)0xffff), "unknown");
    assert_false(reason_is_mapping(REASON_COUNT));
    reason_shown(REASON_COUNT, shown);
    assert_string_equal(shown, "VSC-UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_error_has_a_text_and_an_exit_status),
        cmocka_unit_test(test_only_ok_exits_with_zero),
        cmocka_unit_test(test_unknown_errors_are_system_errors),
        cmocka_unit_test(test_every_reason_has_a_code_a_text_and_a_remedy),
        cmocka_unit_test(test_reason_codes_are_those_of_the_contract),
        cmocka_unit_test(test_eight_reasons_are_about_the_mapping),
        cmocka_unit_test(test_reason_is_shown_in_capitals),
        cmocka_unit_test(test_unknown_reasons_are_called_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
