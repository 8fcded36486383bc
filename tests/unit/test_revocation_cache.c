/* SPDX-License-Identifier: BSD-2-Clause */
/* What a sign-in takes from the cache, and from indexes of lists by hand. */
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
#include <openssl/ocsp.h>

#include "certcheck/evaluation.h"
#include "certcheck/hand_index.h"
#include "certcheck/openssl_own.h"
#include "common/io.h"
#include "tests/support/mill.h"
#include "tests/support/pki.h"
#include "tests/support/scratch.h"

static struct mill_one root, sub, end, responder;

/* A folder with the anchor, and the root's list by hand; nothing is known of `end` yet. */
struct site {
    char anchors[256], intermediates[256], crls[256], cache[256];
    struct conf conf;
    struct evaluator_places places;
};
static struct site site;

static void put_cert(void **state, const char *name, const X509 *cert)
{
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);

    scratch_file(state, name, der, (size_t)len, 0644);
    OPENSSL_free(der);
}

static void put_crl(void **state, const char *name, const struct mill_crl *recipe)
{
    struct buf der = mill_crl(recipe);

    scratch_file(state, name, der.data, der.len, 0644);
    buf_done(&der);
}

static void make_site(void **state)
{
    static char none[] = "";

    memset(&site, 0, sizeof(site));
    scratch_folder(state, "crls", 0755);
    scratch_folder(state, "cache", 0755);
    put_cert(state, "root.der", root.cert);
    put_cert(state, "sub.der", sub.cert);
    put_crl(state, "crls/root.crl", &(struct mill_crl){.signer = &root});
    (void)snprintf(site.anchors, 256, "%s", scratch_path(state, "root.der"));
    (void)snprintf(site.intermediates, 256, "%s", scratch_path(state, "sub.der"));
    (void)snprintf(site.crls, 256, "%s", scratch_path(state, "crls"));
    (void)snprintf(site.cache, 256, "%s", scratch_path(state, "cache"));
    site.conf.policy.min_rsa_bits = 2048;
    site.conf.helpers.fetch_user = none;
    site.conf.directory.uri = none;
    site.conf.trust.ntauth = none;
    site.places = (struct evaluator_places){
        .anchors = {site.anchors, true, true},
        .intermediates = {site.intermediates, true, true},
        .crls = {site.crls, true, true},
        .cache = site.cache,
    };
}

static struct evaluator *evaluator(void)
{
    struct evaluator *made = NULL;
    struct problem problem = {""};
    enum vsc_err err = evaluator_new(&site.conf, &site.places, &pki_accounts, &made, &problem);

    if (err != VSC_OK)
        fail_msg("%s", problem.text);
    return made;
}

/* The codes for `end`. */
static const char *codes(void)
{
    struct evaluator *made = evaluator();
    struct evaluation *evaluation = NULL;
    struct evaluation_request request = {
        .certs = sk_X509_new_null(), .at = mill_now, .purpose = PURPOSE_ANY, .no_mapping = true};
    const char *found;

    (void)X509_up_ref(end.cert);
    assert_true(sk_X509_push(request.certs, end.cert) > 0);
    assert_int_equal(evaluation_new(made, &request, &evaluation), VSC_OK);
    found = pki_codes(&evaluation->verdict);
    evaluation_free(evaluation);
    evaluator_free(made);
    x509_stack_free(request.certs);
    return found;
}

static int open_part(enum cache_part part)
{
    struct cache cache;
    int folder = -1;

    assert_int_equal(cache_open(site.cache, "", &cache, NULL), VSC_OK);
    assert_int_equal(cache_make_part(&cache, part, &folder), VSC_OK);
    cache_close(&cache);
    return folder;
}

/* As refresh does it; the file's name. */
static const char *put_fetched(const struct mill_crl *recipe)
{
    static char name[CACHE_NAME_SIZE];
    struct buf der = mill_crl(recipe);
    struct crl_raw *raw = NULL;
    struct crl_index *index = NULL;
    auto_fd int folder = open_part(CACHE_CRLS);

    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    assert_int_equal(crl_index_build(raw, recipe->signer->cert, NULL, &index), VSC_OK);
    assert_int_equal(cache_name_of_crl(index, name), VSC_OK);
    assert_int_equal(crl_index_write(index, folder, name), VSC_OK);
    crl_raw_free(raw);
    crl_index_free(index);
    buf_done(&der);
    return name;
}

static void put_answer(int status, const struct mill_one *signer)
{
    struct buf der = mill_answer(&end, &sub, status, signer);
    char name[CACHE_NAME_SIZE];
    auto_fd int folder = open_part(CACHE_OCSP);

    assert_int_equal(cache_name_of_cert(end.cert, name), VSC_OK);
    assert_int_equal(io_write_at(folder, name, der.data, der.len, 0644), VSC_OK);
    buf_done(&der);
}

