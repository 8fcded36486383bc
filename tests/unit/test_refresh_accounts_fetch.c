/* SPDX-License-Identifier: BSD-2-Clause */
/* What refresh makes of a directory's answers, with a directory that says what a case wants. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/refresh/account_entry.h"
#include "certcheck/refresh/accounts_fetch.h"
#include "conf/parse.h"
#include "tests/support/ldap_told.h"
#include "tests/support/scratch.h"

#define ALICE "S-1-5-21-1-2-3-2000"
#define BOB   "S-1-5-21-1-2-3-2001"

/* ---- the directory --------------------------------------------------------------------------- */

static struct ldap_told answers[3];
static size_t answer_count;
static enum vsc_err end; /* of each search */
static char filters[256];

enum vsc_err __wrap_ldap_directory_search(struct ldap_directory *directory,
                                          const struct ldap_query *query, ldap_entry_visit *visit,
                                          void *arg, struct problem *problem);
const char *__wrap_ldap_directory_base(const struct ldap_directory *directory);

const char *__wrap_ldap_directory_base(const struct ldap_directory *directory)
{
    (void)directory;
    return "DC=corp,DC=test";
}

enum vsc_err __wrap_ldap_directory_search(struct ldap_directory *directory,
                                          const struct ldap_query *query, ldap_entry_visit *visit,
                                          void *arg, struct problem *problem)
{
    (void)directory;
    (void)snprintf(filters, sizeof(filters), "%s", query->filter);
    assert_string_equal(query->base, "DC=corp,DC=test");
    assert_int_equal(query->reach, LDAP_SUBTREE);
    assert_true(query->max_entries == 2 && query->max_bytes == ACCOUNT_ENTRY_BYTES);
    for (size_t i = 0; i < answer_count; i++) {
        struct ldap_told_entry entry;
        enum vsc_err err;

        ldap_told_make(&answers[i], &entry);
        err = visit(arg, &entry.entry);
        if (err != VSC_OK)
            return err;
    }
    return end != VSC_OK ? problem_set(problem, end, "no answer in time") : VSC_OK;
}

/* ---- a refresh ------------------------------------------------------------------------------- */

static struct conf *conf;
static char *said; /* owned: what the last refresh told */
static bool current;

static struct owner owner_of(const char *name, uid_t uid, const char *sid, const char *flaw)
{
    struct owner owner = {.account = {.uid = uid}, .flaw = flaw, .is_failure = flaw != NULL};

    (void)snprintf(owner.account.name, sizeof(owner.account.name), "%s", name);
    (void)snprintf(owner.sid, sizeof(owner.sid), "%s", sid);
    return owner;
}

static void run_for(void **state, int64_t now, struct owner *items, size_t count, bool reachable)
{
    struct cache cache;
    struct report report;
    struct problem problem = {""};
    size_t size = 0;
    FILE *out;
    struct refresh refresh = {.conf = conf, .cache = &cache, .report = &report, .now = now};
    struct owners owners = {.items = items, .count = count};
    int any;

    free(said);
    said = NULL;
    out = open_memstream(&said, &size);
    assert_non_null(out);
    assert_int_equal(cache_open(scratch_path(state, "cache"), "", &cache, &problem), VSC_OK);
    assert_int_equal(cache_make_part(&cache, CACHE_DIRECTORY, &refresh.parts[CACHE_DIRECTORY]),
                     VSC_OK);
    report_start(&report, out, false, NULL);
    refresh.directory = reachable ? (struct ldap_directory *)(void *)&any : NULL;
    assert_int_equal(accounts_fetch(&refresh, &owners), VSC_OK);
    current = report.current;
    assert_true(report_end(&report));
    (void)fclose(out);
    (void)close(refresh.parts[CACHE_DIRECTORY]);
    cache_close(&cache);
}

static void run_at(void **state, int64_t now, struct owner owner, bool reachable)
{
    run_for(state, now, &owner, 1, reachable);
}

/* What the cache has of alice; a static copy, NULL for nothing. */
static const struct directory_account *cached(void **state)
{
    static struct directory_accounts accounts;
    struct cache cache;
    struct problem problem = {""};

    directory_accounts_done(&accounts);
    if (state == NULL)
        return NULL;
    assert_int_equal(cache_open(scratch_path(state, "cache"), "", &cache, &problem), VSC_OK);
    assert_int_equal(directory_accounts_load(&cache, 2000, 500, &accounts), VSC_OK);
    cache_close(&cache);
    assert_true(accounts.count <= 1);
    return directory_accounts_of_sid(&accounts, ALICE);
}

static int set_up(void **state)
{
    static const char text[] = "directory = { uri = \"ldap://dc1.corp.test\"; };";
    struct problem problem = {""};

    answers[0] = (struct ldap_told){.sid = ALICE,
                                    .control = "512",
                                    .name = "alice",
                                    .upn = "alice@corp.test",
                                    .altsecids = {"X509:<SKI>0a0b", "X509:<S>CN=alice"}};
    answer_count = 1;
    end = VSC_OK;
    if (scratch_setup(state) != 0 ||
        conf_parse("conf", text, strlen(text), &conf, &problem) != VSC_OK)
        return 1;
    scratch_folder(state, "cache", 0755);
    return 0;
}

static int tear_down(void **state)
{
    (void)cached(NULL);
    conf_free(conf);
    free(said);
    said = NULL;
    return scratch_teardown(state);
}

