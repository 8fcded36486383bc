/* SPDX-License-Identifier: BSD-2-Clause */
/* Owners of cards, and what an entry of the directory says of one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/refresh/account_entry.h"
#include "certcheck/refresh/owners.h"
#include "tests/support/ldap_told.h"
#include "tests/support/pki.h"

/* ---- owners ---------------------------------------------------------------------------------- */

static struct buf conf_of(const char *text, size_t len)
{
    struct buf conf;

    buf_init(&conf, 4096);
    buf_put(&conf, text, len);
    return conf;
}

static void test_owner_is_read_strictly(void **state)
{
    static const struct {
        const char *text;
        size_t len; /* 0: up to the NUL */
        uid_t uid;  /* 0: none */
    } rows[] = {
        {"format = 1\nname = a\nowner_uid = 2000\nowner = CORP\\alice\nowner_display = A\n", 0,
         2000},
        {"owner = CORP\\alice\nowner_uid = 2000", 0, 2000},
        {"", 0, 0},
        {"name = a\n", 0, 0},
        {"owner = CORP\\alice\n", 0, 0},
        {"owner_uid = 2000\n", 0, 0},
        {"owner_uid = 0\nowner = root\n", 0, 0},
        {"owner_uid = 4294967295\nowner = a\n", 0, 0},
        {"owner_uid = 4294969296\nowner = a\n", 0, 0},
        {"owner_uid = 99999999999\nowner = a\n", 0, 0},
        {"owner_uid = -1\nowner = a\n", 0, 0},
        {"owner_uid = 2000x\nowner = a\n", 0, 0},
        {"owner_uid = \nowner = a\n", 0, 0},
        {"owner_uid = 2000\nowner = \n", 0, 0},
        {"owner_uid = 2000\nowner = -a\n", 0, 0},
        {"owner_uid = 2000\nowner = a:b\n", 0, 0},
        {"owner_uid = 2000\nowner = a\nowner = b\n", 0, 0},
        {"owner_uid = 2000\nowner_uid = 2001\nowner = b\n", 0, 0},
        {"owner_uid = 2000\nowner = a\0b\n", 30, 0},
        {" owner_uid = 2000\nowner = a\n", 0, 0},
        {"owner_uid=2000\nowner = a\n", 0, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        auto_buf struct buf conf =
            conf_of(rows[i].text, rows[i].len > 0 ? rows[i].len : strlen(rows[i].text));
        char name[USER_NAME_SIZE];
        uid_t uid = 0;

        if (owner_read(&conf, &uid, name) != (rows[i].uid != 0) || uid != rows[i].uid)
            fail_msg("row %zu", i);
        if (uid != 0)
            assert_string_equal(name, "CORP\\alice");
    }
}

static enum directory_result result;

static enum directory_result ask(struct directory_service *service, struct directory_query *query)
{
    (void)service;
    (void)snprintf(query->sid, sizeof(query->sid), "S-1-5-21-1-2-3-%u", (unsigned)query->uid);
    return result;
}

/* Cards of these owners: "UID NAME". */
static struct owners owners_of(const char *const *texts, size_t count)
{
    struct directory directory = {.services = {{.name = "one", .ask = ask}}, .count = 1};
    struct account_source source = pki_accounts;
    struct cards cards = {.confs = calloc(count, sizeof(struct buf)), .conf_count = count};
    struct owners owners;

    source.directory = &directory;
    for (size_t i = 0; i < count; i++) {
        const int uid = atoi(texts[i]);
        char text[256];

        (void)snprintf(text, sizeof(text), "owner_uid = %d\nowner = %s\n", uid,
                       strchr(texts[i], ' ') + 1);
        cards.confs[i] = conf_of(text, strlen(text));
    }
    assert_int_equal(owners_find_by(&source, 1000, &cards, &owners), VSC_OK);
    cards_done(&cards);
    return owners;
}

/* The directory would give a SID to everybody. */
static void test_owners_are_accounts_of_the_directory_alone(void **state)
{
    static const char *const texts[] = {
        "1000 alice",          /* local */
        "2000 CORP\\alice",    /* */
        "2000 CORP\\alice",    /* two cards */
        "2001 CORP\\alice",    /* the uid is another's now */
        "2000 dora@corp.test", /* the name is another's now, and the uid was there before */
        "2001 dora@corp.test", /* */
        "1000 CORP\\alice",    /* a local account has the uid */
        "1 daemon",            /* below min_uid */
        "3000 CORP\\gone",     /* nobody has the uid */
    };
    struct owners owners;

    (void)state;
    result = DIRECTORY_FOUND;
    owners = owners_of(texts, sizeof(texts) / sizeof(texts[0]));
    assert_int_equal(owners.count, 3);
    assert_string_equal(owners.items[0].account.name, "CORP\\alice");
    assert_string_equal(owners.items[0].sid, "S-1-5-21-1-2-3-2000");
    assert_string_equal(owners.items[1].account.name, "dora@corp.test");
    assert_string_equal(owners.items[1].sid, "S-1-5-21-1-2-3-2001");
    assert_string_equal(owners.items[2].account.name, "CORP\\gone");
    assert_string_equal(owners.items[2].sid, "");
    assert_non_null(owners.items[2].flaw);
    assert_false(owners.items[2].is_failure);
    owners_done(&owners);
}

static void test_owners_without_a_sid_say_why(void **state)
{
    static const char *const texts[] = {"2000 CORP\\alice"};

    (void)state;
    for (result = DIRECTORY_NONE; result <= DIRECTORY_FAILED; result++) {
        struct owners owners = owners_of(texts, 1);

        assert_int_equal(owners.count, 1);
        assert_true((*owners.items[0].sid != '\0') == (result == DIRECTORY_FOUND));
        assert_true((owners.items[0].flaw == NULL) == (result == DIRECTORY_FOUND));
        assert_true(owners.items[0].is_failure == (result == DIRECTORY_FAILED));
        owners_done(&owners);
    }
}

/* ---- entries --------------------------------------------------------------------------------- */

#define SID "S-1-5-21-1-2-3-2000"

static struct directory_account account;
static struct account_leftovers leftovers;
static struct problem problem;

/* Read the entry that `told` says. */
static enum vsc_err read_entry(const struct ldap_told *told)
{
    struct ldap_told_entry entry;

    directory_account_done(&account);
    problem.text[0] = '\0';
    ldap_told_make(told, &entry);
    return account_entry_read(&entry.entry, SID, &account, &leftovers, &problem);
}

static int tear_down(void **state)
{
    (void)state;
    directory_account_done(&account);
    return 0;
}

static void test_filter_escapes_every_byte(void **state)
{
    char filter[ACCOUNT_FILTER_SIZE];

    (void)state;
    account_entry_filter("S-1-5-21-40-41-42-92", filter);
    assert_string_equal(filter,
                        "(objectSid=\\01\\05\\00\\00\\00\\00\\00\\05\\15\\00\\00\\00\\28\\00"
                        "\\00\\00\\29\\00\\00\\00\\2a\\00\\00\\00\\5c\\00\\00\\00)");
    account_entry_filter("S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15", filter);
    assert_int_equal(filter[strlen(filter) - 1], ')');
}

static void test_entry_is_read(void **state)
{
    (void)state;
    assert_int_equal(
        read_entry(&(struct ldap_told){
            .sid = SID,
            .control = "512",
            .name = "alice",
            .upn = "a.smith@smith.example",
            .expires = "132539328000000000",
            .altsecids = {"X509:<SKI>0A0B", "Kerberos:a@b", "x509:<S>CN=alice", "X509:<X>1"}}),
        VSC_OK);
    assert_string_equal(account.sid, SID);
    assert_string_equal(account.upn, "a.smith@smith.example");
    assert_string_equal(account.implicit_upn, "alice@corp.test");
    assert_int_equal(account.state, 0);
    assert_int_equal(account.expires, 1609459200); /* 2021-01-01 */
    assert_int_equal(account.altsecid_count, 2);
    assert_string_equal(account.altsecids[0], "X509:<SKI>0a0b");
    assert_string_equal(account.altsecids[1], "X509:<S>CN=alice");
    assert_int_equal(leftovers.weak, 1);
    assert_int_equal(leftovers.broken, 1);
}

static void test_entry_states_table(void **state)
{
    static const struct {
        struct ldap_told told;
        unsigned state;
        int64_t expires;
    } rows[] = {
        {{.sid = SID, .control = "512"}, 0, DIRECTORY_NEVER},
        {{.sid = SID, .control = "514"}, DIRECTORY_DISABLED, DIRECTORY_NEVER},
        {{.sid = SID, .control = "66050"}, DIRECTORY_DISABLED, DIRECTORY_NEVER},
        {{.sid = SID, .control = "-2147483646"}, DIRECTORY_DISABLED, DIRECTORY_NEVER},
        {{.sid = SID, .control = "512", .computed = "16"}, DIRECTORY_LOCKED, DIRECTORY_NEVER},
        {{.sid = SID, .control = "512", .computed = "8388608"}, 0, DIRECTORY_NEVER},
        /* A lock that is over: the server says so. */
        {{.sid = SID, .control = "512", .computed = "0", .lockout = "1"}, 0, DIRECTORY_NEVER},
        {{.sid = SID, .control = "512", .lockout = "1"}, DIRECTORY_LOCKED, DIRECTORY_NEVER},
        {{.sid = SID, .control = "512", .lockout = "0"}, 0, DIRECTORY_NEVER},
        {{.sid = SID, .control = "512", .expires = "0"}, 0, DIRECTORY_NEVER},
        {{.sid = SID, .control = "512", .expires = "9223372036854775807"}, 0, DIRECTORY_NEVER},
        {{.sid = SID, .control = "512", .expires = "9223372036854775806"}, 0, 910692730085},
        {{.sid = SID, .control = "512", .expires = "1"}, 0, -11644473600},
        {{.sid = SID, .control = "514", .computed = "16", .expires = "1"},
         DIRECTORY_DISABLED | DIRECTORY_LOCKED,
         -11644473600},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(read_entry(&rows[i].told), VSC_OK);
        if (account.state != rows[i].state || account.expires != rows[i].expires)
            fail_msg("row %zu: state %u, expires %lld", i, account.state,
                     (long long)account.expires);
    }
}

static void test_entries_that_are_refused(void **state)
{
    static const struct ldap_told rows[] = {
        {.control = "512"},
        {.sid = "S-1-5-21-1-2-3-2001", .control = "512"},
        {.sid = SID, .twice = "objectSid", .control = "512"},
        {.sid = SID},
        {.sid = SID, .control = ""},
        {.sid = SID, .control = "0x200"},
        {.sid = SID, .control = "512 "},
        {.sid = SID, .control = "-"},
        {.sid = SID, .control = "99999999999999999999"},
        {.sid = SID, .control = "512", .twice = "userAccountControl"},
        {.sid = SID, .control = "512", .expires = "soon"},
        {.sid = SID, .control = "512", .expires = "-1"},
        {.sid = SID, .control = "512", .expires = "99999999999999999999"},
        {.sid = SID, .control = "512", .computed = "none"},
        {.sid = SID, .control = "512", .computed = "0", .lockout = "x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (read_entry(&rows[i]) != VSC_INPUT || *problem.text == '\0')
            fail_msg("row %zu", i);
}

static void test_entry_names_table(void **state)
{
    static const struct {
        struct ldap_told told;
        const char *upn, *implicit;
    } rows[] = {
        {{.name = "alice", .upn = "alice@corp.test"}, "alice@corp.test", "alice@corp.test"},
        {{.name = "alice"}, "", "alice@corp.test"},
        {{.name = "alice", .upn = "alice"}, "", "alice@corp.test"},
        {{.name = "alice", .upn = "a@b@c"}, "", "alice@corp.test"},
        {{.name = "alice", .upn = "a\nb@c"}, "", "alice@corp.test"},
        {{.name = "alice", .upn = "b@c", .twice = "userPrincipalName"}, "", "alice@corp.test"},
        {{.name = "a@b"}, "", ""},
        {{.name = "a b"}, "", ""},
        {{.name = ""}, "", ""},
        {{.name = "alice", .dn = "cn=a,dc=CORP,dc=test"}, "", "alice@CORP.test"},
        {{.name = "alice", .dn = "CN=a\\,DC=evil,DC=test"}, "", "alice@test"},
        {{.name = "alice", .dn = "DC=test"}, "", "alice@test"},
        {{.name = "alice", .dn = "CN=alice"}, "", ""},
        {{.name = "alice", .dn = "CN=a,DC=co\\2crp,DC=test"}, "", ""},
        {{.name = "alice", .dn = "CN=a,DC="}, "", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ldap_told told = rows[i].told;

        told.sid = SID;
        told.control = "512";
        assert_int_equal(read_entry(&told), VSC_OK);
        if (strcmp(account.upn, rows[i].upn) != 0 ||
            strcmp(account.implicit_upn, rows[i].implicit) != 0)
            fail_msg("row %zu: %s, %s", i, account.upn, account.implicit_upn);
    }
}

static void test_entry_values_that_are_left_out(void **state)
{
    struct ldap_told told = {.sid = SID, .control = "512", .many = DIRECTORY_ALTSECIDS_MAX + 6};

    (void)state;
    assert_int_equal(read_entry(&told), VSC_OK);
    assert_int_equal(account.altsecid_count, DIRECTORY_ALTSECIDS_MAX);
    assert_int_equal(leftovers.broken, 6);
    told = (struct ldap_told){
        .sid = SID,
        .control = "512",
        .nul = true, /* behind the first */
        .altsecids = {"X509:<SKI>0a", "X509:<S>CN=a\nb", "X509:<SKI>", "X509:<I>CN=\"a<SR>00"}};
    assert_int_equal(read_entry(&told), VSC_OK);
    assert_int_equal(account.altsecid_count, 0);
    assert_int_equal(leftovers.broken, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_owner_is_read_strictly),
        cmocka_unit_test(test_owners_are_accounts_of_the_directory_alone),
        cmocka_unit_test(test_owners_without_a_sid_say_why),
        cmocka_unit_test(test_filter_escapes_every_byte),
        cmocka_unit_test_teardown(test_entry_is_read, tear_down),
        cmocka_unit_test_teardown(test_entry_states_table, tear_down),
        cmocka_unit_test_teardown(test_entries_that_are_refused, tear_down),
        cmocka_unit_test_teardown(test_entry_names_table, tear_down),
        cmocka_unit_test_teardown(test_entry_values_that_are_left_out, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