/* ---- lists that were fetched ------------------------------------------------------------------
 */

static const struct mill_crl good = {.signer = &sub};

static struct mill_crl revoking(void)
{
    return (struct mill_crl){.signer = &sub, .entries = {{.serial = mill_serial(end.cert)}}};
}

static void test_fetched_list_answers(void **state)
{
    struct mill_crl revokes = revoking();

    make_site(state);
    assert_string_equal(codes(), "revocation-unknown");
    (void)put_fetched(&good);
    assert_string_equal(codes(), "");
    (void)put_fetched(&revokes);
    assert_string_equal(codes(), "revoked");
    site.places.cache = "";
    assert_string_equal(codes(), "revocation-unknown");
}

static void test_fetched_list_counts_by_its_key_whatever_its_name(void **state)
{
    struct mill_one forger =
        mill_cert(&(struct mill_cert){.name = "sub", .issuer = &root, .ca = true});
    auto_fd int folder = -1;
    char forged[CACHE_NAME_SIZE];

    make_site(state);
    folder = open_part(CACHE_CRLS);
    (void)snprintf(forged, sizeof(forged), "%s",
                   put_fetched(&(struct mill_crl){.signer = &forger, .no_aki = true}));
    assert_string_equal(codes(), "revocation-unknown");
    assert_int_equal(renameat(folder, forged, folder, put_fetched(&good)), 0);
    assert_string_equal(codes(), "revocation-unknown");
    mill_done(&forger);
}

static void test_fetched_list_that_is_foreign_or_damaged_is_absent(void **state)
{
    auto_fd int folder = -1;
    const char *name;
    struct stat status;

    make_site(state);
    name = put_fetched(&good);
    folder = open_part(CACHE_CRLS);
    assert_int_equal(fchmodat(folder, name, 0666, 0), 0);
    assert_string_equal(codes(), "revocation-unknown");
    assert_int_equal(fchmodat(folder, name, 0644, 0), 0);
    assert_string_equal(codes(), "");
    assert_int_equal(fstatat(folder, name, &status, 0), 0);
    {
        auto_fd int fd = openat(folder, name, O_WRONLY);

        assert_int_equal(ftruncate(fd, status.st_size - 1), 0);
    }
    assert_string_equal(codes(), "revocation-unknown");
    (void)put_fetched(&good);
    assert_string_equal(codes(), "");
}

static void test_evaluator_is_outdated_when_the_cache_has_changed(void **state)
{
    struct evaluator *made;

    make_site(state);
    made = evaluator();
    assert_false(evaluator_is_outdated(made));
    (void)put_fetched(&good);
    assert_true(evaluator_is_outdated(made));
    evaluator_free(made);
}

/* ---- lists by hand ----------------------------------------------------------------------------
 */

static void ignore(void *arg, const struct hand_report *report)
{
    (void)arg;
    (void)report;
}

static void index_by_hand(void)
{
    STACK_OF(X509) *signers = sk_X509_new_null();
    struct cache cache;
    const struct hand_files files = {&site.places.crls, &cache, signers};

    assert_true(sk_X509_push(signers, root.cert) > 0 && sk_X509_push(signers, sub.cert) > 0);
    assert_int_equal(cache_open(site.cache, "", &cache, NULL), VSC_OK);
    assert_int_equal(hand_index_update(&files, ignore, NULL, NULL), VSC_OK);
    cache_close(&cache);
    sk_X509_free(signers);
}

/* Other bytes in the same file, which stat() does not tell. */
static void scribble(const char *path)
{
    struct stat status;
    struct timespec times[2];
    auto_fd int fd = open(path, O_WRONLY);

    assert_int_equal(fstat(fd, &status), 0);
    assert_int_equal(pwrite(fd, "scribble", 8, 0), 8);
    times[0] = times[1] = status.st_mtim;
    assert_int_equal(futimens(fd, times), 0);
}

static void test_hand_index_stands_in_for_the_file_which_is_not_opened(void **state)
{
    char path[256];

    make_site(state);
    put_crl(state, "crls/sub.crl", &good);
    (void)snprintf(path, sizeof(path), "%s", scratch_path(state, "crls/sub.crl"));
    assert_string_equal(codes(), "");
    index_by_hand();
    scribble(path);
    assert_string_equal(codes(), "");
    assert_int_equal(utimensat(AT_FDCWD, path, NULL, 0), 0);
    assert_string_equal(codes(), "revocation-unknown");
}

