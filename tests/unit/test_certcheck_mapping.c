/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "certcheck/evaluation.h"
#include "certcheck/mapping.h"
#include "tests/support/pki.h"

static struct conf conf;
static struct facts facts;
static char upn[128], cert_hash[SHA256_HEX], key_hash[SHA256_HEX];

static int set_up(void **state)
{
    static char refused[] = "nobody";

    (void)state;
    conf = (struct conf){0};
    conf.mapping.min_uid = 1000;
    conf.mapping.conflict = CONFLICT_REFUSE;
    conf.policy.strong_mapping = STRONG_NEVER; /* test_certcheck_strong.c */
    conf.mapping.refuse.items[0] = refused;
    conf.mapping.refuse.count = 1;
    facts = (struct facts){.upn_state = UPN_ONE, .upn = upn};
    memset(facts.sha256, 'a', SHA256_HEX - 1);
    memset(facts.spki_sha256, 'b', SHA256_HEX - 1);
    memcpy(cert_hash, facts.sha256, SHA256_HEX);
    memcpy(key_hash, facts.spki_sha256, SHA256_HEX);
    (void)snprintf(upn, sizeof(upn), "alice@corp.test");
    pki_lookups = 0;
    return 0;
}

static char suffix[] = "corp.test", other_suffix[] = "other.test";

static void add_rule(enum conf_method method, char *first, char *account)
{
    struct conf_rule *rule = &conf.mapping.rules[conf.mapping.rule_count++];

    *rule = (struct conf_rule){.method = method, .account = account};
    if (method == METHOD_UPN)
        rule->suffix = first;
    else if (method == METHOD_FILE)
        rule->file = first;
    else
        rule->sha256 = first;
}

/* The account, or the codes; with what `map` says for the first rule by file. */
static const char *map_with(const char *map, const char *user)
{
    const struct map_format format = {.key = MAP_ANY};
    static char result[512];
    static struct verdict verdict;
    struct mapping mapping = {.conf = &conf, .source = &pki_accounts};
    struct account account = {0};
    struct problem problem = {""};
    bool found;

    for (size_t i = 0; map != NULL && i < conf.mapping.rule_count; i++)
        if (conf.mapping.rules[i].method == METHOD_FILE)
            assert_int_equal(
                map_file_parse(map, strlen(map), "map", &format, &mapping.files[i], &problem),
                VSC_OK);
    verdict_init(&verdict);
    found = mapping_find(&mapping, &facts, user, &verdict, &account);
    (void)snprintf(result, sizeof(result), "%s%s%s", found ? account.name : "",
                   verdict.count > 0 ? " " : "", pki_codes(&verdict));
    mapping_done(&mapping);
    return result;
}

static const char *map(const char *user)
{
    return map_with(NULL, user);
}

