/* SPDX-License-Identifier: BSD-2-Clause */
/* Files and folders of certificates, and who may have written them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/map_file.h"
#include "certcheck/openssl_own.h"
#include "tests/support/pki.h"

/* Of a path below the CA's folder: the error, and how many certificates. */
static enum vsc_err load(const char *name, bool named, bool trusted, int *ret_count)
{
    STACK_OF(X509) *certs = sk_X509_new_null();
    struct source source = {.path = pki_path(name), .named = named, .trusted = trusted};
    struct problem problem = {""};
    enum vsc_err err = certs_load(&source, certs, &problem);

    *ret_count = sk_X509_num(certs);
    x509_stack_free(certs);
    if (err != VSC_OK)
        assert_non_null(strstr(problem.text, pki_path(name)));
    return err;
}

static void put(const char *name, const char *text)
{
    FILE *file = fopen(pki_path(name), "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void test_source_pem_der_file_and_folder(void **state)
{
    int count;

    (void)state;
    assert_int_equal(load("certs/good.pem", true, false, &count), VSC_OK);
    assert_int_equal(count, 1);
    assert_int_equal(load("certs/good.der", true, false, &count), VSC_OK);
    assert_int_equal(count, 1);
    assert_int_equal(load("certs/good-chain.pem", true, false, &count), VSC_OK);
    assert_int_equal(count, 2);
    assert_int_equal(load("intermediates", true, true, &count), VSC_OK);
    assert_int_equal(count, 5);
}

static void test_source_missing_default_is_empty_and_missing_named_is_an_error(void **state)
{
    int count;

    (void)state;
    assert_int_equal(load("nowhere", false, true, &count), VSC_OK);
    assert_int_equal(count, 0);
    assert_int_equal(load("nowhere", true, true, &count), VSC_INPUT);
    assert_int_equal(load("nowhere", true, false, &count), VSC_INPUT);
}

static void test_source_folder_passes_over_what_is_no_certificate(void **state)
{
    int count;

    (void)state;
    assert_int_equal(mkdir(pki_path("mixed"), 0755), 0);
    assert_int_equal(mkdir(pki_path("mixed/folder"), 0755), 0);
    put("mixed/README", "The anchors of corp.test.\n");
    put("mixed/.hidden", "-----BEGIN CERTIFICATE-----\nxx\n");
    put("mixed/empty", "");
    put("mixed/root.srl", "0F3A5C0000000000000000000000000000000001\n"); /* "0" is SEQUENCE's tag */
    put("mixed/serial", "01\n");
    put("mixed/index.txt",
        "0 certificates so far, and more of such text behind the first letter\n");
    assert_int_equal(link(pki_path("anchors/root.pem"), pki_path("mixed/root.pem")), 0);
    assert_int_equal(link(pki_path("crls/sub.crl"), pki_path("mixed/sub.crl")), 0);
    assert_int_equal(symlink("root.pem", pki_path("mixed/0123abcd.0")), 0); /* c_rehash's */
    assert_int_equal(load("mixed", true, true, &count), VSC_OK);
    assert_int_equal(count, 1);
    put("mixed/broken.pem", "-----BEGIN CERTIFICATE-----\nxx\n-----END CERTIFICATE-----\n");
    assert_int_equal(load("mixed", true, true, &count), VSC_INPUT);
    assert_int_equal(unlink(pki_path("mixed/broken.pem")), 0);
}

static void test_source_folder_takes_files_that_are_named_as_links_of_c_rehash(void **state)
{
    int count;

    (void)state;
    assert_int_equal(mkdir(pki_path("hashed"), 0755), 0);
    assert_int_equal(link(pki_path("anchors/root.pem"), pki_path("hashed/0123abcd.0")), 0);
    assert_int_equal(symlink("0123abcd.0", pki_path("hashed/0123abcd.1")), 0);
    assert_int_equal(load("hashed", true, true, &count), VSC_OK);
    assert_int_equal(count, 1);
}

static void test_source_file_that_is_neither_pem_nor_der_is_unreadable(void **state)
{
    int count;

    (void)state;
    put("plain", "hello\n");
    assert_int_equal(load("plain", true, false, &count), VSC_INPUT);
    put("plain", "");
    assert_int_equal(load("plain", true, false, &count), VSC_INPUT);
    put("plain", "01\n");
    assert_int_equal(load("plain", true, false, &count), VSC_INPUT);
}

static void test_source_that_others_can_write_is_not_trusted(void **state)
{
    int count;

    (void)state;
    assert_int_equal(load("anchors/root.pem", true, true, &count), VSC_OK);
    assert_int_equal(chmod(pki_path("anchors/root.pem"), 0664), 0);
    assert_int_equal(load("anchors", true, true, &count), VSC_UNTRUSTED);
    assert_int_equal(load("anchors", true, false, &count), VSC_OK);
    assert_int_equal(chmod(pki_path("anchors/root.pem"), 0644), 0);
    assert_int_equal(chmod(pki_path("anchors"), 0757), 0);
    assert_int_equal(load("anchors", true, true, &count), VSC_UNTRUSTED);
    assert_int_equal(load("anchors/root.pem", true, true, &count), VSC_UNTRUSTED);
    assert_int_equal(chmod(pki_path("anchors"), 0755), 0);
    assert_int_equal(symlink("root.pem", pki_path("anchors/link.pem")), 0);
    assert_int_equal(load("anchors/link.pem", true, true, &count), VSC_UNTRUSTED);
    assert_int_equal(load("anchors", true, true, &count), VSC_UNTRUSTED);
    assert_int_equal(unlink(pki_path("anchors/link.pem")), 0);
}

static void test_source_of_another_user_is_not_trusted(void **state)
{
    int count;

    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(pki_path("anchors/root.pem"), 65534, 65534), 0);
    assert_int_equal(load("anchors", true, true, &count), VSC_UNTRUSTED);
    assert_int_equal(chown(pki_path("anchors/root.pem"), 0, 0), 0);
    assert_int_equal(load("anchors", true, true, &count), VSC_OK);
}

static void test_mapping_file_that_others_can_write_is_not_used(void **state)
{
    const struct map_format format = {.key = MAP_ANY};
    struct map_file file = {0};
    struct problem problem;

    (void)state;
    put("map", "upn=alice@corp.test alice\n");
    assert_int_equal(map_file_load(pki_path("map"), &format, &file, &problem), VSC_OK);
    assert_int_equal(file.count, 1);
    map_file_done(&file);
    assert_int_equal(chmod(pki_path("map"), 0666), 0);
    assert_int_equal(map_file_load(pki_path("map"), &format, &file, &problem), VSC_UNTRUSTED);
    assert_int_equal(map_file_load(pki_path("no-map"), &format, &file, &problem), VSC_INPUT);
}

static void test_certificate_that_is_not_der_or_has_more_behind_it_does_not_parse(void **state)
{
    STACK_OF(X509) *certs = pki_certs("good.der");
    auto_by(openssl_free) unsigned char *der = NULL;
    unsigned char changed[8192];
    int len = i2d_X509(sk_X509_value(certs, 0), &der);
    X509 *cert = NULL;

    (void)state;
    assert_true(len > 0 && (size_t)len < sizeof(changed) - 8);
    assert_int_equal(cert_parse(der, (size_t)len, &cert), VSC_OK);
    X509_free(cert);
    memcpy(changed, der, (size_t)len);
    changed[len] = 0;
    assert_int_equal(cert_parse(changed, (size_t)len + 1, &cert), VSC_CERT);
    assert_int_equal(cert_parse(der, (size_t)len - 1, &cert), VSC_CERT);
    assert_int_equal(cert_parse(NULL, 0, &cert), VSC_CERT);
    /* 30 82 hh ll becomes 30 83 00 hh ll */
    changed[1] = 0x83;
    changed[2] = 0;
    memcpy(changed + 3, der + 2, (size_t)len - 2);
    assert_int_equal(cert_parse(changed, (size_t)len + 1, &cert), VSC_CERT);
    x509_stack_free(certs);
}

static void test_evaluator_sees_that_a_file_changed(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluator_places places = evaluator_places_of(conf);
    struct evaluator *evaluator = NULL;
    struct problem problem;

    (void)state;
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_OK);
    assert_false(evaluator_is_outdated(evaluator));
    pki_script("crl", "%s", "");
    assert_true(evaluator_is_outdated(evaluator));
    evaluator_free(evaluator);
    conf_free(conf);
}

