/* SPDX-License-Identifier: BSD-2-Clause */
/* Security identifiers in certificates, byte by byte, and what altSecurityIdentities come out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "certcheck/facts.h"
#include "common/altsecid.h"
#include "tests/support/issue.h"

#define SID "S-1-5-21-1004336348-1177238915-682003330-1103"
/* As AD CS writes it, for the SID above: SEQUENCE { [0] { OID, [0] { OCTET STRING } } }. */
#define OID_VALUE "060a2b060104018237190201"
#define SID_HEX                                                                                    \
    "532d312d352d32312d313030343333363334382d313137373233383931352d3638323030333333302d31313033"
#define SID_EXTENSION "1.3.6.1.4.1.311.25.2=DER:"
#define GOOD          SID_EXTENSION "303fa03d" OID_VALUE "a02f042d" SID_HEX

static struct facts *facts_of(X509 *cert)
{
    struct facts *facts = NULL;
    struct problem problem = {""};
    enum vsc_err err = facts_read(cert, &facts, &problem);

    if (err != VSC_OK)
        fail_msg("%s", problem.text);
    X509_free(cert);
    return facts;
}

static X509 *cert_with(const char *extension, const char *more)
{
    struct issue_keys keys = {.count = 0};
    const struct issue row = {.name = "alice", .extensions = {extension, more}, .end = true};
    X509 *cert = issue_cert(&keys, &row, true);

    issue_done(&keys);
    return cert;
}

/* subjectAltName with these URIs. */
static X509 *cert_with_uris(const char *const *uris, size_t count, const char *more)
{
    X509 *cert = cert_with("-subjectAltName", more);
    GENERAL_NAMES *names = sk_GENERAL_NAME_new_null();

    for (size_t i = 0; i < count; i++) {
        GENERAL_NAME *name = GENERAL_NAME_new();
        ASN1_IA5STRING *text = ASN1_IA5STRING_new();

        assert_int_equal(ASN1_STRING_set(text, uris[i], (int)strlen(uris[i])), 1);
        GENERAL_NAME_set0_value(name, GEN_URI, text);
        assert_true(sk_GENERAL_NAME_push(names, name) > 0);
    }
    assert_int_equal(X509_add1_ext_i2d(cert, NID_subject_alt_name, names, 0, 0), 1);
    sk_GENERAL_NAME_pop_free(names, GENERAL_NAME_free);
    return cert;
}

static void test_sid_extension_as_windows_writes_it(void **state)
{
    struct facts *facts = facts_of(cert_with(GOOD, NULL));

    (void)state;
    assert_int_equal(facts->sid_state, SID_ONE);
    assert_string_equal(facts->sid, SID);
    facts_free(facts);
}

