/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Strong mapping (KB5014754): what policy.strong_mapping asks of certificate, rule and account. The
 * accounts alice, bob, carol and twin are in /etc/passwd, CORP\alice (2000) and dora@corp.test
 * (2001) a directory's; S-1-5-21-1-2-3-UID are their SIDs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/evaluation.h"
#include "certcheck/mapping.h"
#include "conf/parse.h"
#include "tests/support/pki.h"

#define SID(number) "S-1-5-21-1-2-3-" number
#define HASH        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SERIAL      "X509:<I>CN=CA<SR>01"
#define WEAK        "X509:<S>CN=alice"

static struct conf *conf;
static struct facts facts;
static char upn[64];
static struct verdict verdict;
static struct directory directory;
static struct account_source source;
static enum directory_result result; /* of every question */
static unsigned asked;

/* A directory of two, which knows the uids from 2000 on; or does not answer. */
static enum directory_result ask(struct directory_service *service, struct directory_query *query)
{
    (void)service;
    asked++;
    if (result != DIRECTORY_FOUND)
        return result;
    if (query->question == DIRECTORY_UID_OF) {
        query->uid = (uid_t)strtoul(query->sid + strlen("S-1-5-21-1-2-3-"), NULL, 10);
        return query->uid >= 1000 ? DIRECTORY_FOUND : DIRECTORY_NONE;
    }
    if (query->uid < 2000)
        return DIRECTORY_NONE;
    (void)snprintf(query->sid, sizeof(query->sid), SID("%u"), (unsigned)query->uid);
    return DIRECTORY_FOUND;
}

static int set_up(void **state)
{
    static char subject[] = "CN=alice,DC=test", common[] = "alice", mail[] = "alice@corp.test";
    static char serial[] = SERIAL, weak[] = WEAK;

    (void)state;
    facts = (struct facts){.upn_state = UPN_ONE, .upn = upn};
    (void)snprintf(upn, sizeof(upn), "alice@corp.test");
    memset(facts.sha256, 'a', SHA256_HEX - 1);
    memset(facts.spki_sha256, 'b', SHA256_HEX - 1);
    facts.subject = subject;
    facts.common_name = common;
    facts.emails.items[0] = mail;
    facts.emails.count = 1;
    facts.altsecids.items[0] = serial;
    facts.altsecids.count = 1;
    facts.weak_altsecids.items[0] = weak;
    facts.weak_altsecids.count = 1;
    result = DIRECTORY_FOUND;
    directory = (struct directory){.services = {{.name = "two", .ask = ask}}, .count = 1};
    source = pki_accounts;
    source.directory = &directory;
    asked = 0;
    conf = NULL;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    conf_free(conf);
    return 0;
}

/* A configuration with this policy and these rules, weak ones too. */
static void configure(const char *policy, const char *rules)
{
    struct problem problem = {""};
    char text[4096];
    int len = snprintf(text, sizeof(text),
                       "policy = { strong_mapping = \"%s\"; };\n"
                       "mapping = { allow_weak = true; rules = ( %s ); };\n",
                       policy, rules);

    assert_in_range(len, 1, sizeof(text) - 1);
    conf_free(conf);
    conf = NULL;
    if (conf_parse("conf", text, (size_t)len, &conf, &problem) != VSC_OK)
        fail_msg("%s: %s", rules, problem.text);
}

static void set_sid(const char *sid)
{
    facts.sid_state = sid != NULL ? SID_ONE : SID_NONE;
    (void)snprintf(facts.sid, sizeof(facts.sid), "%s", sid != NULL ? sid : "");
}

/* The account, and the codes behind it. */
static const char *map(const char *user)
{
    static char text[512];
    struct mapping mapping;
    struct account account = {0};
    struct problem problem = {""};
    bool found;

    assert_int_equal(mapping_load(&mapping, conf, &source, &problem), VSC_OK);
    verdict_init(&verdict);
    found = mapping_find(&mapping, &facts, user, &verdict, &account);
    (void)snprintf(text, sizeof(text), "%s%s%s", found ? account.name : "",
                   verdict.count > 0 ? " " : "", pki_codes(&verdict));
    mapping_done(&mapping);
    return text;
}

#define LOCAL_UPN   "{ method = \"upn\"; suffix = \"corp.test\"; account = \"%u\"; }"
#define DOMAIN_UPN  "{ method = \"upn\"; suffix = \"corp.test\"; account = \"%D\\\\%u\"; }"
#define DOMAIN_HASH "{ method = \"sha256\"; sha256 = \"" HASH "\"; account = \"CORP\\\\alice\"; }"
#define DOMAIN_SID  "{ method = \"sid\"; sid = \"" SID("2000") "\"; account = \"CORP\\\\alice\"; }"
#define ALTSECID(value)                                                                            \
    "{ method = \"altsecid\"; altsecid = \"" value "\"; account = \"CORP\\\\alice\"; }"
