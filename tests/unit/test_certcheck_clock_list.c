/* SPDX-License-Identifier: BSD-2-Clause */
/* time-not-credible: the newest list in the cache. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/cache.h"
#include "certcheck/clock.h"
#include "certcheck/crl_index.h"
#include "certcheck/crls.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "tests/support/mill.h"
#include "tests/support/pki.h"

#define NOW INT64_C(1800000000)

static char folder[PATH_MAX];

static int setup(void **state)
{
    *state = NULL;
    (void)snprintf(folder, sizeof(folder), "/tmp/vsc-clock-XXXXXX");
    return mkdtemp(folder) != NULL ? 0 : -1;
}

/* Put a list that is from so many days after NOW into the cache, as refresh does. */
static void put_list(const char *part, const char *name, const struct mill_one *ca, int days)
{
    const struct mill_crl recipe = {.signer = ca, .from_days = days, .until_days = days + 7};
    struct buf der = mill_crl(&recipe);
    struct crl_index *index = NULL;
    struct crl_raw *raw = NULL;
    char where[PATH_MAX + 64];
    int fd;

    (void)snprintf(where, sizeof(where), "%s/%s", folder, part);
    (void)mkdir(where, 0755);
    fd = open(where, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    assert_int_equal(crl_index_build(raw, ca->cert, NULL, &index), VSC_OK);
    assert_int_equal(crl_index_write(index, fd, name), VSC_OK);
    (void)close(fd);
    crl_index_free(index);
    crl_raw_free(raw);
    buf_done(&der);
}

static void spoil(const char *name)
{
    char where[PATH_MAX + 64];
    FILE *file;

    (void)snprintf(where, sizeof(where), "%s/%s", folder, name);
    file = fopen(where, "r+be");
    assert_non_null(file);
    assert_int_equal(fputs("nothing", file) >= 0, 1);
    assert_int_equal(fclose(file), 0);
}

static int teardown(void **state)
{
    char command[PATH_MAX + 16];

    (void)state;
    (void)snprintf(command, sizeof(command), "rm -rf %s", folder);
    return system(command);
}

/* Of the cache at `where`; 0 for one that is not to be used. */
static int64_t newest_list(const char *where)
{
    struct crls crls = {0};
    struct cache cache;
    int64_t newest = 0;

    if (cache_open(where, "", &cache, NULL) == VSC_OK) {
        assert_int_equal(crls_load_cache(&crls, &cache), VSC_OK);
        newest = crls.newest;
        cache_close(&cache);
    }
    crls_done(&crls);
    return newest;
}

static void test_newest_list_of_the_cache_is_found(void **state)
{
    struct mill_one ca;

    (void)state;
    mill_now = NOW;
    ca = mill_cert(&(struct mill_cert){.name = "Clock CA", .ca = true});
    assert_int_equal(newest_list(""), 0);
    assert_int_equal(newest_list("/tmp/vsc-clock-that-is-not-there"), 0);
    assert_int_equal(newest_list(folder), 0);
    put_list("crl", "a.idx", &ca, -2);
    assert_int_equal(newest_list(folder), NOW - 2 * 86400);
    put_list("crl", "b.idx", &ca, -1);
    put_list("crl", "c.idx", &ca, -3);
    assert_int_equal(newest_list(folder), NOW - 86400);
    /* A list by hand is none of the cache's, a damaged one is none at all. */
    put_list("hand", "d.idx", &ca, 5);
    put_list("crl", "e.idx", &ca, 5);
    spoil("crl/e.idx");
    assert_int_equal(newest_list(folder), NOW - 86400);
    spoil("crl/b.idx");
    assert_int_equal(newest_list(folder), NOW - 2 * 86400);
    /* Nor what others can write. */
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(newest_list(folder), 0);
    mill_done(&ca);
}

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

static void test_evaluation_asks_the_newest_list_of_the_cache(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluation_request request = evaluation_request_of(conf);
    struct evaluator *evaluator = NULL;
    struct problem problem;
    struct mill_one ca;

    (void)state;
    mill_now = NOW;
    pki_issue("good", "");
    ca = mill_cert(&(struct mill_cert){.name = "Clock CA", .ca = true});
    put_list("crl", "a.idx", &ca, -1);
    put_list("crl", "b.idx", &ca, -2);
    places.cache = folder;
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_OK);
    request.at_is_clock = true;
    request.revocation = REVOCATION_HARD;
    request.at = NOW - 86400 - CLOCK_GRACE - 1;
    assert_false(is_credible(evaluator, request));
    request.at = NOW - 86400 - CLOCK_GRACE;
    assert_true(is_credible(evaluator, request));
    evaluator_free(evaluator);
    mill_done(&ca);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_newest_list_of_the_cache_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_evaluation_asks_the_newest_list_of_the_cache, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, pki_setup_base, pki_teardown);
}
