/* SPDX-License-Identifier: BSD-2-Clause */
/* The file directory/accounts of the cache: whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <openssl/sha.h>

#include "certcheck/directory_accounts.h"
#include "common/altsecid.h"
#include "common/own.h"
#include "tests/support/scratch.h"

#define ALICE  "S-1-5-21-1-2-3-2000"
#define BOB    "S-1-5-21-1-2-3-2001"
#define DIGEST SHA256_DIGEST_LENGTH

static struct directory_account account_of(const char *sid, uid_t uid)
{
    struct directory_account account = {.uid = uid,
                                        .fetched = 1000,
                                        .state = DIRECTORY_DISABLED | DIRECTORY_LOCKED,
                                        .expires = DIRECTORY_NEVER,
                                        .upn = "alice@corp.test",
                                        .implicit_upn = "a@corp.test"};

    (void)snprintf(account.sid, sizeof(account.sid), "%s", sid);
    return account;
}

static void add(struct directory_accounts *accounts, const char *sid, uid_t uid,
                const char *altsecid)
{
    struct directory_account account = account_of(sid, uid);

    if (altsecid != NULL)
        account.altsecids[account.altsecid_count++] = strdup(altsecid);
    assert_int_equal(directory_accounts_add(accounts, &account), VSC_OK);
}

static void encode(const struct directory_accounts *accounts, struct buf *bytes)
{
    buf_init(bytes, DIRECTORY_ACCOUNTS_BYTES);
    directory_accounts_encode(accounts, bytes);
    assert_int_equal(buf_status(bytes), VSC_OK);
}

/* The digest of bytes that were changed. */
static void seal(struct buf *bytes)
{
    (void)SHA256(bytes->data, bytes->len - DIGEST, bytes->data + bytes->len - DIGEST);
}

static enum vsc_err decode(const struct buf *bytes)
{
    struct directory_accounts accounts = {.count = 0};
    enum vsc_err err = directory_accounts_decode(bytes->data, bytes->len, &accounts);

    assert_true(err == VSC_OK || accounts.count == 0);
    directory_accounts_done(&accounts);
    return err;
}

static void test_accounts_come_back_as_they_were(void **state)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    auto_directory_accounts struct directory_accounts again = {.count = 0};
    auto_buf struct buf bytes;
    const struct directory_account *bob;

    (void)state;
    add(&accounts, ALICE, 2000, NULL);
    add(&accounts, BOB, 2001, "X509:<SKI>0a0b");
    accounts.items[1].expires = -5;
    encode(&accounts, &bytes);
    assert_int_equal(directory_accounts_decode(bytes.data, bytes.len, &again), VSC_OK);
    assert_int_equal(again.count, 2);
    bob = directory_accounts_of_sid(&again, BOB);
    assert_ptr_equal(bob, directory_accounts_of_uid(&again, 2001));
    assert_int_equal(bob->fetched, 1000);
    assert_int_equal(bob->state, DIRECTORY_DISABLED | DIRECTORY_LOCKED);
    assert_int_equal(bob->expires, -5);
    assert_string_equal(bob->upn, "alice@corp.test");
    assert_string_equal(bob->implicit_upn, "a@corp.test");
    assert_int_equal(bob->altsecid_count, 1);
    assert_string_equal(bob->altsecids[0], "X509:<SKI>0a0b");
    assert_int_equal(again.items[0].expires, DIRECTORY_NEVER);
    assert_null(directory_accounts_of_sid(&again, "S-1-5-21-1-2-3-200"));
    assert_null(directory_accounts_of_uid(&again, 0));
}

static void test_accounts_are_refused_when_cut_or_flipped(void **state)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    auto_buf struct buf bytes;

    (void)state;
    add(&accounts, ALICE, 2000, "X509:<SKI>0a0b");
    encode(&accounts, &bytes);
    for (size_t i = 0; i < bytes.len; i++) {
        const size_t len = bytes.len;

        bytes.len = i;
        assert_int_equal(decode(&bytes), VSC_INPUT);
        bytes.len = len;
        bytes.data[i] ^= 1;
        assert_int_equal(decode(&bytes), VSC_INPUT);
        bytes.data[i] ^= 1;
    }
    assert_int_equal(decode(&bytes), VSC_OK);
}

/* With a good digest, too. */
static void test_accounts_are_refused_when_they_make_no_sense(void **state)
{
    const struct directory_account rows[] = {
        {.sid = "S-1-5-18"},
        {.sid = "S-1-22-1-1000"},
        {.sid = ""},
        {.sid = ALICE, .state = 8},
        {.sid = ALICE, .state = UINT32_MAX},
        {.sid = ALICE, .fetched = -1},
        {.sid = ALICE, .fetched = INT64_MIN},
        {.sid = ALICE, .upn = "alice"},
        {.sid = ALICE, .upn = "a@b@c"},
        {.sid = ALICE, .upn = "a\nb@c"},
        {.sid = ALICE, .implicit_upn = "CORP\\alice@corp.test"},
        {.sid = ALICE, .altsecids = {(char[]){"X509:<SKI>0A0B"}}, .altsecid_count = 1},
        {.sid = ALICE, .altsecids = {(char[]){"X509:<SKI>"}}, .altsecid_count = 1},
        {.sid = ALICE, .altsecids = {(char[]){"Kerberos:a@b"}}, .altsecid_count = 1},
        {.sid = ALICE, .altsecids = {(char[]){"X509:<S>CN=a\n"}}, .altsecid_count = 1},
        {.sid = ALICE, .altsecids = {(char[]){""}}, .altsecid_count = 1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct directory_account account = rows[i];
        const struct directory_accounts accounts = {.items = &account, .count = 1};
        auto_buf struct buf bytes;

        encode(&accounts, &bytes);
        if (decode(&bytes) != VSC_INPUT)
            fail_msg("row %zu", i);
    }
}

static void test_accounts_with_one_sid_twice_are_refused(void **state)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    auto_buf struct buf bytes;

    (void)state;
    add(&accounts, ALICE, 2000, NULL);
    add(&accounts, ALICE, 2001, NULL);
    encode(&accounts, &bytes);
    assert_int_equal(decode(&bytes), VSC_INPUT);
}

