/* SPDX-License-Identifier: BSD-2-Clause */
/* The cache's folder and names, and the indexes of lists that were put there by hand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/cache.h"
#include "certcheck/crl_index.h"
#include "certcheck/hand_index.h"
#include "certcheck/openssl_own.h"
#include "tests/support/mill.h"
#include "tests/support/scratch.h"

DEFINE_AUTO(struct crl_index, crl_index_free)

static struct mill_one ca, other;

static struct crl_index *index_of(struct buf der, const struct mill_one *signer)
{
    struct crl_index *index = NULL;
    struct crl_raw *raw = NULL;

    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    assert_int_equal(crl_index_build(raw, signer->cert, NULL, &index), VSC_OK);
    crl_raw_free(raw);
    buf_done(&der);
    return index;
}

/* ---- the cache --------------------------------------------------------------------------------
 */

static void test_cache_of_another_owner_or_writable_by_others_is_refused(void **state)
{
    struct cache cache;
    struct problem problem = {""};
    int fd;

    scratch_folder(state, "cache", 0755);
    assert_int_equal(cache_open(scratch_path(state, "cache"), "", &cache, &problem), VSC_OK);
    assert_true(cache.folder >= 0);
    assert_int_equal(cache_make_part(&cache, CACHE_CRLS, &fd), VSC_OK);
    scratch_file(state, "cache/crl/a.idx", "x", 1, 0666);
    assert_int_equal(cache_open_file(&cache, fd, "a.idx", &(int){0}), VSC_UNTRUSTED);
    assert_int_equal(cache_open_file(&cache, fd, "b.idx", &(int){0}), VSC_INPUT);
    (void)close(fd);
    cache_close(&cache);
    assert_int_equal(chmod(scratch_path(state, "cache"), 0777), 0);
    assert_int_equal(cache_open(scratch_path(state, "cache"), "", &cache, &problem), VSC_UNTRUSTED);
    assert_int_equal(chmod(scratch_path(state, "cache"), 0755), 0);
    if (geteuid() != 0)
        return;
    assert_int_equal(chown(scratch_path(state, "cache"), 2, 2), 0); /* bin */
    assert_int_equal(cache_open(scratch_path(state, "cache"), "", &cache, &problem), VSC_UNTRUSTED);
    assert_int_equal(cache_open(scratch_path(state, "cache"), "daemon", &cache, &problem),
                     VSC_UNTRUSTED);
    assert_int_equal(cache_open(scratch_path(state, "cache"), "bin", &cache, &problem), VSC_OK);
    cache_close(&cache);
    assert_int_equal(chown(scratch_path(state, "cache"), 0, 0), 0);
}

static void test_cache_that_is_not_there_is_an_empty_one(void **state)
{
    struct cache cache;

    assert_int_equal(cache_open("", "", &cache, NULL), VSC_OK);
    assert_int_equal(cache.folder, -1);
    assert_int_equal(cache_open(scratch_path(state, "nowhere"), "", &cache, NULL), VSC_OK);
    assert_int_equal(cache_open_part(&cache, CACHE_CRLS, &(int){0}), VSC_INPUT);
}

static void test_cache_names_tell_signer_and_scope(void **state)
{
    auto_by(crl_index_free) struct crl_index *a =
        index_of(mill_crl(&(struct mill_crl){.signer = &ca, .number = "1"}), &ca);
    auto_by(crl_index_free) struct crl_index *newer =
        index_of(mill_crl(&(struct mill_crl){.signer = &ca, .number = "2"}), &ca);
    auto_by(crl_index_free) struct crl_index *delta =
        index_of(mill_crl(&(struct mill_crl){.signer = &ca, .number = "3", .base = "1"}), &ca);
    auto_by(crl_index_free) struct crl_index *part = index_of(
        mill_crl(&(struct mill_crl){.signer = &ca,
                                    .extensions = "issuingDistributionPoint=critical,@idp\n"
                                                  "[idp]\nonlyuser=TRUE\n"}),
        &ca);
    auto_by(crl_index_free) struct crl_index *foreign =
        index_of(mill_crl(&(struct mill_crl){.signer = &other, .issuer = ca.cert}), &other);
    const struct crl_index *all[] = {a, delta, part, foreign};
    char names[4][CACHE_NAME_SIZE], again[CACHE_NAME_SIZE];

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(cache_name_of_crl(all[i], names[i]), VSC_OK);
        assert_int_equal(strlen(names[i]), 32 + 1 + 32 + 4);
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(names[i], names[k]);
    }
    assert_int_equal(cache_name_of_crl(newer, again), VSC_OK);
    assert_string_equal(again, names[0]);
    assert_memory_equal(names[0], names[1], 32);
}

/* ---- lists by hand ----------------------------------------------------------------------------
 */

static struct hand_report last;
static unsigned reports;

static void note(void *arg, const struct hand_report *report)
{
    (void)arg;
    last = *report;
    reports++;
}

static void put_crl(void **state, const char *name, const struct mill_crl *recipe)
{
    struct buf der = mill_crl(recipe);

    scratch_file(state, name, der.data, der.len, 0644);
    buf_done(&der);
}

