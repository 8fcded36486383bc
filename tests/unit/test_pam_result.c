/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table from endings to PAM's codes: every row, every error and every reason. In
 * pam_authenticate one ending is a success and none is PAM_IGNORE (CVE-2025-24531, CVE-2025-23013).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "pam_vsc/result.h"

/* Once more by hand, so that a slip in the table is one here too. */
static const struct {
    enum ending ending;
    int authenticate;
} contract[] = {
    {ENDING_ACCEPTED, PAM_SUCCESS},
    {ENDING_NO_CARD, PAM_AUTHINFO_UNAVAIL},
    {ENDING_NO_CERTIFICATE, PAM_AUTHINFO_UNAVAIL},
    {ENDING_NOT_ALLOWED, PAM_AUTHINFO_UNAVAIL},
    {ENDING_DECLINED, PAM_AUTHINFO_UNAVAIL},
    {ENDING_NO_CHOICE, PAM_AUTHINFO_UNAVAIL},
    {ENDING_NOT_A_PIN, PAM_AUTHINFO_UNAVAIL},
    {ENDING_RESERVED, PAM_AUTHINFO_UNAVAIL},
    {ENDING_HELPER, PAM_AUTHINFO_UNAVAIL},
    {ENDING_TPM, PAM_AUTHINFO_UNAVAIL},
    {ENDING_DEADLINE, PAM_AUTHINFO_UNAVAIL},
    {ENDING_REFUSED, PAM_CRED_INSUFFICIENT},
    {ENDING_WRONG_PIN, PAM_AUTH_ERR},
    {ENDING_PROOF, PAM_AUTH_ERR},
    {ENDING_ABORTED, PAM_AUTH_ERR},
    {ENDING_MUST_CHANGE, PAM_AUTH_ERR},
    {ENDING_LAST_TRY, PAM_MAXTRIES},
    {ENDING_BLOCKED, PAM_AUTHINFO_UNAVAIL},
    {ENDING_TPM_LOCKED, PAM_AUTHINFO_UNAVAIL},
    {ENDING_CARD_GONE, PAM_AUTHINFO_UNAVAIL},
    {ENDING_NO_ACCOUNT, PAM_USER_UNKNOWN},
    {ENDING_WRONG_ACCOUNT, PAM_AUTH_ERR},
    {ENDING_NO_TICKET, PAM_AUTHINFO_UNAVAIL},
    {ENDING_KDC_UNREACHABLE, PAM_AUTHINFO_UNAVAIL},
    {ENDING_KDC_REFUSED, PAM_AUTH_ERR},
    {ENDING_KDC_UNTRUSTED, PAM_AUTH_ERR},
    {ENDING_TICKET_MISMATCH, PAM_AUTH_ERR},
    {ENDING_MEMORY, PAM_BUF_ERR},
    {ENDING_SETTINGS, PAM_SERVICE_ERR},
    {ENDING_CONVERSATION, PAM_CONV_ERR},
};

static void test_each_row_of_the_contract(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(contract) / sizeof(contract[0]); i++)
        assert_int_equal(result_authenticate(contract[i].ending), contract[i].authenticate);
}

static void test_only_one_ending_succeeds_and_none_is_ignored(void **state)
{
    (void)state;
    for (enum ending ending = (enum ending)0; ending < ENDING_COUNT; ending++) {
        assert_int_equal(result_authenticate(ending) == PAM_SUCCESS, ending == ENDING_ACCEPTED);
        assert_int_equal(result_acct_mgmt(ending) == PAM_SUCCESS, ending == ENDING_STILL_GOOD);
        assert_int_equal(result_chauthtok(ending) == PAM_SUCCESS,
                         ending == ENDING_CHANGED || ending == ENDING_CAN_CHANGE);
        assert_int_not_equal(result_authenticate(ending), PAM_IGNORE);
        assert_int_not_equal(result_chauthtok(ending), PAM_IGNORE);
        assert_int_equal(result_acct_mgmt(ending) == PAM_IGNORE, ending == ENDING_NOT_OURS);
    }
}

