/* SPDX-License-Identifier: BSD-2-Clause */
/* mapping.rules: every method with its members, weak ones, and rules that contradict each other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "conf/conf.h"
#include "conf/parse.h"

static void test_rules_are_refused_when_incomplete(void **state)
{
    static const struct {
        const char *text, *problem;
    } rows[] = {
        {"mapping = { rules = ( { } ); };", "f:1: mapping.rules[0]: needs \"method\""},
        {"mapping = { rules = ( { method = \"upn\"; account = \"%u\"; } ); };",
         "f:1: mapping.rules[0]: needs \"suffix\""},
        {"mapping = { rules = ( { method = \"upn\"; suffix = \"x\"; account = \"root\"; } ); };",
         "f:1: mapping.rules[0].account: \"root\" needs %u"},
        {"mapping = { rules = ( { method = \"altsecid\"; account = \"a\"; } ); };",
         "f:1: mapping.rules[0]: needs \"altsecid\""},
        {"mapping = { rules = ( { method = \"sid\"; account = \"alice\"; } ); };",
         "f:1: mapping.rules[0]: needs \"sid\""},
        {"mapping = { rules = ( { method = \"sid\"; sid = \"S-1-5-21-1\"; } ); };",
         "f:1: mapping.rules[0]: needs \"account\""},
        {"mapping = { rules = ( { method = \"sid\"; sid = \"S-1-5-021\"; account = \"a\"; } ); };",
         "f:1: mapping.rules[0].sid: \"S-1-5-021\" is no security identifier (S-1-...)"},
        {"mapping = { rules = ( { method = \"sid\"; file = \"/m\"; account = \"a\"; } ); };",
         "f:1: mapping.rules[0].account: unknown key"},
        {"mapping = { rules = ( { method = \"upn\"; file = \"/m\"; } ); };",
         "f:1: mapping.rules[0].file: unknown key"},
        {"mapping = { rules = ( { method = \"upn\"; suffix = \"x\"; } ); };",
         "f:1: mapping.rules[0]: needs \"account\""},
        {"mapping = { rules = ( { method = \"altsecid\"; altsecid = \"X509:<SKI>00\"; } ); };",
         "f:1: mapping.rules[0]: needs \"account\""},
        {"mapping = { rules = ( { method = \"sha256\"; } ); };",
         "f:1: mapping.rules[0]: needs \"sha256\""},
        {"mapping = { rules = ( { method = \"mail\"; } ); };",
         "f:1: mapping.rules[0]: needs \"suffix\""},
        {"mapping = { rules = ( { method = \"altsecid\"; altsecid = \"X509:<SKI>0\"; "
         "account = \"a\"; } ); };",
         "f:1: mapping.rules[0].altsecid: is no form of altSecurityIdentities, as Windows writes "
         "it"},
        {"mapping = { allow_weak = true; rules = ( { method = \"cn\"; account = \"%D\\\\%u\"; } ); "
         "};",
         "f:1: mapping.rules[0].account: \"%D\\%u\" may hold %u only: there is no suffix"},
        {"mapping = { rules = ( { method = \"sha256\"; sha256 = \"00\"; account = \"x\"; } ); };",
         "f:1: mapping.rules[0].sha256: \"00\" is not 64 hexadecimal digits"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct conf *conf = NULL;
        struct problem problem = {""};

        assert_int_equal(conf_parse("f", rows[i].text, strlen(rows[i].text), &conf, &problem),
                         VSC_CONFIG);
        assert_string_equal(problem.text, rows[i].problem);
    }
}

static void test_weak_rules_need_allow_weak(void **state)
{
    static const char *const rules[] = {
        "method = \"cn\"; account = \"%u\";",
        "method = \"mail\"; suffix = \"corp.test\"; account = \"%u\";",
        "method = \"subject\"; subject = \"CN=alice\"; account = \"alice\";",
        "method = \"altsecid\"; altsecid = \"X509:<S>CN=alice\"; account = \"alice\";",
        "method = \"altsecid\"; altsecid = \"X509:<I>CN=CA<S>CN=alice\"; account = \"alice\";",
        "method = \"altsecid\"; altsecid = \"X509:<RFC822>alice@corp.test\"; account = \"alice\";",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        struct conf *conf = NULL;
        struct problem problem = {""};
        char text[512];

        (void)snprintf(text, sizeof(text), "mapping = { rules = (\n{ %s } ); };", rules[i]);
        assert_int_equal(conf_parse("f", text, strlen(text), &conf, &problem), VSC_CONFIG);
        assert_memory_equal(problem.text, "f:2: mapping.rules[0]: \"", 24);
        assert_non_null(strstr(problem.text, "is weak here, and needs mapping.allow_weak = true"));
        /* The key may stand behind the rules. */
        (void)snprintf(text, sizeof(text), "mapping = { rules = ( { %s } ); allow_weak = true; };",
                       rules[i]);
        assert_int_equal(conf_parse("f", text, strlen(text), &conf, &problem), VSC_OK);
        conf_free(conf);
    }
}

#define HASH       "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"
#define LOWER_HASH "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

