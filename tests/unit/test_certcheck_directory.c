/* SPDX-License-Identifier: BSD-2-Clause */
/* Rules that ask the directory, and what it says against others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/directory_word.h"

/* The account, and the codes behind it. */
static const char *map(const char *user)
{
    static char text[512];
    struct account account = {0};
    bool found;

    verdict_init(&verdict);
    found = mapping_find(&mapping, &facts, user, &verdict, &account);
    (void)snprintf(text, sizeof(text), "%s%s%s", found ? account.name : "",
                   verdict.count > 0 ? " " : "", pki_codes(&verdict));
    return text;
}

#define ALTSECIDS "{ method = \"altsecid\"; }"
#define UPNS      "{ method = \"upn\"; }"
#define BY_NAME   "{ method = \"upn\"; suffix = \"corp.test\"; account = \"%D\\\\%u\"; }"
#define LOCALLY   "{ method = \"upn\"; suffix = \"corp.test\"; account = \"%u\"; }"
#define WEAK_TOO  "allow_weak = true;"

struct row {
    const char *policy, *more, *rules, *sid, *expected;
    struct word words[3];
};

static void try_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        configure(rows[i].policy, rows[i].more, rows[i].rules);
        set_sid(rows[i].sid);
        for (size_t k = 0; k < 3 && rows[i].words[k].number != NULL; k++)
            say(&rows[i].words[k]);
        if (strcmp(map(NULL), rows[i].expected) != 0)
            fail_msg("row %zu: \"%s\", not \"%s\"", i, map(NULL), rows[i].expected);
    }
}

