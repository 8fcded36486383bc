/* SPDX-License-Identifier: BSD-2-Clause */
/* Revocation lists are made here, signed with the test CA's keys, each with one thing different. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <openssl/pem.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "tests/support/pki.h"

#define DAY 86400

static STACK_OF(X509) * certs; /* good, its issuer */
static struct crls crls;
static int64_t now;

/* How a list differs from a good and empty one. */
struct recipe {
    int updated_days, next_days; /* from now; next 0: 7 days, 9999: none */
    bool revoke, strange_entry, no_aki, sha1;
    const char *key; /* of the signer; NULL: the issuer's */
    int extension;   /* NID; 0: none */
    bool critical;
    const char *content; /* of the extension, DER shorter than 128 bytes; NULL: an INTEGER 1 */
};

static EVP_PKEY *load_key(const char *name)
{
    FILE *file = fopen(pki_path(name), "r");
    EVP_PKEY *key = file != NULL ? PEM_read_PrivateKey(file, NULL, NULL, NULL) : NULL;

    assert_non_null(key);
    (void)fclose(file);
    return key;
}

static void set_time(X509_CRL *crl, int days, int (*set)(X509_CRL *, const ASN1_TIME *))
{
    ASN1_TIME *time = ASN1_TIME_adj(NULL, (time_t)now, days, 0);

    assert_non_null(time);
    assert_int_equal(set(crl, time), 1);
    ASN1_TIME_free(time);
}

static void add_extension(X509_CRL *crl, const struct recipe *recipe)
{
    /* A delta list's base, and anything but an IDP or a strange extension. */
    const char *content = recipe->content != NULL ? recipe->content : "\x02\x01\x01";
    ASN1_OCTET_STRING *octets = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension;

    assert_int_equal(ASN1_OCTET_STRING_set(octets, (const unsigned char *)content, 2 + content[1]),
                     1);
    extension = X509_EXTENSION_create_by_NID(NULL, recipe->extension, recipe->critical, octets);
    assert_int_equal(X509_CRL_add_ext(crl, extension, -1), 1);
    X509_EXTENSION_free(extension);
    ASN1_OCTET_STRING_free(octets);
}

static void add_entry(X509_CRL *crl, const ASN1_INTEGER *serial, bool strange)
{
    X509_REVOKED *entry = X509_REVOKED_new();
    ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)(now - DAY));
    ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
    X509_EXTENSION *extension;

    assert_int_equal(X509_REVOKED_set_serialNumber(entry, (ASN1_INTEGER *)(uintptr_t)serial), 1);
    assert_int_equal(X509_REVOKED_set_revocationDate(entry, time), 1);
    if (strange) {
        assert_int_equal(ASN1_OCTET_STRING_set(content, (const unsigned char *)"\x05\x00", 2), 1);
        extension = X509_EXTENSION_create_by_NID(NULL, NID_hold_instruction_code, 1, content);
        assert_int_equal(X509_REVOKED_add_ext(entry, extension, -1), 1);
        X509_EXTENSION_free(extension);
    }
    assert_int_equal(X509_CRL_add0_revoked(crl, entry), 1);
    ASN1_TIME_free(time);
    ASN1_OCTET_STRING_free(content);
}

static void add_key_id(X509_CRL *crl, X509 *issuer)
{
    X509V3_CTX context;
    X509_EXTENSION *extension;

    X509V3_set_ctx(&context, issuer, NULL, NULL, crl, 0);
    extension = X509V3_EXT_nconf_nid(NULL, &context, NID_authority_key_identifier, "keyid:always");
    assert_non_null(extension);
    assert_int_equal(X509_CRL_add_ext(crl, extension, -1), 1);
    X509_EXTENSION_free(extension);
}