static void test_numbers_that_are_no_ending_fail(void **state)
{
    const int numbers[] = {-1, ENDING_COUNT, 1 << 30};

    (void)state;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        assert_int_equal(result_authenticate((enum ending)numbers[i]), PAM_SERVICE_ERR);
        assert_int_equal(result_acct_mgmt((enum ending)numbers[i]), PAM_SERVICE_ERR);
        assert_int_equal(result_chauthtok((enum ending)numbers[i]), PAM_SERVICE_ERR);
        assert_string_equal(ending_result((enum ending)numbers[i]), "error");
        assert_string_equal(ending_code((enum ending)numbers[i]), "internal");
    }
}

static void test_no_error_is_a_success(void **state)
{
    (void)state;
    for (int err = -1; err <= VSC_ERR_COUNT + 1; err++) {
        enum ending ending = ending_of_err((enum vsc_err)err);

        assert_int_not_equal(result_authenticate(ending), PAM_SUCCESS);
        assert_int_not_equal(result_authenticate(ending), PAM_IGNORE);
        assert_int_not_equal(result_acct_mgmt(ending), PAM_SUCCESS);
        assert_int_not_equal(result_acct_mgmt(ending), PAM_IGNORE);
        assert_int_not_equal(result_chauthtok(ending), PAM_SUCCESS);
    }
}

static void test_card_that_is_damaged_or_too_new_is_unavailable(void **state)
{
    (void)state;
    assert_int_equal(result_authenticate(ending_of_err(VSC_STORE)), PAM_AUTHINFO_UNAVAIL);
    assert_int_equal(result_authenticate(ending_of_err(VSC_NOT_BUILT)), PAM_AUTHINFO_UNAVAIL);
    assert_int_equal(result_authenticate(ending_of_err(VSC_CONFIG)), PAM_SERVICE_ERR);
}

static void test_each_reason_is_refused_by_its_kind(void **state)
{
    (void)state;
    for (uint16_t reason = 0; reason < REASON_COUNT; reason++)
        for (int given = 0; given < 2; given++) {
            enum reason told = REASON_COUNT;
            int code = result_authenticate(ending_of_reasons(&reason, 1, given == 1, &told));

            assert_int_equal(told, reason);
            if (reason_is_mapping((enum reason)reason))
                assert_int_equal(code, given ? PAM_AUTH_ERR : PAM_USER_UNKNOWN);
            else if (reason == REASON_PROOF_FAILED)
                assert_int_equal(code, PAM_AUTH_ERR);
            else
                assert_int_equal(code, PAM_CRED_INSUFFICIENT);
        }
}

static void test_reasons_of_the_certificate_come_before_those_of_the_mapping(void **state)
{
    const uint16_t reasons[] = {REASON_NO_MAPPING, REASON_EXPIRED, REASON_REVOKED};
    enum reason told = REASON_COUNT;

    (void)state;
    assert_int_equal(ending_of_reasons(reasons, 3, true, &told), ENDING_REFUSED);
    assert_int_equal(told, REASON_EXPIRED);
}

static void test_refused_for_no_reason_is_a_fault_of_the_helper(void **state)
{
    enum reason told = REASON_COUNT;

    (void)state;
    assert_int_equal(ending_of_reasons(NULL, 0, true, &told), ENDING_HELPER);
    assert_int_equal(told, REASON_COUNT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_row_of_the_contract),
        cmocka_unit_test(test_only_one_ending_succeeds_and_none_is_ignored),
        cmocka_unit_test(test_numbers_that_are_no_ending_fail),
        cmocka_unit_test(test_no_error_is_a_success),
        cmocka_unit_test(test_card_that_is_damaged_or_too_new_is_unavailable),
        cmocka_unit_test(test_each_reason_is_refused_by_its_kind),
        cmocka_unit_test(test_reasons_of_the_certificate_come_before_those_of_the_mapping),
        cmocka_unit_test(test_refused_for_no_reason_is_a_fault_of_the_helper),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
