/* SPDX-License-Identifier: BSD-2-Clause */
/* A ticket that a KDC gave counts if it is the account's and opens with the host's key: libkrb5's
 * exchange and its verification are played here. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <krb5/krb5.h>

#include "tests/support/scratch.h"
#include "tgt/exchange.h"

static struct {
    const char *principal;    /* whose ticket the KDC gives */
    krb5_error_code verified; /* what comes of the trial with the host's key */
    bool must_verify;         /* it was asked that the trial be made, whatever krb5.conf says */
} played;

krb5_error_code __wrap_krb5_get_init_creds_password(krb5_context context, krb5_creds *creds,
                                                    krb5_principal client, const char *password,
                                                    krb5_prompter_fct prompter, void *data,
                                                    krb5_deltat start, const char *service,
                                                    krb5_get_init_creds_opt *options);
krb5_error_code __wrap_krb5_verify_init_creds(krb5_context context, krb5_creds *creds,
                                              krb5_principal server, krb5_keytab keytab,
                                              krb5_ccache *cache,
                                              krb5_verify_init_creds_opt *options);

krb5_error_code __wrap_krb5_get_init_creds_password(krb5_context context, krb5_creds *creds,
                                                    krb5_principal client, const char *password,
                                                    krb5_prompter_fct prompter, void *data,
                                                    krb5_deltat start, const char *service,
                                                    krb5_get_init_creds_opt *options)
{
    krb5_error_code code = krb5_parse_name(context, played.principal, &creds->client);

    (void)client;
    (void)password;
    (void)prompter;
    (void)data;
    (void)start;
    (void)service;
    (void)options;
    return code != 0 ? code
                     : krb5_parse_name(context, "krbtgt/CORP.TEST@CORP.TEST", &creds->server);
}

krb5_error_code __wrap_krb5_verify_init_creds(krb5_context context, krb5_creds *creds,
                                              krb5_principal server, krb5_keytab keytab,
                                              krb5_ccache *cache,
                                              krb5_verify_init_creds_opt *options)
{
    const bool is_forced = (options->flags & KRB5_VERIFY_INIT_CREDS_OPT_AP_REQ_NOFAIL) != 0 &&
                           options->ap_req_nofail != 0 && keytab != NULL;

    (void)context;
    (void)creds;
    (void)server;
    (void)cache;
    return is_forced == played.must_verify ? played.verified : EINVAL;
}

/* A ticket for alice; in a worker, as it is always run. */
static enum tgt_outcome judge(struct worker_result *result)
{
    struct tgt_get get = {.account = "CORP\\alice",
                          .uid = 1000,
                          .upn = "alice@CORP.TEST",
                          .card = "0000",
                          .key = "00"};
    struct exchange exchange = {
        .get = &get, .realm = "CORP.TEST", .socket = "/", .module = "/p.so", .anchors = ""};
    const struct worker_job job = {.before = exchange_before,
                                   .forked = exchange_forked,
                                   .run = exchange_run,
                                   .data = &exchange};
    const struct deadline deadline = deadline_in(60000);

    assert_int_equal(secret_set(&get.pin, "12345678", 8), VSC_OK);
    worker_run(&job, &deadline, result);
    assert_int_equal(get.pin.len, 0);
    return result->outcome;
}

static void has_no_ticket(enum tgt_outcome outcome)
{
    auto_worker_result struct worker_result result;

    assert_int_equal(judge(&result), outcome);
    assert_int_equal(result.creds.len, 0);
    assert_false(result.verified);
}

/* A keytab with a key of host/, which the exchange finds. */
static void put_key(void **state)
{
    char path[512];
    krb5_context context;
    krb5_keytab keytab;
    krb5_keytab_entry entry;
    unsigned char key[32] = {1};

    (void)snprintf(path, sizeof(path), "FILE:%s", scratch_path(state, "keytab"));
    assert_int_equal(setenv("KRB5_KTNAME", path, 1), 0);
    memset(&entry, 0, sizeof(entry));
    assert_int_equal(krb5_init_context(&context), 0);
    assert_int_equal(krb5_parse_name(context, "host/client1@CORP.TEST", &entry.principal), 0);
    entry.key = (krb5_keyblock){
        .enctype = ENCTYPE_AES256_CTS_HMAC_SHA1_96, .length = sizeof(key), .contents = key};
    assert_int_equal(krb5_kt_resolve(context, path, &keytab), 0);
    assert_int_equal(krb5_kt_add_entry(context, keytab, &entry), 0);
    assert_int_equal(krb5_kt_close(context, keytab), 0);
    krb5_free_principal(context, entry.principal);
    krb5_free_context(context);
}

static void test_ticket_that_opens_with_the_hosts_key_is_granted(void **state)
{
    auto_worker_result struct worker_result result;

    put_key(state);
    played.principal = "alice@CORP.TEST";
    played.verified = 0;
    played.must_verify = true;
    assert_int_equal(judge(&result), TGT_DONE);
    assert_true(result.verified && result.creds.len > 0);
    assert_string_equal(result.principal, "alice@CORP.TEST");
}

static void test_ticket_that_does_not_open_with_it_is_thrown_away(void **state)
{
    static const krb5_error_code codes[] = {
        KRB5KRB_AP_ERR_BAD_INTEGRITY, KRB5KDC_ERR_S_PRINCIPAL_UNKNOWN, KRB5_KT_NOTFOUND, ENOMEM};

    put_key(state);
    played.principal = "alice@CORP.TEST";
    played.must_verify = true;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        played.verified = codes[i];
        has_no_ticket(TGT_UNTRUSTED);
    }
    played.verified = KRB5_KDC_UNREACH;
    has_no_ticket(TGT_UNREACHABLE);
}

static void test_ticket_of_another_principal_is_thrown_away(void **state)
{
    static const char *const others[] = {"bob@CORP.TEST", "alice@EVIL.TEST",
                                         "alice/admin@CORP.TEST", "alic@CORP.TEST"};

    put_key(state);
    played.verified = 0;
    played.must_verify = true;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        played.principal = others[i];
        has_no_ticket(TGT_MISMATCH);
    }
}

static void test_keytab_that_is_damaged_trusts_no_kdc(void **state)
{
    put_key(state);
    scratch_file(state, "keytab", "no keytab", 9, 0600);
    played.principal = "alice@CORP.TEST";
    played.verified = 0;
    played.must_verify = false;
    has_no_ticket(TGT_UNTRUSTED);
}

static void test_ticket_without_a_keytab_is_not_verified(void **state)
{
    auto_worker_result struct worker_result result;

    assert_int_equal(setenv("KRB5_KTNAME", scratch_path(state, "none"), 1), 0);
    played.principal = "alice@CORP.TEST";
    played.verified = 0;
    played.must_verify = false;
    assert_int_equal(judge(&result), TGT_DONE);
    assert_false(result.verified);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
        TEST(test_ticket_that_opens_with_the_hosts_key_is_granted),
        TEST(test_ticket_that_does_not_open_with_it_is_thrown_away),
        TEST(test_ticket_of_another_principal_is_thrown_away),
        TEST(test_keytab_that_is_damaged_trusts_no_kdc),
        TEST(test_ticket_without_a_keytab_is_not_verified),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
