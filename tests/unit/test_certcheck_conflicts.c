/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of rules: their formats, several accounts for a value, and rules that contradict. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/mapping.h"
#include "tests/support/pki.h"
#include "tests/support/scratch.h"

#define HASH     "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define BIG_HASH "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define FIRST    "the first wins"
#define SID      "S-1-5-21-1-2-3-2000"

static struct mapping mapping;
static struct conf *conf;
static struct problem problem;

/* A configuration with two rules: by files one and two, or what `rules` says. */
static enum vsc_err load(void **state, const char *one, const char *two, const char *more)
{
    const char *conflict = strcmp(more, FIRST) == 0 ? "conflict = \"first\";" : "";

    char text[2048];
    enum vsc_err err;

    scratch_file(state, "one", one, strlen(one), 0644);
    scratch_file(state, "two", two, strlen(two), 0644);
    (void)snprintf(text, sizeof(text),
                   "mapping = { rules = ( { method = \"file\"; file = \"%s\"; },\n"
                   "{ method = \"file\"; file = \"%s\"; } %s ); %s };",
                   scratch_path(state, "one"), scratch_path(state, "two"),
                   *conflict != '\0' ? "" : more, conflict);
    scratch_file(state, "conf", text, strlen(text), 0644);
    assert_int_equal(conf_load(scratch_path(state, "conf"), &conf, &problem), VSC_OK);
    err = mapping_load(&mapping, conf, &pki_accounts, &problem);
    mapping_done(&mapping);
    conf_free(conf);
    return err;
}

static void test_files_that_contradict_are_refused_with_both_lines(void **state)
{
    static const struct {
        const char *one, *two;
        bool refused;
    } table[] = {
        {"#\nsid=" SID " alice\n", "\nsid=" SID " bob\n", true},
        {"#\nsha256=" HASH " alice\n", "\nsha256=" BIG_HASH " bob\n", true},
        {"#\nupn=alice@corp.test alice\n", "\nupn=alice@CORP.test bob\n", true},
        {"#\naltsecid=X509:<SKI>ab alice\n", "\naltsecid=X509:<ski>AB bob\n", true},
        {"#\naltsecid=X509:<I>CN=a,DC=b<SR>01 alice\n",
         "\naltsecid=x509:<i>cn=a, dc=b<sr>0100 bob\n", true},
        {"sid=" SID " alice\n", "sid=" SID " alice\n", false},
        {"sid=" SID " alice\n", "sid=" SID "1 bob\n", false},
        {"upn=alice@corp.test alice\n", "upn=Alice@corp.test bob\n", false},
        {"upn=alice@corp.test alice\n", "upn=alice@other.test bob\n", false},
        {"upn=a@b.test alice\n", "upn=ab@.test bob\n", false},
        /* Within one file, and with an account in common, the user's name chooses. */
        {"sid=" SID " alice\nsid=" SID " bob\n", "", false},
        {"sid=" SID " alice\nsid=" SID " bob\n", "sid=" SID " bob\n", false},
        {"#\nsid=" SID " alice\n", "\nsid=" SID " bob\nsid=" SID " carol\n", true},
        {"", "", false},
    };

    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        char expected[512];
        enum vsc_err err = load(state, table[i].one, table[i].two, "");

        if ((err == VSC_CONFIG) != table[i].refused)
            fail_msg("row %zu: %d %s", i, (int)err, problem.text);
        (void)snprintf(expected, sizeof(expected),
                       "%s:2: gives \"bob\" for what %s:2 gives \"alice\"",
                       scratch_path(state, "two"), scratch_path(state, "one"));
        if (table[i].refused)
            assert_string_equal(problem.text, expected);
    }
}

