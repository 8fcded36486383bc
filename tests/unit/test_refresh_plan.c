/* SPDX-License-Identifier: BSD-2-Clause */
/* What is to be fetched, and for which certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/refresh/plan.h"
#include "certcheck/refresh/pool.h"
#include "common/own.h"
#include "tests/support/mill.h"

DEFINE_AUTO(struct crl_raw, crl_raw_free)
#define auto_one __attribute__((cleanup(mill_done)))

static struct mill_one root, sub;

static int make_cas(void **state)
{
    (void)state;
    root = mill_cert(
        &(struct mill_cert){.name = "root", .ca = true, .key_usage = "keyCertSign,cRLSign"});
    sub = mill_cert(&(struct mill_cert){
        .name = "sub", .issuer = &root, .ca = true, .key_usage = "keyCertSign,cRLSign"});
    return 0;
}

static int free_cas(void **state)
{
    (void)state;
    mill_done(&root);
    mill_done(&sub);
    return 0;
}

static struct mill_one leaf_with(const char *extensions)
{
    return mill_cert(&(struct mill_cert){.name = "leaf", .issuer = &sub, .extensions = extensions});
}

/* The lists that a certificate with these extensions asks for. */
static struct plan lists_of(const char *extensions)
{
    auto_one struct mill_one leaf = leaf_with(extensions);
    struct plan plan = {.count = 0};

    assert_int_equal(plan_add_lists(&plan, leaf.cert), VSC_OK);
    return plan;
}

static void test_addresses_of_a_point_are_alternatives(void **state)
{
    auto_plan struct plan plan = lists_of("crlDistributionPoints=p\n[p]\n"
                                          "fullname=URI:ldap://dc/cn=x,URI:http://ca/x.crl\n");

    (void)state;
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.items[0].kind, WANT_CRL);
    assert_int_equal(plan.items[0].count, 2);
    assert_string_equal(plan.items[0].addresses[0], "ldap://dc/cn=x");
    assert_string_equal(plan.items[0].addresses[1], "http://ca/x.crl");
    assert_null(plan.items[0].flaw);
    assert_int_equal(X509_NAME_cmp(plan.items[0].signer, X509_get_subject_name(sub.cert)), 0);
}

static void test_several_points_are_all_wanted(void **state)
{
    auto_plan struct plan plan =
        lists_of("crlDistributionPoints=URI:http://a/,URI:http://b/\nfreshestCRL=URI:http://c/");

    (void)state;
    assert_int_equal(plan.count, 3);
    assert_string_equal(plan.items[0].addresses[0], "http://a/");
    assert_string_equal(plan.items[1].addresses[0], "http://b/");
    assert_string_equal(plan.items[2].addresses[0], "http://c/");
    assert_int_equal(plan.items[1].kind, WANT_CRL);
    assert_int_equal(plan.items[2].kind, WANT_DELTA);
}

static void test_the_list_of_an_indirect_point_is_anothers(void **state)
{
    auto_plan struct plan plan =
        lists_of("crlDistributionPoints=p\n[p]\nfullname=URI:http://a/\nCRLissuer=dirName:n\n"
                 "[n]\nCN=somebody else\n");
    auto_free char *name = NULL;

    (void)state;
    assert_int_equal(plan.count, 1);
    name = X509_NAME_oneline(plan.items[0].signer, NULL, 0);
    assert_string_equal(name, "/CN=somebody else");
}

static void test_what_is_not_spoken_leaves_its_reason(void **state)
{
    auto_plan struct plan other =
        lists_of("crlDistributionPoints=p\n[p]\nfullname=URI:file:///etc/passwd,URI:http://a/\n");
    auto_plan struct plan only = lists_of("crlDistributionPoints=URI:file:///etc/passwd");
    auto_plan struct plan nul =
        lists_of("2.5.29.31=DER:30123010A00EA00C860A687474703A2F2F610062"); /* http://a\0b */
    auto_plan struct plan relative =
        lists_of("crlDistributionPoints=p\n[p]\nrelativename=n\n[n]\nCN=x\n");
    auto_plan struct plan none = lists_of(NULL);

    (void)state;
    assert_int_equal(other.count, 1);
    assert_int_equal(other.items[0].count, 1);
    assert_non_null(strstr(other.items[0].flaw, "file:///etc/passwd"));
    assert_int_equal(only.count, 1);
    assert_int_equal(only.items[0].count, 0);
    assert_non_null(only.items[0].flaw);
    assert_int_equal(nul.count, 1);
    assert_int_equal(nul.items[0].count, 0);
    assert_int_equal(relative.count, 0);
    assert_int_equal(none.count, 0);
}