static void test_ntauth_is_read_as_the_anchors_are_and_its_changes_are_seen(void **state)
{
    struct conf *conf = pki_conf();
    struct evaluator_places places;
    struct evaluator *evaluator = NULL;
    struct problem problem;

    (void)state;
    pki_set(&conf->trust.ntauth, pki_path("ntauth"));
    places = evaluator_places_of(conf);
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_INPUT);
    assert_non_null(strstr(problem.text, pki_path("ntauth")));
    assert_int_equal(mkdir(pki_path("ntauth"), 0755), 0);
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem), VSC_OK);
    assert_int_equal(sk_X509_num(evaluator->ntauth), 0);
    assert_false(evaluator_is_outdated(evaluator));
    assert_int_equal(link(pki_path("intermediates/sub.pem"), pki_path("ntauth/sub.pem")), 0);
    assert_true(evaluator_is_outdated(evaluator));
    evaluator_free(evaluator);
    assert_int_equal(chmod(pki_path("ntauth"), 0777), 0);
    assert_int_equal(evaluator_new(conf, &places, &pki_accounts, &evaluator, &problem),
                     VSC_UNTRUSTED);
    assert_int_equal(chmod(pki_path("ntauth"), 0755), 0);
    conf_free(conf);
}

static void test_facts_of_a_certificate(void **state)
{
    struct facts *facts = pki_facts("sid.pem");

    (void)state;
    assert_string_equal(facts->subject, "CN=alice,DC=corp,DC=test");
    assert_string_equal(facts->issuer, "CN=Test Issuing CA,DC=corp,DC=test");
    assert_string_equal(facts->common_name, "alice");
    assert_string_equal(facts->upn, "alice@corp.test");
    assert_string_equal(facts->sid, "S-1-5-21-1004336348-1177238915-682003330-1103");
    assert_string_equal(facts->key_type, "P-256");
    assert_int_equal(facts->key_bits, 256);
    assert_true(facts_list_has(&facts->eku, "1.3.6.1.4.1.311.20.2.2"));
    assert_int_equal(facts->altsecids.count, 4);
    facts_free(facts);
    facts = pki_facts("template.pem");
    assert_string_equal(facts->template_name, "SmartcardLogon");
    facts_free(facts);
    pki_issue("serial", "--serial 1001 --extension "
                        "'1.3.6.1.4.1.311.21.7=DER:301106092b0601040182371508020164020103'");
    facts = pki_facts("serial.pem");
    assert_string_equal(facts->serial, "1001");
    assert_string_equal(facts->template_oid, "1.3.6.1.4.1.311.21.8");
    assert_int_equal(facts->template_major, 100);
    assert_int_equal(facts->template_minor, 3);
    assert_true(
        facts_list_has(&facts->altsecids, "X509:<I>DC=test,DC=corp,CN=Test Issuing CA<SR>0110"));
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_source_pem_der_file_and_folder),
        cmocka_unit_test(test_source_missing_default_is_empty_and_missing_named_is_an_error),
        cmocka_unit_test(test_source_folder_passes_over_what_is_no_certificate),
        cmocka_unit_test(test_source_folder_takes_files_that_are_named_as_links_of_c_rehash),
        cmocka_unit_test(test_source_file_that_is_neither_pem_nor_der_is_unreadable),
        cmocka_unit_test(test_source_that_others_can_write_is_not_trusted),
        cmocka_unit_test(test_source_of_another_user_is_not_trusted),
        cmocka_unit_test(test_mapping_file_that_others_can_write_is_not_used),
        cmocka_unit_test(test_certificate_that_is_not_der_or_has_more_behind_it_does_not_parse),
        cmocka_unit_test(test_evaluator_sees_that_a_file_changed),
        cmocka_unit_test(test_ntauth_is_read_as_the_anchors_are_and_its_changes_are_seen),
        cmocka_unit_test(test_facts_of_a_certificate),
    };

    return cmocka_run_group_tests(tests, pki_setup_all, pki_teardown);
}
