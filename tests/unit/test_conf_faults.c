/* SPDX-License-Identifier: BSD-2-Clause */
/* Everything that the configuration refuses, with file, line and key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "conf/check.h"
#include "conf/parse.h"
#include "conf/scan.h"
#include "tests/support/libconfig_leaks.h"

static void assert_refused(const void *text, size_t len, const char *expected)
{
    struct problem problem = {""};
    struct conf *conf = NULL;

    assert_int_equal(conf_parse("f", text, len, &conf, &problem), VSC_CONFIG);
    assert_null(conf);
    assert_string_equal(problem.text, expected);
}

struct row {
    const char *text, *expected;
};

static void assert_all_refused(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++)
        assert_refused(rows[i].text, strlen(rows[i].text), rows[i].expected);
}

#define ALL_REFUSED(rows) assert_all_refused(rows, sizeof(rows) / sizeof((rows)[0]))

static void test_unknown_keys_are_refused(void **state)
{
    static const struct row rows[] = {
        {"x = 1;", "f:1: x: unknown key"},
        {"cards = { };", "f:1: cards: unknown key"},
        {"\n\ncard = {\n store = \"/a\";\n stroe = \"/b\"; };", "f:5: card.stroe: unknown key"},
        {"card = { Store = \"/a\"; };", "f:1: card.Store: unknown key"},
        {"card = { card = { }; };", "f:1: card.card: unknown key"},
        {"store = \"/a\";", "f:1: store: unknown key"},
        {"mapping = { rules = ( { method = \"file\"; file = \"/a\"; account = \"x\"; } ); };",
         "f:1: mapping.rules[0].account: unknown key"},
        {"login = { talk = ( { service = \"a\"; style = \"text\"; more = 1; } ); };",
         "f:1: login.talk[0].more: unknown key"},
    };

    (void)state;
    ALL_REFUSED(rows);
}

static void test_wrong_types_are_refused(void **state)
{
    static const struct row rows[] = {
        {"card = 1;", "f:1: card: must be a group, { ... }"},
        {"card = ( );", "f:1: card: must be a group, { ... }"},
        {"card = { store = 1; };", "f:1: card.store: must be a string, \"...\""},
        {"card = { store = [ \"/a\" ]; };", "f:1: card.store: must be a string, \"...\""},
        {"login = { wait = \"1\"; };", "f:1: login.wait: must be a whole number"},
        {"login = { wait = 1.0; };", "f:1: login.wait: must be a whole number"},
        {"login = { wait = true; };", "f:1: login.wait: must be a whole number"},
        {"mapping = { allow_weak = 1; };", "f:1: mapping.allow_weak: must be true or false"},
        {"mapping = { allow_weak = \"no\"; };", "f:1: mapping.allow_weak: must be true or false"},
        {"mapping = { refuse = \"root\"; };",
         "f:1: mapping.refuse: must be an array of strings, [ \"...\" ]"},
        {"mapping = { refuse = ( \"root\" ); };",
         "f:1: mapping.refuse: must be an array of strings, [ \"...\" ]"},
        {"mapping = { refuse = [ 0 ]; };", "f:1: mapping.refuse[0]: must be a string, \"...\""},
        {"mapping = { rules = [ ]; };",
         "f:1: mapping.rules: must be a list, ( { method = \"...\"; ... } )"},
        {"mapping = { rules = ( \"x\" ); };",
         "f:1: mapping.rules[0]: must be a group, { method = \"...\"; ... }"},
        {"mapping = { rules = ( { method = 1; } ); };",
         "f:1: mapping.rules[0].method: must be a string, \"...\""},
        {"card = { backends = \"tpm\"; };",
         "f:1: card.backends: must be an array of \"tpm\" and \"pkcs11\""},
        {"card = { backends = [ ]; };",
         "f:1: card.backends: must be an array of \"tpm\" and \"pkcs11\""},
        {"kerberos = { };", "f:1: kerberos: must be a string, \"...\""},
        {"realm = 1;", "f:1: realm: must be a string, \"...\""},
        {"login = { talk = { }; };",
         "f:1: login.talk: must be a list, ( { service = \"...\"; style = \"...\"; } )"},
    };

    (void)state;
    ALL_REFUSED(rows);
}

static void test_values_out_of_range_are_refused(void **state)
{
    static const struct row rows[] = {
        {"login = { timeout = 0; };", "f:1: login.timeout: 0 is not from 1 to 600"},
        {"login = { timeout = 601; };", "f:1: login.timeout: 601 is not from 1 to 600"},
        {"login = { wait = -1; };", "f:1: login.wait: -1 is not from 0 to 300"},
        {"login = { wait = 301L; };", "f:1: login.wait: 301 is not from 0 to 300"},
        {"login = { reserve = 16; };", "f:1: login.reserve: 16 is not from 0 to 15"},
        {"login = { warn_days = 3651; };", "f:1: login.warn_days: 3651 is not from 0 to 3650"},
        {"policy = { min_rsa_bits = 2047; };",
         "f:1: policy.min_rsa_bits: 2047 is not from 2048 to 4096"},
        {"revocation = { max_stale = 31622401; };",
         "f:1: revocation.max_stale: 31622401 is not from 0 to 31622400"},
        {"mapping = { min_uid = 5000000000L; };",
         "f:1: mapping.min_uid: 5000000000 is not from 0 to 2147483647"},
        {"policy = { purpose = \"any\"; };",
         "f:1: policy.purpose: \"any\" is none of \"smartcard-logon\", \"client-auth\""},
        {"revocation = { mode = \"Hard\"; };",
         "f:1: revocation.mode: \"Hard\" is none of \"hard\", \"soft\", \"off\""},
        {"kerberos = \"on\";",
         "f:1: kerberos: \"on\" is none of \"off\", \"optional\", \"required\""},
        {"realm = \"CORP TEST\";", "f:1: realm: \"CORP TEST\" is no name of a realm (CORP.TEST)"},
        {"ticket = { deadline = 0; };", "f:1: ticket.deadline: 0 is not from 1 to 60"},
        {"ticket = { kerberos = \"off\"; };", "f:1: ticket.kerberos: unknown key"},
        {"card = { backends = [ \"fake\" ]; };",
         "f:1: card.backends[0]: \"fake\" is none of \"tpm\", \"pkcs11\""},
        {"login = { talk = ( { service = \"a\"; style = \"loud\"; } ); };",
         "f:1: login.talk[0].style: \"loud\" is none of \"text\", \"gdm\", \"blind\""},
    };

    (void)state;
    ALL_REFUSED(rows);
}

/* libconfig 1.5 reads 4294967306 as 10: a limit would silently become another one. */
static void test_numbers_are_refused_when_they_would_be_cut(void **state)
{
    static const struct row rows[] = {
        {"login = { wait = 4294967306; };", "f:1: 4294967306: the number is too large"},
        {"\nlogin = { wait =\n 2147483648; };", "f:3: 2147483648: the number is too large"},
        {"login = { wait = 0x10000000A; };", "f:1: 0x10000000A: the number is too large"},
        {"login = { wait = -99999999999999999999999; };",
         "f:1: 99999999999999999999999: the number is too large"},
    };
    static const char fine[] = "# 4294967306\n/* 4294967306 */ // 4294967306 \"\n"
                               "card = { store = \"/4294967306/\\\"4294967306\"; };";
    struct problem problem = {""};
    struct conf *conf = NULL;

    (void)state;
    ALL_REFUSED(rows);
    assert_int_equal(conf_parse("f", fine, strlen(fine), &conf, &problem), VSC_OK);
    conf_free(conf);
}