#define LOCAL_MAIL "{ method = \"mail\"; suffix = \"corp.test\"; account = \"%u\"; }"
#define LOCAL_CN   "{ method = \"cn\"; account = \"%u\"; }"
#define DIRECTORY  "{ method = \"sid\"; }"
#define LOCAL_HASH "{ method = \"sha256\"; sha256 = \"" HASH "\"; account = \"alice\"; }"

static void test_strong_mapping_table(void **state)
{
    static const struct {
        const char *policy, *rules, *sid;
        enum directory_result result;
        const char *expected;
    } table[] = {
        /* A local account needs nothing, unless the policy says so. */
        {"directory", LOCAL_UPN, NULL, DIRECTORY_FOUND, "alice"},
        {"directory", LOCAL_UPN, SID("2000"), DIRECTORY_NONE, "alice"},
        {"never", LOCAL_UPN, SID("2000"), DIRECTORY_NONE, "alice"},
        {"always", LOCAL_UPN, NULL, DIRECTORY_FOUND, "alice sid-mismatch"},
        {"always", LOCAL_UPN, SID("1000"), DIRECTORY_FOUND, "alice sid-mismatch"},
        /* CVE-2025-11561: but by its name alone it is not whom the directory means. */
        {"directory", LOCAL_UPN, SID("2000"), DIRECTORY_FOUND, " no-mapping"},
        {"never", LOCAL_UPN, SID("2000"), DIRECTORY_FOUND, " no-mapping"},
        {"never", LOCAL_UPN, SID("2000"), DIRECTORY_FAILED, " sid-mismatch"},
        {"never", LOCAL_MAIL, SID("2000"), DIRECTORY_FOUND, " no-mapping"},
        {"never", LOCAL_CN, SID("2000"), DIRECTORY_FOUND, " no-mapping"},
        {"directory", LOCAL_CN ", " DOMAIN_UPN, SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        {"directory", LOCAL_HASH, SID("2000"), DIRECTORY_FOUND, "alice"},
        {"always", LOCAL_HASH, NULL, DIRECTORY_FOUND, "alice"},
        {"always", LOCAL_UPN ", " LOCAL_HASH, NULL, DIRECTORY_FOUND, "alice"},
        /* A directory's, by name: the SID decides (CVE-2022-26923). */
        {"directory", DOMAIN_UPN, SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        {"directory", DOMAIN_UPN, SID("2001"), DIRECTORY_FOUND, "CORP\\alice sid-mismatch"},
        {"directory", DOMAIN_UPN, NULL, DIRECTORY_FOUND, "CORP\\alice sid-mismatch"},
        {"directory", DOMAIN_UPN, SID("2000"), DIRECTORY_NONE, "CORP\\alice sid-mismatch"},
        {"directory", DOMAIN_UPN, SID("2000"), DIRECTORY_FAILED, "CORP\\alice sid-mismatch"},
        {"always", DOMAIN_UPN, SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        {"always", DOMAIN_UPN, NULL, DIRECTORY_FOUND, "CORP\\alice sid-mismatch"},
        /* Nothing is asked for, but what is there must not contradict. */
        {"never", DOMAIN_UPN, NULL, DIRECTORY_FOUND, "CORP\\alice"},
        {"never", DOMAIN_UPN, SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        {"never", DOMAIN_UPN, SID("2001"), DIRECTORY_FOUND, "CORP\\alice sid-mismatch"},
        {"never", DOMAIN_UPN, SID("2000"), DIRECTORY_FAILED, "CORP\\alice sid-mismatch"},
        /* Strong rules stand in for a SID, but not against one. */
        {"directory", DOMAIN_HASH, NULL, DIRECTORY_NONE, "CORP\\alice"},
        {"directory", ALTSECID(SERIAL), NULL, DIRECTORY_NONE, "CORP\\alice"},
        {"directory", DOMAIN_UPN ", " DOMAIN_HASH, NULL, DIRECTORY_NONE, "CORP\\alice"},
        {"directory", DOMAIN_HASH, SID("2001"), DIRECTORY_FOUND, "CORP\\alice sid-mismatch"},
        {"directory", DOMAIN_HASH, SID("2000"), DIRECTORY_NONE, "CORP\\alice sid-mismatch"},
        {"directory", ALTSECID(SERIAL), SID("2001"), DIRECTORY_FOUND, "CORP\\alice sid-mismatch"},
        {"directory", DOMAIN_SID, SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        {"directory", DOMAIN_SID, SID("2000"), DIRECTORY_NONE, "CORP\\alice sid-mismatch"},
        {"directory", DOMAIN_SID, SID("2001"), DIRECTORY_FOUND, " no-mapping"},
        /* Weak ones do not. */
        {"directory", ALTSECID(WEAK), NULL, DIRECTORY_NONE, "CORP\\alice sid-mismatch"},
        {"directory", ALTSECID(WEAK), SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        /* The directory itself as the rule. */
        {"directory", DIRECTORY, SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        {"directory", DIRECTORY, SID("2001"), DIRECTORY_FOUND, "dora@corp.test"},
        {"directory", DIRECTORY, SID("2009"), DIRECTORY_FOUND, " no-mapping"},
        {"directory", DIRECTORY, SID("7"), DIRECTORY_FOUND, " no-mapping"},
        {"directory", DIRECTORY, NULL, DIRECTORY_FOUND, " no-mapping"},
        {"directory", DIRECTORY, SID("2000"), DIRECTORY_NONE, " no-mapping"},
        {"directory", DIRECTORY, SID("2000"), DIRECTORY_FAILED, " sid-mismatch"},
        {"directory", DIRECTORY ", " DOMAIN_UPN, SID("2000"), DIRECTORY_FOUND, "CORP\\alice"},
        {"directory", DIRECTORY ", " DOMAIN_UPN, SID("2001"), DIRECTORY_FOUND,
         " ambiguous-mapping"},
        /* CVE-2025-11561: a local account that has the number is not the directory's. */
        {"directory", DIRECTORY, SID("1000"), DIRECTORY_FOUND, " no-mapping"},
        {"never", DIRECTORY, SID("1000"), DIRECTORY_FOUND, " no-mapping"},
        {"never", DIRECTORY, "S-1-22-1-1000", DIRECTORY_FOUND, " no-mapping"},
        {"never", DIRECTORY, "S-1-5-32-544", DIRECTORY_FOUND, " no-mapping"},
        /* A rule by a directory that does not answer leaves no way around it. */
        {"never", DIRECTORY ", " LOCAL_UPN, SID("2001"), DIRECTORY_FAILED, " sid-mismatch"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        configure(table[i].policy, table[i].rules);
        set_sid(table[i].sid);
        result = table[i].result;
        if (strcmp(map(NULL), table[i].expected) != 0)
            fail_msg("row %zu: %s, %s, %s: \"%s\", not \"%s\"", i, table[i].policy, table[i].rules,
                     table[i].sid != NULL ? table[i].sid : "no SID", map(NULL), table[i].expected);
    }
}

/* Without a directory at all, as with one that knows nobody: closed. */
static void test_strong_mapping_without_a_directory_is_closed(void **state)
{
    (void)state;
    source.directory = NULL;
    configure("directory", DOMAIN_UPN);
    set_sid(SID("2000"));
    assert_string_equal(map(NULL), "CORP\\alice sid-mismatch");
    set_sid(NULL);
    assert_string_equal(map(NULL), "CORP\\alice sid-mismatch");
    source.is_local = NULL;
    configure("directory", LOCAL_UPN);
    assert_string_equal(map(NULL), "alice sid-mismatch");
}

/* A local account costs no question where the certificate has no SID, or root gave it away. */
static void test_strong_mapping_asks_no_directory_about_local_accounts(void **state)
{
    (void)state;
    configure("directory", LOCAL_UPN);
    set_sid(NULL);
    assert_string_equal(map("alice"), "alice");
    configure("directory", LOCAL_HASH);
    set_sid(SID("2000"));
    assert_string_equal(map("alice"), "alice");
    assert_int_equal(asked, 0);
}

/* CVE-2025-11561, without a SID: dora@corp.test is an account of the directory. */
static bool has_local_dora(const char *name, struct account *ret_account)
{
    if (strcmp(name, "dora") != 0)
        return pki_accounts.by_name(name, ret_account);
    *ret_account = (struct account){.name = "dora", .uid = 1500};
    return true;
}

static void test_mapping_local_name_of_somebody_in_the_directory(void **state)
{
    (void)state;
    source.by_name = has_local_dora;
    (void)snprintf(upn, sizeof(upn), "dora@corp.test");
    set_sid(NULL);
    configure("never", LOCAL_UPN);
    assert_string_equal(map(NULL), " no-mapping");
    assert_non_null(strstr(verdict.items[0].text, "somebody else"));
    assert_string_equal(map("dora"), " no-mapping");
    (void)snprintf(upn, sizeof(upn), "dora@elsewhere.test");
    configure("never", "{ method = \"upn\"; suffix = \"elsewhere.test\"; account = \"%u\"; }");
    assert_string_equal(map("dora"), "dora");
}

/* winbind's "use default domain": CORP\\alice is called "alice" as well, and a session would be the
 * other's. */
static bool is_called_alice(const char *name, struct account *ret_account)
{
    if (!pki_accounts.by_name(name, ret_account))
        return false;
    if (ret_account->uid == 2000)
        (void)snprintf(ret_account->name, sizeof(ret_account->name), "alice");
    return true;
}

static bool uid_is_called_alice(uid_t uid, struct account *ret_account)
{
    return pki_accounts.by_uid(uid, ret_account) && is_called_alice(ret_account->name, ret_account);
}

static void test_mapping_name_that_leads_to_another_account_is_refused(void **state)
{
    (void)state;
    source.by_name = is_called_alice;
    source.by_uid = uid_is_called_alice;
    configure("directory", DOMAIN_UPN);
    set_sid(SID("2000"));
    assert_string_equal(map(NULL), "alice account-refused");
    assert_string_equal(map("CORP\\alice"), "alice account-refused");
    assert_string_equal(map("alice"), "alice account-refused account-mismatch");
}

static void test_strong_mapping_leaves_a_malformed_sid_to_its_own_reason(void **state)
{
    (void)state;
    configure("always", DOMAIN_UPN);
    facts.sid_state = SID_MALFORMED;
    assert_string_equal(map(NULL), "CORP\\alice");
}

static void test_sid_mismatch_says_what_differs(void **state)
{
    (void)state;
    configure("directory", DOMAIN_UPN);
    set_sid(SID("2001"));
    (void)map(NULL);
    assert_non_null(strstr(verdict.items[0].text, SID("2001")));
    assert_non_null(strstr(verdict.items[0].text, SID("2000")));
    assert_int_equal(verdict.results[CHECK_SID], RESULT_FAIL);
    set_sid(SID("2000"));
    (void)map(NULL);
    assert_int_equal(verdict.results[CHECK_SID], RESULT_PASS);
    configure("directory", LOCAL_UPN);
    set_sid(NULL);
    (void)map(NULL);
    assert_int_equal(verdict.results[CHECK_SID], RESULT_NOT_APPLICABLE);
}

static void test_weak_rules_map_with_a_warning_each_time(void **state)
{
    static const char *const rules[] = {
        "{ method = \"subject\"; subject = \"CN=alice,DC=test\"; account = \"alice\"; }",
        "{ method = \"mail\"; suffix = \"CORP.test\"; account = \"%u\"; }",
        "{ method = \"cn\"; account = \"%u\"; }",
        "{ method = \"altsecid\"; altsecid = \"" WEAK "\"; account = \"alice\"; }",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        char both[512];

        configure("directory", rules[i]);
        assert_string_equal(map(NULL), "alice");
        assert_true(verdict_warns(&verdict, REASON_WEAK_MAPPING));
        assert_string_equal(map("bob"), "alice account-mismatch");
        configure("always", rules[i]);
        assert_string_equal(map(NULL), "alice sid-mismatch");
        /* With a firmer one beside it nothing is weak. */
        (void)snprintf(both, sizeof(both), "%s, %s", rules[i], LOCAL_UPN);
        configure("directory", both);
        assert_string_equal(map(NULL), "alice");
        assert_false(verdict_warns(&verdict, REASON_WEAK_MAPPING));
    }
}

static void test_weak_rules_take_nothing_twice_or_half(void **state)
{
    (void)state;
    configure("never", "{ method = \"mail\"; suffix = \"corp.test\"; account = \"%u\"; }");
    facts.emails.items[1] = (char[]){"bob@corp.test"};
    facts.emails.count = 2;
    assert_string_equal(map(NULL), " no-mapping");
    facts.emails.items[0] = (char[]){"alice@corp.test@corp.test"};
    facts.emails.count = 1;
    assert_string_equal(map(NULL), " no-mapping");
    facts.emails.count = 0;
    assert_string_equal(map(NULL), " no-mapping");
    configure("never", "{ method = \"cn\"; account = \"%u\"; }");
    facts.common_name = NULL;
    assert_string_equal(map(NULL), " no-mapping");
    facts.common_name = (char[]){""};
    assert_string_equal(map(NULL), " no-mapping");
    facts.common_name = (char[]){"-alice"};
    assert_string_equal(map(NULL), " no-mapping");
    facts.common_name = (char[]){"root"};
    assert_string_equal(map(NULL), "root account-refused");
    configure("never", "{ method = \"subject\"; subject = \"CN=alice\"; account = \"alice\"; }");
    assert_string_equal(map(NULL), " no-mapping");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_strong_mapping_table),
        TEST(test_strong_mapping_without_a_directory_is_closed),
        TEST(test_strong_mapping_asks_no_directory_about_local_accounts),
        TEST(test_mapping_local_name_of_somebody_in_the_directory),
        TEST(test_mapping_name_that_leads_to_another_account_is_refused),
        TEST(test_strong_mapping_leaves_a_malformed_sid_to_its_own_reason),
        TEST(test_sid_mismatch_says_what_differs),
        TEST(test_weak_rules_map_with_a_warning_each_time),
        TEST(test_weak_rules_take_nothing_twice_or_half),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