static void test_malformed_sid_extension_table(void **state)
{
    static const struct {
        const char *what, *der;
    } table[] = {
        {"one byte behind it", "303fa03d" OID_VALUE "a02f042d" SID_HEX "00"},
        {"empty", "3000"},
        {"another outer tag", "313fa03d" OID_VALUE "a02f042d" SID_HEX},
        {"cut short", "303fa03d" OID_VALUE "a02f042d532d31"},
        {"a length beyond its end", "3040a03d" OID_VALUE "a02f042d" SID_HEX},
        {"a huge length", "3084ffffffff"},
        {"two of them", "3020a00e060a2b060104018237190201a000a00e060a2b060104018237190201a000"},
        {"two good ones",
         "307ea03d" OID_VALUE "a02f042d" SID_HEX "a03d" OID_VALUE "a02f042d" SID_HEX},
        {"a mail address", "3003810161"},
        {"another OID", "303fa03d060a2b060104018237190202a02f042d" SID_HEX},
        {"a UTF8String", "303fa03d" OID_VALUE "a02f0c2d" SID_HEX},
        {"an IA5String", "303fa03d" OID_VALUE "a02f162d" SID_HEX},
        {"BER: indefinite length", "3080a03d" OID_VALUE "a02f042d" SID_HEX "0000"},
        {"BER: a long length", "30813fa03d" OID_VALUE "a02f042d" SID_HEX},
        {"BER: in pieces", "3041a03f" OID_VALUE "a031242f042d" SID_HEX},
        {"no SID", "3012a010" OID_VALUE "a0020400"},
        {"a NUL at its end", "3040a03e" OID_VALUE "a030042e" SID_HEX "00"},
        {"a NUL in it", "301aa018" OID_VALUE "a00a0408532d312d35002d31"},
        {"a blank at its end", "3040a03e" OID_VALUE "a030042e" SID_HEX "20"},
        {"in UTF-16", "3022a020" OID_VALUE "a012041053002d0031002d0035002d0031003800"},
        {"binary", "301ea01c" OID_VALUE "a00e040c010100000000000512000000"},
        {"a leading zero", "301ca01a" OID_VALUE "a00c040a532d312d352d303231"
                           "2d"},
        {"small letters", "301aa018" OID_VALUE "a00a0408732d312d352d3138"},
        {"beyond 32 bits", "3024a022" OID_VALUE "a0140412532d312d352d34323934393637323936"
                           "2d31"},
        {"no NULL but one", "0500"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char extension[512];
        struct facts *facts;

        (void)snprintf(extension, sizeof(extension), SID_EXTENSION "%s", table[i].der);
        facts = facts_of(cert_with(extension, NULL));
        if (facts->sid_state != SID_MALFORMED || *facts->sid != '\0')
            fail_msg("%s: taken", table[i].what);
        facts_free(facts);
    }
}

#define PREFIX "tag:microsoft.com,2022-09-14:sid:"

static void test_sid_uri_table(void **state)
{
    static const struct {
        const char *uris[3], *extension;
        enum sid_state expected;
    } table[] = {
        {{PREFIX SID}, NULL, SID_ONE},
        {{PREFIX SID, PREFIX SID}, NULL, SID_ONE},
        {{"https://corp.test/", PREFIX SID}, NULL, SID_ONE},
        {{PREFIX SID}, GOOD, SID_ONE},
        {{"https://corp.test/" PREFIX SID}, NULL, SID_NONE},
        {{"TAG:microsoft.com,2022-09-14:sid:" SID}, NULL, SID_NONE},
        {{"tag:microsoft.com,2022-09-15:sid:" SID}, NULL, SID_NONE},
        {{"tag:microsoft.com,2022-09-14:sid"}, NULL, SID_NONE},
        {{PREFIX}, NULL, SID_MALFORMED},
        {{PREFIX "S-1-5-021"}, NULL, SID_MALFORMED},
        {{PREFIX SID "%20"}, NULL, SID_MALFORMED},
        {{PREFIX SID, PREFIX "S-1-5-21-1-2-3-4"}, NULL, SID_MALFORMED},
        {{PREFIX SID, PREFIX "S-1-5-21-1-2-3-4", PREFIX SID}, NULL, SID_MALFORMED},
        {{PREFIX SID, PREFIX "x"}, NULL, SID_MALFORMED},
        {{PREFIX "x", PREFIX SID}, NULL, SID_MALFORMED},
        {{PREFIX "S-1-5-21-1-2-3-4"}, GOOD, SID_MALFORMED},
        {{PREFIX SID}, SID_EXTENSION "3000", SID_MALFORMED},
        {{"https://corp.test/"}, GOOD, SID_ONE},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        size_t count = 0;
        struct facts *facts;

        while (count < 3 && table[i].uris[count] != NULL)
            count++;
        facts = facts_of(cert_with_uris(table[i].uris, count, table[i].extension));
        if (facts->sid_state != table[i].expected)
            fail_msg("row %zu, %s: %d", i, table[i].uris[0], (int)facts->sid_state);
        assert_string_equal(facts->sid, table[i].expected == SID_ONE ? SID : "");
        facts_free(facts);
    }
}

/* One attribute of an issuer's name: its type, ASN.1 type, bytes, and whether it goes into the set
 * before. */
struct part {
    const char *type;
    int asn1;
    const char *bytes;
    int len, set;
};

static X509 *cert_of_issuer(const struct part *parts, size_t count)
{
    X509 *cert = cert_with("subjectKeyIdentifier=0A:0B:FF", NULL);
    X509_NAME *name = X509_NAME_new();

    for (size_t i = 0; i < count; i++) {
        ASN1_OBJECT *type = OBJ_txt2obj(parts[i].type, 0);

        if (X509_NAME_add_entry_by_OBJ(name, type, parts[i].asn1,
                                       (const unsigned char *)parts[i].bytes, parts[i].len, -1,
                                       parts[i].set) != 1)
            fail_msg("%s=%s", parts[i].type, parts[i].bytes);
        ASN1_OBJECT_free(type);
    }
    assert_int_equal(X509_set_issuer_name(cert, name), 1);
    X509_NAME_free(name);
    return cert;
}

static void test_altsecids_of_odd_issuers(void **state)
{
    static const struct {
        struct part parts[4];
        size_t count;
        const char *expected; /* NULL: it cannot be written */
    } table[] = {
        {{{"DC", V_ASN1_IA5STRING, "com", 3, 0},
          {"DC", V_ASN1_IA5STRING, "contoso", 7, 0},
          {"CN", V_ASN1_PRINTABLESTRING, "CONTOSO-DC-CA", 13, 0}},
         3,
         "DC=com,DC=contoso,CN=CONTOSO-DC-CA"},
        {{{"O", V_ASN1_UTF8STRING, "A, B + C", 8, 0}}, 1, "O=\"A, B + C\""},
        {{{"O", V_ASN1_UTF8STRING, "say \"yes\"", 9, 0}}, 1, "O=\"say \"\"yes\"\"\""},
        {{{"O", V_ASN1_UTF8STRING, " x", 2, 0}}, 1, "O=\" x\""},
        {{{"O", V_ASN1_UTF8STRING, "<SR>00", 6, 0}}, 1, "O=\"<SR>00\""},
        {{{"O", V_ASN1_UTF8STRING, "a\\b", 3, 0}}, 1, "O=a\\b"},
        {{{"O", V_ASN1_UTF8STRING, "", 0, 0}}, 1, "O=\"\""},
        {{{"O", V_ASN1_UTF8STRING, "M\xc3\xbcller", 7, 0}}, 1, "O=M\xc3\xbcller"},
        {{{"O", V_ASN1_BMPSTRING, "\0M\0\xfc\0l\0l\0e\0r", 12, 0}}, 1, "O=M\xc3\xbcller"},
        {{{"O", V_ASN1_T61STRING, "M\xfcller", 6, 0}}, 1, "O=M\xc3\xbcller"},
        {{{"ST", V_ASN1_UTF8STRING, "Bavaria", 7, 0},
          {"emailAddress", V_ASN1_IA5STRING, "ca@corp.test", 12, 0},
          {"GN", V_ASN1_UTF8STRING, "g", 1, 0},
          {"title", V_ASN1_UTF8STRING, "t", 1, 0}},
         4,
         "S=Bavaria,E=ca@corp.test,G=g,T=t"},
        {{{"UID", V_ASN1_UTF8STRING, "u", 1, 0}, {"1.2.3.4", V_ASN1_UTF8STRING, "v", 1, 0}},
         2,
         "OID.0.9.2342.19200300.100.1.1=u,OID.1.2.3.4=v"},
        {{{"O", V_ASN1_UTF8STRING, "one", 3, 0},
          {"CN", V_ASN1_UTF8STRING, "a", 1, 0},
          {"OU", V_ASN1_UTF8STRING, "b", 1, -1}},
         3,
         "O=one,CN=a+OU=b"},
        {{{"O", V_ASN1_UTF8STRING, "a\nb", 3, 0}}, 1, NULL},
        {{{"O", V_ASN1_UTF8STRING, "a\0b", 3, 0}}, 1, NULL},
        {{{"O", V_ASN1_UTF8STRING,
           "\xe2\x80\xae"
           "a",
           4, 0}},
         1,
         NULL},
        {{{"O", V_ASN1_BIT_STRING, "abc", 3, 0}}, 1, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct facts *facts = facts_of(cert_of_issuer(table[i].parts, table[i].count));
        char expected[256];
        size_t at = 0;

        if (table[i].expected != NULL) {
            (void)snprintf(expected, sizeof(expected), "X509:<I>%s<SR>0010", table[i].expected);
            if (strcmp(facts->altsecids.items[at++], expected) != 0)
                fail_msg("row %zu: %s", i, facts->altsecids.items[0]);
        }
        assert_string_equal(facts->altsecids.items[at++], "X509:<SKI>0a0bff");
        assert_memory_equal(facts->altsecids.items[at++], "X509:<SHA1-PUKEY>", 17);
        assert_int_equal(facts->altsecids.count, at);
        /* What is written is in the one form in which map files are compared. */
        for (size_t k = 0; k < facts->altsecids.count; k++) {
            char *copy = strdup(facts->altsecids.items[k]);
            enum altsecid_form form;

            if (!altsecid_normalise(copy, &form) || strcmp(copy, facts->altsecids.items[k]) != 0)
                fail_msg("row %zu: %s became %s", i, facts->altsecids.items[k], copy);
            assert_true(altsecid_form_is_strong(form));
            free(copy);
        }
        facts_free(facts);
    }
    ERR_clear_error();
}

static void test_altsecids_reverse_serial_numbers(void **state)
{
    static const char *const table[][2] = {
        {"2B0000000011AC0000000012", "1200000000AC11000000002B"},
        {"7F", "7F"},
        {"80", "80"}, /* DER writes a zero before it, Windows' integers have none */
        {"0100", "0001"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct issue_keys keys = {.count = 0};
        const struct issue row = {.name = "alice", .serial = table[i][0], .end = true};
        X509 *cert = issue_cert(&keys, &row, true);
        struct facts *facts;
        char expected[128];

        issue_done(&keys);
        facts = facts_of(cert);
        (void)snprintf(expected, sizeof(expected), "X509:<I>CN=alice<SR>%s", table[i][1]);
        if (strcmp(facts->altsecids.items[0], expected) != 0)
            fail_msg("%s: %s", table[i][0], facts->altsecids.items[0]);
        facts_free(facts);
    }
}

static void test_altsecids_weak_ones_stand_apart(void **state)
{
    struct facts *facts =
        facts_of(cert_with("subjectAltName=email:alice@corp.test",
                           "1.3.6.1.4.1.311.25.2=DER:303fa03d" OID_VALUE "a02f042d" SID_HEX));

    (void)state;
    assert_int_equal(facts->altsecids.count, 4);
    assert_string_equal(facts->altsecids.items[3], "X509:<I>CN=alice<SID>" SID);
    assert_int_equal(facts->weak_altsecids.count, 3);
    assert_string_equal(facts->weak_altsecids.items[0], "X509:<I>CN=alice<S>CN=alice");
    assert_string_equal(facts->weak_altsecids.items[1], "X509:<S>CN=alice");
    assert_string_equal(facts->weak_altsecids.items[2], "X509:<RFC822>alice@corp.test");
    facts_free(facts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sid_extension_as_windows_writes_it),
        cmocka_unit_test(test_malformed_sid_extension_table),
        cmocka_unit_test(test_sid_uri_table),
        cmocka_unit_test(test_altsecids_of_odd_issuers),
        cmocka_unit_test(test_altsecids_reverse_serial_numbers),
        cmocka_unit_test(test_altsecids_weak_ones_stand_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