static void test_what_two_certificates_ask_for_stands_once(void **state)
{
    auto_one struct mill_one a = leaf_with("crlDistributionPoints=URI:http://a/");
    auto_one struct mill_one b = leaf_with("crlDistributionPoints=URI:http://a/");
    auto_one struct mill_one other = mill_cert(&(struct mill_cert){
        .name = "x", .issuer = &root, .extensions = "crlDistributionPoints=URI:http://a/"});
    auto_plan struct plan plan = {.count = 0};

    (void)state;
    assert_int_equal(plan_add_lists(&plan, a.cert), VSC_OK);
    assert_int_equal(plan_add_lists(&plan, b.cert), VSC_OK);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan_add_lists(&plan, other.cert), VSC_OK);
    assert_int_equal(plan.count, 2);
}

static void test_a_plan_and_a_point_are_bounded(void **state)
{
    char many[600] = "crlDistributionPoints=p\n[p]\nfullname=";
    auto_plan struct plan plan = {.count = 0};
    auto_plan struct plan wide = {.count = 0};

    (void)state;
    for (unsigned i = 0; i < ADDRESSES_MAX + 4; i++)
        (void)snprintf(many + strlen(many), sizeof(many) - strlen(many), "%sURI:http://h%u/",
                       i > 0 ? "," : "", i);
    wide = lists_of(many);
    assert_int_equal(wide.items[0].count, ADDRESSES_MAX);
    for (unsigned i = 0; i < PLAN_MAX + 3; i++) {
        char extension[64];
        auto_one struct mill_one leaf = {NULL, NULL};

        (void)snprintf(extension, sizeof(extension), "crlDistributionPoints=URI:http://h%u/", i);
        leaf = mill_cert(&(struct mill_cert){
            .name = "leaf", .issuer = &sub, .key = &sub, .extensions = extension});
        assert_int_equal(plan_add_lists(&plan, leaf.cert), VSC_OK);
    }
    assert_int_equal(plan.count, PLAN_MAX);
    assert_int_equal(plan.left_out, 3);
}

static void test_authority_information_is_taken_by_its_method(void **state)
{
    auto_one struct mill_one leaf =
        leaf_with("authorityInfoAccess=caIssuers;URI:http://ca/x.cer,OCSP;URI:http://ocsp/,"
                  "caIssuers;URI:ldap://dc/cn=x,1.2.3.4;URI:http://no/");
    auto_plan struct plan plan = {.count = 0};

    (void)state;
    assert_int_equal(plan_add_issuer(&plan, leaf.cert), VSC_OK);
    assert_int_equal(plan_add_ocsp(&plan, leaf.cert), VSC_OK);
    assert_int_equal(plan.count, 2);
    assert_int_equal(plan.items[0].count, 2);
    assert_string_equal(plan.items[0].addresses[1], "ldap://dc/cn=x");
    assert_string_equal(want_kind_word(plan.items[0].kind), "issuer");
    assert_int_equal(plan.items[1].count, 1);
    assert_string_equal(plan.items[1].addresses[0], "http://ocsp/");
    assert_string_equal(want_kind_word(plan.items[1].kind), "ocsp");
}

static void test_a_list_names_its_deltas(void **state)
{
    auto_buf struct buf der = mill_crl(&(struct mill_crl){
        .signer = &sub, .number = "5", .extensions = "freshestCRL=URI:http://delta/"});
    auto_by(crl_raw_free) struct crl_raw *raw = NULL;
    auto_one struct mill_one leaf = leaf_with(NULL);
    auto_plan struct plan plan = {.count = 0};

    (void)state;
    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    assert_int_equal(plan_add_deltas(&plan, leaf.cert, raw->head), VSC_OK);
    assert_int_equal(plan.count, 1);
    assert_int_equal(plan.items[0].kind, WANT_DELTA);
    assert_string_equal(plan.items[0].addresses[0], "http://delta/");
}

/* ---- the pool ----------------------------------------------------------------------------------
 */

static bool is_anchored(const struct pool *pool, const X509 *cert)
{
    for (size_t i = 0; i < pool->count; i++)
        if (X509_cmp(pool->items[i].cert, cert) == 0)
            return pool->items[i].anchored;
    fail();
    return false;
}

static void add(struct pool *pool, const struct mill_one *one, enum pool_role role)
{
    assert_int_equal(pool_add(pool, one->cert, role), VSC_OK);
}