/* What is sure to end in ambiguous-mapping at every sign-in is a fault of the configuration. */
static void test_rules_that_are_bound_to_disagree_are_refused(void **state)
{
    static const struct {
        const char *first, *second;
        bool refused;
    } table[] = {
        {"method = \"sha256\"; sha256 = \"" HASH "\"; account = \"alice\";",
         "method = \"sha256\"; sha256 = \"" LOWER_HASH "\"; account = \"bob\";", true},
        {"method = \"sid\"; sid = \"S-1-5-21-1-2-3-4\"; account = \"alice\";",
         "method = \"sid\"; sid = \"S-1-5-21-1-2-3-4\"; account = \"bob\";", true},
        {"method = \"altsecid\"; altsecid = \"X509:<I>CN=CA, DC=x<SR>01ab\"; account = \"alice\";",
         "method = \"altsecid\"; altsecid = \"x509:<i>cn=CA,dc=x<sr>01AB\"; account = \"bob\";",
         true},
        {"method = \"upn\"; suffix = \"corp.test\"; account = \"%u\";",
         "method = \"upn\"; suffix = \"CORP.test\"; account = \"%u@%d\";", true},
        {"method = \"upn\"; suffix = \"corp.test\"; account = \"%D\\\\%u\";",
         "method = \"upn\"; suffix = \"corp.test\"; account = \"CORP\\\\%u\";", false},
        {"method = \"upn\"; suffix = \"corp.test\"; account = \"x%u\";",
         "method = \"upn\"; suffix = \"corp.test\"; account = \"%ux\";", false},
        {"method = \"upn\"; suffix = \"corp.test\"; account = \"%u\";",
         "method = \"upn\"; suffix = \"other.test\"; account = \"%u@%d\";", false},
        {"method = \"sha256\"; sha256 = \"" HASH "\"; account = \"alice\";",
         "method = \"sha256\"; sha256 = \"" HASH "\"; account = \"alice\";", false},
        {"method = \"sid\"; sid = \"S-1-5-21-1-2-3-4\"; account = \"alice\";",
         "method = \"sid\"; sid = \"S-1-5-21-1-2-3-5\"; account = \"bob\";", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct conf *conf = NULL;
        struct problem problem = {""};
        char text[1024];
        enum vsc_err err;

        (void)snprintf(text, sizeof(text), "mapping = { rules = (\n{ %s },\n{ %s } ); };",
                       table[i].first, table[i].second);
        err = conf_parse("f", text, strlen(text), &conf, &problem);
        if ((err == VSC_CONFIG) != table[i].refused)
            fail_msg("row %zu: %d %s", i, (int)err, problem.text);
        if (table[i].refused) {
            assert_memory_equal(problem.text, "f:3: mapping.rules[1]: gives ", 29);
            assert_non_null(strstr(problem.text, "mapping.rules[0] (line 2)"));
        } else {
            conf_free(conf);
        }
        (void)snprintf(text, sizeof(text),
                       "mapping = { rules = (\n{ %s },\n{ %s } ); conflict = \"first\"; };",
                       table[i].first, table[i].second);
        assert_int_equal(conf_parse("f", text, strlen(text), &conf, &problem), VSC_OK);
        conf_free(conf);
    }
}

static void test_rules_of_every_method_keep_what_they_say(void **state)
{
    static const char text[] =
        "mapping = { allow_weak = true; rules = (\n"
        "{ method = \"sid\"; },\n"
        "{ method = \"sid\"; file = \"/etc/sids\"; },\n"
        "{ method = \"sid\"; sid = \"S-1-5-21-1-2-3-4\"; account = \"alice\"; },\n"
        "{ method = \"altsecid\"; file = \"/etc/altsecids\"; },\n"
        "{ account = \"alice\"; altsecid = \"x509:<ski>00AB\"; method = \"altsecid\"; },\n"
        "{ method = \"subject\"; subject = \"CN=alice,DC=test\"; account = \"alice\"; },\n"
        "{ method = \"mail\"; suffix = \"corp.test\"; account = \"%u\"; },\n"
        "{ method = \"cn\"; account = \"x%u\"; },\n"
        "{ method = \"altsecid\"; },\n"
        "{ method = \"upn\"; } ); };";
    struct conf *conf = NULL;
    struct problem problem = {""};
    const struct conf_rule *rules;

    (void)state;
    if (conf_parse("f", text, strlen(text), &conf, &problem) != VSC_OK)
        fail_msg("%s", problem.text);
    rules = conf->mapping.rules;
    assert_int_equal(conf->mapping.rule_count, 10);
    assert_int_equal(rules[0].method, METHOD_SID);
    assert_null(rules[0].sid);
    assert_null(rules[0].file);
    assert_null(rules[0].account);
    assert_string_equal(rules[1].file, "/etc/sids");
    assert_string_equal(rules[2].sid, "S-1-5-21-1-2-3-4");
    assert_string_equal(rules[2].account, "alice");
    assert_int_equal(rules[3].method, METHOD_ALTSECID);
    assert_string_equal(rules[3].file, "/etc/altsecids");
    assert_string_equal(rules[4].altsecid, "X509:<SKI>00ab");
    assert_string_equal(rules[5].subject, "CN=alice,DC=test");
    assert_int_equal(rules[6].method, METHOD_MAIL);
    assert_string_equal(rules[6].suffix, "corp.test");
    assert_int_equal(rules[7].method, METHOD_CN);
    assert_string_equal(rules[7].account, "x%u");
    assert_int_equal(rules[7].line, 9);
    assert_int_equal(rules[8].method, METHOD_ALTSECID);
    assert_null(rules[8].altsecid);
    assert_null(rules[8].account);
    assert_int_equal(rules[9].method, METHOD_UPN);
    assert_null(rules[9].suffix);
    assert_null(rules[9].account);
    conf_free(conf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules_are_refused_when_incomplete),
        cmocka_unit_test(test_weak_rules_need_allow_weak),
        cmocka_unit_test(test_rules_that_are_bound_to_disagree_are_refused),
        cmocka_unit_test(test_rules_of_every_method_keep_what_they_say),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