static void run_alice(void **state, int64_t now)
{
    run_at(state, now, owner_of("CORP\\alice", 2000, ALICE, NULL), true);
}

static void test_account_is_fetched_by_its_sid(void **state)
{
    const struct directory_account *alice;
    char filter[ACCOUNT_FILTER_SIZE];

    run_alice(state, 1000);
    account_entry_filter(ALICE, filter);
    assert_string_equal(filters, filter);
    alice = cached(state);
    assert_non_null(alice);
    assert_int_equal(alice->uid, 2000);
    assert_int_equal(alice->fetched, 1000);
    assert_int_equal(alice->altsecid_count, 2);
    assert_true(current);
    assert_non_null(strstr(said, "stored"));
    assert_non_null(strstr(said, "1 weak values"));
    run_alice(state, 1600);
    assert_int_equal(cached(state)->fetched, 1600);
}

/* Whatever goes wrong, what was known stays, and grows old. */
static void test_account_stays_as_it_was_known(void **state)
{
    run_alice(state, 1000);
    end = VSC_INPUT;
    answer_count = 0;
    run_alice(state, 1600);
    assert_int_equal(cached(state)->fetched, 1000);
    assert_int_equal(cached(state)->altsecid_count, 2);
    assert_false(current);
    assert_non_null(strstr(said, "no answer in time"));
    answer_count = 1; /* and then it breaks off */
    answers[0].control = "514";
    run_alice(state, 1600);
    assert_int_equal(cached(state)->state, 0);
    end = VSC_OK;
    answers[0].sid = BOB;
    run_alice(state, 1600);
    assert_int_equal(cached(state)->fetched, 1000);
    assert_non_null(strstr(said, "another SID"));
    answers[0].sid = ALICE;
    answers[0].control = NULL;
    run_alice(state, 1600);
    assert_int_equal(cached(state)->fetched, 1000);
    run_at(state, 1600, owner_of("CORP\\alice", 2000, "", "nobody says its SID"), true);
    assert_int_equal(cached(state)->fetched, 1000);
    assert_non_null(strstr(said, "nobody says its SID"));
    run_at(state, 1600, owner_of("CORP\\alice", 2000, ALICE, NULL), false);
    assert_int_equal(cached(state)->fetched, 1000);
    assert_string_equal(said, "");
}

static void test_account_that_is_there_twice_is_not_believed(void **state)
{
    answers[1] = answers[0];
    answers[1].control = "514";
    answer_count = 2;
    run_alice(state, 1000);
    assert_null(cached(state));
    assert_non_null(strstr(said, "twice"));
    answer_count = 1;
    run_alice(state, 1000);
    answer_count = 2;
    run_alice(state, 1600);
    assert_int_equal(cached(state)->fetched, 1000);
    assert_false(current);
}

static void test_account_that_is_gone_is_marked(void **state)
{
    answer_count = 0;
    run_alice(state, 1000);
    assert_null(cached(state));
    assert_false(current);
    answer_count = 1;
    run_alice(state, 1000);
    answer_count = 0;
    run_alice(state, 1600);
    assert_int_equal(cached(state)->state, DIRECTORY_GONE);
    assert_int_equal(cached(state)->altsecid_count, 0);
    assert_non_null(strstr(said, "any more"));
    run_alice(state, 1700);
    assert_int_equal(cached(state)->state, DIRECTORY_GONE);
    answer_count = 1;
    run_alice(state, 1800);
    assert_int_equal(cached(state)->state, 0);
}

static void test_account_without_a_card_is_forgotten(void **state)
{
    run_alice(state, 1000);
    answers[0].sid = BOB;
    run_at(state, 1600, owner_of("CORP\\bob", 2001, BOB, NULL), true);
    assert_null(cached(state));
    /* alice again, of whom nobody says anything now. */
    run_at(state, 1600, owner_of("CORP\\alice", 2000, "", "nobody says its SID"), true);
    assert_null(cached(state));
}

/* Numbers have moved: hers is another's now, whose SID nobody says, and she has a new one. */
static void test_sid_that_another_owner_has_now_is_kept_once(void **state)
{
    struct owner owners[2] = {owner_of("CORP\\bob", 2000, "", "nobody says its SID"),
                              owner_of("CORP\\alice", 2002, ALICE, NULL)};

    run_alice(state, 1000);
    run_for(state, 1600, owners, 2, true);
    assert_non_null(cached(state));
    assert_int_equal(cached(state)->uid, 2002);
    assert_int_equal(cached(state)->fetched, 1600);
}

static void test_values_that_are_not_understood_are_told(void **state)
{
    answers[0].altsecids[1] = "X509:<X>1";
    run_alice(state, 1000);
    assert_int_equal(cached(state)->altsecid_count, 1);
    assert_non_null(strstr(said, "1 values of altSecurityIdentities are left out"));
    assert_null(strstr(said, "weak"));
    assert_true(current);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_account_is_fetched_by_its_sid),
        TEST(test_account_stays_as_it_was_known),
        TEST(test_account_that_is_there_twice_is_not_believed),
        TEST(test_account_that_is_gone_is_marked),
        TEST(test_account_without_a_card_is_forgotten),
        TEST(test_sid_that_another_owner_has_now_is_kept_once),
        TEST(test_values_that_are_not_understood_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