static void add_list(const struct recipe *recipe)
{
    X509 *issuer = sk_X509_value(certs, 1);
    X509_CRL *crl = X509_CRL_new();
    EVP_PKEY *key = load_key(recipe->key != NULL ? recipe->key : "ca/sub/key.pem");
    ASN1_INTEGER *other = ASN1_INTEGER_new();

    assert_int_equal(X509_CRL_set_version(crl, 1), 1);
    assert_int_equal(X509_CRL_set_issuer_name(crl, X509_get_subject_name(issuer)), 1);
    set_time(crl, recipe->updated_days != 0 ? recipe->updated_days : -1, X509_CRL_set1_lastUpdate);
    if (recipe->next_days != 9999)
        set_time(crl, recipe->next_days != 0 ? recipe->next_days : 7, X509_CRL_set1_nextUpdate);
    if (!recipe->no_aki)
        add_key_id(crl, issuer);
    if (recipe->extension != 0)
        add_extension(crl, recipe);
    if (recipe->revoke)
        add_entry(crl, X509_get0_serialNumber(sk_X509_value(certs, 0)), false);
    assert_int_equal(ASN1_INTEGER_set(other, 4711), 1);
    add_entry(crl, other, recipe->strange_entry);
    assert_true(X509_CRL_sort(crl));
    assert_true(X509_CRL_sign(crl, key, recipe->sha1 ? EVP_sha1() : EVP_sha256()) > 0);
    crls.items = realloc(crls.items, (crls.count + 1) * sizeof(crls.items[0]));
    assert_non_null(crls.items);
    crls.items[crls.count++] = X509_CRL_dup(crl); /* as if read from a file */
    X509_CRL_free(crl);
    EVP_PKEY_free(key);
    ASN1_INTEGER_free(other);
}

static enum crl_status ask(unsigned max_stale)
{
    struct crl_answer answer;

    crls_ask(&crls, sk_X509_value(certs, 0), sk_X509_value(certs, 1), now, max_stale, &answer);
    crls_done(&crls);
    return answer.status;
}

/* What a single list leads to. */
static enum crl_status ask_one(struct recipe recipe)
{
    add_list(&recipe);
    return ask(0);
}

static void test_crl_of_the_issuer_decides(void **state)
{
    (void)state;
    assert_int_equal(ask(0), CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){0}), CRL_GOOD);
    assert_int_equal(ask_one((struct recipe){.no_aki = true}), CRL_GOOD);
    assert_int_equal(ask_one((struct recipe){.revoke = true}), CRL_REVOKED);
}

static void test_crl_that_does_not_verify_is_as_good_as_absent(void **state)
{
    (void)state;
    assert_int_equal(ask_one((struct recipe){.key = "keys/user.key"}), CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){.key = "keys/user.key", .revoke = true}), CRL_UNKNOWN);
}

static void test_crl_past_next_update_is_stale(void **state)
{
    (void)state;
    assert_int_equal(ask_one((struct recipe){.updated_days = -9, .next_days = -2}), CRL_TOO_OLD);
    add_list(&(struct recipe){.updated_days = -9, .next_days = -2});
    assert_int_equal(ask(2 * DAY + 60), CRL_GOOD_STALE);
    add_list(&(struct recipe){.updated_days = -9, .next_days = -2});
    assert_int_equal(ask(2 * DAY - 60), CRL_TOO_OLD);
}

static void test_crl_revoked_wins_even_when_stale(void **state)
{
    struct recipe stale = {.updated_days = -9, .next_days = -2, .revoke = true};

    (void)state;
    assert_int_equal(ask_one(stale), CRL_REVOKED);
    add_list(&stale);
    assert_int_equal(ask(30 * DAY), CRL_REVOKED);
}