static void test_duplicates_are_refused(void **state)
{
    static const struct row rows[] = {
        {"card = { store = \"/a\";\nstore = \"/b\"; };", "f:2: duplicate setting name"},
        {"card = { };\ncard = { };", "f:2: duplicate setting name"},
        {"mapping = { refuse = [ \"a\", \"a\" ]; };",
         "f:1: mapping.refuse[1]: \"a\" is there twice"},
        {"card = { backends = [ \"tpm\", \"tpm\" ]; };",
         "f:1: card.backends[1]: \"tpm\" is there twice"},
        {"login = { talk = ( { service = \"a\"; style = \"text\"; },\n"
         "{ service = \"a\"; style = \"gdm\"; } ); };",
         "f:2: login.talk[1]: \"a\" is there twice"},
    };

    (void)state;
    ALL_REFUSED(rows);
}

static void test_syntax_errors_name_their_line(void **state)
{
    static const struct row rows[] = {
        {"card = {\n store = ;\n};", "f:2: syntax error"},
        {"card = {", "f:1: syntax error"},
        {"card = { store = \"/a", "f:1: syntax error"},
        {"\xff", "f:1: syntax error"},
    };

    (void)state;
    ALL_REFUSED(rows);
}

/* It would read a file that nobody has checked. */
static void test_include_is_refused(void **state)
{
    static const struct row rows[] = {
        {"@include \"/etc/passwd\"", "f:1: @include is not allowed"},
        {"card = { };\n \t@include \"/etc/passwd\"\n", "f:2: @include is not allowed"},
        {"\r@include \"x\"", "f:1: @include is not allowed"},
        {"card = {\n@include \"x\"\n};", "f:2: @include is not allowed"},
        /* Elsewhere than at the start of a line libconfig knows no include. */
        {"card = { @include \"x\"\n};", "f:1: syntax error"},
        {"; @include \"x\"", "f:1: syntax error"},
    };

    (void)state;
    ALL_REFUSED(rows);
}

