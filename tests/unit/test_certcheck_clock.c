/* SPDX-License-Identifier: BSD-2-Clause */
/* time-not-credible: the release, the mark of the last sign-in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/clock.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "common/mark.h"
#include "common/text.h"
#include "tests/support/pki.h"

#define NOW INT64_C(1800000000)

static const char *judged(int64_t now, struct clock_seen seen, bool strict)
{
    static struct verdict verdict;

    verdict_init(&verdict);
    clock_check(now, &seen, strict, &verdict);
    assert_int_equal(verdict.results[CHECK_CLOCK], verdict.count > 0 ? RESULT_FAIL : RESULT_PASS);
    return verdict.count > 0 ? verdict.items[0].text : "";
}

static void test_clock_before_the_release_is_not_credible_in_any_mode(void **state)
{
    const struct clock_seen none = {0};
    char shown[TEXT_TIME];

    (void)state;
    text_time(RELEASE_TIME - 1, shown);
    assert_non_null(
        strstr(judged(RELEASE_TIME - 1, none, true), "before this program was released"));
    assert_non_null(strstr(judged(RELEASE_TIME - 1, none, false), shown));
    assert_string_equal(judged(RELEASE_TIME, none, true), "");
    assert_string_equal(judged(RELEASE_TIME, none, false), "");
}

static void test_clock_before_the_last_sign_in_has_an_hour_of_grace(void **state)
{
    const struct clock_seen seen = {.sign_in = NOW};

    (void)state;
    assert_string_equal(judged(NOW + 1, seen, true), "");
    assert_string_equal(judged(NOW - CLOCK_GRACE, seen, true), "");
    assert_non_null(strstr(judged(NOW - CLOCK_GRACE - 1, seen, true), "last sign-in was at 2027-"));
    assert_non_null(strstr(judged(NOW - CLOCK_GRACE - 1, seen, true), MARK_PATH));
    assert_string_equal(judged(NOW - CLOCK_GRACE - 1, seen, false), "");
}

static void test_clock_before_the_newest_list_has_an_hour_of_grace(void **state)
{
    const struct clock_seen seen = {.list = NOW};

    (void)state;
    assert_string_equal(judged(NOW - CLOCK_GRACE, seen, true), "");
    assert_non_null(
        strstr(judged(NOW - CLOCK_GRACE - 1, seen, true), "revocation list in the cache"));
    assert_string_equal(judged(NOW - CLOCK_GRACE - 1, seen, false), "");
}

/* ---- the mark
 * ------------------------------------------------------------------------------------ */

static char folder[PATH_MAX], path[PATH_MAX + 32];