static void test_hand_index_is_no_longer_used_when_the_file_is_another(void **state)
{
    struct mill_crl revokes = revoking();

    make_site(state);
    put_crl(state, "crls/sub.crl", &good);
    index_by_hand();
    put_crl(state, "crls/new", &revokes);
    assert_int_equal(rename(scratch_path(state, "crls/new"), scratch_path(state, "crls/sub.crl")),
                     0);
    assert_string_equal(codes(), "revoked");
    index_by_hand();
    assert_string_equal(codes(), "revoked");
    assert_int_equal(unlink(scratch_path(state, "crls/sub.crl")), 0);
    assert_string_equal(codes(), "revocation-unknown");
}

/* ---- OCSP answers and issuers -----------------------------------------------------------------
 */

static void test_kept_answer_answers_for_its_certificate(void **state)
{
    make_site(state);
    put_answer(V_OCSP_CERTSTATUS_GOOD, &sub);
    assert_string_equal(codes(), "");
    put_answer(V_OCSP_CERTSTATUS_UNKNOWN, &sub);
    assert_string_equal(codes(), "revocation-unknown");
    put_answer(V_OCSP_CERTSTATUS_GOOD, &root);
    assert_string_equal(codes(), "revocation-unknown");
}

static void test_revoked_of_either_list_or_answer_wins(void **state)
{
    struct mill_crl revokes = revoking();

    make_site(state);
    put_crl(state, "crls/sub.crl", &good);
    put_answer(V_OCSP_CERTSTATUS_REVOKED, &sub);
    assert_string_equal(codes(), "revoked");
    put_crl(state, "crls/sub.crl", &revokes);
    put_answer(V_OCSP_CERTSTATUS_GOOD, &sub);
    assert_string_equal(codes(), "revoked");
}

static void test_answer_of_a_revoked_responder_is_none(void **state)
{
    make_site(state);
    put_answer(V_OCSP_CERTSTATUS_GOOD, &responder);
    assert_string_equal(codes(), "");
    put_crl(state, "crls/sub.crl",
            &(struct mill_crl){.signer = &sub,
                               .from_days = -9,
                               .until_days = -2,
                               .entries = {{.serial = mill_serial(responder.cert)}}});
    assert_string_equal(codes(), "crl-stale");
}

static void test_issuer_from_the_cache_is_found_but_not_trusted(void **state)
{
    auto_fd int folder = -1;
    char name[CACHE_NAME_SIZE];
    unsigned char *der = NULL;
    int len = i2d_X509(sub.cert, &der);

    make_site(state);
    (void)put_fetched(&good);
    site.places.intermediates.path = "";
    assert_string_equal(codes(), "untrusted-issuer");
    folder = open_part(CACHE_CERTS);
    assert_int_equal(cache_name_of_cert(sub.cert, name), VSC_OK);
    assert_int_equal(io_write_at(folder, "broken.der", "x", 1, 0644), VSC_OK);
    assert_int_equal(io_write_at(folder, name, der, (size_t)len, 0644), VSC_OK);
    assert_string_equal(codes(), "");
    site.places.anchors.path = "";
    assert_string_equal(codes(), "untrusted-issuer");
    OPENSSL_free(der);
}

static int set_up(void **state)
{
    (void)state;
    mill_now = time(NULL);
    root = mill_cert(
        &(struct mill_cert){.name = "root", .ca = true, .key_usage = "keyCertSign,cRLSign"});
    sub = mill_cert(&(struct mill_cert){
        .name = "sub", .issuer = &root, .ca = true, .key_usage = "keyCertSign,cRLSign"});
    end = mill_cert(
        &(struct mill_cert){.name = "end", .issuer = &sub, .key_usage = "digitalSignature"});
    responder = mill_cert(&(struct mill_cert){.name = "OCSP",
                                              .issuer = &sub,
                                              .key_usage = "digitalSignature",
                                              .extensions = "extendedKeyUsage=OCSPSigning\n"});
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    mill_done(&root);
    mill_done(&sub);
    mill_done(&end);
    mill_done(&responder);
    return 0;
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_fetched_list_answers),
        IN_SCRATCH(test_fetched_list_counts_by_its_key_whatever_its_name),
        IN_SCRATCH(test_fetched_list_that_is_foreign_or_damaged_is_absent),
        IN_SCRATCH(test_evaluator_is_outdated_when_the_cache_has_changed),
        IN_SCRATCH(test_hand_index_stands_in_for_the_file_which_is_not_opened),
        IN_SCRATCH(test_hand_index_is_no_longer_used_when_the_file_is_another),
        IN_SCRATCH(test_kept_answer_answers_for_its_certificate),
        IN_SCRATCH(test_revoked_of_either_list_or_answer_wins),
        IN_SCRATCH(test_answer_of_a_revoked_responder_is_none),
        IN_SCRATCH(test_issuer_from_the_cache_is_found_but_not_trusted),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
