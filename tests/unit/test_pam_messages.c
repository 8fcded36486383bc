/* SPDX-License-Identifier: BSD-2-Clause */
/* Every message of the wire as the answer at every step: only one leads to PAM_SUCCESS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/fakepam/fakepam.h"
#include "tests/pam/canned.h"

#define BYTES_MAX (1024 * 1024)

static const enum wire_type types[] = {
#define TYPE(name, number, cap) WIRE_##name,
    VSC_MESSAGES(TYPE)
#undef TYPE
};
#define TYPE_COUNT (sizeof(types) / sizeof(types[0]))

/* Whom somebody makes of PAM_USER while the person types; NULL: it stays. */
static const char *meanwhile;

/* How long the person takes, and what was shown of it. */
static int64_t typing_ms;
static int64_t clock_offset;
static char shown[256];

int64_t __wrap_clock_ms(void);
int64_t __real_clock_ms(void);
int64_t __wrap_clock_ms(void)
{
    return __real_clock_ms() + clock_offset;
}

/* Answers every prompt with the same PIN. */
static int converse(int count, const struct pam_message **messages, struct pam_response **resp,
                    void *data)
{
    pam_handle_t **pamh = data;

    (void)count;
    *resp = calloc(1, sizeof(**resp));
    if (meanwhile != NULL)
        fakepam_set(*pamh, PAM_USER, meanwhile);
    if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF) {
        clock_offset += typing_ms;
        (*resp)->resp = strdup("12345678");
    } else {
        (void)snprintf(shown, sizeof(shown), "%s", messages[0]->msg);
    }
    return PAM_SUCCESS;
}

/* What stands in place of one step's answer. */
struct instead {
    enum canned_step step;
    enum wire_type type;
    const struct buf *body;
};

static void put_step(struct buf *to, enum canned_step step, const struct instead *instead)
{
    struct buf body;
    enum wire_type type;

    if (instead != NULL && instead->step == step) {
        canned_frame(to, instead->type, instead->body->data, instead->body->len);
        return;
    }
    buf_init(&body, BYTES_MAX);
    type = canned_answer(step, &body);
    canned_frame(to, type, body.data, body.len);
    buf_done(&body);
}

static void put_evaluated(struct buf *to, const struct check_evaluated *item)
{
    struct check_evaluated copy = *item;
    const struct check_evaluations evaluations = {.items = &copy, .count = 1};
    struct buf body;

    buf_init(&body, BYTES_MAX);
    check_evaluations_encode(&body, &evaluations);
    canned_frame(to, WIRE_CHECK_EVALUATED, body.data, body.len);
    buf_done(&body);
}

/* What EVALUATE answers when it is asked again; NULL: it is not. */
static const struct check_evaluated *again;

static int authenticate_as(const char *user, const struct instead *instead)
{
    pam_handle_t *pamh;
    const struct pam_conv conv = {.conv = converse, .appdata_ptr = &pamh};
    struct buf bytes[2];
    int code;

    pamh = fakepam_new("test", &conv);
    buf_init(&bytes[0], BYTES_MAX);
    buf_init(&bytes[1], BYTES_MAX);
    for (enum canned_step step = STEP_BEGIN; step < STEP_COUNT; step++) {
        put_step(&bytes[step >= STEP_OF_CARD], step, instead);
        if (step == STEP_EVALUATE && again != NULL)
            put_evaluated(&bytes[0], again);
    }
    canned_set(bytes[0].data, bytes[0].len, bytes[1].data, bytes[1].len);
    fakepam_set(pamh, PAM_USER, user);
    code = pam_sm_authenticate(pamh, 0, 0, NULL);
    /* Nothing is exported but by a success. */
    assert_true(code == PAM_SUCCESS || pam_getenv(pamh, "VSC_CARD") == NULL);
    canned_close();
    fakepam_free(pamh);
    buf_done(&bytes[0]);
    buf_done(&bytes[1]);
    return code;
}