static void test_mapping_by_upn_table(void **state)
{
    static const struct {
        const char *upn, *account, *expected;
    } table[] = {
        {"alice@corp.test", "%u", "alice"},
        {"alice@CORP.TEST", "%u", "alice"},
        {"dora@corp.test", "%u@%d", "dora@corp.test"},
        {"dora@CORP.test", "%u@%d", "dora@corp.test"},
        {"alice@corp.test", "%D\\%u", "CORP\\alice"},
        {"Alice@corp.test", "%u", " no-mapping"},
        {"alice@other.test", "%u", " no-mapping"},
        {"alice@sub.corp.test", "%u", " no-mapping"},
        {"nosuch@corp.test", "%u", " no-mapping"},
        {"root@corp.test", "%u", "root account-refused"},
        {"daemon@corp.test", "%u", "daemon account-refused"},
        {"nobody@corp.test", "%u", "nobody account-refused"},
        {"*@corp.test", "%u", " no-mapping"},
        {"%u@corp.test", "%u", " no-mapping"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char account[32];
        const char *got;

        (void)snprintf(upn, sizeof(upn), "%s", table[i].upn);
        (void)snprintf(account, sizeof(account), "%s", table[i].account);
        conf.mapping.rule_count = 0;
        add_rule(METHOD_UPN, suffix, account);
        got = map(NULL);
        if (strcmp(got, table[i].expected) != 0)
            fail_msg("row %zu, %s: \"%s\"", i, table[i].upn, got);
    }
}

/* CVE-2022-26923, CVE-2022-34691: what a requester may choose counts where a rule says so only. */
static void test_mapping_without_rules_maps_nobody(void **state)
{
    (void)state;
    assert_string_equal(map(NULL), " no-mapping");
    assert_string_equal(map("alice"), " no-mapping");
}

/* CVE-2025-11561: admin@REALM must not become a local account that is called the same. */
static void test_mapping_directory_identity_does_not_fall_back_to_a_local_name(void **state)
{
    (void)state;
    add_rule(METHOD_UPN, suffix, (char[]){"%u@%d"});
    (void)snprintf(upn, sizeof(upn), "bob@corp.test");
    assert_string_equal(map(NULL), " no-mapping");
    assert_string_equal(map("bob"), " no-mapping");
    (void)snprintf(upn, sizeof(upn), "dora@corp.test");
    assert_string_equal(map("alice"), "dora@corp.test account-mismatch");
}

/* CVE-2022-4254: what is in a certificate is compared, and never becomes a pattern or a filter. */
static void test_mapping_takes_nothing_of_a_certificate_as_a_pattern(void **state)
{
    static const char *const names[] = {"*",  "al*",    "alice)(uid=*", "a.*",
                                        "..", "-alice", "+alice"};

    (void)state;
    add_rule(METHOD_UPN, suffix, (char[]){"%u"});
    add_rule(METHOD_FILE, (char[]){"map"}, NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        (void)snprintf(upn, sizeof(upn), "%s@corp.test", names[i]);
        assert_string_equal(map_with("upn=alice@corp.test bob\n", NULL), " no-mapping");
    }
}

static void test_mapping_never_looks_up_unsound_names(void **state)
{
    static const char *const names[] = {"a/b",  "a:b",   "-a", "+a",  "@a",
                                        "a\nb", "a\x7f", "",   "\xff"};
    struct account account;

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        assert_false(account_find(&pki_accounts, names[i], &account));
    assert_int_equal(pki_lookups, 0);
    assert_true(account_find(&pki_accounts, "alice", &account));
    assert_true(account_find(&pki_accounts, "CORP\\alice", &account));
}

/* pam_pkcs11's mapfile returned the key itself where no line matched. */
static void test_mapping_by_file_no_match_is_no_mapping(void **state)
{
    (void)state;
    add_rule(METHOD_FILE, (char[]){"map"}, NULL);
    assert_string_equal(map_with("upn=bob@corp.test bob\n", NULL), " no-mapping");
    assert_string_equal(map_with("", NULL), " no-mapping");
    (void)snprintf(upn, sizeof(upn), "root@corp.test");
    assert_string_equal(map_with("upn=bob@corp.test bob\n", "root"), " no-mapping");
}

static void test_mapping_by_file_keys(void **state)
{
    char line[256];

    (void)state;
    add_rule(METHOD_FILE, (char[]){"map"}, NULL);
    assert_string_equal(map_with("# a comment\n\n  upn=alice@CORP.test \t bob\r\n", NULL), "bob");
    (void)snprintf(line, sizeof(line), "sha256=%s bob", cert_hash);
    assert_string_equal(map_with(line, NULL), "bob");
    (void)snprintf(line, sizeof(line), "sha256=%s bob", key_hash);
    assert_string_equal(map_with(line, NULL), "bob");
    facts.sid_state = SID_ONE;
    memcpy(facts.sid, "S-1-5-21-7", 11);
    assert_string_equal(map_with("sid=S-1-5-21-7 bob", NULL), "bob");
    assert_string_equal(map_with("sid=S-1-5-21-71 bob", NULL), " no-mapping");
    facts.altsecids.items[0] = (char[]){"X509:<I>DC=test,CN=The CA<SR>0110"};
    facts.altsecids.count = 1;
    assert_string_equal(map_with("altsecid=X509:<I>DC=test,CN=The CA<SR>0110 bob", NULL), "bob");
    assert_string_equal(map_with("altsecid=X509:<I>DC=test,CN=The CA<SR>01 bob", NULL),
                        " no-mapping");
}

static void test_mapping_file_malformed_line_is_an_error_with_its_number(void **state)
{
    static const char *const lines[] = {
        "alice@corp.test alice",
        "mail=alice@corp.test alice",
        "cn=alice alice",
        "upn=alice@corp.test",
        "upn= alice",
        "upn=alice alice",
        "sha256=abcd alice",
        "upn=a@b.c -alice",
        "upn=a@b.c al:ice",
        "sid=1-2 alice",
        "sid=S-1-5-021 alice",
        "S-1-5-21-7 alice",
        "altsecid=X509:<S>CN=a alice",
        "altsecid=X509:<I>CN=a<S>CN=b alice",
        "=x alice",
        "upn alice",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        const struct map_format format = {.key = MAP_ANY};
        struct map_file file = {0};
        struct problem problem = {""};
        char text[128];

        (void)snprintf(text, sizeof(text), "# first\n%s\n", lines[i]);
        if (map_file_parse(text, strlen(text), "/etc/map", &format, &file, &problem) != VSC_CONFIG)
            fail_msg("taken: %s", lines[i]);
        assert_memory_equal(problem.text, "/etc/map:2: ", 12);
    }
}

static void test_mapping_by_sha256_of_certificate_or_key(void **state)
{
    char *hashes[] = {cert_hash, key_hash};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        conf.mapping.rule_count = 0;
        add_rule(METHOD_SHA256, hashes[i], (char[]){"bob"});
        assert_string_equal(map(NULL), "bob");
        hashes[i][63] = 'c';
        assert_string_equal(map(NULL), " no-mapping");
    }
}

