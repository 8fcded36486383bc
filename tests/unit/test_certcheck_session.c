/* SPDX-License-Identifier: BSD-2-Clause */
/* The state of one sign-in, with clocks and accounts of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "common/wire_stale.h"
#include "tests/support/check_client.h"
#include "tests/support/pki.h"
#include "tests/support/sitting.h"

#define GOOD 0

static void test_prove_accepts_the_signature_of_the_challenge(void **state)
{
    unsigned char signature[2 * SIGNATURE_MAX];
    struct message request, answer;
    struct check_verdict verdict;

    (void)state;
    sitting_get_challenge();
    client_prove(&request, GOOD, signature, pki_sign("user", sitting_challenge, signature));
    assert_int_equal(sitting_send(&request, &answer), WIRE_CHECK_ACCEPTED);
    verdict = client_verdict(&answer);
    assert_string_equal(verdict.account, "alice");
    assert_int_equal(verdict.account_uid, 1000);
    assert_string_equal(verdict.upn, "alice@corp.test");
    assert_string_equal(verdict.issuer, "CN=Test Issuing CA,DC=corp,DC=test");
    assert_true(strlen(verdict.serial) > 8);
    assert_int_equal(verdict.days_left, 364);
    assert_false(check_session_is_over(sitting_session));
    message_done(&answer);
}

static void test_evaluated_tells_who_it_is(void **state)
{
    struct check_evaluations evaluations;

    (void)state;
    sitting_begin("");
    evaluations = sitting_evaluate("good.pem");
    assert_string_equal(evaluations.items[0].account, "alice");
    assert_string_equal(evaluations.items[0].display, "Alice Smith");
    assert_string_equal(evaluations.items[0].label, "alice@corp.test");
    assert_int_equal(evaluations.items[0].account_uid, 1000);
    check_evaluations_done(&evaluations);
}

static void test_evaluated_maps_a_refused_certificate_too(void **state)
{
    struct check_evaluations evaluations;

    (void)state;
    sitting_begin("alice");
    evaluations = sitting_evaluate("expired.pem");
    assert_false(evaluations.items[0].accepted);
    assert_true(evaluations.items[0].mapped);
    assert_string_equal(evaluations.items[0].account, "alice");
    assert_true(evaluations.items[0].days_left < -1000);
    sitting_expect_codes(&evaluations.items[0], "expired");
    check_evaluations_done(&evaluations);
    evaluations = sitting_evaluate("no-upn.pem");
    assert_false(evaluations.items[0].mapped);
    assert_string_equal(evaluations.items[0].account, "");
    assert_string_equal(evaluations.items[0].label, "alice");
    check_evaluations_done(&evaluations);
}

static void test_evaluated_for_another_user_is_a_mismatch(void **state)
{
    struct check_evaluations evaluations;

    (void)state;
    sitting_begin("bob");
    evaluations = sitting_evaluate("good.pem");
    assert_false(evaluations.items[0].accepted);
    assert_true(evaluations.items[0].mapped);
    sitting_expect_codes(&evaluations.items[0], "account-mismatch");
    check_evaluations_done(&evaluations);
}

static void test_evaluated_garbage_is_malformed(void **state)
{
    struct message request;
    struct check_evaluations evaluations;

    (void)state;
    sitting_begin("");
    client_evaluate_garbage(&request);
    evaluations = sitting_send_evaluate(&request);
    sitting_expect_codes(&evaluations.items[0], "malformed-certificate");
    check_evaluations_done(&evaluations);
}

static void test_prove_of_another_digest_fails_and_ends(void **state)
{
    (void)state;
    sitting_get_challenge();
    sitting_challenge[31] ^= 1;
    assert_string_equal(sitting_prove(), "proof-failed");
    assert_true(check_session_is_over(sitting_session));
    sitting_challenge[31] ^= 1;
    assert_string_equal(sitting_prove(), "error");
}

static void test_prove_with_another_key_or_garbage_fails_and_ends(void **state)
{
    unsigned char signature[2 * SIGNATURE_MAX] = {0};

    (void)state;
    sitting_get_challenge();
    assert_string_equal(
        sitting_prove_with(GOOD, signature, pki_sign("p384", sitting_challenge, signature)),
        "proof-failed");
    assert_true(check_session_is_over(sitting_session));
    sitting_start_anew();
    sitting_get_challenge();
    assert_string_equal(sitting_prove_with(GOOD, signature, SIGNATURE_MAX), "proof-failed");
    assert_true(check_session_is_over(sitting_session));
}

static void test_prove_twice_with_one_challenge_fails(void **state)
{
    (void)state;
    sitting_get_challenge();
    assert_string_equal(sitting_prove(), "accepted");
    assert_string_equal(sitting_prove(), "proof-failed");
    assert_true(check_session_is_over(sitting_session));
}

static void test_prove_with_a_signature_of_an_earlier_challenge_fails(void **state)
{
    struct check_evaluations evaluations;

    (void)state;
    sitting_get_challenge();
    evaluations = sitting_evaluate("good.pem"); /* draws anew */
    assert_memory_not_equal(sitting_challenge, evaluations.items[0].challenge, DIGEST_SIZE);
    check_evaluations_done(&evaluations);
    assert_string_equal(sitting_prove(), "proof-failed");
}