static void test_nul_and_unprintable_text_are_refused(void **state)
{
    (void)state;
    assert_refused("card = { };\n\0", 13, "f:2: a NUL character");
    assert_refused("card = { store = \"/a\\x00b\"; };", 30, "f:1: a NUL character");
    assert_refused("card = { store = \"/a\\X00b\"; };", 30, "f:1: a NUL character");
    assert_refused("card = { store = \"/a\\nb\"; };", 28,
                   "f:1: card.store: must be printable UTF-8");
    assert_refused("card = { store = \"/a\xff\"; };", 26,
                   "f:1: card.store: must be printable UTF-8");
    assert_refused("card = { store = \"/\xe2\x80\xae\"; };", 27,
                   "f:1: card.store: must be printable UTF-8");
}

static void test_strings_that_make_no_sense_are_refused(void **state)
{
    static const struct row rows[] = {
        {"trust = { anchors = \"anchors\"; };",
         "f:1: trust.anchors: \"anchors\" is not an absolute path"},
        {"card = { pkcs11_modules = [ \"\" ]; };",
         "f:1: card.pkcs11_modules[0]: \"\" is not an absolute path"},
        {"helpers = { card_user = \"-x\"; };",
         "f:1: helpers.card_user: \"-x\" is no account's name"},
        {"card = { tcti = \"/x.so\"; };",
         "f:1: card.tcti: \"/x.so\" does not begin with device:, swtpm:, tabrmd:, mssim: or pcap:"},
        {"revocation = { cache = \"x\"; };",
         "f:1: revocation.cache: \"x\" is not an absolute path"},
        {"policy = { policies = [ \"\" ]; };", "f:1: policy.policies[0]: \"\" is no OID with dots"},
        {"policy = { policies = [ \"x\" ]; };",
         "f:1: policy.policies[0]: \"x\" is no OID with dots"},
        {"policy = { policies = [ \"1\" ]; };",
         "f:1: policy.policies[0]: \"1\" is no OID with dots"},
        {"policy = { policies = [ \"3.1\" ]; };",
         "f:1: policy.policies[0]: \"3.1\" is no OID with dots"},
        {"policy = { policies = [ \"1.\" ]; };",
         "f:1: policy.policies[0]: \"1.\" is no OID with dots"},
        {"policy = { policies = [ \"1..2\" ]; };",
         "f:1: policy.policies[0]: \"1..2\" is no OID with dots"},
        {"policy = { policies = [ \"01.2\" ]; };",
         "f:1: policy.policies[0]: \"01.2\" is no OID with dots"},
        {"policy = { policies = [ \"1.02\" ]; };",
         "f:1: policy.policies[0]: \"1.02\" is no OID with dots"},
        {"policy = { policies = [ \"1.2 \" ]; };",
         "f:1: policy.policies[0]: \"1.2 \" is no OID with dots"},
        {"login = { services = [ \"../x\" ]; };",
         "f:1: login.services[0]: \"../x\" is no name of a PAM service"},
    };

    (void)state;
    ALL_REFUSED(rows);
}

static void test_talk_is_refused_when_incomplete(void **state)
{
    static const struct row rows[] = {
        {"login = { talk = ( { service = \"a\"; } ); };", "f:1: login.talk[0]: needs \"style\""},
        {"login = { talk = ( { style = \"gdm\"; } ); };", "f:1: login.talk[0]: needs \"service\""},
    };

    (void)state;
    ALL_REFUSED(rows);
}

