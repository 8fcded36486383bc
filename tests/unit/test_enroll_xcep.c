/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll's back end xcep-wstep: what is written, and what is made of what AD CS answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/own.h"
#include "enroll/xcep/post.h"
#include "enroll/xcep/wstep.h"
#include "enroll/xcep/xcep.h"
#include "tests/support/enroll_profile.h"
#include "tests/support/libconfig_leaks.h"

DEFINE_AUTO(struct profile, profile_free)

#define ENVELOPE(BODY)                                                                             \
    "<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">"   \
    "<s:Body>" BODY "</s:Body></s:Envelope>"
#define POLICIES(TEMPLATES, URIS)                                                                  \
    ENVELOPE("<GetPoliciesResponse xmlns=\"" NS_POLICY "\"><response><policies>" TEMPLATES         \
             "</policies></response><cAs><cA><uris>" URIS                                          \
             "</uris><enrollPermission>true</enrollPermission><cAReferenceID>7</cAReferenceID>"    \
             "</cA><cA><uris>" URI("https://closed.test/", "2", "0",                               \
                                   "false") "</uris><enrollPermission>false</"                     \
                                            "enrollPermission><cAReferenceID>7</cAReferenceID>"    \
                                            "</cA></cAs><oIDs><oID><value>1.2.3.4</"               \
                                            "value><oIDReferenceID>5</oIDReferenceID>"             \
                                            "</oID></oIDs></GetPoliciesResponse>")
#define TEMPLATE(NAME, ATTRIBUTES)                                                                 \
    "<policy><policyOIDReference>5</policyOIDReference><cAs><cAReference>7</cAReference></cAs>"    \
    "<attributes><commonName>" NAME "</commonName>" ATTRIBUTES "</attributes></policy>"
#define PERMITTED "<permission><enroll>true</enroll><autoEnroll>1</autoEnroll></permission>"
#define URI(TEXT, AUTHENTICATION, PRIORITY, RENEWAL)                                               \
    "<cAURI><clientAuthentication>" AUTHENTICATION "</clientAuthentication><uri>" TEXT             \
    "</uri><priority>" PRIORITY "</priority><renewalOnly>" RENEWAL "</renewalOnly></cAURI>"
#define ONE_URI URI("https://ca.test/", "2", "1", "false")
#define ANSWER(INSIDE)                                                                             \
    ENVELOPE("<RequestSecurityTokenResponseCollection xmlns=\"" NS_TRUST                           \
             "\"><RequestSecurityTokenResponse>" INSIDE                                            \
             "</RequestSecurityTokenResponse></RequestSecurityTokenResponseCollection>")
#define ID(NUMBER) "<RequestID xmlns=\"" NS_ENROLL "\">" NUMBER "</RequestID>"
#define FAULT(WHO, TEXT, DETAIL)                                                                   \
    ENVELOPE("<s:Fault><s:Code><s:Value>s:" WHO "</s:Value></s:Code><s:Reason><s:Text>" TEXT       \
             "</s:Text></s:Reason>" DETAIL "</s:Fault>")

static enum vsc_err read_policies(const char *text, struct xcep_policies *policies,
                                  char code[CODE_MAX])
{
    code[0] = '\0';
    return xcep_read_policies(text, strlen(text), policies, code, NULL);
}

static void test_templates_are_read(void **state)
{
    static const char text[] = POLICIES(
        TEMPLATE("Logon",
                 "<policySchema>4</policySchema><certificateValidity><validityPeriodSeconds>86400"
                 "</validityPeriodSeconds><renewalPeriodSeconds> 3600 </renewalPeriodSeconds>"
                 "</certificateValidity>" PERMITTED
                 "<privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength>"
                 "</privateKeyAttributes><revision><majorRevision>100</majorRevision>"
                 "<minorRevision>3</minorRevision></revision><supersededPolicies>"
                 "<commonName>Old</commonName><commonName>Older</commonName></supersededPolicies>"
                 "<privateKeyFlags>8192</privateKeyFlags>"
                 "<subjectNameFlags>-2113929216</subjectNameFlags>"
                 "<enrollmentFlags>258</enrollmentFlags>")
            TEMPLATE("Bare", "<policySchema i:nil=\"true\"/><supersededPolicies i:nil=\"true\"/>"),
        ONE_URI);
    auto_policies struct xcep_policies policies = {.count = 0};
    char code[CODE_MAX];
    const struct xcep_template *template;

    (void)state;
    assert_int_equal(read_policies(text, &policies, code), VSC_OK);
    assert_int_equal(policies.count, 2);
    template = xcep_find(&policies, "1.2.3.4");
    assert_ptr_equal(template, xcep_find(&policies, "Logon"));
    assert_int_equal(template->schema, 4);
    assert_int_equal(template->major, 100);
    assert_int_equal(template->minor, 3);
    assert_int_equal(template->validity, 86400);
    assert_int_equal(template->renewal, 3600);
    assert_true(template->may_enroll && template->may_auto_enroll);
    assert_int_equal(template->key_bits, 2048);
    assert_int_equal(template->private_key_flags, XCEP_ATTEST_REQUIRED);
    assert_int_equal(template->subject_name_flags, 0x82000000U);
    assert_int_equal(template->enrollment_flags, XCEP_PEND_ALL | XCEP_USER_INTERACTION);
    assert_int_equal(template->supersedes_count, 2);
    assert_string_equal(template->supersedes[1], "Older");
    template = xcep_find(&policies, "Bare");
    assert_false(template->may_enroll || template->may_auto_enroll);
    assert_int_equal(template->schema, 0);
    assert_null(xcep_find(&policies, "Another"));
    assert_null(xcep_find(&policies, ""));
}

