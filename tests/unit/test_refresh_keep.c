/* SPDX-License-Identifier: BSD-2-Clause */
/* Which list takes another's place in the cache, and what is remembered of an address. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "certcheck/refresh/lists.h"
#include "certcheck/refresh/sources.h"
#include "certcheck/refresh/tidy.h"
#include "common/own.h"
#include "tests/support/mill.h"
#include "tests/support/scratch.h"

DEFINE_AUTO(struct crl_raw, crl_raw_free)
DEFINE_AUTO(struct crl_index, crl_index_free)

static struct mill_one root, sub;
static struct cache cache;
static struct refresh refresh;

static int open_cache(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    root = mill_cert(
        &(struct mill_cert){.name = "root", .ca = true, .key_usage = "keyCertSign,cRLSign"});
    sub = mill_cert(&(struct mill_cert){
        .name = "sub", .issuer = &root, .ca = true, .key_usage = "keyCertSign,cRLSign"});
    scratch_folder(state, "cache", 0755);
    refresh = (struct refresh){.cache = &cache, .now = mill_now};
    if (cache_open(scratch_path(state, "cache"), "", &cache, NULL) != VSC_OK ||
        pool_add(&refresh.pool, root.cert, POOL_ANCHOR) != VSC_OK ||
        pool_add(&refresh.pool, sub.cert, POOL_ISSUER) != VSC_OK)
        return -1;
    pool_settle(&refresh.pool);
    for (unsigned i = 0; i < CACHE_PARTS; i++)
        if (cache_make_part(&cache, (enum cache_part)i, &refresh.parts[i]) != VSC_OK)
            return -1;
    return 0;
}

static int close_cache(void **state)
{
    for (unsigned i = 0; i < CACHE_PARTS; i++)
        (void)close(refresh.parts[i]);
    cache_close(&cache);
    pool_done(&refresh.pool);
    mill_done(&root);
    mill_done(&sub);
    return scratch_teardown(state);
}

static struct problem problem;

static enum vsc_err verify(const struct buf *der, const X509 *signer, int form, struct list *list)
{
    struct list_offer offer = {.der = der->data, .len = der->len};

    offer.signer = signer != NULL ? X509_get_subject_name(signer) : NULL;
    offer.form = form == 'd' ? LIST_DELTA : form == 'c' ? LIST_COMPLETE : LIST_ANY;
    problem = (struct problem){""};
    return list_verify(&refresh, &offer, list, &problem);
}

static void test_list_is_newer_by_date_and_number(void **state)
{
    static const struct {
        int old_from, from;
        const char *old_number, *number;
        bool old_is_newer;
    } table[] = {
        {-2, -1, "5", "6", false},
        {-1, -2, "6", "5", true},
        {-1, -2, "5", "6", true},
        {-2, -1, "6", "5", true},
        {-1, -1, "5", "5", false},
        {-1, -1, "6", "5", true},
        {-1, -1, "5", "6", false},
        {-2, -1, "", "", false},
        {-1, -2, "", "", true},
        {-2, -1, "", "1", false},
        {-2, -1, "1", "", true},
        {-2, -1, "99999999999999999999999999", "100000000000000000000000000", false},
        {-2, -1, "100000000000000000000000000", "99999999999999999999999999", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        auto_buf struct buf old = mill_crl(&(struct mill_crl){.signer = &sub,
                                                              .from_days = table[i].old_from,
                                                              .until_days = 7,
                                                              .number = table[i].old_number});
        auto_buf struct buf fresh = mill_crl(&(struct mill_crl){.signer = &sub,
                                                                .from_days = table[i].from,
                                                                .until_days = 7,
                                                                .number = table[i].number});
        auto_by(crl_raw_free) struct crl_raw *a = NULL;
        auto_by(crl_raw_free) struct crl_raw *b = NULL;

        assert_int_equal(crl_raw_parse(old.data, old.len, &a), VSC_OK);
        assert_int_equal(crl_raw_parse(fresh.data, fresh.len, &b), VSC_OK);
        if (list_is_newer(a->head, b->head) != table[i].old_is_newer)
            fail_msg("row %zu", i);
    }
}

static void test_list_verify_refuses_table(void **state)
{
    const struct {
        struct mill_crl recipe;
        const X509 *signer;
        int form;
        const char *words; /* NULL: taken */
    } table[] = {
        {{.signer = &sub, .number = "1"}, sub.cert, 'c', NULL},
        {{.signer = &sub, .number = "1"}, NULL, 'a', NULL},
        {{.signer = &root, .number = "1"}, sub.cert, 'c', "of another issuer"},
        {{.signer = &sub, .number = "1"}, sub.cert, 'd', "a complete list where a delta"},
        {{.signer = &sub, .number = "2", .base = "1"}, sub.cert, 'c', "a delta list where"},
        {{.signer = &sub, .number = "2", .base = "1"}, sub.cert, 'd', NULL},
        {{.signer = &sub, .from_days = 1, .until_days = 7}, sub.cert, 'c', "from the future"},
        {{.signer = &sub, .from_days = -1, .until_days = 9999}, sub.cert, 'c', "until when"},
        {{.signer = &sub, .md = EVP_sha1()}, sub.cert, 'c', "weaker than SHA-256"},
        {{.signer = &root, .issuer = sub.cert}, sub.cert, 'c', "no known issuer has"},
        {{.signer = &root, .issuer = sub.cert, .no_aki = true}, sub.cert, 'c', "does not verify"},
        {{.signer = &sub, .from_days = -9, .until_days = -2}, sub.cert, 'c', NULL},
        {{.signer = &sub, .next = "20351231235959Z"}, sub.cert, 'c', NULL},
        {{.signer = &sub, .next = "20351231235959.5Z"}, sub.cert, 'c', "until when"},
        {{.signer = &sub, .extensions = "1.2.3.4=critical,DER:0500\n"},
         sub.cert,
         'c',
         "something critical in it is not known"},
        {{.signer = &sub, .number = "", .extensions = "2.5.29.20=DER:0500\n"},
         sub.cert,
         'c',
         "its number cannot be read"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        auto_buf struct buf der = mill_crl(&table[i].recipe);
        auto_list struct list list = {.raw = NULL};
        enum vsc_err err = verify(&der, table[i].signer, table[i].form, &list);

        if (table[i].words == NULL && err != VSC_OK)
            fail_msg("row %zu: %s", i, problem.text);
        if (table[i].words != NULL &&
            (err != VSC_INPUT || strstr(problem.text, table[i].words) == NULL))
            fail_msg("row %zu: %s", i, problem.text);
    }
}

