/* SPDX-License-Identifier: BSD-2-Clause */
/* EST: URLs, what a server answers, and what it wishes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/pkcs7.h>

#include "certcheck/openssl_own.h"
#include "enroll/est/answer.h"
#include "enroll/est/csrattrs.h"
#include "enroll/est/http.h"
#include "enroll/est/url.h"
#include "enroll/issued.h"
#include "tests/support/issue.h"

static void test_url_is_https_and_well_known(void **state)
{
    static const struct {
        const char *url, *whole; /* NULL: refused */
    } cases[] = {
        {"https://ca.test", "https://ca.test/.well-known/est/cacerts"},
        {"https://ca.test/", "https://ca.test/.well-known/est/cacerts"},
        {"https://ca.test:8443", "https://ca.test:8443/.well-known/est/cacerts"},
        {"https://[::1]:8443/", "https://[::1]:8443/.well-known/est/cacerts"},
        {"https://ca.test/.well-known/est", "https://ca.test/.well-known/est/cacerts"},
        {"https://ca.test/.well-known/est/logon", "https://ca.test/.well-known/est/logon/cacerts"},
        {"http://ca.test", NULL},
        {"file:///etc/passwd", NULL},
        {"HTTPS://ca.test", NULL},
        {"https://", NULL},
        {"https://:443", NULL},
        {"https://..", NULL},
        {"https://.test", NULL},
        {"https://a..test", NULL},
        {"https://user@ca.test", NULL},
        {"https://ca.test:0", NULL},
        {"https://ca.test:65536", NULL},
        {"https://ca.test:123456", NULL},
        {"https://ca.test:x", NULL},
        {"https://ca.test?x", NULL},
        {"https://ca.test/est", NULL},
        {"https://ca.test/.well-known/est/..", NULL},
        {"https://ca.test/.well-known/est/a/b", NULL},
        {"https://ca.test/.well-known/est?x", NULL},
        {"https://ca.test/.well-known/estx", NULL},
        {"https://[::1", NULL},
        {"https://[]", NULL},
        {"https://ca.test\r\n", NULL},
        {"", NULL},
    };
    char whole[EST_URL_SIZE], large[1024] = "https://";

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].whole == NULL) {
            if (est_url_fault(cases[i].url) == NULL)
                fail_msg("%s is taken", cases[i].url);
            assert_int_equal(est_url(cases[i].url, "cacerts", whole), VSC_CONFIG);
            continue;
        }
        assert_null(est_url_fault(cases[i].url));
        assert_int_equal(est_url(cases[i].url, "cacerts", whole), VSC_OK);
        assert_string_equal(whole, cases[i].whole);
    }
    memset(large + 8, 'a', sizeof large - 9);
    assert_non_null(est_url_fault(large));
}

static void test_header_is_read(void **state)
{
    static const struct {
        const char *line;
        int64_t retry_after;
        const char *type;
    } cases[] = {
        {"Retry-After: 120\r\n", 120, ""},
        {"retry-after:7", 7, ""},
        {"Retry-After: 1234567890\r\n", -1, ""},
        {"Retry-After: -1\r\n", -1, ""},
        {"Retry-After: Wed, 21 Oct 2026 07:28:00 GMT\r\n", -1, ""},
        {"Retry-After:\r\n", -1, ""},
        {"Content-Type: application/pkcs7-mime; smime-type=certs-only\r\n", -1,
         "application/pkcs7-mime; smime-type=certs-only"},
        {"Content-Typ: a/b", -1, ""},
        {"", -1, ""},
    };
    struct est_response response = {.type = "Application/PKCS7-mime;x"};

    (void)state;
    assert_true(est_is_type(&response, "application/pkcs7-mime"));
    assert_false(est_is_type(&response, "application/pkcs7"));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        response = (struct est_response){.retry_after = -1};
        est_header(cases[i].line, strlen(cases[i].line), &response);
        assert_int_equal(response.retry_after, cases[i].retry_after);
        assert_string_equal(response.type, cases[i].type);
    }
}

