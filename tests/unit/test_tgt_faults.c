/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * vsc-tgt with a libkrb5 that does what the test says (wrapped calls): to whom the PIN is given.
 * The worker that dies, lies or is too slow. What root keeps.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "tgt/pkinit.h"
#include "tgt/worker.h"

/* ---- the responder, and what libkrb5 is asked for */

static struct {
    krb5_error_code answer; /* of the exchange */
    unsigned exchanges, questions, asked;
    int flags;       /* of the token */
    bool two, empty; /* identities in the question; no question at all */
    char pin[SECRET_MAX + 1];
    bool password, prompter;
    krb5_responder_fn responder;
    void *data;
} played;

krb5_error_code __wrap_krb5_get_init_creds_password(krb5_context context, krb5_creds *creds,
                                                    krb5_principal client, const char *password,
                                                    krb5_prompter_fct prompter, void *data,
                                                    krb5_deltat start, const char *service,
                                                    krb5_get_init_creds_opt *options);
krb5_error_code __wrap_krb5_get_init_creds_opt_set_responder(krb5_context context,
                                                             krb5_get_init_creds_opt *options,
                                                             krb5_responder_fn responder,
                                                             void *data);
krb5_error_code __wrap_krb5_responder_pkinit_get_challenge(
    krb5_context context, krb5_responder_context questions,
    krb5_responder_pkinit_challenge **challenge);
krb5_error_code __wrap_krb5_responder_pkinit_set_answer(krb5_context context,
                                                        krb5_responder_context questions,
                                                        const char *identity, const char *pin);
void __wrap_krb5_responder_pkinit_challenge_free(krb5_context context,
                                                 krb5_responder_context questions,
                                                 krb5_responder_pkinit_challenge *challenge);

krb5_error_code __wrap_krb5_get_init_creds_opt_set_responder(krb5_context context,
                                                             krb5_get_init_creds_opt *options,
                                                             krb5_responder_fn responder,
                                                             void *data)
{
    (void)context;
    (void)options;
    played.responder = responder;
    played.data = data;
    return 0;
}

krb5_error_code __wrap_krb5_get_init_creds_password(krb5_context context, krb5_creds *creds,
                                                    krb5_principal client, const char *password,
                                                    krb5_prompter_fct prompter, void *data,
                                                    krb5_deltat start, const char *service,
                                                    krb5_get_init_creds_opt *options)
{
    (void)creds;
    (void)client;
    (void)data;
    (void)start;
    (void)service;
    (void)options;
    played.exchanges++;
    played.password = password != NULL;
    played.prompter = prompter != NULL;
    for (unsigned i = 0; i < played.questions; i++)
        assert_int_equal(played.responder(context, played.data, NULL), 0);
    return played.answer;
}

krb5_error_code __wrap_krb5_responder_pkinit_get_challenge(
    krb5_context context, krb5_responder_context questions,
    krb5_responder_pkinit_challenge **challenge)
{
    static char name[] = "PKCS11:x";
    static krb5_responder_pkinit_identity identity;
    static krb5_responder_pkinit_identity *identities[3];
    static krb5_responder_pkinit_challenge one = {.identities = identities};

    (void)context;
    (void)questions;
    identity = (krb5_responder_pkinit_identity){.identity = name, .token_flags = played.flags};
    identities[0] = &identity;
    identities[1] = played.two ? &identity : NULL;
    *challenge = played.empty ? NULL : &one;
    return 0;
}

krb5_error_code __wrap_krb5_responder_pkinit_set_answer(krb5_context context,
                                                        krb5_responder_context questions,
                                                        const char *identity, const char *pin)
{
    (void)context;
    (void)questions;
    (void)identity;
    played.asked++;
    (void)snprintf(played.pin, sizeof(played.pin), "%s", pin);
    return 0;
}

void __wrap_krb5_responder_pkinit_challenge_free(krb5_context context,
                                                 krb5_responder_context questions,
                                                 krb5_responder_pkinit_challenge *challenge)
{
    (void)context;
    (void)questions;
    (void)challenge;
}

static krb5_error_code exchange(void)
{
    auto_secret struct secret pin = {0};
    struct pkinit pkinit = {.identity = "PKCS11:x", .anchors = "", .pin = &pin};
    krb5_principal client = NULL;
    krb5_context context = NULL;
    krb5_creds creds;
    krb5_error_code code;

    memset(&creds, 0, sizeof(creds));
    assert_int_equal(secret_set(&pin, "12345678", 8), VSC_OK);
    assert_int_equal(krb5_init_context(&context), 0);
    assert_int_equal(krb5_parse_name(context, "alice@CORP.TEST", &client), 0);
    code = pkinit_get(context, client, &pkinit, &creds);
    krb5_free_principal(context, client);
    krb5_free_context(context);
    return code;
}

static void test_pin_is_given_once_and_never_as_a_password(void **state)
{
    (void)state;
    memset(&played, 0, sizeof(played));
    played.questions = 3;
    assert_int_equal(exchange(), 0);
    assert_int_equal(played.exchanges, 1);
    assert_int_equal(played.asked, 1);
    assert_string_equal(played.pin, "12345678");
    assert_false(played.password);
    assert_false(played.prompter);
}

static void test_pin_is_not_given_where_it_could_be_the_last_try(void **state)
{
    static const int flags[] = {KRB5_RESPONDER_PKINIT_FLAGS_TOKEN_USER_PIN_FINAL_TRY,
                                KRB5_RESPONDER_PKINIT_FLAGS_TOKEN_USER_PIN_LOCKED};

    (void)state;
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        memset(&played, 0, sizeof(played));
        played.questions = 1;
        played.flags = flags[i];
        assert_int_equal(exchange(), 0);
        assert_int_equal(played.asked, 0);
    }
}