static int setup(void **state)
{
    *state = NULL;
    (void)snprintf(folder, sizeof(folder), "/tmp/vsc-clock-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof(path), "%s/" MARK_NAME, folder);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    (void)chmod(folder, 0700);
    (void)unlink(path);
    return rmdir(folder);
}

static void put(const char *text, size_t len)
{
    FILE *file;

    (void)unlink(path);
    file = fopen(path, "wbe");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void test_mark_is_read_as_it_was_written(void **state)
{
    int64_t seen = 0;
    struct stat status;

    (void)state;
    assert_false(mark_read(folder, &seen));
    assert_int_equal(mark_write(folder, NOW), VSC_OK);
    assert_true(mark_read(folder, &seen));
    assert_int_equal(seen, NOW);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
}

static void test_mark_never_goes_back_and_is_not_written_often(void **state)
{
    int64_t seen = 0;

    (void)state;
    assert_int_equal(mark_write(folder, NOW), VSC_OK);
    assert_int_equal(mark_write(folder, NOW - 86400), VSC_OK);
    assert_int_equal(mark_write(folder, NOW + MARK_STEP - 1), VSC_OK);
    assert_true(mark_read(folder, &seen));
    assert_int_equal(seen, NOW);
    assert_int_equal(mark_write(folder, NOW + MARK_STEP), VSC_OK);
    assert_true(mark_read(folder, &seen));
    assert_int_equal(seen, NOW + MARK_STEP);
}

static void test_mark_that_is_no_number_is_none(void **state)
{
    static const char *const bad[] = {
        "",
        "\n",
        "1",
        "x\n",
        "-1\n",
        "+1\n",
        " 1\n",
        "1 \n",
        "1\n\n",
        "0x1\n",
        "1e9\n",
        "1.5\n",
        "1\r\n",
        "1234567890123456\n",
        "99999999999999999999999999\n",
    };
    int64_t seen = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        put(bad[i], strlen(bad[i]));
        assert_false(mark_read(folder, &seen));
    }
    put("1\0\n", 3);
    assert_false(mark_read(folder, &seen));
    assert_int_equal(seen, 7);
    /* And the next sign-in makes it good. */
    assert_int_equal(mark_write(folder, NOW), VSC_OK);
    assert_true(mark_read(folder, &seen));
}

static void test_mark_that_others_could_make_is_none(void **state)
{
    int64_t seen = 7;
    char elsewhere[PATH_MAX + 32];

    (void)state;
    put("1800000000\n", 11);
    assert_true(mark_read(folder, &seen));
    assert_int_equal(chmod(path, 0666), 0);
    assert_false(mark_read(folder, &seen));
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_false(mark_read(folder, &seen));
    assert_int_equal(mark_write(folder, NOW + 2 * MARK_STEP), VSC_UNTRUSTED);
    assert_int_equal(chmod(folder, 0700), 0);
    /* A symbolic link is not followed, and is replaced and not written through. */
    (void)snprintf(elsewhere, sizeof(elsewhere), "%s/elsewhere", folder);
    assert_int_equal(rename(path, elsewhere), 0);
    assert_int_equal(symlink("elsewhere", path), 0);
    assert_false(mark_read(folder, &seen));
    assert_int_equal(mark_write(folder, NOW + 2 * MARK_STEP), VSC_OK);
    assert_true(mark_read(folder, &seen));
    assert_int_equal(seen, NOW + 2 * MARK_STEP);
    assert_int_equal(unlink(elsewhere), 0);
}

static void test_mark_without_its_folder_is_not_written(void **state)
{
    (void)state;
    assert_int_equal(mark_write("/tmp/vsc-clock-that-is-not-there", NOW), VSC_INPUT);
    assert_int_equal(mark_write(folder, -1), VSC_SYSTEM);
    assert_int_equal(mark_write(folder, INT64_MAX), VSC_SYSTEM);
}

/* A setuid program's caller hands this down: the write would end the process. */
static void test_mark_is_not_written_under_a_limit_of_no_bytes(void **state)
{
    struct rlimit before, none;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
    assert_int_equal(mark_write(folder, NOW), VSC_SYSTEM);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_not_equal(access(path, F_OK), 0);
}

/* ---- in an evaluation
 * ---------------------------------------------------------------------------- */

static bool is_credible(const struct evaluator *evaluator, struct evaluation_request request)
{
    struct evaluation *evaluation = NULL;
    bool credible;

    request.certs = pki_certs("good.pem");
    assert_int_equal(evaluation_new(evaluator, &request, &evaluation), VSC_OK);
    credible = !verdict_has(&evaluation->verdict, REASON_TIME_NOT_CREDIBLE);
    assert_true(credible || !evaluation->accepted);
    evaluation_free(evaluation);
    x509_stack_free(request.certs);
    return credible;
}

static void test_evaluation_asks_the_mark_in_hard_mode_and_of_the_clock_only(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluation_request request = evaluation_request_of(conf);
    struct evaluator *evaluator = NULL;
    struct problem problem;

    (void)state;
    pki_issue("good", "");
    assert_int_equal(mark_write(folder, NOW), VSC_OK);
    places.mark = folder;
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_OK);
    request.at = NOW - CLOCK_GRACE - 1;
    request.at_is_clock = true;
    request.revocation = REVOCATION_HARD;
    assert_false(is_credible(evaluator, request));
    request.revocation = REVOCATION_SOFT;
    assert_true(is_credible(evaluator, request));
    request.revocation = REVOCATION_OFF;
    assert_true(is_credible(evaluator, request));
    request.revocation = REVOCATION_HARD;
    request.at_is_clock = false;
    assert_true(is_credible(evaluator, request));
    request.at_is_clock = true;
    request.at = NOW;
    assert_true(is_credible(evaluator, request));
    request.at = RELEASE_TIME - 1;
    request.revocation = REVOCATION_OFF;
    assert_false(is_credible(evaluator, request));
    evaluator_free(evaluator);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_clock_before_the_release_is_not_credible_in_any_mode),
        cmocka_unit_test(test_clock_before_the_last_sign_in_has_an_hour_of_grace),
        cmocka_unit_test(test_clock_before_the_newest_list_has_an_hour_of_grace),
        cmocka_unit_test_setup_teardown(test_mark_is_read_as_it_was_written, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mark_never_goes_back_and_is_not_written_often, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_mark_that_is_no_number_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mark_that_others_could_make_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(test_mark_without_its_folder_is_not_written, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_mark_is_not_written_under_a_limit_of_no_bytes, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_evaluation_asks_the_mark_in_hard_mode_and_of_the_clock_only, setup, teardown),
    };

    return cmocka_run_group_tests(tests, pki_setup_base, pki_teardown);
}