static void test_prove_after_120_seconds_is_in_time_after_121_not(void **state)
{
    (void)state;
    sitting_get_challenge();
    sitting_ticks += 121 * 1000;
    assert_string_equal(sitting_prove(), "proof-failed");
    assert_true(check_session_is_over(sitting_session));
    sitting_start_anew();
    sitting_get_challenge();
    sitting_ticks += 120 * 1000;
    assert_string_equal(sitting_prove(), "accepted");
}

static void test_prove_of_a_refused_certificate_fails(void **state)
{
    struct check_evaluations evaluations;
    unsigned char signature[2 * SIGNATURE_MAX];

    (void)state;
    sitting_begin("alice");
    evaluations = sitting_evaluate("no-eku.pem");
    check_evaluations_done(&evaluations);
    memset(sitting_challenge, 0, sizeof(sitting_challenge));
    assert_string_equal(
        sitting_prove_with(GOOD, signature, pki_sign("user", sitting_challenge, signature)),
        "missing-eku proof-failed");
}

static void test_prove_looks_at_the_time_again(void **state)
{
    (void)state;
    sitting_get_challenge();
    sitting_wall += INT64_C(366) * 86400;
    assert_string_equal(sitting_prove(), "expired crl-stale");
}

/* CVE-2026-12610: what was read is exchanged whole, between two requests and never under one. */
static void test_prove_looks_at_revocation_again(void **state)
{
    (void)state;
    pki_issue("soon-revoked", "");
    sitting_wall += 60; /* the certificate is not from the future, */
    sitting_get_challenge_for("soon-revoked.pem");
    pki_script("revoke", "%s", pki_path("certs/soon-revoked.pem"));
    sitting_wall += 60; /* nor are the new lists */
    assert_string_equal(sitting_prove(), "revoked");
    assert_true(check_session_is_over(sitting_session));
}

/* 0 for an error. */
static enum wire_type ask_stale(struct stale *ret_stale)
{
    struct message request, answer;
    struct reader reader;
    enum wire_type type;

    message_init(&request, WIRE_CHECK_STALE);
    type = sitting_send(&request, &answer);
    if (type == WIRE_CHECK_STALE_TOLD) {
        reader_init(&reader, answer.body.data, answer.body.len);
        assert_int_equal(check_stale_decode(&reader, ret_stale), VSC_OK);
    }
    message_done(&answer);
    return type;
}

static void test_stale_is_told_after_an_accepted_proof_only(void **state)
{
    struct stale stale;

    (void)state;
    sitting_begin("alice");
    assert_int_equal(ask_stale(&stale), 0);
    assert_true(check_session_is_over(sitting_session));
    sitting_start_anew();
    sitting_get_challenge();
    assert_int_equal(ask_stale(&stale), 0);
    sitting_start_anew();
    sitting_get_challenge();
    assert_string_equal(sitting_prove(), "accepted");
    assert_int_equal(ask_stale(&stale), WIRE_CHECK_STALE_TOLD);
    assert_int_equal(stale.count, 0);
}

static void test_messages_out_of_order_are_errors(void **state)
{
    const char *file = "good.pem";
    struct message request, answer;

    (void)state;
    client_evaluate(&request, &file, 1);
    assert_int_equal(sitting_send(&request, &answer), 0);
    message_done(&answer);
    sitting_start_anew();
    assert_string_equal(sitting_prove_with(0, sitting_challenge, 8), "error");
    sitting_start_anew();
    sitting_get_challenge();
    assert_string_equal(sitting_prove_with(1, sitting_challenge, 8), "error"); /* was not sent */
    sitting_start_anew();
    sitting_begin("alice");
    client_begin(&request, "login", "bob", "");
    assert_int_equal(sitting_send(&request, &answer), 0);
    message_done(&answer);
    assert_true(check_session_is_over(sitting_session));
}