static void test_crl_newest_current_one_decides(void **state)
{
    (void)state;
    /* A hold that was lifted: the newer list does not have it any more. */
    add_list(&(struct recipe){.updated_days = -5, .revoke = true});
    add_list(&(struct recipe){.updated_days = -2});
    assert_int_equal(ask(0), CRL_GOOD);
    add_list(&(struct recipe){.updated_days = -2, .revoke = true});
    add_list(&(struct recipe){.updated_days = -5});
    assert_int_equal(ask(0), CRL_REVOKED);
    /* A newer one that has run out is still newer. */
    add_list(&(struct recipe){.updated_days = -2, .next_days = -1, .revoke = true});
    add_list(&(struct recipe){.updated_days = -5});
    assert_int_equal(ask(0), CRL_REVOKED);
    add_list(&(struct recipe){.updated_days = -9, .next_days = -2});
    add_list(&(struct recipe){.updated_days = -5});
    assert_int_equal(ask(0), CRL_GOOD);
}

static void test_crl_from_the_future_or_without_an_end_is_no_answer(void **state)
{
    (void)state;
    assert_int_equal(ask_one((struct recipe){.updated_days = 2}), CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){.next_days = 9999}), CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){.updated_days = 2, .revoke = true}), CRL_REVOKED);
}

static void test_crl_with_sha1_is_no_answer_but_may_revoke(void **state)
{
    (void)state;
    assert_int_equal(ask_one((struct recipe){.sha1 = true}), CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){.sha1 = true, .revoke = true}), CRL_REVOKED);
}

static void test_crl_delta_and_broken_points_are_no_answer(void **state)
{
    (void)state;
    assert_int_equal(ask_one((struct recipe){.extension = NID_delta_crl, .critical = true}),
                     CRL_UNKNOWN);
    assert_int_equal(
        ask_one((struct recipe){.extension = NID_issuing_distribution_point, .critical = true}),
        CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){.extension = NID_issuing_distribution_point}),
                     CRL_UNKNOWN);
}

/* Issuing distribution points (RFC 5280 5.2.5); the certificate that is asked for names none. */
#define ONLY_USER    "\x30\x03\x81\x01\xff"
#define ONLY_CA      "\x30\x03\x82\x01\xff"
#define SOME_REASONS "\x30\x04\x83\x02\x06\x40"
#define INDIRECT     "\x30\x03\x84\x01\xff"
#define ONLY_ATTR    "\x30\x03\x85\x01\xff"
#define OTHER_POINT  "\x30\x0c\xa0\x0a\xa0\x08\x86\x06http:x"

static void test_crl_of_a_scope_is_silent_about_the_rest_but_may_revoke(void **state)
{
    static const struct {
        const char *point;
        enum crl_status silent, revoking;
    } rows[] = {
        {ONLY_USER, CRL_GOOD, CRL_REVOKED},       {ONLY_CA, CRL_UNKNOWN, CRL_REVOKED},
        {SOME_REASONS, CRL_UNKNOWN, CRL_REVOKED}, {OTHER_POINT, CRL_UNKNOWN, CRL_REVOKED},
        {INDIRECT, CRL_UNKNOWN, CRL_UNKNOWN},     {ONLY_ATTR, CRL_UNKNOWN, CRL_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct recipe recipe = {.extension = NID_issuing_distribution_point,
                                .critical = true,
                                .content = rows[i].point};

        assert_int_equal(ask_one(recipe), rows[i].silent);
        recipe.revoke = true;
        assert_int_equal(ask_one(recipe), rows[i].revoking);
    }
}

static void test_crl_delta_revokes_unless_a_newer_list_is_at_hand(void **state)
{
    const struct recipe delta = {.extension = NID_delta_crl, .critical = true, .revoke = true};

    (void)state;
    assert_int_equal(ask_one(delta), CRL_REVOKED);
    add_list(&(struct recipe){.updated_days = -2});
    assert_int_equal(ask_one(delta), CRL_REVOKED);
    add_list(&(struct recipe){.updated_days = -1});
    assert_int_equal(
        ask_one((struct recipe){
            .extension = NID_delta_crl, .critical = true, .revoke = true, .updated_days = -2}),
        CRL_GOOD);
}

static void test_crl_with_an_unknown_critical_extension_is_not_used(void **state)
{
    (void)state;
    assert_int_equal(ask_one((struct recipe){.extension = NID_policy_mappings, .critical = true}),
                     CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){.extension = NID_policy_mappings}), CRL_GOOD);
    assert_int_equal(ask_one((struct recipe){.strange_entry = true}), CRL_UNKNOWN);
    assert_int_equal(ask_one((struct recipe){.strange_entry = true, .revoke = true}), CRL_REVOKED);
}