/* Counts that lie, another version, a NUL in a value, and something behind the end. */
static void test_accounts_are_refused_when_their_frame_lies(void **state)
{
    static const struct {
        const char *what;
        size_t at; /* from the start; from the end of the content where `back` is set */
        bool back;
        unsigned char byte;
    } rows[] = {
        {"another version", 11, false, 2},       {"more accounts", 15, false, 2},
        {"very many accounts", 12, false, 255},  {"no accounts", 15, false, 0},
        {"a NUL in a value", 1, true, 0},        {"more values", 14 + 5, true, 2},
        {"very many values", 14 + 8, true, 255},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        auto_directory_accounts struct directory_accounts accounts = {.count = 0};
        auto_buf struct buf bytes;
        size_t at;

        add(&accounts, ALICE, 2000, "X509:<SKI>0a0b");
        encode(&accounts, &bytes);
        at = rows[i].back ? bytes.len - DIGEST - rows[i].at : rows[i].at;
        bytes.data[at] = rows[i].byte;
        seal(&bytes);
        if (decode(&bytes) != VSC_INPUT)
            fail_msg("%s: taken", rows[i].what);
    }
}

static void test_accounts_have_a_limit(void **state)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    struct directory_account more = account_of(ALICE, 1);
    auto_buf struct buf bytes;

    (void)state;
    for (unsigned i = 0; i < DIRECTORY_ACCOUNTS_MAX; i++) {
        char sid[SID_SIZE];

        (void)snprintf(sid, sizeof(sid), "S-1-5-21-1-2-3-%u", i);
        add(&accounts, sid, i, NULL);
    }
    more.altsecids[more.altsecid_count++] = strdup("X509:<SKI>00");
    assert_int_equal(directory_accounts_add(&accounts, &more), VSC_MEMORY);
    encode(&accounts, &bytes);
    assert_int_equal(decode(&bytes), VSC_OK);
}

/* ---- the cache ------------------------------------------------------------------------------- */

static void load(void **state, int64_t now, int64_t max_age, struct directory_accounts *accounts)
{
    struct cache cache;
    struct problem problem = {""};

    assert_int_equal(cache_open(scratch_path(state, "cache"), "", &cache, &problem), VSC_OK);
    assert_int_equal(directory_accounts_load(&cache, now, max_age, accounts), VSC_OK);
    cache_close(&cache);
}

static size_t count_of(void **state, int64_t now, int64_t max_age, bool *ret_fresh)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};

    load(state, now, max_age, &accounts);
    *ret_fresh = accounts.count > 0 && accounts.items[0].is_fresh;
    return accounts.count;
}

static void test_accounts_of_the_cache_grow_old(void **state)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    auto_buf struct buf bytes;
    bool fresh;

    add(&accounts, ALICE, 2000, NULL); /* fetched at 1000 */
    encode(&accounts, &bytes);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 0);
    scratch_folder(state, "cache", 0755);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 0);
    scratch_folder(state, "cache/directory", 0755);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 0);
    scratch_file(state, "cache/directory/accounts", bytes.data, bytes.len, 0644);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 1);
    assert_true(fresh);
    assert_int_equal(count_of(state, 1060, 60, &fresh), 1);
    assert_true(fresh);
    assert_int_equal(count_of(state, 1061, 60, &fresh), 1);
    assert_false(fresh);
    /* A clock that goes back makes nothing young. */
    assert_int_equal(count_of(state, 999, 60, &fresh), 1);
    assert_false(fresh);
}

static void test_accounts_of_the_cache_are_none_when_damaged_or_foreign(void **state)
{
    auto_directory_accounts struct directory_accounts accounts = {.count = 0};
    auto_buf struct buf bytes;
    bool fresh;

    add(&accounts, ALICE, 2000, NULL);
    encode(&accounts, &bytes);
    scratch_folder(state, "cache", 0755);
    scratch_folder(state, "cache/directory", 0755);
    scratch_file(state, "cache/directory/accounts", bytes.data, bytes.len, 0666);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 0);
    scratch_file(state, "cache/directory/accounts", bytes.data, bytes.len - 1, 0644);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 0);
    scratch_file(state, "cache/directory/accounts", "", 0, 0644);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 0);
    assert_int_equal(unlink(scratch_path(state, "cache/directory/accounts")), 0);
    assert_int_equal(symlink("/dev/zero", scratch_path(state, "cache/directory/accounts")), 0);
    assert_int_equal(count_of(state, 1000, 60, &fresh), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accounts_come_back_as_they_were),
        cmocka_unit_test(test_accounts_are_refused_when_cut_or_flipped),
        cmocka_unit_test(test_accounts_are_refused_when_they_make_no_sense),
        cmocka_unit_test(test_accounts_with_one_sid_twice_are_refused),
        cmocka_unit_test(test_accounts_are_refused_when_their_frame_lies),
        cmocka_unit_test(test_accounts_have_a_limit),
        cmocka_unit_test_setup_teardown(test_accounts_of_the_cache_grow_old, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_accounts_of_the_cache_are_none_when_damaged_or_foreign,
                                        scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
