/* SPDX-License-Identifier: BSD-2-Clause */
/* What was out of date, yet counted: collected by an evaluation, and said to the person. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "pam_vsc/texts.h"
#include "tests/support/pki.h"

#define DAY 86400

/* The lists of the test CA are good for 30 days. */
static struct evaluation *judge_in(int days, enum conf_revocation mode, unsigned max_stale_days)
{
    struct conf *conf = pki_conf();
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluation_request request = evaluation_request_of(conf);
    struct problem problem;
    struct evaluator *evaluator;
    struct evaluation *evaluation;

    conf->revocation.max_stale = max_stale_days * DAY;
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_OK);
    request.certs = pki_certs("good.pem");
    request.at = time(NULL) + (int64_t)days * DAY;
    request.user = "alice";
    request.revocation = mode;
    assert_int_equal(evaluation_new(evaluator, &request, &evaluation), VSC_OK);
    x509_stack_free(request.certs);
    evaluator_free(evaluator);
    conf_free(conf);
    return evaluation;
}

static void test_lists_that_were_used_past_their_time_are_named(void **state)
{
    const int64_t now = time(NULL);
    struct evaluation *evaluation = judge_in(31, REVOCATION_HARD, 2);
    const struct stale *stale = &evaluation->stale;

    (void)state;
    assert_true(evaluation->accepted);
    assert_int_equal(stale->count, 2);
    assert_int_equal(stale->more, 0);
    assert_int_equal(stale->items[0].kind, STALE_LIST);
    assert_string_equal(stale->items[0].of, "Test Issuing CA");
    assert_string_equal(stale->items[1].of, "Test Root CA");
    assert_true(stale->items[0].since > now + 29 * DAY && stale->items[0].since <= now + 30 * DAY);
    evaluation_free(evaluation);
}

static void test_nothing_is_named_in_time_and_all_in_soft_mode(void **state)
{
    struct evaluation *evaluation = judge_in(1, REVOCATION_HARD, 2);

    (void)state;
    assert_true(evaluation->accepted);
    assert_int_equal(evaluation->stale.count, 0);
    evaluation_free(evaluation);
    evaluation = judge_in(40, REVOCATION_SOFT, 2);
    assert_true(evaluation->accepted);
    assert_int_equal(evaluation->stale.count, 2);
    evaluation_free(evaluation);
    evaluation = judge_in(40, REVOCATION_HARD, 2);
    assert_false(evaluation->accepted);
    evaluation_free(evaluation);
}

static void test_the_earlier_time_of_one_thing_counts_and_the_fourth_is_counted(void **state)
{
    struct stale stale = {.count = 0};

    (void)state;
    stale_add(&stale, STALE_DIRECTORY, "not shown", 200);
    stale_add(&stale, STALE_DIRECTORY, "", 100);
    stale_add(&stale, STALE_DIRECTORY, "", 300);
    assert_int_equal(stale.count, 1);
    assert_int_equal(stale.items[0].since, 100);
    assert_string_equal(stale.items[0].of, "");
    stale_add(&stale, STALE_LIST, "A\x1b[31m", -5);
    assert_string_equal(stale.items[1].of, "A[31m");
    assert_int_equal(stale.items[1].since, 0);
    stale_add(&stale, STALE_LIST, "", 1);
    assert_string_equal(stale.items[2].of, "?");
    stale_add(&stale, STALE_ANSWER, "A", 1);
    assert_int_equal(stale.count, 3);
    assert_int_equal(stale.more, 1);
    for (int i = 0; i < 100; i++)
        stale_add(&stale, STALE_ANSWER, "B", 1);
    assert_int_equal(stale.more, 64);
}

static void test_text_names_each_with_its_time(void **state)
{
    struct stale stale = {.count = 0};
    char text[TEXTS_SIZE];

    (void)state;
    texts_stale(text, &stale);
    assert_string_equal(text, "This sign-in was checked against a revocation list or directory "
                              "data that is out of date.");
    stale_add(&stale, STALE_LIST, "Test CA", 1764100000);
    texts_stale(text, &stale);
    assert_string_equal(text, "This sign-in was checked with what is out of date: "
                              "revocation list of Test CA (since 2025-11-25 19:46).");
    stale_add(&stale, STALE_DIRECTORY, "", 0);
    stale_add(&stale, STALE_ANSWER, "Test CA", 60);
    stale.more = 2;
    texts_stale(text, &stale);
    assert_string_equal(text, "This sign-in was checked with what is out of date: "
                              "revocation list of Test CA (since 2025-11-25 19:46), "
                              "directory data (since 1970-01-01 00:00), "
                              "OCSP answer of Test CA (since 1970-01-01 00:01), and 2 more.");
}

/* 64 columns of four bytes each, three times: whole things or none. */
static void test_text_counts_what_does_not_fit(void **state)
{
    struct stale stale = {.count = 3, .more = UINT32_MAX - 3};
    char text[TEXTS_SIZE];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        stale.items[i].kind = STALE_LIST;
        stale.items[i].since = INT64_MAX; /* no year has so many digits */
        for (size_t at = 0; at + 4 < sizeof(stale.items[i].of); at += 4)
            memcpy(stale.items[i].of + at, "\xf0\x9f\x82\xa1", 5);
    }
    texts_stale(text, &stale);
    assert_true(strlen(text) < sizeof(text) - 1);
    assert_non_null(strstr(text, "(since ?)"));
    assert_non_null(strstr(text, " more."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists_that_were_used_past_their_time_are_named),
        cmocka_unit_test(test_nothing_is_named_in_time_and_all_in_soft_mode),
        cmocka_unit_test(test_the_earlier_time_of_one_thing_counts_and_the_fourth_is_counted),
        cmocka_unit_test(test_text_names_each_with_its_time),
        cmocka_unit_test(test_text_counts_what_does_not_fit),
    };

    (void)setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, pki_setup_all, pki_teardown);
}