static void test_list_verify_refuses_every_cut_and_a_flipped_bit(void **state)
{
    auto_buf struct buf der = mill_crl(&(struct mill_crl){.signer = &sub, .number = "1"});
    const size_t len = der.len;
    struct list list = {.raw = NULL};

    (void)state;
    for (der.len = 1; der.len < len; der.len++)
        assert_int_equal(verify(&der, sub.cert, 'c', &list), VSC_INPUT);
    der.len = len;
    mill_spoil(&der);
    assert_int_equal(verify(&der, sub.cert, 'c', &list), VSC_INPUT);
}

static enum list_fate keep(const struct mill_crl *recipe, char name[CACHE_NAME_SIZE])
{
    auto_buf struct buf der = mill_crl(recipe);
    auto_list struct list list = {.raw = NULL};
    enum list_fate fate;

    assert_int_equal(verify(&der, NULL, 'a', &list), VSC_OK);
    assert_int_equal(list_keep(&refresh, &list, name, &fate, &problem), VSC_OK);
    return fate;
}

static void test_list_keep_takes_what_is_newer_only(void **state)
{
    const struct mill_crl first = {.signer = &sub, .from_days = -3, .until_days = 7, .number = "3"};
    const struct mill_crl second = {
        .signer = &sub, .from_days = -2, .until_days = 7, .number = "4"};
    const struct mill_crl delta = {
        .signer = &sub, .from_days = -2, .until_days = 7, .number = "5", .base = "3"};
    const struct mill_crl part = {.signer = &sub,
                                  .from_days = -2,
                                  .until_days = 7,
                                  .number = "4",
                                  .extensions = "issuingDistributionPoint=critical,@p\n[p]\n"
                                                "onlyuser=TRUE\n"};
    char name[CACHE_NAME_SIZE], other[CACHE_NAME_SIZE];
    auto_by(crl_index_free) struct crl_index *index = NULL;

    (void)state;
    assert_int_equal(keep(&second, name), LIST_STORED);
    assert_int_equal(keep(&first, other), LIST_OLDER);
    assert_string_equal(name, other);
    /* Those of other scopes stand beside it. */
    assert_int_equal(keep(&delta, other), LIST_STORED);
    assert_string_not_equal(name, other);
    assert_int_equal(keep(&part, other), LIST_STORED);
    assert_string_not_equal(name, other);
    index = list_in_cache(&refresh, CACHE_CRLS, name);
    assert_non_null(index);
    assert_int_equal(list_until(index->head) / 86400, mill_now / 86400 + 7);
}