static void test_base64_is_read_strictly(void **state)
{
    static const struct {
        const char *text, *bytes; /* NULL: refused */
    } cases[] = {
        {"YWJj", "abc"}, {"YWI=", "ab"},   {"YQ==", "a"},  {" Y\r\nW\tJj\n", "abc"},
        {"", NULL},      {"YWJ", NULL},    {"YW=j", NULL}, {"Y===", NULL},
        {"YW-j", NULL},  {"YWJj-", NULL},  {"====", NULL}, {"YQ==YQ==", NULL},
        {"\xff", NULL},  {"YWJj\f", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        auto_buf struct buf der;
        enum vsc_err err = est_decode(cases[i].text, strlen(cases[i].text), &der);

        if (err != (cases[i].bytes != NULL ? VSC_OK : VSC_CERT))
            fail_msg("\"%s\": %d", cases[i].text, err);
        if (cases[i].bytes == NULL)
            continue;
        assert_int_equal(der.len, strlen(cases[i].bytes));
        assert_memory_equal(der.data, cases[i].bytes, der.len);
    }
}

/* ---- PKCS #7 ------------------------------------------------------------------------------------
 */

static char *base64(const unsigned char *der, int len)
{
    char *text = malloc((size_t)len / 3 * 4 + 8);

    assert_non_null(text);
    (void)EVP_EncodeBlock((unsigned char *)text, der, len);
    return text;
}

static char *message_of(X509 *const *certs, size_t count)
{
    PKCS7 *message = PKCS7_new();
    unsigned char *der = NULL;
    char *text;
    int len;

    assert_int_equal(PKCS7_set_type(message, NID_pkcs7_signed), 1);
    assert_int_equal(PKCS7_content_new(message, NID_pkcs7_data), 1);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(PKCS7_add_certificate(message, certs[i]), 1);
    len = i2d_PKCS7(message, &der);
    assert_true(len > 0);
    text = base64(der, len);
    OPENSSL_free(der);
    PKCS7_free(message);
    return text;
}

static void id_of(X509 *cert, char id[SPKI_ID_SIZE])
{
    unsigned char *der = NULL;
    int len = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(cert), &der);

    assert_int_equal(spki_id(der, (size_t)len, id), VSC_OK);
    OPENSSL_free(der);
}

static void assert_chain(STACK_OF(X509) * certs, STACK_OF(X509) * more, const char *spki,
                         X509 *const *wanted, size_t count)
{
    auto_buf struct buf pem;
    auto_issued struct issued issued = {.chain_len = 0};
    char code[CODE_MAX];

    buf_init(&pem, ANSWER_MAX);
    assert_int_equal(est_chain(certs, more, spki, &pem), VSC_OK);
    assert_int_equal(issued_parse(pem.data, pem.len, &issued, code, NULL), VSC_OK);
    assert_int_equal(issued.chain_len, count);
    for (size_t i = 0; i < count; i++) {
        const unsigned char *next = issued.chain[i].data;
        X509 *cert = d2i_X509(NULL, &next, (long)issued.chain[i].len);

        assert_int_equal(X509_cmp(cert, wanted[i]), 0);
        X509_free(cert);
    }
}

static void test_certificates_are_put_in_order(void **state)
{
    static const struct issue rows[] = {
        {.name = "root"}, {.name = "sub", .by = "root"}, {.name = "c", .by = "sub"}};
    struct issue_keys keys = {.count = 0};
    X509 *root = issue_cert(&keys, &rows[0], false), *sub = issue_cert(&keys, &rows[1], false),
         *own = issue_cert(&keys, &rows[2], true), *mixed[] = {root, sub, own},
         *ordered[] = {own, sub};
    STACK_OF(X509) *certs = sk_X509_new_null(), *alone = sk_X509_new_null(),
                   *none = sk_X509_new_null();
    char *text = message_of(mixed, 3), spki[SPKI_ID_SIZE];

    (void)state;
    assert_int_equal(est_certs_read(text, strlen(text), certs), VSC_OK);
    free(text);
    text = message_of(&own, 1);
    assert_int_equal(est_certs_read(text, strlen(text), alone), VSC_OK);
    free(text);
    id_of(own, spki);
    assert_chain(certs, none, spki, ordered, 2);
    assert_chain(alone, none, spki, ordered, 1);
    assert_chain(alone, certs, spki, ordered, 2);
    /* For no key at all: the first, to be judged. */
    spki[0] = 'x';
    assert_chain(alone, none, spki, ordered, 1);
    x509_stack_free(certs);
    x509_stack_free(alone);
    sk_X509_free(none);
    X509_free(root);
    X509_free(sub);
    X509_free(own);
    issue_done(&keys);
}

