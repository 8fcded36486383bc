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

#include "certcheck/check_session.h"
#include "tests/support/check_client.h"
#include "tests/support/pki.h"

#define GOOD 0

static struct conf *conf;
static struct check_session *session;
static int64_t wall, ticks;
static unsigned char challenge[DIGEST_SIZE];

static int64_t wall_clock(void)
{
    return wall;
}

static int64_t tick_clock(void)
{
    return ticks;
}

/* Takes `request` over. The answer's type, 0 for an error. */
static enum wire_type send(struct message *request, struct message *answer)
{
    struct problem problem = {""};
    enum vsc_err err = check_session_handle(session, request, answer, &problem);

    message_done(request);
    return err == VSC_OK ? answer->type : 0;
}

static void begin(const char *user)
{
    struct message request, answer;

    client_begin(&request, "login", user, "");
    assert_int_equal(send(&request, &answer), WIRE_CHECK_BEGUN);
    assert_true(client_begun(&answer).allowed);
    message_done(&answer);
}

static struct check_evaluations evaluate(const char *file)
{
    struct message request, answer;
    struct check_evaluations evaluations;

    client_evaluate(&request, &file, 1);
    assert_int_equal(send(&request, &answer), WIRE_CHECK_EVALUATED);
    evaluations = client_evaluated(&answer);
    assert_int_equal(evaluations.count, 1);
    message_done(&answer);
    return evaluations;
}

/* BEGIN and EVALUATE of a good certificate; keeps the challenge. */
static void get_challenge_for(const char *file)
{
    struct check_evaluations evaluations;

    begin("alice");
    evaluations = evaluate(file);
    assert_true(evaluations.items[0].accepted);
    memcpy(challenge, evaluations.items[0].challenge, sizeof(challenge));
    check_evaluations_done(&evaluations);
}

static void get_challenge(void)
{
    get_challenge_for("good.pem");
}

static void expect_codes(const struct check_evaluated *item, const char *codes)
{
    assert_string_equal(client_codes(item->reasons, item->reason_count), codes);
}

static const char *codes_of(const struct check_verdict *verdict)
{
    return client_codes(verdict->reasons, verdict->reason_count);
}

/* PROVE with this signature: "accepted", or the codes, or "error". */
static const char *prove_with(uint32_t index, const unsigned char *signature, size_t len)
{
    static char result[1024];
    struct message request, answer;
    struct check_verdict verdict;
    enum wire_type type;

    client_prove(&request, index, signature, len);
    type = send(&request, &answer);
    if (type == 0) {
        (void)snprintf(result, sizeof(result), "error");
    } else {
        verdict = client_verdict(&answer);
        assert_int_equal(type == WIRE_CHECK_ACCEPTED, verdict.reason_count == 0);
        (void)snprintf(result, sizeof(result), "%s",
                       verdict.reason_count == 0 ? "accepted" : codes_of(&verdict));
    }
    message_done(&answer);
    return result;
}

static const char *prove(void)
{
    unsigned char signature[2 * SIGNATURE_MAX];
    size_t len = pki_sign("user", challenge, signature);

    return prove_with(GOOD, signature, len);
}

static int set_up(void **state)
{
    struct check_world world;

    (void)state;
    conf = pki_conf();
    world = check_world_here(conf);
    world.accounts = &pki_accounts;
    world.now = wall_clock;
    world.ticks = tick_clock;
    wall = time(NULL);
    ticks = 1000000;
    return check_session_new(&world, &session) == VSC_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    check_session_free(session);
    conf_free(conf);
    return 0;
}

static void start_anew(void)
{
    (void)tear_down(NULL);
    (void)set_up(NULL);
}

static void test_prove_accepts_the_signature_of_the_challenge(void **state)
{
    unsigned char signature[2 * SIGNATURE_MAX];
    struct message request, answer;
    struct check_verdict verdict;

    (void)state;
    get_challenge();
    client_prove(&request, GOOD, signature, pki_sign("user", challenge, signature));
    assert_int_equal(send(&request, &answer), WIRE_CHECK_ACCEPTED);
    verdict = client_verdict(&answer);
    assert_string_equal(verdict.account, "alice");
    assert_int_equal(verdict.account_uid, 1000);
    assert_string_equal(verdict.upn, "alice@corp.test");
    assert_string_equal(verdict.issuer, "CN=Test Issuing CA,DC=corp,DC=test");
    assert_true(strlen(verdict.serial) > 8);
    assert_int_equal(verdict.days_left, 364);
    assert_false(check_session_is_over(session));
    message_done(&answer);
}

static void test_evaluated_tells_who_it_is(void **state)
{
    struct check_evaluations evaluations;

    (void)state;
    begin("");
    evaluations = evaluate("good.pem");
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
    begin("alice");
    evaluations = evaluate("expired.pem");
    assert_false(evaluations.items[0].accepted);
    assert_true(evaluations.items[0].mapped);
    assert_string_equal(evaluations.items[0].account, "alice");
    assert_true(evaluations.items[0].days_left < -1000);
    expect_codes(&evaluations.items[0], "expired");
    check_evaluations_done(&evaluations);
    evaluations = evaluate("no-upn.pem");
    assert_false(evaluations.items[0].mapped);
    assert_string_equal(evaluations.items[0].account, "");
    assert_string_equal(evaluations.items[0].label, "alice");
    check_evaluations_done(&evaluations);
}

static void test_evaluated_for_another_user_is_a_mismatch(void **state)
{
    struct check_evaluations evaluations;

    (void)state;
    begin("bob");
    evaluations = evaluate("good.pem");
    assert_false(evaluations.items[0].accepted);
    assert_true(evaluations.items[0].mapped);
    expect_codes(&evaluations.items[0], "account-mismatch");
    check_evaluations_done(&evaluations);
}