static void test_policies_that_are_no_answer_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "x",
        "<x/>",
        ENVELOPE(""),
        ENVELOPE("<GetPoliciesResponse/>"),
        "<!DOCTYPE a>" POLICIES("", ""),
        "<!DOCTYPE a [<!ENTITY b 'c'>]>" POLICIES(TEMPLATE("&b;", ""), ""),
        POLICIES(TEMPLATE("", ""), ""),
        POLICIES(TEMPLATE("&b;", ""), ""),
        POLICIES(TEMPLATE("a<b/>", ""), ""),
        POLICIES(TEMPLATE("a&#x202e;", ""), ""),
        POLICIES(TEMPLATE("a", "<policySchema>x</policySchema>"), ""),
        POLICIES(TEMPLATE("a", "<policySchema>-1</policySchema>"), ""),
        POLICIES(TEMPLATE("a", "<policySchema>4294967296</policySchema>"), ""),
        POLICIES(TEMPLATE("a", "<enrollmentFlags>4294967296</enrollmentFlags>"), ""),
        POLICIES(TEMPLATE("a", "<enrollmentFlags>1-</enrollmentFlags>"), ""),
        POLICIES(TEMPLATE("a", "<permission><enroll>yes</enroll></permission>"), ""),
        POLICIES(TEMPLATE("a", ""), URI("", "2", "1", "false")),
        POLICIES(TEMPLATE("a", ""), URI("https://a/", "2", "x", "false")),
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        auto_policies struct xcep_policies policies = {.count = 0};
        char code[CODE_MAX];

        assert_int_equal(read_policies(cases[i], &policies, code), VSC_DENIED);
        assert_string_equal(code, "malformed-answer");
    }
}

static void test_message_that_is_too_long_is_refused(void **state)
{
    const size_t len = SOAP_MAX + 1;
    auto_free char *text = malloc(len + 1);
    auto_policies struct xcep_policies policies = {.count = 0};
    char code[CODE_MAX] = "";
    const char *whole = POLICIES("", "");

    (void)state;
    assert_non_null(text);
    memset(text, ' ', len);
    text[len] = '\0';
    memcpy(text, whole, strlen(whole));
    assert_int_equal(xcep_read_policies(text, len - 1, &policies, code, NULL), VSC_OK);
    xcep_policies_done(&policies);
    assert_int_equal(xcep_read_policies(text, len, &policies, code, NULL), VSC_DENIED);
}

/* Kerberos, not for renewals only, of a CA that may be asked, and the lowest number. */
static void test_address_is_chosen(void **state)
{
    static const char text[] =
        POLICIES(TEMPLATE("a", PERMITTED), URI("https://password.test/", "4", "1", "false")
                                               URI("https://renewal.test/", "2", "1", "true")
                                                   URI("https://later.test/", "2", "9", "false")
                                                       URI("https://this.test/", "2", "3", "0"));
    auto_policies struct xcep_policies policies = {.count = 0};
    struct xcep_template other = {.cas = {8}, .ca_count = 1};
    char code[CODE_MAX];

    (void)state;
    assert_int_equal(read_policies(text, &policies, code), VSC_OK);
    assert_string_equal(xcep_where(&policies, &policies.templates[0]), "https://this.test/");
    assert_null(xcep_where(&policies, &other));
}

static struct profile *ad_profile(const char *key)
{
    char text[256];