static void test_lists_are_refused_when_too_long(void **state)
{
    char text[8192];
    size_t used = (size_t)snprintf(text, sizeof(text), "login = { services = [ \"s\"");

    (void)state;
    for (int i = 0; i < CONF_LIST_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ", \"s%d\"", i);
    (void)snprintf(text + used, sizeof(text) - used, " ]; };");
    assert_refused(text, strlen(text), "f:1: login.services: more than 64 entries");
    used = (size_t)snprintf(text, sizeof(text), "mapping = { rules = ( { }");
    for (int i = 0; i < CONF_RULES_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof(text) - used, ", { }");
    (void)snprintf(text + used, sizeof(text) - used, " ); };");
    assert_refused(text, strlen(text), "f:1: mapping.rules: more than 64 entries");
}

static void test_a_password_is_never_sent_in_clear(void **state)
{
    static const struct row rows[] = {
        {"directory = { user = \"CN=a\"; uri = \"ldap://dc\"; };",
         "f: directory.user: a password is sent by ldaps:// only"},
    };

    (void)state;
    ALL_REFUSED(rows);
}

static void test_checks_know_good_from_bad(void **state)
{
    static const struct {
        const char *(*check)(const char *);
        const char *good[4], *bad[5];
    } rows[] = {
        {check_path, {"/", "/a b", ""}, {"a", "./a", "~"}},
        {check_path_needed, {"/a"}, {"", "a"}},
        {check_ntauth, {"/", "", "directory"}, {"Directory", "a"}},
        {check_socket, {"/run/x", ""}, {"x"}},
        {check_tcti,
         {"device:/dev/tpm0", "swtpm", "tabrmd:bus_type=session", "pcap:x"},
         {"", "dev", "device2:x", ":x", "cmd:sh"}},
        {check_account,
         {"alice", "CORP\\alice", "a b", "m\xc3\xbcller"},
         {"", "-a", "+a", "@a", "a/b"}},
        {check_user, {"", "_vsc"}, {"a:b"}},
        {check_service, {"sudo", "gdm-smartcard"}, {"", "a/b", "/"}},
        {check_suffix, {"corp.test", "CORP"}, {"", "a@b", "a b", "a/b", "a\\b"}},
        {check_template, {"%u", "%u@%d", "%D\\%u", "x-%u"}, {"", "x", "%u%", "%u%x", "%d"}},
        {check_directory,
         {"", "ldap://dc1.corp.test", "ldaps://dc_1:636", "ldap://a:65535"},
         {"ldapi://x", "http://a", "ldap://", "ldap://a/", "ldap://a:65536"}},
        {check_directory,
         {"ldap://10.0.0.1"},
         {"ldap:///", "ldap://-a", "ldap://a@b", "ldap://a:", "ldap://a ldap://b"}},
        {check_dn, {"", "DC=corp,DC=test", "CN=a b"}, {"corp.test", "=x"}},
        {check_template, {"%u"}, {"%%u", "%u/", "-%u", "@%u", "%u:%d"}},
    };
    char path[200] = "/";

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (size_t k = 0; k < 4 && rows[i].good[k] != NULL; k++)
            assert_null(rows[i].check(rows[i].good[k]));
        for (size_t k = 0; k < 5 && rows[i].bad[k] != NULL; k++)
            assert_non_null(rows[i].check(rows[i].bad[k]));
    }
    memset(path + 1, 'x', CHECK_SOCKET_SIZE - 1);
    assert_non_null(check_socket(path));
    path[CHECK_SOCKET_SIZE - 1] = '\0';
    assert_null(check_socket(path));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_unknown_keys_are_refused),
        cmocka_unit_test(test_wrong_types_are_refused),
        cmocka_unit_test(test_values_out_of_range_are_refused),
        cmocka_unit_test(test_numbers_are_refused_when_they_would_be_cut),
        cmocka_unit_test(test_duplicates_are_refused),
        cmocka_unit_test(test_syntax_errors_name_their_line),
        cmocka_unit_test(test_include_is_refused),
        cmocka_unit_test(test_nul_and_unprintable_text_are_refused),
        cmocka_unit_test(test_strings_that_make_no_sense_are_refused),
        cmocka_unit_test(test_talk_is_refused_when_incomplete),
        cmocka_unit_test(test_lists_are_refused_when_too_long),
        cmocka_unit_test(test_a_password_is_never_sent_in_clear),
        cmocka_unit_test(test_checks_know_good_from_bad),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
