/* SPDX-License-Identifier: BSD-2-Clause */
/* What may be held against vsc-tgt: a worker that was taken over, a cache that its owner filled, a
 * keytab that is damaged. And where the PIN stays. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "tests/support/scratch.h"
#include "tgt/cache.h"
#include "tgt/host_keys.h"
#include "tgt/serve.h"
#include "tgt/worker.h"

#define FDS_MAX 256

static void count_open(void *data, struct worker_result *result)
{
    unsigned count = 0;

    (void)data;
    for (int fd = 3; fd < FDS_MAX; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    (void)snprintf(result->principal, sizeof(result->principal), "%u", count);
    result->outcome = TGT_DONE;
}

static void test_worker_has_its_pipe_and_nothing_of_roots(void **state)
{
    auto_fd int low = open(scratch_path(state, "."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto_fd int high = fcntl(low, F_DUPFD_CLOEXEC, 100);
    const struct deadline deadline = deadline_in(60000);
    const struct worker_job job = {.run = count_open};
    auto_worker_result struct worker_result result;

    assert_true(low >= 0 && high >= 0);
    worker_run(&job, &deadline, &result);
    assert_int_equal(result.outcome, TGT_DONE);
    assert_string_equal(result.principal, "1");
}

/* The request is for somebody else, so nothing comes of it, and yet the PIN is gone. */
static void test_request_with_a_pin_is_wiped_before_anything_is_done(void **state)
{
    const struct conf conf = {.kerberos = KERBEROS_OPTIONAL};
    const struct tgt_site site = {.conf = &conf};
    struct tgt_get get = {.account = "alice",
                          .uid = geteuid() + 1,
                          .upn = "alice@corp.test",
                          .card = "0000",
                          .key = "00"};
    auto_message struct message request, answer;
    struct problem problem = {""};

    (void)state;
    assert_int_equal(secret_set(&get.pin, "12345678", 8), VSC_OK);
    message_init(&request, WIRE_TGT_GET);
    tgt_get_encode(&request.body, &get);
    secret_done(&get.pin);
    assert_int_equal(tgt_serve(&site, &request, &answer, &problem), VSC_DENIED);
    assert_string_equal(problem.text, "a ticket for another user");
    assert_null(request.body.data);
}

/* ---- caches */

/* A cache with a ticket of `name`, which is a second old. */
static void fill(const char *path, const char *name)
{
    krb5_context context;
    krb5_ccache cache;
    krb5_creds creds;
    char ticket[] = "ticket";

    memset(&creds, 0, sizeof(creds));
    assert_int_equal(krb5_init_context(&context), 0);
    assert_int_equal(krb5_parse_name(context, name, &creds.client), 0);
    assert_int_equal(krb5_build_principal(context, &creds.server, creds.client->realm.length,
                                          creds.client->realm.data, KRB5_TGS_NAME,
                                          creds.client->realm.data, (char *)NULL),
                     0);
    creds.ticket = (krb5_data){.length = sizeof(ticket), .data = ticket};
    creds.times.starttime = creds.times.authtime = (krb5_timestamp)time(NULL);
    creds.times.endtime = creds.times.starttime + 36000;
    assert_int_equal(krb5_cc_resolve(context, path, &cache), 0);
    assert_int_equal(krb5_cc_initialize(context, cache, creds.client), 0);
    assert_int_equal(krb5_cc_store_cred(context, cache, &creds), 0);
    assert_int_equal(krb5_cc_close(context, cache), 0);
    krb5_free_principal(context, creds.client);
    krb5_free_principal(context, creds.server);
    krb5_free_context(context);
}

static enum tgt_outcome renew(const char *path, const char *name)
{
    const struct cache_job job = {.account = "CORP\\alice", .realm = "CORP.TEST", .ccache = path};
    auto_worker_result struct worker_result result;

    fill(path, name);
    worker_result_init(&result);
    cache_renew((void *)(uintptr_t)&job, &result);
    return result.outcome;
}

static void test_cache_of_another_principal_is_not_renewed(void **state)
{
    char path[512];

    (void)snprintf(path, sizeof(path), "FILE:%s", scratch_path(state, "cache"));
    assert_int_equal(renew(path, "alice@CORP.TEST"), TGT_DONE);
    assert_int_equal(renew(path, "bob@CORP.TEST"), TGT_MISMATCH);
    assert_int_equal(renew(path, "alice@EVIL.TEST"), TGT_MISMATCH);
    assert_int_equal(renew(path, "alice/admin@CORP.TEST"), TGT_MISMATCH);
}

/* ---- keytabs */

static void add_key(const char *path, const char *name)
{
    krb5_context context;
    krb5_keytab keytab;
    krb5_keytab_entry entry;
    unsigned char key[32] = {1};

    memset(&entry, 0, sizeof(entry));
    assert_int_equal(krb5_init_context(&context), 0);
    assert_int_equal(krb5_parse_name(context, name, &entry.principal), 0);
    entry.vno = 1;
    entry.key = (krb5_keyblock){
        .enctype = ENCTYPE_AES256_CTS_HMAC_SHA1_96, .length = sizeof(key), .contents = key};
    assert_int_equal(krb5_kt_resolve(context, path, &keytab), 0);
    assert_int_equal(krb5_kt_add_entry(context, keytab, &entry), 0);
    assert_int_equal(krb5_kt_close(context, keytab), 0);
    krb5_free_principal(context, entry.principal);
    krb5_free_context(context);
}

/* What is found, and whether it is told to be broken. */
static bool has_keys(bool *ret_is_broken)
{
    struct host_keys *keys = host_keys_read(ret_is_broken);
    const bool has = keys != NULL;

    host_keys_free(keys);
    return has;
}

static void test_keytab_that_cannot_be_read_is_not_taken_for_none(void **state)
{
    const char *file = scratch_path(state, "keytab");
    char path[512];
    bool is_broken = true;

    (void)snprintf(path, sizeof(path), "FILE:%s", file);
    assert_int_equal(setenv("KRB5_KTNAME", path, 1), 0);
    assert_false(has_keys(&is_broken));
    assert_false(is_broken);
    add_key(path, "HTTP/client1@CORP.TEST");
    assert_false(has_keys(&is_broken));
    assert_false(is_broken);
    add_key(path, "host/client1@CORP.TEST");
    assert_true(has_keys(&is_broken));
    assert_false(is_broken);
    assert_int_equal(truncate(file, 0), 0);
    assert_false(has_keys(&is_broken));
    assert_true(is_broken);
    scratch_file(state, "keytab", "no keytab", 9, 0600);
    assert_false(has_keys(&is_broken));
    assert_true(is_broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        TEST(test_worker_has_its_pipe_and_nothing_of_roots),
        TEST(test_request_with_a_pin_is_wiped_before_anything_is_done),
        TEST(test_cache_of_another_principal_is_not_renewed),
        TEST(test_keytab_that_cannot_be_read_is_not_taken_for_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