static void test_directory_altsecids_table(void **state)
{
    static const struct row rows[] = {
        /* A strong form stands in for a SID, and not against one. */
        {"directory", "", ALTSECIDS, NULL, "CORP\\alice", {{"2000", .altsecid = SERIAL}}},
        {"always", "", ALTSECIDS, NULL, "CORP\\alice", {{"2000", .altsecid = KEY}}},
        {"directory", "", ALTSECIDS, SID("2000"), "CORP\\alice", {{"2000", .altsecid = KEY}}},
        {"directory",
         "",
         ALTSECIDS,
         SID("2001"),
         "CORP\\alice sid-mismatch",
         {{"2000", .altsecid = KEY}}},
        {"never",
         "",
         ALTSECIDS,
         SID("2001"),
         "CORP\\alice sid-mismatch",
         {{"2000", .altsecid = KEY}}},
        {"directory", "", ALTSECIDS ", " BY_NAME, NULL, "CORP\\alice", {{"2000", .altsecid = KEY}}},
        {"directory",
         "",
         BY_NAME ", " ALTSECIDS,
         NULL,
         " ambiguous-mapping",
         {{"2001", .altsecid = KEY}}},
        /* Nobody has it, or another one. */
        {"directory", "", ALTSECIDS, NULL, " no-mapping", {{.number = NULL}}},
        {"directory", "", ALTSECIDS, NULL, " no-mapping", {{.number = "2000"}}},
        {"directory", "", ALTSECIDS, NULL, " no-mapping", {{"2000", .altsecid = SERIAL "00"}}},
        {"directory", "", ALTSECIDS, NULL, " no-mapping", {{"2000", .altsecid = "X509:<SKI>0a0B"}}},
        /* Weak forms count where root says so, and never as strong ones. */
        {"never", "", ALTSECIDS, NULL, " no-mapping", {{"2000", .altsecid = WEAK}}},
        {"never", WEAK_TOO, ALTSECIDS, NULL, "CORP\\alice", {{"2000", .altsecid = WEAK}}},
        {"directory",
         WEAK_TOO,
         ALTSECIDS,
         NULL,
         "CORP\\alice sid-mismatch",
         {{"2000", .altsecid = WEAK}}},
        /* Two that claim it. */
        {"directory",
         "",
         ALTSECIDS,
         NULL,
         " ambiguous-mapping",
         {{"2000", .altsecid = KEY}, {"2001", .altsecid = SERIAL}}},
        {"directory",
         "",
         ALTSECIDS,
         NULL,
         " ambiguous-mapping",
         {{"2000", .altsecid = KEY}, {"2009", .altsecid = KEY}}},
        {"directory",
         "",
         ALTSECIDS,
         NULL,
         " ambiguous-mapping",
         {{"2000", .altsecid = KEY}, {"2001", .altsecid = KEY, .is_old = true}}},
        /* Also where neither of the two can have it now, and another rule would give it to one. */
        {"never",
         "",
         ALTSECIDS ", " BY_NAME,
         NULL,
         " ambiguous-mapping",
         {{"2000", .upn = "alice@corp.test", .altsecid = KEY, .is_old = true},
          {"2001", .altsecid = KEY, .is_old = true}}},
        {"never",
         "",
         BY_NAME ", " ALTSECIDS,
         NULL,
         " ambiguous-mapping",
         {{"2008", .altsecid = KEY}, {"2009", .altsecid = KEY}}},
        {"directory",
         "",
         ALTSECIDS,
         NULL,
         "CORP\\alice",
         {{"2000", .altsecid = KEY}, {"2001", .altsecid = WEAK}}},
        {"never",
         WEAK_TOO,
         ALTSECIDS,
         NULL,
         " ambiguous-mapping",
         {{"2000", .altsecid = KEY}, {"2001", .altsecid = WEAK}}},
        {"directory",
         "conflict = \"first\";",
         BY_NAME ", " ALTSECIDS,
         SID("2000"),
         "CORP\\alice",
         {{"2000", .altsecid = KEY}, {"2001", .altsecid = KEY}}},
        /* What is old, or gone, gives nobody an account. */
        {"never", "", ALTSECIDS, NULL, " no-mapping", {{"2000", .altsecid = KEY, .is_old = true}}},
        {"never",
         "",
         ALTSECIDS,
         NULL,
         " no-mapping",
         {{"2000", .altsecid = KEY, .state = DIRECTORY_GONE}}},
        /* Accounts that are not the directory's (CVE-2025-11561), or nobody's, or root's. */
        {"never", "", ALTSECIDS, NULL, " no-mapping", {{"1000", .altsecid = KEY}}},
        {"never", "", ALTSECIDS, NULL, " no-mapping", {{"2009", .altsecid = KEY}}},
        {"never", "", ALTSECIDS, NULL, " no-mapping", {{"0", .altsecid = KEY}}},
    };

    (void)state;
    try_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

static void test_directory_upns_table(void **state)
{
    static const struct row rows[] = {
        {"directory", "", UPNS, SID("2000"), "CORP\\alice", {{"2000", .upn = "alice@corp.test"}}},
        {"never", "", UPNS, NULL, "CORP\\alice", {{"2000", .upn = "alice@corp.test"}}},
        {"never", "", UPNS, NULL, "CORP\\alice", {{"2000", .upn = "Alice@CORP.test"}}},
        {"never", "", UPNS, NULL, "CORP\\alice", {{"2000", .implicit = "ALICE@corp.test"}}},
        /* A UPN does not bind strongly. */
        {"directory",
         "",
         UPNS,
         NULL,
         "CORP\\alice sid-mismatch",
         {{"2000", .upn = "alice@corp.test"}}},
        {"directory",
         "",
         UPNS,
         SID("2001"),
         "CORP\\alice sid-mismatch",
         {{"2000", .upn = "alice@corp.test"}}},
        /* A userPrincipalName comes before the name that another has without one. */
        {"never",
         "",
         UPNS,
         NULL,
         "dora@corp.test",
         {{"2000", .implicit = "alice@corp.test"}, {"2001", .upn = "alice@corp.test"}}},
        {"never",
         "",
         UPNS,
         NULL,
         " no-mapping",
         {{"2000", .implicit = "alice@corp.test"},
          {"2001", .upn = "alice@corp.test", .is_old = true}}},
        /* Two that have the same; nobody; too old; gone; a local account's number. */
        {"never",
         "",
         UPNS,
         NULL,
         " ambiguous-mapping",
         {{"2000", .upn = "alice@corp.test"}, {"2001", .upn = "ALICE@corp.test"}}},
        {"never", "", UPNS, NULL, " no-mapping", {{"2000", .upn = "alice@corp.tests"}}},
        {"never", "", UPNS, NULL, " no-mapping", {{.number = "2000"}}},
        {"never",
         "",
         UPNS,
         NULL,
         " no-mapping",
         {{"2000", .upn = "alice@corp.test", .is_old = true}}},
        {"never",
         "",
         UPNS,
         NULL,
         " no-mapping",
         {{"2000", .upn = "alice@corp.test", .state = DIRECTORY_GONE}}},
        {"never", "", UPNS, NULL, " no-mapping", {{"1000", .upn = "alice@corp.test"}}},
    };

    (void)state;
    try_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* The suffix names no domain, and no rule but the directory's word would find the account. */
static void test_directory_upn_of_another_suffix(void **state)
{
    (void)state;
    (void)snprintf(upn, sizeof(upn), "a.smith@smith.example");
    configure("directory", "", UPNS);
    say(&(struct word){"2000", .upn = "a.smith@smith.example", .implicit = "alice@corp.test"});
    set_sid(SID("2000"));
    assert_string_equal(map(NULL), "CORP\\alice");
    assert_string_equal(map("CORP\\alice"), "CORP\\alice");
    assert_string_equal(map("alice"), "CORP\\alice account-mismatch");
}

/* A name does not choose among those that the directory gives one certificate. */
static void test_directory_claims_are_no_choice(void **state)
{
    (void)state;
    configure("never", "", ALTSECIDS);
    say(&(struct word){"2000", .altsecid = KEY});
    say(&(struct word){"2001", .altsecid = KEY});
    assert_string_equal(map("CORP\\alice"), " ambiguous-mapping");
}

static void test_directory_that_does_not_answer_gives_nobody(void **state)
{
    (void)state;
    configure("never", "", ALTSECIDS);
    say(&(struct word){"2000", .altsecid = KEY});
    result = DIRECTORY_FAILED;
    assert_string_equal(map(NULL), " sid-mismatch");
    result = DIRECTORY_NONE;
    assert_string_equal(map(NULL), " no-mapping");
}

static void test_directory_remarks_say_why_not(void **state)
{
    (void)state;
    configure("never", "", ALTSECIDS);
    say(&(struct word){"2000", .altsecid = WEAK});
    assert_string_equal(map(NULL), " no-mapping");
    assert_non_null(strstr(verdict.items[0].text, "allow_weak"));
    configure("never", "", ALTSECIDS);
    say(&(struct word){"2000", .altsecid = KEY, .is_old = true});
    assert_string_equal(map(NULL), " no-mapping");
    assert_non_null(strstr(verdict.items[0].text, "certcheck refresh"));
}

/* A rule that makes a name of the UPN, where the directory knows whose the UPN is. */
static void test_directory_contradicts_names_table(void **state)
{
    static const struct row rows[] = {
        {"never", "", BY_NAME, NULL, "CORP\\alice", {{"2000", .upn = "ALICE@corp.test"}}},
        {"never", "", BY_NAME, NULL, "CORP\\alice", {{"2000", .implicit = "alice@corp.test"}}},
        {"never", "", BY_NAME, NULL, "CORP\\alice", {{"2001", .upn = "bob@corp.test"}}},
        {"never",
         "",
         BY_NAME,
         NULL,
         "CORP\\alice account-mismatch",
         {{"2000", .upn = "a.smith@corp.test"}}},
        {"never",
         "",
         BY_NAME,
         NULL,
         "CORP\\alice account-mismatch",
         {{"2001", .upn = "alice@corp.test"}}},
        {"never",
         "",
         BY_NAME,
         NULL,
         "CORP\\alice account-mismatch",
         {{"2000", .implicit = "alice@corp.test"}, {"2001", .upn = "alice@corp.test"}}},
        /* Old or not: it only refuses. */
        {"never",
         "",
         BY_NAME,
         NULL,
         "CORP\\alice account-mismatch",
         {{"2001", .upn = "alice@corp.test", .is_old = true}}},
        /* A SID, or a strong rule, says more than a name. */
        {"never", "", BY_NAME, SID("2000"), "CORP\\alice", {{"2000", .upn = "a.smith@corp.test"}}},
        {"never",
         "",
         BY_NAME ", " ALTSECIDS,
         NULL,
         "CORP\\alice",
         {{"2000", .upn = "a.smith@corp.test", .altsecid = KEY}}},
        /* A local account that is only called so is none of the directory's (CVE-2025-11561). */
        {"never", "", LOCALLY, NULL, " no-mapping", {{"2000", .upn = "alice@corp.test"}}},
        {"never", "", LOCALLY, NULL, " no-mapping", {{"2000", .implicit = "ALICE@corp.test"}}},
        {"never", "", LOCALLY, NULL, " no-mapping", {{"2000", .altsecid = KEY}}},
        {"never",
         "",
         LOCALLY,
         NULL,
         "alice",
         {{"2000", .upn = "alice@corp.test", .state = DIRECTORY_GONE}}},
        /* Whatever its number. */
        {"never", "", LOCALLY, NULL, "alice", {{"1000", .upn = "bob@corp.test"}}},
    };

    (void)state;
    try_rows(rows, sizeof(rows) / sizeof(rows[0]));
}

/* The cable is out: what was fetched of the certificate's owner is all that there is. */
static void test_directory_that_is_away_leaves_its_accounts_known(void **state)
{
    (void)state;
    result = DIRECTORY_NONE;
    configure("never", "", LOCALLY);
    set_sid(SID("2000"));
    assert_string_equal(map("alice"), "alice");
    say(&(struct word){"2000", .upn = "a.smith@corp.test", .is_old = true});
    assert_string_equal(map("alice"), " no-mapping");
    configure("never", "", LOCALLY);
    set_sid(SID("2000"));
    say(&(struct word){"2001", .upn = "alice@corp.test"});
    assert_string_equal(map("alice"), " no-mapping");
}

/* A certificate without a UPN, where the directory itself says whose it is. */
static void test_directory_altsecids_need_no_upn(void **state)
{
    static const struct {
        const char *more, *rules;
        bool expected;
        struct word word;
    } rows[] = {
        {"", ALTSECIDS, true, {"2000", .altsecid = KEY}},
        {"", ALTSECIDS, false, {"2000", .altsecid = SERIAL "00"}},
        {"", ALTSECIDS, false, {"2000", .altsecid = KEY, .is_old = true}},
        {"", ALTSECIDS, false, {"2000", .altsecid = KEY, .state = DIRECTORY_GONE}},
        {"", ALTSECIDS, false, {"2001", .altsecid = KEY}},
        {WEAK_TOO, ALTSECIDS, false, {"2000", .altsecid = WEAK}},
        {"", "{ method = \"sid\"; }", false, {"2000", .altsecid = KEY}},
        {"",
         "{ method = \"altsecid\"; altsecid = \"" KEY "\"; account = \"CORP\\\\alice\"; }",
         false,
         {"2000", .altsecid = KEY}},
    };
    struct account account, local;

    (void)state;
    assert_true(account_find(&source, "CORP\\alice", &account));
    assert_true(account_find(&source, "alice", &local));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        configure("directory", rows[i].more, rows[i].rules);
        say(&rows[i].word);
        say(&(struct word){"1000", .altsecid = KEY});
        if (mapping_needs_no_upn(&mapping, &facts, &account) != rows[i].expected)
            fail_msg("row %zu", i);
        /* Where no account comes of it at all, 1000 and perhaps others claim it. */
        assert_true(mapping_needs_no_upn(&mapping, &facts, NULL) ==
                    (strcmp(rows[i].rules, ALTSECIDS) == 0));
        assert_false(mapping_needs_no_upn(&mapping, &facts, &local));
    }
    result = DIRECTORY_FAILED;
    assert_false(mapping_needs_no_upn(&mapping, &facts, &account));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_directory_altsecids_table),
        TEST(test_directory_upns_table),
        TEST(test_directory_upn_of_another_suffix),
        TEST(test_directory_claims_are_no_choice),
        TEST(test_directory_that_does_not_answer_gives_nobody),
        TEST(test_directory_remarks_say_why_not),
        TEST(test_directory_contradicts_names_table),
        TEST(test_directory_that_is_away_leaves_its_accounts_known),
        TEST(test_directory_altsecids_need_no_upn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