static void test_the_right_messages_sign_in(void **state)
{
    (void)state;
    assert_int_equal(authenticate_as("alice", NULL), PAM_SUCCESS);
}

static void expect_failure(const struct instead *instead)
{
    int code = authenticate_as("alice", instead);

    if (code == PAM_SUCCESS || code == PAM_IGNORE)
        fail_msg("%s in place of step %d: %d", wire_type_name((uint16_t)instead->type),
                 (int)instead->step, code);
}

/* Each type with the body of the step's own answer, with that of ACCEPTED, and with none.
 * CVE-2025-53013: nothing leads around the one check of the proof. */
static void test_any_other_type_at_any_step_never_succeeds(void **state)
{
    struct buf own, accepted, none;

    (void)state;
    buf_init(&accepted, BYTES_MAX);
    buf_init(&none, BYTES_MAX);
    assert_int_equal(canned_answer(STEP_PROVE, &accepted), WIRE_CHECK_ACCEPTED);
    for (enum canned_step step = STEP_BEGIN; step < STEP_COUNT; step++) {
        enum wire_type right;

        buf_init(&own, BYTES_MAX);
        right = canned_answer(step, &own);
        for (size_t t = 0; t < TYPE_COUNT; t++) {
            if (types[t] == right)
                continue;
            expect_failure(&(struct instead){step, types[t], &own});
            expect_failure(&(struct instead){step, types[t], &accepted});
            expect_failure(&(struct instead){step, types[t], &none});
        }
        buf_done(&own);
    }
    buf_done(&accepted);
}

static void test_any_error_at_any_step_never_succeeds(void **state)
{
    (void)state;
    for (enum canned_step step = STEP_BEGIN; step < STEP_COUNT; step++)
        for (unsigned err = 0; err <= VSC_ERR_COUNT + 1; err++) {
            /* An ERROR to PREPARE is no end: SIGN tells. But one that cannot be is. */
            const bool harmless =
                step == STEP_PREPARE && err > 0 && err < VSC_ERR_COUNT && err != VSC_PROTOCOL;
            struct buf body;

            buf_init(&body, BYTES_MAX);
            buf_u16(&body, (uint16_t)err);
            buf_str(&body, "text");
            if (harmless)
                assert_int_equal(
                    authenticate_as("alice", &(struct instead){step, WIRE_ERROR, &body}),
                    PAM_SUCCESS);
            else
                expect_failure(&(struct instead){step, WIRE_ERROR, &body});
            buf_done(&body);
        }
}

/* The right answer cut at every length, and with every byte of it changed in turn. */
static void test_any_cut_or_longer_answer_never_succeeds(void **state)
{
    (void)state;
    for (enum canned_step step = STEP_BEGIN; step < STEP_COUNT; step++) {
        struct buf body;
        enum wire_type type;

        buf_init(&body, BYTES_MAX);
        type = canned_answer(step, &body);
        for (size_t len = 0; len < body.len; len++) {
            const struct buf cut = {.data = body.data, .len = len};

            expect_failure(&(struct instead){step, type, &cut});
        }
        buf_u8(&body, 0);
        expect_failure(&(struct instead){step, type, &body});
        buf_done(&body);
    }
}

static void test_a_changed_verdict_never_signs_in_another_account(void **state)
{
    struct buf body;

    (void)state;
    buf_init(&body, BYTES_MAX);
    (void)canned_answer(STEP_PROVE, &body);
    /* The account's length, name and uid: the first 4 + 5 + 4 bytes. */
    for (size_t i = 0; i < 13; i++)
        for (unsigned bit = 0; bit < 8; bit++) {
            body.data[i] ^= (unsigned char)(1u << bit);
            expect_failure(&(struct instead){STEP_PROVE, WIRE_CHECK_ACCEPTED, &body});
            body.data[i] ^= (unsigned char)(1u << bit);
        }
    buf_done(&body);
}