static void test_what_is_no_certs_only_message_is_refused(void **state)
{
    static const struct issue row = {.name = "c"};
    struct issue_keys keys = {.count = 0};
    X509 *cert = issue_cert(&keys, &row, true), *many[EST_CERTS_MAX + 1];
    STACK_OF(X509) *certs = sk_X509_new_null();
    unsigned char *der = NULL;
    int len = i2d_X509(cert, &der);
    struct buf whole;
    char *text = base64(der, len), *large = calloc(1, EST_BODY_MAX + 1);

    (void)state;
    assert_int_equal(est_certs_read(text, strlen(text), certs), VSC_CERT);
    free(text);
    text = message_of(&cert, 0);
    assert_int_equal(est_certs_read(text, strlen(text), certs), VSC_CERT);
    free(text);
    /* Something behind it. */
    text = message_of(&cert, 1);
    assert_int_equal(est_decode(text, strlen(text), &whole), VSC_OK);
    free(text);
    buf_u8(&whole, 0);
    text = base64(whole.data, (int)whole.len);
    buf_done(&whole);
    assert_int_equal(est_certs_read(text, strlen(text), certs), VSC_CERT);
    free(text);
    for (size_t i = 0; i < EST_CERTS_MAX + 1; i++)
        many[i] = cert;
    text = message_of(many, EST_CERTS_MAX + 1);
    assert_int_equal(est_certs_read(text, strlen(text), certs), VSC_CERT);
    free(text);
    assert_non_null(large);
    memset(large, 'A', EST_BODY_MAX);
    assert_int_equal(est_certs_read(large, EST_BODY_MAX, certs), VSC_CERT);
    assert_int_equal(est_certs_read(large, EST_BODY_MAX + 1, certs), VSC_CERT);
    assert_int_equal(sk_X509_num(certs), 0);
    free(large);
    OPENSSL_free(der);
    x509_stack_free(certs);
    X509_free(cert);
    issue_done(&keys);
}

/* ---- csrattrs -----------------------------------------------------------------------------------
 */

#define RSA_OID       "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define EC_OID        "\x06\x07\x2a\x86\x48\xce\x3d\x02\x01"
#define CHALLENGE_OID "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07"
#define P256_OID      "\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define P384_OID      "\x06\x05\x2b\x81\x04\x00\x22"
#define SEQ           "\x30"
#define SET           "\x31"

static void test_wishes_of_the_server(void **state)
{
    static const struct issue row = {.name = "c"};
#define BYTES(text) text, sizeof(text) - 1
    static const struct {
        const char *der;
        size_t len;
        const char *unmet; /* NULL: met; "": malformed */
    } cases[] = {
        {BYTES(SEQ "\x00"), NULL},
        {BYTES(SEQ "\x0b" RSA_OID), "another kind"},
        {BYTES(SEQ "\x09" EC_OID), NULL},
        {BYTES(SEQ "\x14" RSA_OID EC_OID), NULL},
        {BYTES(SEQ "\x0b" CHALLENGE_OID), "TLS connection"},
        {BYTES(SEQ "\x17" SEQ "\x15" EC_OID SET "\x0a" P256_OID), NULL},
        {BYTES(SEQ "\x14" SEQ "\x12" EC_OID SET "\x07" P384_OID), "another kind"},
        {BYTES(SEQ "\x13" SEQ "\x11" RSA_OID SET "\x04\x02\x02\x08\x00"), "another kind"},
        {BYTES(SEQ "\x0d" SEQ "\x0b" EC_OID SET "\x00"), NULL},
        /* Attributes that nobody here knows. */
        {BYTES(SEQ "\x0c" SEQ "\x0a\x06\x03\x55\x1d\x11" SET "\x03\x02\x01\x05"), NULL},
        {BYTES(SEQ "\x0b" SEQ "\x09" EC_OID), ""},
        {BYTES(SEQ "\x10" SEQ "\x0e" EC_OID SET "\x03\x02\x01\x05"), ""},
        {BYTES(SEQ "\x12" SEQ "\x10" RSA_OID SET "\x03\x02\x01\xff"), ""},
        {BYTES(SEQ "\x03\x02\x01\x05"), ""},
        {BYTES(SEQ "\x00\x00"), ""},
        {BYTES(SET "\x00"), ""},
        {BYTES(SEQ "\x05" SEQ "\x03\x02\x01\x05"), ""},
    };
    struct issue_keys keys = {.count = 0};
    X509 *cert = issue_cert(&keys, &row, true);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char *text = base64((const unsigned char *)cases[i].der, (int)cases[i].len);
        struct est_wishes wishes = {.key_count = 0};
        enum vsc_err err = est_csrattrs_read(text, strlen(text), &wishes);
        const char *unmet;

        free(text);
        if (cases[i].unmet != NULL && *cases[i].unmet == '\0') {
            if (err != VSC_CERT)
                fail_msg("case %zu is read", i);
            continue;
        }
        if (err != VSC_OK)
            fail_msg("case %zu is not read", i);
        unmet = est_wishes_unmet(&wishes, issue_key(&keys, "c"));
        if ((unmet == NULL) != (cases[i].unmet == NULL) ||
            (unmet != NULL && strstr(unmet, cases[i].unmet) == NULL))
            fail_msg("case %zu: %s", i, unmet != NULL ? unmet : "met");
    }
    X509_free(cert);
    issue_done(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url_is_https_and_well_known),
        cmocka_unit_test(test_header_is_read),
        cmocka_unit_test(test_base64_is_read_strictly),
        cmocka_unit_test(test_certificates_are_put_in_order),
        cmocka_unit_test(test_what_is_no_certs_only_message_is_refused),
        cmocka_unit_test(test_wishes_of_the_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