static void test_only_what_leads_to_an_anchor_is_anchored(void **state)
{
    auto_one struct mill_one leaf = leaf_with(NULL);
    auto_one struct mill_one forger = mill_cert(&(struct mill_cert){.name = "sub", .ca = true});
    auto_one struct mill_one forged =
        mill_cert(&(struct mill_cert){.name = "leaf", .issuer = &forger});
    auto_one struct mill_one under_leaf =
        mill_cert(&(struct mill_cert){.name = "x", .issuer = &leaf});
    auto_pool struct pool pool = {.count = 0};

    (void)state;
    add(&pool, &under_leaf, POOL_CARD);
    add(&pool, &forged, POOL_CARD);
    add(&pool, &forger, POOL_ISSUER);
    add(&pool, &leaf, POOL_CARD);
    add(&pool, &leaf, POOL_CARD);
    add(&pool, &sub, POOL_ISSUER);
    pool_settle(&pool);
    assert_false(is_anchored(&pool, leaf.cert));
    add(&pool, &root, POOL_ANCHOR);
    pool_settle(&pool);
    assert_int_equal(pool.count, 6);
    assert_true(is_anchored(&pool, leaf.cert));
    assert_true(is_anchored(&pool, sub.cert));
    assert_false(is_anchored(&pool, forger.cert));
    assert_false(is_anchored(&pool, forged.cert));
    assert_false(is_anchored(&pool, under_leaf.cert)); /* its issuer is no CA */
    assert_ptr_equal(pool_issuer_of(&pool, leaf.cert, true), sub.cert);
    assert_null(pool_issuer_of(&pool, forged.cert, true));
    assert_ptr_equal(pool_issuer_of(&pool, forged.cert, false), forger.cert);
}

static X509 *signer_of(const struct pool *pool, const struct mill_crl *recipe, const char **flaw)
{
    auto_buf struct buf der = mill_crl(recipe);
    auto_by(crl_raw_free) struct crl_raw *raw = NULL;

    assert_int_equal(crl_raw_parse(der.data, der.len, &raw), VSC_OK);
    return pool_signer_of(pool, raw, flaw);
}

static void test_a_list_counts_by_its_signer(void **state)
{
    auto_one struct mill_one forger =
        mill_cert(&(struct mill_cert){.name = "sub", .ca = true, .key_usage = "cRLSign"});
    auto_one struct mill_one mute = mill_cert(&(struct mill_cert){
        .name = "mute", .issuer = &root, .ca = true, .key_usage = "keyCertSign"});
    auto_pool struct pool pool = {.count = 0};
    const char *flaw = NULL;

    (void)state;
    add(&pool, &root, POOL_ANCHOR);
    add(&pool, &forger, POOL_ISSUER);
    add(&pool, &sub, POOL_ISSUER);
    add(&pool, &mute, POOL_ISSUER);
    pool_settle(&pool);
    assert_ptr_equal(signer_of(&pool, &(struct mill_crl){.signer = &sub}, &flaw), sub.cert);
    assert_null(signer_of(&pool, &(struct mill_crl){.signer = &forger}, &flaw));
    assert_null(signer_of(&pool, &(struct mill_crl){.signer = &forger, .no_aki = true}, &flaw));
    assert_string_equal(flaw, "its signature does not verify");
    assert_null(signer_of(&pool, &(struct mill_crl){.signer = &mute}, &flaw));
    assert_string_equal(flaw, "its issuer may not sign lists");
    pool.count = 3; /* without its own certificate */
    assert_null(signer_of(&pool, &(struct mill_crl){.signer = &mute}, &flaw));
    pool.count = 4;
    assert_string_equal(flaw, "its issuer is not known");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_addresses_of_a_point_are_alternatives),
        cmocka_unit_test(test_several_points_are_all_wanted),
        cmocka_unit_test(test_the_list_of_an_indirect_point_is_anothers),
        cmocka_unit_test(test_what_is_not_spoken_leaves_its_reason),
        cmocka_unit_test(test_what_two_certificates_ask_for_stands_once),
        cmocka_unit_test(test_a_plan_and_a_point_are_bounded),
        cmocka_unit_test(test_authority_information_is_taken_by_its_method),
        cmocka_unit_test(test_a_list_names_its_deltas),
        cmocka_unit_test(test_only_what_leads_to_an_anchor_is_anchored),
        cmocka_unit_test(test_a_list_counts_by_its_signer),
    };

    return cmocka_run_group_tests(tests, make_cas, free_cas);
}