static unsigned current_indexes(void **state, const struct cache *cache)
{
    struct crl_index *indexes[HAND_LISTS_MAX];
    auto_fd int folder = -1;
    unsigned count;

    assert_int_equal(cache_open_part(cache, CACHE_HAND, &folder), VSC_OK);
    count = hand_index_of(cache, folder, scratch_path(state, "crls/ca.crl"), indexes);
    for (unsigned i = 0; i < count; i++)
        crl_index_free(indexes[i]);
    return count;
}

/* Flip a bit of its last byte. */
static void damage_index(void **state)
{
    char name[CACHE_NAME_SIZE], path[256];
    FILE *file;
    int byte;

    cache_name_of_hand(scratch_path(state, "crls/ca.crl"), 0, name);
    (void)snprintf(path, sizeof(path), "cache/hand/%s", name);
    file = fopen(scratch_path(state, path), "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, -1, SEEK_END), 0);
    byte = fgetc(file);
    assert_int_equal(fseek(file, -1, SEEK_END), 0);
    assert_true(fputc(byte ^ 1, file) != EOF);
    assert_int_equal(fclose(file), 0);
}

static void test_hand_index_counts_as_long_as_the_file_stays_what_it_is(void **state)
{
    STACK_OF(X509) *signers = sk_X509_new_null();
    struct source source = {.named = true, .trusted = true};
    struct cache cache;
    struct hand_files files = {&source, &cache, signers};
    char path[4096];
    struct stat status;
    struct timespec times[2];

    scratch_folder(state, "crls", 0755);
    scratch_folder(state, "cache", 0755);
    (void)snprintf(path, sizeof(path), "%s", scratch_path(state, "cache"));
    assert_int_equal(cache_open(path, "", &cache, NULL), VSC_OK);
    source.path = strdup(scratch_path(state, "crls"));
    put_crl(state, "crls/ca.crl", &(struct mill_crl){.signer = &ca});
    scratch_file(state, "crls/README", "hello", 5, 0644);

    /* No CA at hand verifies it. */
    assert_int_equal(hand_index_update(&files, note, NULL, NULL), VSC_OK);
    assert_int_equal(last.unverified, 1);
    assert_int_equal(current_indexes(state, &cache), 0);

    assert_true(sk_X509_push(signers, other.cert) > 0 && sk_X509_push(signers, ca.cert) > 0);
    assert_int_equal(hand_index_update(&files, note, NULL, NULL), VSC_OK);
    assert_int_equal(last.indexed, 1);
    assert_int_equal(current_indexes(state, &cache), 1);
    assert_int_equal(hand_index_update(&files, note, NULL, NULL), VSC_OK);
    assert_true(last.was_current);

    /* Another mtime; another inode; another size. */
    assert_int_equal(stat(scratch_path(state, "crls/ca.crl"), &status), 0);
    times[0] = times[1] = (struct timespec){status.st_mtim.tv_sec, status.st_mtim.tv_nsec ^ 1};
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(state, "crls/ca.crl"), times, 0), 0);
    assert_int_equal(current_indexes(state, &cache), 0);
    times[0] = times[1] = status.st_mtim;
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(state, "crls/ca.crl"), times, 0), 0);
    assert_int_equal(current_indexes(state, &cache), 1);
    put_crl(state, "crls/new", &(struct mill_crl){.signer = &ca, .entries = {{.serial = "1234"}}});
    assert_int_equal(rename(scratch_path(state, "crls/new"), scratch_path(state, "crls/ca.crl")),
                     0);
    assert_int_equal(utimensat(AT_FDCWD, scratch_path(state, "crls/ca.crl"), times, 0), 0);
    assert_int_equal(current_indexes(state, &cache), 0);
    assert_int_equal(hand_index_update(&files, note, NULL, NULL), VSC_OK);
    assert_int_equal(current_indexes(state, &cache), 1);

    /* A damaged block is seen by the next update. */
    damage_index(state);
    assert_int_equal(current_indexes(state, &cache), 1);
    assert_int_equal(hand_index_update(&files, note, NULL, NULL), VSC_OK);
    assert_false(last.was_current);
    assert_int_equal(last.indexed, 1);

    /* A file that is gone leaves no index behind. */
    assert_int_equal(unlink(scratch_path(state, "crls/ca.crl")), 0);
    assert_int_equal(hand_index_update(&files, note, NULL, NULL), VSC_OK);
    {
        auto_fd int folder = -1;
        char name[CACHE_NAME_SIZE];

        cache_name_of_hand(scratch_path(state, "crls/ca.crl"), 0, name);
        assert_int_equal(cache_open_part(&cache, CACHE_HAND, &folder), VSC_OK);
        assert_int_equal(faccessat(folder, name, F_OK, 0), -1);
    }
    free((void *)(uintptr_t)source.path);
    sk_X509_free(signers);
    cache_close(&cache);
}

static int set_up(void **state)
{
    (void)state;
    mill_now = time(NULL);
    ca = mill_cert(&(struct mill_cert){.name = "CA", .ca = true});
    other = mill_cert(&(struct mill_cert){.name = "Other CA", .ca = true});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mill_done(&ca);
    mill_done(&other);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            test_cache_of_another_owner_or_writable_by_others_is_refused, scratch_setup,
            scratch_teardown),
        cmocka_unit_test_setup_teardown(test_cache_that_is_not_there_is_an_empty_one, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test(test_cache_names_tell_signer_and_scope),
        cmocka_unit_test_setup_teardown(test_hand_index_counts_as_long_as_the_file_stays_what_it_is,
                                        scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