static void test_crl_modes_hard_soft_off(void **state)
{
    static const struct {
        enum conf_revocation mode;
        const char *crls, *codes;
        size_t warnings;
    } table[] = {
        {REVOCATION_HARD, "crls", "", 0},
        {REVOCATION_HARD, "crls-none", "revocation-unknown revocation-unknown", 0},
        {REVOCATION_HARD, "crls-stale", "crl-stale", 0},
        {REVOCATION_HARD, "crls-forged", "revocation-unknown", 0},
        {REVOCATION_SOFT, "crls-none", "", 2},
        {REVOCATION_SOFT, "crls-stale", "", 1},
        {REVOCATION_SOFT, "crls-forged", "", 1},
        {REVOCATION_OFF, "crls-none", "", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct conf *conf = pki_conf();
        struct evaluation *evaluation;

        pki_set(&conf->revocation.crls, pki_path(table[i].crls));
        conf->revocation.mode = table[i].mode;
        evaluation = pki_judge(conf, "good.pem");
        assert_string_equal(pki_codes(&evaluation->verdict), table[i].codes);
        assert_int_equal(evaluation->verdict.warning_count, table[i].warnings);
        evaluation_free(evaluation);
        conf_free(conf);
    }
}

static void test_crl_soft_never_lets_a_revoked_one_pass(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluation *evaluation;

    (void)state;
    conf->revocation.mode = REVOCATION_SOFT;
    evaluation = pki_judge(conf, "revoked.pem");
    assert_string_equal(pki_codes(&evaluation->verdict), "revoked");
    evaluation_free(evaluation);
    conf_free(conf);
}

static void test_crl_is_asked_about_every_certificate_below_the_anchor(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluation *evaluation;

    (void)state;
    pki_script("revoke", "%s", pki_path("ca/deep/cert.pem"));
    conf->revocation.mode = REVOCATION_SOFT;
    evaluation = pki_judge(conf, "path-length.pem");
    assert_true(verdict_has(&evaluation->verdict, REASON_REVOKED));
    assert_int_equal(evaluation->verdict.items[0].depth, 1);
    evaluation_free(evaluation);
    conf_free(conf);
}

static int set_up(void **state)
{
    (void)pki_setup_all(state);
    now = time(NULL);
    certs = pki_certs("good-chain.pem");
    return 0;
}

static int tear_down(void **state)
{
    x509_stack_free(certs);
    return pki_teardown(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crl_of_the_issuer_decides),
        cmocka_unit_test(test_crl_that_does_not_verify_is_as_good_as_absent),
        cmocka_unit_test(test_crl_past_next_update_is_stale),
        cmocka_unit_test(test_crl_revoked_wins_even_when_stale),
        cmocka_unit_test(test_crl_newest_current_one_decides),
        cmocka_unit_test(test_crl_from_the_future_or_without_an_end_is_no_answer),
        cmocka_unit_test(test_crl_with_sha1_is_no_answer_but_may_revoke),
        cmocka_unit_test(test_crl_delta_and_broken_points_are_no_answer),
        cmocka_unit_test(test_crl_of_a_scope_is_silent_about_the_rest_but_may_revoke),
        cmocka_unit_test(test_crl_delta_revokes_unless_a_newer_list_is_at_hand),
        cmocka_unit_test(test_crl_with_an_unknown_critical_extension_is_not_used),
        cmocka_unit_test(test_crl_modes_hard_soft_off),
        cmocka_unit_test(test_crl_soft_never_lets_a_revoked_one_pass),
        cmocka_unit_test(test_crl_is_asked_about_every_certificate_below_the_anchor),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