static void test_pin_is_not_given_where_two_cards_ask_or_none(void **state)
{
    (void)state;
    memset(&played, 0, sizeof(played));
    played.questions = 1;
    played.two = true;
    assert_int_equal(exchange(), 0);
    played.two = false;
    played.empty = true;
    assert_int_equal(exchange(), 0);
    assert_int_equal(played.asked, 0);
}

static void test_refusal_of_the_kdc_is_told_as_it_is(void **state)
{
    (void)state;
    memset(&played, 0, sizeof(played));
    played.answer = KRB5KDC_ERR_CLIENT_REVOKED;
    assert_int_equal(exchange(), KRB5KDC_ERR_CLIENT_REVOKED);
    assert_int_equal(played.exchanges, 1);
}

/* ---- the worker */

/* The pipe's end is a failure instead. */
static bool read_fails;

ssize_t __wrap_read(int fd, void *to, size_t size);
ssize_t __real_read(int fd, void *to, size_t size);

ssize_t __wrap_read(int fd, void *to, size_t size)
{
    const ssize_t got = __real_read(fd, to, size);

    if (!read_fails || got != 0)
        return got;
    errno = EIO;
    return -1;
}

static void run_well(void *data, struct worker_result *result)
{
    (void)data;
    (void)snprintf(result->principal, sizeof(result->principal), "alice@CORP.TEST");
    buf_put(&result->creds, "creds", 5);
    result->outcome = TGT_DONE;
}

static void run_dead(void *data, struct worker_result *result)
{
    (void)data;
    (void)result;
    _exit(0);
}

static void run_forever(void *data, struct worker_result *result)
{
    (void)data;
    (void)result;
    for (;;)
        (void)pause();
}

static enum tgt_outcome work(void (*run)(void *, struct worker_result *), int64_t ms,
                             struct worker_result *result)
{
    const struct deadline deadline = deadline_in(ms);
    const struct worker_job job = {.run = run};

    worker_run(&job, &deadline, result);
    return result->outcome;
}

static void test_worker_tells_what_came_of_it(void **state)
{
    auto_worker_result struct worker_result result;

    (void)state;
    assert_int_equal(work(run_well, 60000, &result), TGT_DONE);
    assert_string_equal(result.principal, "alice@CORP.TEST");
    assert_int_equal(result.creds.len, 5);
}

static void test_worker_that_ends_without_a_result_is_no_ticket(void **state)
{
    auto_worker_result struct worker_result result;

    (void)state;
    assert_int_equal(work(run_dead, 60000, &result), TGT_NONE);
    assert_string_equal(result.principal, "");
}

/* All of the result is there by then, and yet it is not known to be all. */
static void test_result_whose_end_cannot_be_read_is_no_ticket(void **state)
{
    auto_worker_result struct worker_result result;

    (void)state;
    read_fails = true;
    assert_int_equal(work(run_well, 60000, &result), TGT_NONE);
    read_fails = false;
    assert_string_equal(result.text, "ended without a result");
    assert_int_equal(result.creds.len, 0);
}

static void test_worker_that_is_too_slow_is_killed(void **state)
{
    auto_worker_result struct worker_result result;

    (void)state;
    assert_int_equal(work(run_forever, 200, &result), TGT_UNREACHABLE);
    assert_string_equal(result.text, "no answer before the deadline");
}

static void test_result_that_is_cut_or_longer_is_none(void **state)
{
    auto_worker_result struct worker_result result;
    auto_buf struct buf body;

    (void)state;
    worker_result_init(&result);
    run_well(NULL, &result);
    buf_init(&body, 4096);
    worker_result_encode(&body, &result);
    for (size_t len = 0; len <= body.len + 1; len++) {
        auto_worker_result struct worker_result again;
        auto_free unsigned char *copy = calloc(1, body.len + 1);
        struct reader reader;

        assert_non_null(copy);
        memcpy(copy, body.data, body.len);
        worker_result_init(&again);
        reader_init(&reader, copy, len);
        assert_int_equal(worker_result_decode(&reader, &again),
                         len == body.len ? VSC_OK : VSC_PROTOCOL);
    }
}

static void test_text_of_a_result_is_one_line_that_may_be_shown(void **state)
{
    struct worker_result result;

    (void)state;
    worker_result_init(&result);
    worker_result_set(&result, TGT_NONE, 5, "a\033b\nc");
    assert_string_equal(result.text, "a\\x1bb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pin_is_given_once_and_never_as_a_password),
        cmocka_unit_test(test_pin_is_not_given_where_it_could_be_the_last_try),
        cmocka_unit_test(test_pin_is_not_given_where_two_cards_ask_or_none),
        cmocka_unit_test(test_refusal_of_the_kdc_is_told_as_it_is),
        cmocka_unit_test(test_worker_tells_what_came_of_it),
        cmocka_unit_test(test_worker_that_ends_without_a_result_is_no_ticket),
        cmocka_unit_test(test_result_whose_end_cannot_be_read_is_no_ticket),
        cmocka_unit_test(test_worker_that_is_too_slow_is_killed),
        cmocka_unit_test(test_result_that_is_cut_or_longer_is_none),
        cmocka_unit_test(test_text_of_a_result_is_one_line_that_may_be_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