static void test_evaluated_garbage_is_malformed(void **state)
{
    struct message request, answer;
    struct check_evaluations evaluations;

    (void)state;
    begin("");
    client_evaluate_garbage(&request);
    assert_int_equal(send(&request, &answer), WIRE_CHECK_EVALUATED);
    evaluations = client_evaluated(&answer);
    expect_codes(&evaluations.items[0], "malformed-certificate");
    check_evaluations_done(&evaluations);
    message_done(&answer);
}

static void test_prove_of_another_digest_fails_and_ends(void **state)
{
    (void)state;
    get_challenge();
    challenge[31] ^= 1;
    assert_string_equal(prove(), "proof-failed");
    assert_true(check_session_is_over(session));
    challenge[31] ^= 1;
    assert_string_equal(prove(), "error");
}

static void test_prove_with_another_key_or_garbage_fails_and_ends(void **state)
{
    unsigned char signature[2 * SIGNATURE_MAX] = {0};

    (void)state;
    get_challenge();
    assert_string_equal(prove_with(GOOD, signature, pki_sign("p384", challenge, signature)),
                        "proof-failed");
    assert_true(check_session_is_over(session));
    start_anew();
    get_challenge();
    assert_string_equal(prove_with(GOOD, signature, SIGNATURE_MAX), "proof-failed");
    assert_true(check_session_is_over(session));
}

static void test_prove_twice_with_one_challenge_fails(void **state)
{
    (void)state;
    get_challenge();
    assert_string_equal(prove(), "accepted");
    assert_string_equal(prove(), "proof-failed");
    assert_true(check_session_is_over(session));
}

static void test_prove_with_a_signature_of_an_earlier_challenge_fails(void **state)
{
    struct check_evaluations evaluations;

    (void)state;
    get_challenge();
    evaluations = evaluate("good.pem"); /* draws anew */
    assert_memory_not_equal(challenge, evaluations.items[0].challenge, DIGEST_SIZE);
    check_evaluations_done(&evaluations);
    assert_string_equal(prove(), "proof-failed");
}

static void test_prove_after_120_seconds_is_in_time_after_121_not(void **state)
{
    (void)state;
    get_challenge();
    ticks += 121 * 1000;
    assert_string_equal(prove(), "proof-failed");
    assert_true(check_session_is_over(session));
    start_anew();
    get_challenge();
    ticks += 120 * 1000;
    assert_string_equal(prove(), "accepted");
}

static void test_prove_of_a_refused_certificate_fails(void **state)
{
    struct check_evaluations evaluations;
    unsigned char signature[2 * SIGNATURE_MAX];

    (void)state;
    begin("alice");
    evaluations = evaluate("no-eku.pem");
    check_evaluations_done(&evaluations);
    memset(challenge, 0, sizeof(challenge));
    assert_string_equal(prove_with(GOOD, signature, pki_sign("user", challenge, signature)),
                        "missing-eku proof-failed");
}

static void test_prove_of_a_certificate_that_was_not_sent_is_an_error(void **state)
{
    (void)state;
    get_challenge();
    assert_string_equal(prove_with(1, challenge, sizeof(challenge)), "error");
    assert_true(check_session_is_over(session));
}

static void test_prove_looks_at_the_time_again(void **state)
{
    (void)state;
    get_challenge();
    wall += INT64_C(366) * 86400;
    assert_string_equal(prove(), "expired crl-stale");
}

static void test_prove_looks_at_revocation_again(void **state)
{
    (void)state;
    pki_issue("soon-revoked", "");
    get_challenge_for("soon-revoked.pem");
    pki_script("revoke", "%s", pki_path("certs/soon-revoked.pem"));
    assert_string_equal(prove(), "revoked");
    assert_true(check_session_is_over(session));
}

static void test_messages_out_of_order_are_errors(void **state)
{
    const char *file = "good.pem";
    struct message request, answer;

    (void)state;
    client_evaluate(&request, &file, 1);
    assert_int_equal(send(&request, &answer), 0);
    message_done(&answer);
    start_anew();
    assert_string_equal(prove_with(0, challenge, 8), "error");
    start_anew();
    begin("alice");
    client_begin(&request, "login", "bob", "");
    assert_int_equal(send(&request, &answer), 0);
    message_done(&answer);
    assert_true(check_session_is_over(session));
}

static void test_evaluate_where_the_service_is_not_allowed_is_an_error(void **state)
{
    const char *file = "good.pem";
    struct message request, answer;

    (void)state;
    client_begin(&request, "sshd", "alice", "192.0.2.7");
    assert_int_equal(send(&request, &answer), WIRE_CHECK_BEGUN);
    assert_false(client_begun(&answer).allowed);
    message_done(&answer);
    client_evaluate(&request, &file, 1);
    assert_int_equal(send(&request, &answer), 0);
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
        assert_int_equal(send(&request, &answer), WIRE_CHECK_RECHECKED);
        verdict = client_verdict(&answer);
        assert_string_equal(codes_of(&verdict), table[i].codes);
        message_done(&answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
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
        TEST(test_prove_of_a_certificate_that_was_not_sent_is_an_error),
        TEST(test_prove_looks_at_the_time_again),
        TEST(test_prove_looks_at_revocation_again),
        TEST(test_messages_out_of_order_are_errors),
        TEST(test_evaluate_where_the_service_is_not_allowed_is_an_error),
        TEST(test_recheck_table),
    };

    return cmocka_run_group_tests(tests, pki_setup_all, pki_teardown);
}
