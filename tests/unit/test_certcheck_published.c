/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sign-in makes of what the cache keeps of the directory: NTAuth and roots, old, or none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "certcheck/published.h"
#include "common/io.h"
#include "tests/support/pki.h"

#define DAY 86400

struct row {
    const char *ntauth, *roots; /* files below the CA's folder, "" for an empty one; NULL: none */
    bool asks_ntauth, asks_roots;
    int age_days;       /* of both */
    unsigned max_stale; /* days */
    const char *codes;  /* "" is accepted */
    bool stale;
};

static int64_t now;

static void put(enum published_kind kind, const char *name, int age_days)
{
    struct published published = {kind, sk_X509_new_null(), now - (int64_t)age_days * DAY};
    const struct source source = {.path = name != NULL && *name != '\0' ? pki_path(name) : ""};
    auto_buf struct buf bytes;
    auto_fd int folder = open(pki_path("cache/directory"), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(folder >= 0);
    buf_init(&bytes, PUBLISHED_SIZE_MAX);
    (void)unlinkat(folder, published_name(kind), 0);
    if (name != NULL) {
        assert_int_equal(certs_load(&source, published.certs, NULL), VSC_OK);
        assert_int_equal(published_write(&published, &bytes), VSC_OK);
        assert_int_equal(io_write_at(folder, published_name(kind), bytes.data, bytes.len, 0644),
                         VSC_OK);
    }
    published_done(&published);
}

static void judge(const struct row *row)
{
    struct conf *conf = pki_conf();
    struct evaluation *evaluation;

    if (row->asks_ntauth)
        pki_set(&conf->trust.ntauth, "directory");
    pki_set(&conf->revocation.cache, pki_path("cache"));
    conf->directory.roots = row->asks_roots;
    conf->revocation.max_stale = row->max_stale * DAY;
    put(PUBLISHED_NTAUTH, row->ntauth, row->age_days);
    put(PUBLISHED_ROOTS, row->roots, row->age_days);
    evaluation = pki_judge(conf, "good.pem");
    assert_string_equal(pki_codes(&evaluation->verdict), row->codes);
    assert_int_equal(evaluation->accepted, *row->codes == '\0');
    assert_int_equal(evaluation->stale.count > 0, row->stale);
    evaluation_free(evaluation);
    conf_free(conf);
}

static int make_cache(void **state)
{
    if (pki_setup_base(state) != 0)
        return -1;
    now = time(NULL);
    pki_issue("good", "");
    return mkdir(pki_path("cache"), 0755) == 0 && mkdir(pki_path("cache/directory"), 0755) == 0
               ? 0
               : -1;
}

#define ROOT "ca/root/cert.pem"
#define SUB  "ca/sub/cert.pem"

static void test_ntauth_of_the_directory_narrows(void **state)
{
    static const struct row rows[] = {
        {.codes = ""},
        {.ntauth = "", .codes = ""}, /* not asked */
        {.ntauth = SUB, .asks_ntauth = true, .codes = ""},
        {.ntauth = ROOT, .asks_ntauth = true, .codes = "issuer-not-ntauth"},
        {.ntauth = "", .asks_ntauth = true, .codes = "issuer-not-ntauth"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i]);
}

static void test_roots_of_the_directory_narrow_and_never_widen(void **state)
{
    static const struct row rows[] = {
        {.roots = SUB, .codes = ""}, /* not asked */
        {.roots = ROOT, .asks_roots = true, .codes = ""},
        {.roots = "", .asks_roots = true, .codes = "untrusted-issuer"},
        {.roots = SUB, .asks_roots = true, .codes = "untrusted-issuer"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i]);
}

static void test_what_was_never_fetched_lets_nobody_in(void **state)
{
    static const struct row rows[] = {
        {.asks_ntauth = true, .codes = "directory-unknown"},
        {.asks_roots = true, .codes = "directory-unknown"},
        {.asks_ntauth = true, .asks_roots = true, .roots = ROOT, .codes = "directory-unknown"},
        {.asks_ntauth = true, .asks_roots = true, .ntauth = SUB, .codes = "directory-unknown"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i]);
}

static void test_what_is_too_old_lets_nobody_in(void **state)
{
    static const struct row rows[] = {
        {.ntauth = SUB, .asks_ntauth = true, .age_days = 6, .codes = ""},
        {.ntauth = SUB, .asks_ntauth = true, .age_days = 8, .codes = "directory-stale"},
        {.ntauth = SUB,
         .asks_ntauth = true,
         .age_days = 8,
         .max_stale = 2,
         .codes = "",
         .stale = true},
        {.ntauth = SUB,
         .asks_ntauth = true,
         .age_days = 10,
         .max_stale = 2,
         .codes = "directory-stale"},
        {.roots = ROOT, .asks_roots = true, .age_days = 8, .codes = "directory-stale"},
        {.ntauth = SUB,
         .asks_ntauth = true,
         .roots = ROOT,
         .asks_roots = true,
         .age_days = 8,
         .codes = "directory-stale"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        judge(&rows[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ntauth_of_the_directory_narrows),
        cmocka_unit_test(test_roots_of_the_directory_narrow_and_never_widen),
        cmocka_unit_test(test_what_was_never_fetched_lets_nobody_in),
        cmocka_unit_test(test_what_is_too_old_lets_nobody_in),
    };

    return cmocka_run_group_tests(tests, make_cache, pki_teardown);
}