static void test_mapping_later_rule_that_disagrees_is_ambiguous(void **state)
{
    (void)state;
    add_rule(METHOD_UPN, suffix, (char[]){"%u"});
    add_rule(METHOD_SHA256, cert_hash, (char[]){"bob"});
    assert_string_equal(map(NULL), " ambiguous-mapping");
    assert_string_equal(map("alice"), " ambiguous-mapping");
    assert_string_equal(map("bob"), " ambiguous-mapping");
    conf.mapping.conflict = CONFLICT_FIRST;
    assert_string_equal(map(NULL), "alice");
    assert_string_equal(map("bob"), "alice account-mismatch");
}

static void test_mapping_rules_that_agree_are_no_conflict(void **state)
{
    (void)state;
    add_rule(METHOD_UPN, other_suffix, (char[]){"%u"});
    add_rule(METHOD_UPN, suffix, (char[]){"%u"});
    add_rule(METHOD_SHA256, cert_hash, (char[]){"alice"});
    add_rule(METHOD_SHA256, key_hash, (char[]){"nosuchuser"});
    assert_string_equal(map(NULL), "alice");
}

static void test_mapping_several_accounts_of_a_rule_need_the_user(void **state)
{
    const char *lines = "upn=alice@corp.test alice\nupn=alice@corp.test bob\n";

    (void)state;
    add_rule(METHOD_FILE, (char[]){"map"}, NULL);
    assert_string_equal(map_with(lines, NULL), " ambiguous-mapping");
    assert_string_equal(map_with(lines, "alice"), "alice");
    assert_string_equal(map_with(lines, "bob"), "bob");
    assert_string_equal(map_with(lines, "nobody"), " account-mismatch");
    assert_string_equal(map_with(lines, "nosuchuser"), " account-mismatch");
}

static void test_mapping_two_names_with_one_uid_are_refused(void **state)
{
    (void)state;
    add_rule(METHOD_UPN, suffix, (char[]){"%u"});
    (void)snprintf(upn, sizeof(upn), "twin@corp.test");
    assert_string_equal(map("carol"), "twin account-refused account-mismatch");
    assert_string_equal(map("twin"), "twin account-refused");
    assert_string_equal(map(NULL), "twin account-refused");
}

static void test_mapping_of_another_user_is_a_mismatch(void **state)
{
    (void)state;
    add_rule(METHOD_UPN, suffix, (char[]){"%u"});
    assert_string_equal(map("alice"), "alice");
    assert_string_equal(map("bob"), "alice account-mismatch");
    assert_string_equal(map("nosuchuser"), "alice account-mismatch");
}

static void test_mapping_min_uid_is_the_configurations(void **state)
{
    (void)state;
    add_rule(METHOD_UPN, suffix, (char[]){"%u"});
    conf.mapping.min_uid = 1001;
    assert_string_equal(map(NULL), "alice account-refused");
    conf.mapping.min_uid = 0;
    (void)snprintf(upn, sizeof(upn), "daemon@corp.test");
    assert_string_equal(map(NULL), "daemon");
}

static void test_mapping_without_a_upn_says_only_that(void **state)
{
    (void)state;
    facts.upn = NULL;
    facts.upn_state = UPN_SEVERAL;
    add_rule(METHOD_UPN, suffix, (char[]){"%u"});
    assert_string_equal(map(NULL), "");
    add_rule(METHOD_SHA256, cert_hash, (char[]){"bob"});
    assert_string_equal(map(NULL), "bob");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, set_up)
        TEST(test_mapping_by_upn_table),
        TEST(test_mapping_without_rules_maps_nobody),
        TEST(test_mapping_directory_identity_does_not_fall_back_to_a_local_name),
        TEST(test_mapping_takes_nothing_of_a_certificate_as_a_pattern),
        TEST(test_mapping_never_looks_up_unsound_names),
        TEST(test_mapping_by_file_no_match_is_no_mapping),
        TEST(test_mapping_by_file_keys),
        TEST(test_mapping_file_malformed_line_is_an_error_with_its_number),
        TEST(test_mapping_by_sha256_of_certificate_or_key),
        TEST(test_mapping_later_rule_that_disagrees_is_ambiguous),
        TEST(test_mapping_rules_that_agree_are_no_conflict),
        TEST(test_mapping_several_accounts_of_a_rule_need_the_user),
        TEST(test_mapping_two_names_with_one_uid_are_refused),
        TEST(test_mapping_of_another_user_is_a_mismatch),
        TEST(test_mapping_min_uid_is_the_configurations),
        TEST(test_mapping_without_a_upn_says_only_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