    (void)snprintf(text, sizeof text,
                   "name = \"a\"; backend = \"xcep-wstep\"; upn = \"%%u@x\"; template = \"a\"; "
                   "url = \"https://a.test/CEP\"; key = \"%s\";",
                   key);
    return parse(text);
}

static void test_template_that_cannot_be_requested_is_refused(void **state)
{
    static const struct {
        const char *text, *key, *code;
    } cases[] = {
        {POLICIES(TEMPLATE("a", PERMITTED), ONE_URI), "p256", ""},
        {POLICIES(TEMPLATE("b", PERMITTED), ONE_URI), "p256", "no-template"},
        {POLICIES(TEMPLATE("a", ""), ONE_URI), "p256", "not-permitted"},
        {POLICIES(TEMPLATE("a", PERMITTED "<privateKeyFlags>8192</privateKeyFlags>"), ONE_URI),
         "p256", "attestation-required"},
        {POLICIES(TEMPLATE("a", PERMITTED "<privateKeyFlags>4096</privateKeyFlags>"), ONE_URI),
         "p256", ""},
        {POLICIES(TEMPLATE("a", PERMITTED
                           "<privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength>"
                           "</privateKeyAttributes>"),
                  ONE_URI),
         "p384", "key-too-small"},
        {POLICIES(TEMPLATE("a", PERMITTED
                           "<privateKeyAttributes><minimalKeyLength>2048</minimalKeyLength>"
                           "</privateKeyAttributes>"),
                  ONE_URI),
         "rsa2048", ""},
        {POLICIES(TEMPLATE("a", PERMITTED), ""), "p256", "no-enrollment-address"},
        {POLICIES(TEMPLATE("a", PERMITTED), URI("http://a.test/", "2", "1", "false")), "p256",
         "bad-address"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        auto_policies struct xcep_policies policies = {.count = 0};
        auto_by(profile_free) struct profile *profile = ad_profile(cases[i].key);
        struct xcep_plan plan;
        char code[CODE_MAX];

        assert_int_equal(read_policies(cases[i].text, &policies, code), VSC_OK);
        assert_int_equal(xcep_choose(profile, &policies, &plan, code, NULL),
                         *cases[i].code == '\0' ? VSC_OK : VSC_DENIED);
        assert_string_equal(code, cases[i].code);
    }
}

static void test_answers_to_a_request(void **state)
{
    static const struct {
        const char *text;
        enum vsc_err err;
        enum wstep_result result;
        const char *id, *uri, *words;
    } cases[] = {
        {ANSWER(ID("42")), VSC_OK, WSTEP_PENDING, "42", "", ""},
        {ANSWER("<RequestedSecurityToken><SecurityTokenReference xmlns=\"" NS_WSSE
                "\"><Reference URI=\"https://a/\"/></SecurityTokenReference>"
                "</RequestedSecurityToken>" ID("42")),
         VSC_OK, WSTEP_PENDING, "42", "https://a/", ""},
        {ANSWER(ID("0")), VSC_DENIED, 0, NULL, NULL, NULL},
        {ANSWER(ID("4x")), VSC_DENIED, 0, NULL, NULL, NULL},
        {ANSWER(""), VSC_DENIED, 0, NULL, NULL, NULL},
        {ENVELOPE(""), VSC_DENIED, 0, NULL, NULL, NULL},
        {ANSWER("<RequestedSecurityToken><BinarySecurityToken xmlns=\"" NS_WSSE
                "\">AAAA</BinarySecurityToken></RequestedSecurityToken>"),
         VSC_DENIED, 0, NULL, NULL, NULL},
        {ANSWER("<RequestedSecurityToken><BinarySecurityToken xmlns=\"" NS_WSSE
                "\">A!</BinarySecurityToken></RequestedSecurityToken>"),
         VSC_DENIED, 0, NULL, NULL, NULL},
        {FAULT("Sender", "never", ""), VSC_OK, WSTEP_REFUSED, "", "", "never"},
        {FAULT("Receiver", "not now", ""), VSC_OK, WSTEP_FAULT, "", "", "not now"},
        {FAULT("Receiver", "denied",
               "<s:Detail><CertificateEnrollmentWSDetail xmlns=\"" NS_ENROLL
               "\"><InvalidRequest>true</InvalidRequest></CertificateEnrollmentWSDetail>"
               "</s:Detail>"),
         VSC_OK, WSTEP_REFUSED, "", "", "denied"},
        {FAULT("Sender", "", ""), VSC_OK, WSTEP_REFUSED, "", "", "a fault without words"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        auto_wstep struct wstep_answer answer = {.id = ""};

        assert_int_equal(wstep_read(cases[i].text, strlen(cases[i].text), &answer, NULL),
                         cases[i].err);
        if (cases[i].err != VSC_OK)
            continue;
        assert_int_equal(answer.result, cases[i].result);
        assert_string_equal(answer.id, cases[i].id);
        assert_string_equal(answer.uri, cases[i].uri);
        assert_string_equal(answer.words, cases[i].words);
    }
}

/* libcrypto's reader passes over a "-" at the end, and takes a "=" for an "A". */
static void test_certificate_is_strict_base64(void **state)
{
    static const char *const texts[] = {"AAAA----", "AA=A", "A===", "AAA"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        auto_wstep struct wstep_answer answer = {.id = ""};
        struct problem problem = {""};
        char text[1024];
        int len = snprintf(text, sizeof text,
                           ANSWER("<RequestedSecurityToken><BinarySecurityToken xmlns=\"" NS_WSSE
                                  "\">%s</BinarySecurityToken></RequestedSecurityToken>"),
                           texts[i]);

        assert_true(len > 0 && (size_t)len < sizeof text);
        assert_int_equal(wstep_read(text, (size_t)len, &answer, &problem), VSC_DENIED);
        assert_non_null(strstr(problem.text, "no base64"));
    }
}

static void test_what_is_written_can_be_read(void **state)
{
    auto_buf struct buf text = {0};
    auto_by(xmlFreeDoc) xmlDoc *doc = NULL;

    (void)state;
    assert_int_equal(wstep_write_query("https://a.test/?b=\"<&>", "42", &text), VSC_OK);
    assert_int_equal(soap_parse(text.data, text.len, &doc, NULL), VSC_OK);
    assert_non_null(soap_body(doc, NS_TRUST, "RequestSecurityToken"));
    assert_non_null(memmem(text.data, text.len, "?b=&quot;&lt;&amp;&gt;<", 23));
}

/* Its extensions by hand: version 1 by name (BMPString), version 2 by OID and version. */
static void test_request_names_the_template(void **state)
{
    static const unsigned char name[] = {0x1e, 4, 0, 'A', 0, 'b'};
    static const unsigned char version[] = {0x30, 11, 6, 3, 0x2a, 3, 4, 2, 1, 100, 2, 1, 7};
    const struct csr_template template = {.name = "Ab", .oid = "1.2.3.4", .major = 100, .minor = 7};
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509_NAME *subject = NULL;
    X509_REQ *request = NULL;
    unsigned char *der = NULL;
    int len;

    (void)state;
    assert_int_equal(dn_of_common_name("a", &subject, NULL), VSC_OK);
    assert_int_equal(csr_build(key, subject, NULL, &request, NULL), VSC_OK);
    assert_int_equal(csr_add_template(request, &template, NULL), VSC_OK);
    assert_int_equal(X509_REQ_get_attr_count(request), 1);
    len = i2d_re_X509_REQ_tbs(request, &der);
    assert_true(len > 0);
    assert_non_null(memmem(der, (size_t)len, name, sizeof name));
    assert_non_null(memmem(der, (size_t)len, version, sizeof version));
    OPENSSL_free(der);
    X509_REQ_free(request);
    X509_NAME_free(subject);
    EVP_PKEY_free(key);
}

static void test_addresses(void **state)
{
    static const struct {
        const char *url, *host;
    } cases[] = {
        {"https://CA.corp.test:8443/a", "ca.corp.test"},
        {"https://ca.corp.test", "ca.corp.test"},
        {"http://ca.corp.test/", NULL},
        {"HTTPS://ca.corp.test/", NULL},
        {"file:///etc/passwd", NULL},
        {"https://user@ca.corp.test/", NULL},
        {"https:///a", NULL},
        {"https://a b/", NULL},
        {"https://a/\n", NULL},
        {"", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char host[POST_HOST_SIZE];

        assert_int_equal(post_url_is_good(cases[i].url, host), cases[i].host != NULL);
        assert_string_equal(host, cases[i].host != NULL ? cases[i].host : "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_templates_are_read),
        cmocka_unit_test(test_policies_that_are_no_answer_are_refused),
        cmocka_unit_test(test_message_that_is_too_long_is_refused),
        cmocka_unit_test(test_address_is_chosen),
        cmocka_unit_test(test_template_that_cannot_be_requested_is_refused),
        cmocka_unit_test(test_answers_to_a_request),
        cmocka_unit_test(test_certificate_is_strict_base64),
        cmocka_unit_test(test_what_is_written_can_be_read),
        cmocka_unit_test(test_request_names_the_template),
        cmocka_unit_test(test_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