static void test_evaluate_where_the_service_is_not_allowed_is_an_error(void **state)
{
    const char *file = "good.pem";
    struct message request, answer;

    (void)state;
    client_begin(&request, "sshd", "alice", "192.0.2.7");
    assert_int_equal(sitting_send(&request, &answer), WIRE_CHECK_BEGUN);
    assert_false(client_begun(&answer).allowed);
    message_done(&answer);
    client_evaluate(&request, &file, 1);
    assert_int_equal(sitting_send(&request, &answer), 0);
    message_done(&answer);
}

static bool served_change_pin(const char *service)
{
    struct message request, answer;
    struct check_served served = {.change_pin = false};
    struct reader reader;

    sitting_start_anew();
    client_begin(&request, service, "alice", "");
    assert_int_equal(sitting_send(&request, &answer), WIRE_CHECK_BEGUN);
    message_done(&answer);
    message_init(&request, WIRE_CHECK_SERVICE);
    assert_int_equal(sitting_send(&request, &answer), WIRE_CHECK_SERVED);
    reader_init(&reader, answer.body.data, answer.body.len);
    assert_int_equal(check_served_decode(&reader, &served), VSC_OK);
    message_done(&answer);
    return served.change_pin;
}

static void test_service_tells_where_a_pin_is_changed_at_once(void **state)
{
    struct message request, answer;

    (void)state;
    assert_true(served_change_pin("greetd"));
    assert_false(served_change_pin("login"));
    assert_false(served_change_pin("greetd-greeter"));
    /* Of no service, or with more in it than there is in this version. */
    sitting_start_anew();
    message_init(&request, WIRE_CHECK_SERVICE);
    assert_int_equal(sitting_send(&request, &answer), 0);
    message_done(&answer);
    sitting_start_anew();
    sitting_begin("alice");
    message_init(&request, WIRE_CHECK_SERVICE);
    buf_u8(&request.body, 0);
    assert_int_equal(sitting_send(&request, &answer), 0);
    message_done(&answer);
}

static void test_recheck_table(void **state)
{
    static const struct {
        const char *user, *file, *codes;
    } table[] = {
        {"alice", "good.pem", ""},
        {"alice", "revoked.pem", "revoked"},
        {"alice", "expired.pem", "expired"},
        {"bob", "good.pem", "account-mismatch"},
        {"nosuchuser", "good.pem", "account-mismatch"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct message request, answer;
        struct check_verdict verdict;

        client_recheck(&request, table[i].user, table[i].file);
        assert_int_equal(sitting_send(&request, &answer), WIRE_CHECK_RECHECKED);
        verdict = client_verdict(&answer);
        assert_string_equal(sitting_codes_of(&verdict), table[i].codes);
        message_done(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, sitting_set_up, sitting_tear_down)
        TEST(test_prove_accepts_the_signature_of_the_challenge),
        TEST(test_evaluated_tells_who_it_is),
        TEST(test_evaluated_maps_a_refused_certificate_too),
        TEST(test_evaluated_for_another_user_is_a_mismatch),
        TEST(test_evaluated_garbage_is_malformed),
        TEST(test_prove_of_another_digest_fails_and_ends),
        TEST(test_prove_with_another_key_or_garbage_fails_and_ends),
        TEST(test_prove_twice_with_one_challenge_fails),
        TEST(test_prove_with_a_signature_of_an_earlier_challenge_fails),
        TEST(test_prove_after_120_seconds_is_in_time_after_121_not),
        TEST(test_prove_of_a_refused_certificate_fails),
        TEST(test_prove_looks_at_the_time_again),
        TEST(test_prove_looks_at_revocation_again),
        TEST(test_stale_is_told_after_an_accepted_proof_only),
        TEST(test_messages_out_of_order_are_errors),
        TEST(test_evaluate_where_the_service_is_not_allowed_is_an_error),
        TEST(test_service_tells_where_a_pin_is_changed_at_once),
        TEST(test_recheck_table),
    };

    return cmocka_run_group_tests(tests, pki_setup_all, pki_teardown);
}