/* CVE-2025-24531: no user of PAM's makes these messages another's sign-in. */
static void test_accepted_for_alice_signs_in_nobody_else(void **state)
{
    static const char *const others[] = {"root", "bob", "Alice", "alice ", "alic"};
    struct buf begun;
    struct check_begun other = {.allowed = true,
                                .user_known = true,
                                .user_uid = 1001,
                                .timeout_seconds = 30,
                                .talk = TALK_TEXT};

    (void)state;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        (void)snprintf(other.user_name, sizeof(other.user_name), "%s", others[i]);
        buf_init(&begun, BYTES_MAX);
        check_begun_encode(&begun, &other);
        assert_int_not_equal(
            authenticate_as(others[i], &(struct instead){STEP_BEGIN, WIRE_CHECK_BEGUN, &begun}),
            PAM_SUCCESS);
        buf_done(&begun);
    }
}

static void test_a_user_changed_meanwhile_is_not_signed_in(void **state)
{
    (void)state;
    meanwhile = "root";
    assert_int_equal(authenticate_as("alice", NULL), PAM_AUTH_ERR);
    meanwhile = NULL;
}

/* In minutes of typing challenges grow old; the certificate is looked at anew, and may be refused.
 */
static void test_a_certificate_refused_while_the_pin_is_typed(void **state)
{
    const struct check_evaluated good = {
        .accepted = true, .mapped = true, .account = "alice", .account_uid = 1000};
    const struct check_evaluated revoked = {.mapped = true,
                                            .account = "alice",
                                            .account_uid = 1000,
                                            .reasons = {REASON_REVOKED},
                                            .reason_count = 1};
    const struct check_evaluated bobs = {
        .accepted = true, .mapped = true, .account = "bob", .account_uid = 1001};

    (void)state;
    typing_ms = 10 * 60 * 1000;
    again = &good;
    assert_int_equal(authenticate_as("alice", NULL), PAM_SUCCESS);
    again = &revoked;
    assert_int_equal(authenticate_as("alice", NULL), PAM_CRED_INSUFFICIENT);
    assert_non_null(strstr(shown, "VSC-REVOKED"));
    again = &bobs;
    assert_int_equal(authenticate_as("alice", NULL), PAM_AUTH_ERR);
    assert_non_null(strstr(shown, "VSC-ACCOUNT-MISMATCH"));
    typing_ms = 0;
    again = NULL;
}

/* Where no user was given the account that was named at the prompt stays. */
static void test_an_account_that_changes_while_the_pin_is_typed(void **state)
{
    const struct check_evaluated bobs = {
        .accepted = true, .mapped = true, .account = "bob", .account_uid = 1001};
    const struct check_verdict verdict = {
        .account = "bob", .account_uid = 1001, .serial = "01", .days_left = 300};
    struct buf body;

    (void)state;
    buf_init(&body, BYTES_MAX);
    check_verdict_encode(&body, &verdict);
    typing_ms = 10 * 60 * 1000;
    again = &bobs;
    assert_int_equal(
        authenticate_as(NULL, &(struct instead){STEP_PROVE, WIRE_CHECK_ACCEPTED, &body}),
        PAM_USER_UNKNOWN);
    typing_ms = 0;
    again = NULL;
    buf_done(&body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_right_messages_sign_in),
        cmocka_unit_test(test_any_other_type_at_any_step_never_succeeds),
        cmocka_unit_test(test_any_error_at_any_step_never_succeeds),
        cmocka_unit_test(test_any_cut_or_longer_answer_never_succeeds),
        cmocka_unit_test(test_a_changed_verdict_never_signs_in_another_account),
        cmocka_unit_test(test_accepted_for_alice_signs_in_nobody_else),
        cmocka_unit_test(test_a_user_changed_meanwhile_is_not_signed_in),
        cmocka_unit_test(test_a_certificate_refused_while_the_pin_is_typed),
        cmocka_unit_test(test_an_account_that_changes_while_the_pin_is_typed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
