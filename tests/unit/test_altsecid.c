/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/altsecid.h"

#define SHA1 "0123456789abcdef0123456789abcdef01234567"

static void test_altsecid_has_one_form_however_it_is_written(void **state)
{
    static const struct {
        const char *from, *to;
        enum altsecid_form form;
    } table[] = {
        /* KB5014754's own example. */
        {"X509:<I>DC=com,DC=contoso,CN=CONTOSO-DC-CA<SR>1200000000AC11000000002B",
         "X509:<I>DC=com,DC=contoso,CN=CONTOSO-DC-CA<SR>1200000000AC11000000002B",
         ALTSECID_ISSUER_SERIAL},
        {"x509:<i>dc = com , Dc= contoso,cn =CONTOSO-DC-CA <sr>1200000000ac11000000002b",
         "X509:<I>DC=com,DC=contoso,CN=CONTOSO-DC-CA<SR>1200000000AC11000000002B",
         ALTSECID_ISSUER_SERIAL},
        /* A leading zero of the number, which DER has and Windows' integers have not. */
        {"X509:<I>CN=a<SR>FF00", "X509:<I>CN=a<SR>FF", ALTSECID_ISSUER_SERIAL},
        {"X509:<I>CN=a<SR>0000", "X509:<I>CN=a<SR>00", ALTSECID_ISSUER_SERIAL},
        {"X509:<I>CN=a<SR>00FF", "X509:<I>CN=a<SR>00FF", ALTSECID_ISSUER_SERIAL},
        {"X509:<SKI>ABcd", "X509:<SKI>abcd", ALTSECID_SKI},
        {"X509:<sha1-pukey>" SHA1, "X509:<SHA1-PUKEY>" SHA1, ALTSECID_SHA1_PUKEY},
        {"X509:<I>CN=a<SID>S-1-5-21-1-2-3-4", "X509:<I>CN=a<SID>S-1-5-21-1-2-3-4",
         ALTSECID_ISSUER_SID},
        {"X509:<I>CN=a<S>CN=b", "X509:<I>CN=a<S>CN=b", ALTSECID_ISSUER_SUBJECT},
        {"X509:<S>CN=b", "X509:<S>CN=b", ALTSECID_SUBJECT},
        {"X509:<RFC822>Alice@corp.test", "X509:<RFC822>Alice@corp.test", ALTSECID_RFC822},
        /* Quoting, as CertNameToStr does it. */
        {"X509:<S>O=\"A, B\"", "X509:<S>O=\"A, B\"", ALTSECID_SUBJECT},
        {"X509:<S>O=\"Plain\" , CN=x", "X509:<S>O=Plain,CN=x", ALTSECID_SUBJECT},
        {"X509:<S>O=\"say \"\"yes\"\"\"", "X509:<S>O=\"say \"\"yes\"\"\"", ALTSECID_SUBJECT},
        {"X509:<S>O=\" x\"", "X509:<S>O=\" x\"", ALTSECID_SUBJECT},
        {"X509:<S>O=\"\"", "X509:<S>O=\"\"", ALTSECID_SUBJECT},
        {"X509:<I>CN=\"a<SR>00\"<SR>01", "X509:<I>CN=\"a<SR>00\"<SR>01", ALTSECID_ISSUER_SERIAL},
        {"X509:<S>CN=a + OU=b", "X509:<S>CN=a+OU=b", ALTSECID_SUBJECT},
        {"X509:<S>OID.1.2.3=a", "X509:<S>OID.1.2.3=a", ALTSECID_SUBJECT},
        {"X509:<S>CN=M\xc3\xbcller \\ x", "X509:<S>CN=M\xc3\xbcller \\ x", ALTSECID_SUBJECT},
        {"X509:<S>CN=two  blanks", "X509:<S>CN=two  blanks", ALTSECID_SUBJECT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char *text = strdup(table[i].from);
        enum altsecid_form form = ALTSECID_FORM_COUNT;

        if (!altsecid_normalise(text, &form) || strcmp(text, table[i].to) != 0)
            fail_msg("%s became %s", table[i].from, text);
        assert_int_equal(form, table[i].form);
        /* And it stays so. */
        assert_true(altsecid_normalise(text, &form));
        assert_string_equal(text, table[i].to);
        free(text);
    }
}

/* What is compared is compared strictly: no case in values, no other order, no part of it. */
static void test_altsecid_values_that_differ_stay_different(void **state)
{
    static const char *const table[][2] = {
        {"X509:<I>CN=Corp CA<SR>01", "X509:<I>CN=corp CA<SR>01"},
        {"X509:<I>DC=a,DC=b<SR>01", "X509:<I>DC=b,DC=a<SR>01"},
        {"X509:<I>CN=a,CN=b<SR>01", "X509:<I>CN=\"a,CN=b\"<SR>01"},
        {"X509:<I>CN=a,CN=b<SR>01", "X509:<I>CN=a+CN=b<SR>01"},
        {"X509:<I>CN=a<SR>0110", "X509:<I>CN=a<SR>1001"},
        {"X509:<SKI>" SHA1, "X509:<SHA1-PUKEY>" SHA1},
        {"X509:<S>CN=a b", "X509:<S>CN=a  b"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char *a = strdup(table[i][0]), *b = strdup(table[i][1]);
        enum altsecid_form form;

        assert_true(altsecid_normalise(a, &form));
        assert_true(altsecid_normalise(b, &form));
        assert_string_not_equal(a, b);
        free(a);
        free(b);
    }
}

static void test_altsecid_is_refused_when_malformed(void **state)
{
    static const char *const bad[] = {
        "",
        "X509:",
        "X50:<S>CN=a",
        "Kerberos:alice@CORP.TEST",
        "X509:CN=a",
        "X509:<I>CN=a",
        "X509:<I><SR>01",
        "X509:<I>CN=a<SR>",
        "X509:<I>CN=a<SR>1",
        "X509:<I>CN=a<SR>0g",
        "X509:<I>CN=a<SR>01 ",
        "X509:<I>CN=a<SR>01<SR>02",
        "X509:<I>CN=a<S>CN=b<SR>01",
        "X509:<I>CN=a<SID>S-1-5-021",
        "X509:<I>CN=a<SID>",
        "X509:<SR>01",
        "X509:<SKI>",
        "X509:<SKI>abc",
        "X509:<SKI>ab cd",
        "X509:<SHA1-PUKEY>" SHA1 "00",
        "X509:<SHA1-PUKEY>00",
        "X509:<RFC822>",
        "X509:<S>",
        "X509:<S>a",
        "X509:<S>=a",
        "X509:<S>CN=",
        "X509:<S>CN=a,",
        "X509:<S>CN=a,,CN=b",
        "X509:<S>CN=a;CN=b",
        "X509:<S>CN=a=b",
        "X509:<S>CN=a#b",
        "X509:<S>CN=\"a",
        "X509:<S>CN=\"a\"b",
        "X509:<S>CN=a\"b\"",
        "X509:<S>CN=a\nb",
        "X509:<S>CN=\"a\nb\"",
        "X509:<S>CN=a\xff",
        ("X509:<S>CN=\xe2\x80\xae"
         "a"), /* right-to-left override */
    };
    char *huge = malloc(ALTSECID_MAX + 64);
    enum altsecid_form form = ALTSECID_SKI;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        char *text = strdup(bad[i]);

        form = ALTSECID_SKI;
        if (altsecid_normalise(text, &form))
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(form, ALTSECID_SKI);
        free(text);
    }
    memset(huge, 'a', ALTSECID_MAX + 63);
    huge[ALTSECID_MAX + 63] = '\0';
    memcpy(huge, "X509:<S>CN=", 11);
    assert_false(altsecid_normalise(huge, &form));
    huge[ALTSECID_MAX] = '\0';
    assert_true(altsecid_normalise(huge, &form));
    free(huge);
}

static void test_altsecid_strong_forms_are_those_of_kb5014754(void **state)
{
    (void)state;
    for (int i = 0; i < ALTSECID_FORM_COUNT; i++)
        assert_int_equal(altsecid_form_is_strong((enum altsecid_form)i), i <= ALTSECID_ISSUER_SID);
    assert_false(altsecid_form_is_strong(ALTSECID_FORM_COUNT));
    assert_string_equal(altsecid_form_name(ALTSECID_SKI), "X509SKI");
    assert_string_equal(altsecid_form_name(ALTSECID_FORM_COUNT), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_altsecid_has_one_form_however_it_is_written),
        cmocka_unit_test(test_altsecid_values_that_differ_stay_different),
        cmocka_unit_test(test_altsecid_is_refused_when_malformed),
        cmocka_unit_test(test_altsecid_strong_forms_are_those_of_kb5014754),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
