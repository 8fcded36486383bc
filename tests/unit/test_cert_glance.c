/* SPDX-License-Identifier: BSD-2-Clause */
/* A certificate as a login screen shows it: its UPN and its end, and what is no such thing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/x509v3.h>

#include "card/cert_glance.h"
#include "common/own.h"

DEFINE_AUTO(X509, X509_free)
DEFINE_AUTO(EVP_PKEY, EVP_PKEY_free)
DEFINE_AUTO(GENERAL_NAMES, GENERAL_NAMES_free)

struct text {
    int type; /* V_ASN1_... */
    const char *bytes;
    int len; /* -1: strlen */
};

static void add_upn(GENERAL_NAMES *names, const struct text *text)
{
    GENERAL_NAME *name = GENERAL_NAME_new();
    ASN1_STRING *string = ASN1_STRING_type_new(text->type);
    ASN1_TYPE *value = ASN1_TYPE_new();

    assert_true(name != NULL && string != NULL && value != NULL);
    assert_int_equal(ASN1_STRING_set(string, text->bytes, text->len), 1);
    ASN1_TYPE_set(value, text->type, string);
    assert_int_equal(GENERAL_NAME_set0_othername(name, OBJ_nid2obj(NID_ms_upn), value), 1);
    assert_true(sk_GENERAL_NAME_push(names, name) > 0);
}

/* A certificate with these UPNs that ends then; signed by its own key, for the form only. */
static struct der make(const struct text *upns, size_t count, const char *not_after)
{
    auto_by(X509_free) X509 *cert = X509_new();
    auto_by(EVP_PKEY_free) EVP_PKEY *key = EVP_EC_gen("P-256");
    auto_by(GENERAL_NAMES_free) GENERAL_NAMES *names = GENERAL_NAMES_new();
    struct der der = {0};
    int len;

    assert_true(cert != NULL && key != NULL && names != NULL);
    for (size_t i = 0; i < count; i++)
        add_upn(names, &upns[i]);
    assert_int_equal(X509_set_version(cert, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(cert), 1), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notBefore(cert), "20200101000000Z"), 1);
    assert_int_equal(ASN1_TIME_set_string(X509_getm_notAfter(cert), not_after), 1);
    assert_int_equal(X509_set_pubkey(cert, key), 1);
    assert_int_equal(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
    assert_true(X509_sign(cert, key, EVP_sha256()) > 0);
    len = i2d_X509(cert, &der.data);
    assert_true(len > 0);
    der.len = (size_t)len;
    return der;
}

static void assert_upn(const struct text *upns, size_t count, const char *wanted)
{
    struct der der = make(upns, count, "20270131000000Z");
    struct watch_cert cert = {.key = "01", .upn = "what was there before"};

    assert_true(cert_glance(&der, &cert));
    assert_string_equal(cert.upn, wanted);
    assert_string_equal(cert.key, "01");
    assert_int_equal(cert.not_after, 1801353600);
    OPENSSL_free(der.data);
}

static void test_upn_is_shown_where_there_is_one_that_can_be(void **state)
{
    static const struct text good = {V_ASN1_UTF8STRING, "alice@corp.test", -1};
    static const struct text two[] = {{V_ASN1_UTF8STRING, "alice@corp.test", -1},
                                      {V_ASN1_UTF8STRING, "bob@corp.test", -1}};
    static const struct text bad[] = {
        {V_ASN1_IA5STRING, "alice@corp.test", -1},
        {V_ASN1_UTF8STRING, "", 0},
        {V_ASN1_UTF8STRING, "alice@corp.test\0.evil", 21},
        {V_ASN1_UTF8STRING, "alice\n@corp.test", -1},
        {V_ASN1_UTF8STRING, "al\xe2\x80\xaeice@corp.test", -1}, /* written from right to left */
        {V_ASN1_UTF8STRING, "al\xffice@corp.test", -1},
    };
    char longest[WATCH_UPN_SIZE + 1];
    struct text text = {V_ASN1_UTF8STRING, longest, WATCH_UPN_SIZE - 1};

    (void)state;
    assert_upn(&good, 1, "alice@corp.test");
    assert_upn(NULL, 0, "");
    assert_upn(two, 2, "");
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_upn(&bad[i], 1, "");
    memset(longest, 'a', sizeof(longest));
    longest[WATCH_UPN_SIZE - 1] = '\0';
    assert_upn(&text, 1, longest);
    longest[WATCH_UPN_SIZE - 1] = 'a';
    text.len = WATCH_UPN_SIZE;
    assert_upn(&text, 1, "");
}

static void test_end_is_within_what_a_line_can_say(void **state)
{
    static const struct {
        const char *not_after;
        int64_t seconds;
    } ends[] = {
        {"20491231235959Z", 2524607999},
        {"99991231235959Z", WATCH_TIME_MAX},
        {"19690101000000Z", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        struct der der = make(NULL, 0, ends[i].not_after);
        struct watch_cert cert = {.key = "01"};

        assert_true(cert_glance(&der, &cert));
        assert_int_equal(cert.not_after, ends[i].seconds);
        OPENSSL_free(der.data);
    }
}

static void test_malformed_certificate_is_none(void **state)
{
    static const struct text good = {V_ASN1_UTF8STRING, "alice@corp.test", -1};
    struct der der = make(&good, 1, "20270131000000Z");
    unsigned char room[1024];
    struct watch_cert cert = {.key = "01"};
    struct der copy = {.data = room};

    (void)state;
    assert_true(der.len < sizeof(room));
    for (copy.len = 0; copy.len < der.len; copy.len++) {
        memcpy(room, der.data, copy.len);
        assert_false(cert_glance(&copy, &cert));
    }
    memcpy(room, der.data, der.len);
    room[der.len] = 0;
    copy.len = der.len + 1;
    assert_false(cert_glance(&copy, &cert)); /* something behind it */
    copy.len = CERT_MAX + 1;
    assert_false(cert_glance(&copy, &cert)); /* not even looked at */
    OPENSSL_free(der.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_upn_is_shown_where_there_is_one_that_can_be),
        cmocka_unit_test(test_end_is_within_what_a_line_can_say),
        cmocka_unit_test(test_malformed_certificate_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