static void test_list_keep_knows_its_own_and_makes_a_damaged_one_anew(void **state)
{
    auto_buf struct buf der = mill_crl(&(struct mill_crl){
        .signer = &root, .number = "3", .entries = {{.serial = "11"}, {.serial = "12"}}});
    auto_list struct list list = {.raw = NULL};
    char name[CACHE_NAME_SIZE];
    enum list_fate fate;
    struct stat status;
    auto_fd int fd = -1;

    (void)state;
    assert_int_equal(verify(&der, NULL, 'a', &list), VSC_OK);
    assert_int_equal(list_keep(&refresh, &list, name, &fate, &problem), VSC_OK);
    assert_int_equal(fate, LIST_STORED);
    assert_int_equal(list_keep(&refresh, &list, name, &fate, &problem), VSC_OK);
    assert_int_equal(fate, LIST_UNCHANGED);
    fd = openat(refresh.parts[CACHE_CRLS], name, O_RDWR | O_CLOEXEC);
    assert_int_equal(fstat(fd, &status), 0);
    for (off_t i = 0; i < status.st_size; i++) {
        unsigned char byte, spoiled;
        int now;

        assert_int_equal(pread(fd, &byte, 1, i), 1);
        spoiled = byte ^ 1;
        assert_int_equal(pwrite(fd, &spoiled, 1, i), 1);
        assert_null(list_in_cache(&refresh, CACHE_CRLS, name));
        if (i % 37 != 0) {
            assert_int_equal(pwrite(fd, &byte, 1, i), 1);
            continue;
        }
        assert_int_equal(list_keep(&refresh, &list, name, &fate, &problem), VSC_OK);
        assert_int_equal(fate, LIST_STORED);
        now = openat(refresh.parts[CACHE_CRLS], name, O_RDWR | O_CLOEXEC);
        assert_true(now >= 0 && dup3(now, fd, O_CLOEXEC) == fd && close(now) == 0);
    }
}

static void test_source_recall_only_of_the_list_that_is_there(void **state)
{
    const char *address = "http://ca/x.crl";
    struct source_note note = {.version = {.etag = "\"1\"", .modified = "Mon"}}, known;
    auto_by(crl_index_free) struct crl_index *index = NULL;
    int64_t until = 0;

    (void)state;
    assert_false(source_recall(&refresh, address, &known, &until));
    assert_int_equal(
        keep(&(struct mill_crl){.signer = &sub, .from_days = -1, .until_days = 7, .number = "20"},
             note.index),
        LIST_STORED);
    index = list_in_cache(&refresh, CACHE_CRLS, note.index);
    memcpy(note.sha256, index->sha256, sizeof(note.sha256));
    source_remember(&refresh, address, &note);
    assert_true(source_recall(&refresh, address, &known, &until));
    assert_string_equal(known.version.etag, "\"1\"");
    assert_string_equal(known.version.modified, "Mon");
    assert_int_equal(until, list_until(index->head));
    assert_false(source_recall(&refresh, "http://ca/y.crl", &known, &until));
    /* The list is another one by now. */
    assert_int_equal(
        keep(&(struct mill_crl){.signer = &sub, .from_days = -1, .until_days = 7, .number = "21"},
             note.index),
        LIST_STORED);
    assert_false(source_recall(&refresh, address, &known, &until));
    /* A note that points out of its folder leads nowhere. */
    (void)snprintf(note.index, sizeof(note.index), "../../etc/passwd");
    source_remember(&refresh, address, &note);
    assert_false(source_recall(&refresh, address, &known, &until));
}

static void test_tidy_removes_what_is_over(void **state)
{
    auto_names struct names names = {.count = 0};
    const int folder = refresh.parts[CACHE_OCSP];

    (void)state;
    assert_true(mknodat(folder, "a.der", S_IFREG | 0644, 0) == 0);
    assert_true(mknodat(folder, "b.der", S_IFREG | 0644, 0) == 0);
    assert_true(mknodat(folder, "c.other", S_IFREG | 0644, 0) == 0);
    assert_true(mknodat(folder, ".new-1", S_IFREG | 0644, 0) == 0);
    assert_int_equal(names_add(&names, "b.der"), VSC_OK);
    assert_int_equal(tidy_part(folder, ".der", &names), VSC_OK);
    tidy_leftovers(folder);
    assert_int_not_equal(faccessat(folder, "a.der", F_OK, 0), 0);
    assert_int_equal(faccessat(folder, "b.der", F_OK, 0), 0);
    assert_int_equal(faccessat(folder, "c.other", F_OK, 0), 0);
    assert_int_not_equal(faccessat(folder, ".new-1", F_OK, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_is_newer_by_date_and_number),
        cmocka_unit_test(test_list_verify_refuses_table),
        cmocka_unit_test(test_list_verify_refuses_every_cut_and_a_flipped_bit),
        cmocka_unit_test(test_list_keep_takes_what_is_newer_only),
        cmocka_unit_test(test_list_keep_knows_its_own_and_makes_a_damaged_one_anew),
        cmocka_unit_test(test_source_recall_only_of_the_list_that_is_there),
        cmocka_unit_test(test_tidy_removes_what_is_over),
    };

    return cmocka_run_group_tests(tests, open_cache, close_cache);
}