static void test_file_and_rule_that_contradict_are_refused(void **state)
{
    char expected[512];

    assert_int_equal(load(state, "sha256=" HASH " alice\n", "",
                          ",\n{ method = \"sha256\"; sha256 = \"" BIG_HASH
                          "\"; account = \"bob\"; }"),
                     VSC_CONFIG);
    (void)snprintf(expected, sizeof(expected),
                   "mapping.rules[2] (line 3): gives \"bob\" for what %s:1 gives \"alice\"",
                   scratch_path(state, "one"));
    assert_string_equal(problem.text, expected);
    assert_int_equal(load(state, "sid=" SID " alice\n", "",
                          ", { method = \"sid\"; sid = \"" SID "\"; account = \"bob\"; }"),
                     VSC_CONFIG);
    assert_int_equal(
        load(state, "altsecid=X509:<SKI>ab alice\n", "",
             ", { method = \"altsecid\"; altsecid = \"X509:<SKI>AB\"; account = \"bob\"; }"),
        VSC_CONFIG);
    assert_int_equal(load(state, "sid=" SID " alice\n", "",
                          ", { method = \"sid\"; sid = \"" SID "\"; account = \"alice\"; }"),
                     VSC_OK);
}

static void test_contradictions_pass_where_the_first_wins(void **state)
{
    assert_int_equal(load(state, "sid=" SID " alice\n", "sid=" SID " bob\n", FIRST), VSC_OK);
}

static enum vsc_err parse(const char *text, enum map_key key, bool allow_weak,
                          struct map_file *file)
{
    const struct map_format format = {.key = key, .allow_weak = allow_weak};

    return map_file_parse(text, strlen(text), "map", &format, file, &problem);
}

static void test_files_for_one_key_need_not_name_it(void **state)
{
    struct map_file file;

    (void)state;
    assert_int_equal(parse("# SIDs\n" SID " alice\n\n sid=" SID " bob\n", MAP_SID, false, &file),
                     VSC_OK);
    assert_int_equal(file.count, 2);
    assert_string_equal(file.lines[0].value, SID);
    assert_string_equal(file.lines[0].account, "alice");
    assert_int_equal(file.lines[0].key, MAP_SID);
    assert_int_equal(file.lines[0].binding, BINDING_STRONG);
    assert_int_equal(file.lines[0].number, 2);
    assert_int_equal(file.lines[1].number, 4);
    map_file_done(&file);
    assert_int_equal(
        parse("X509:<I>CN=The CA, DC=test<SR>0ab1  CORP\\alice\r\n", MAP_ALTSECID, false, &file),
        VSC_OK);
    assert_string_equal(file.lines[0].value, "X509:<I>CN=The CA,DC=test<SR>0AB1");
    assert_string_equal(file.lines[0].account, "CORP\\alice");
    map_file_done(&file);
}

static void test_files_for_one_key_hold_nothing_else(void **state)
{
    static const struct {
        enum map_key key;
        const char *text, *problem;
    } table[] = {
        {MAP_SID, "upn=alice@corp.test alice",
         "map:1: this rule's file holds lines of its own kind only"},
        {MAP_SID, "alice@corp.test alice", "map:1: this is no security identifier"},
        {MAP_SID, SID, "map:1: there is no account"},
        {MAP_ALTSECID, "sid=" SID " alice",
         "map:1: this rule's file holds lines of its own kind only"},
        {MAP_ALTSECID, SID " alice",
         "map:1: this is no form of altSecurityIdentities, as Windows writes it"},
        {MAP_ANY, SID " alice",
         "map:1: a line is KEY=VALUE account, KEY one of upn, sha256, sid, altsecid"},
        {MAP_ANY, "\n\nsid= alice", "map:3: there is no value"},
        {MAP_ANY, "altsecid=X509:<S>CN=a alice",
         "map:1: this form of altSecurityIdentities is weak, and needs mapping.allow_weak"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct map_file file;

        assert_int_equal(parse(table[i].text, table[i].key, false, &file), VSC_CONFIG);
        assert_string_equal(problem.text, table[i].problem);
    }
}

static void test_weak_lines_are_weak(void **state)
{
    struct map_file file;

    (void)state;
    assert_int_equal(parse("altsecid=X509:<S>CN=a alice\nupn=a@b.c alice", MAP_ANY, true, &file),
                     VSC_OK);
    assert_int_equal(file.lines[0].binding, BINDING_WEAK);
    assert_int_equal(file.lines[1].binding, BINDING_NAME);
    map_file_done(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        TEST(test_files_that_contradict_are_refused_with_both_lines),
        TEST(test_file_and_rule_that_contradict_are_refused),
        TEST(test_contradictions_pass_where_the_first_wins),
        TEST(test_files_for_one_key_need_not_name_it),
        TEST(test_files_for_one_key_hold_nothing_else),
        TEST(test_weak_lines_are_weak),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
