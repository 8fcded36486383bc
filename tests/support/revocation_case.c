/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/revocation_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "tests/support/mill.h"

struct setting {
    const struct revocation_case *test;
    struct mill_one made[CASE_CERTS];
    unsigned count;
    struct conf conf;
    struct evaluator evaluator;
    struct crls crls;
    struct evaluation_request request;
};

static const struct mill_one *find(const struct setting *setting, const char *name)
{
    for (unsigned i = 0; i < setting->count; i++)
        if (strcmp(setting->test->certs[i].name, name) == 0)
            return &setting->made[i];
    fail_msg("no certificate %s in this case", name);
    return NULL;
}

static const struct mill_one *find_or_none(const struct setting *setting, const char *name)
{
    return name != NULL ? find(setting, name) : NULL;
}

/* As it comes from a file: what is cached while a certificate is made is not there. */
static void read_again(struct mill_one *one)
{
    unsigned char *der = NULL;
    int len = i2d_X509(one->cert, &der);
    const unsigned char *next = der;

    X509_free(one->cert);
    one->cert = d2i_X509(NULL, &next, len);
    assert_non_null(one->cert);
    OPENSSL_free(der);
}

static void make_cert(struct setting *setting, const struct case_cert *row, bool is_end)
{
    const char *usual = is_end ? "digitalSignature" : "keyCertSign,cRLSign";
    struct mill_cert recipe = {
        .name = row->subject != NULL ? row->subject : row->name,
        .issuer = find_or_none(setting, row->by),
        .key = find_or_none(setting, row->key),
        .serial = row->serial,
        .key_usage = row->usage != NULL ? row->usage : usual,
        .ca = !is_end,
        .until_days = row->until_days,
        .extensions = row->extensions,
    };

    if (*recipe.key_usage == '\0')
        recipe.key_usage = NULL;
    setting->made[setting->count] = mill_cert(&recipe);
    read_again(&setting->made[setting->count]);
    setting->count++;
}

static void make_certs(struct setting *setting)
{
    const struct case_cert *rows = setting->test->certs;

    for (unsigned i = 0; i < CASE_CERTS && rows[i].name != NULL; i++) {
        bool is_last = i + 1 == CASE_CERTS || rows[i + 1].name == NULL;
        STACK_OF(X509) *stack = setting->evaluator.intermediates;

        make_cert(setting, &rows[i], is_last || rows[i].end);
        if (rows[i].place == PLACE_ABSENT)
            continue;
        if (rows[i].place == PLACE_ANCHOR || (i == 0 && rows[i].place == PLACE_USUAL))
            stack = setting->evaluator.anchors;
        else if (is_last)
            stack = setting->request.certs;
        (void)X509_up_ref(setting->made[i].cert);
        assert_true(sk_X509_push(stack, setting->made[i].cert) > 0);
    }
}

static struct mill_entry entry_of(const struct setting *setting, const struct case_entry *row)
{
    const struct mill_one *issuer = find_or_none(setting, row->issuer);

    return (struct mill_entry){
        .serial = row->serial != NULL ? row->serial : mill_serial(find(setting, row->of)->cert),
        .issuer = issuer != NULL ? issuer->cert : NULL,
        .reason = row->reason,
        .strange = row->strange,
        .date = row->date,
    };
}

static struct buf make_crl(const struct setting *setting, const struct case_crl *row)
{
    const struct mill_one *as = find_or_none(setting, row->as);
    struct mill_crl recipe = {
        .signer = find(setting, row->by),
        .issuer = as != NULL ? as->cert : NULL,
        .from_days = row->from_days,
        .until_days = row->until_days,
        .number = row->number,
        .base = row->base,
        .no_aki = row->no_aki,
        .extensions = row->extensions,
        .md = row->sha1 ? EVP_sha1() : NULL,
    };
    struct buf der;

    for (unsigned i = 0; i < CASE_ENTRIES && row->entries[i].of != NULL; i++)
        recipe.entries[i] = entry_of(setting, &row->entries[i]);
    der = mill_crl(&recipe);
    if (row->spoiled)
        mill_spoil(&der);
    return der;
}

static void make_crls(struct setting *setting, bool with_indexes)
{
    const struct case_crl *rows = setting->test->crls;

    for (unsigned i = 0; i < CASE_CRLS && rows[i].by != NULL; i++) {
        struct buf der = make_crl(setting, &rows[i]);
        const struct crl_index *index;
        struct crl_at_hand *list;

        assert_int_equal(crls_add(&setting->crls, der.data, der.len), VSC_OK);
        buf_done(&der);
        list = &setting->crls.items[setting->crls.count - 1];
        if (with_indexes &&
            crl_verified_by(list, find(setting, rows[i].by)->cert, &index) != VSC_OK)
            continue; /* it stays as it came */
    }
}

static const char *codes_of(const struct finding *items, size_t count)
{
    static char codes[1024];
    size_t len = 0;

    codes[0] = '\0';
    for (size_t i = 0; i < count && len < sizeof(codes); i++)
        len += (size_t)snprintf(codes + len, sizeof(codes) - len, "%s%s", i > 0 ? " " : "",
                                reason_code(items[i].reason));
    return codes;
}

static void judge(const struct revocation_case *test, bool with_indexes)
{
    struct setting *setting = calloc(1, sizeof(*setting));
    struct evaluation *evaluation = NULL;

    setting->test = test;
    setting->conf.policy.min_rsa_bits = 2048;
    setting->conf.revocation.max_stale = test->max_stale_days * MILL_DAY;
    setting->evaluator.conf = &setting->conf;
    setting->evaluator.anchors = sk_X509_new_null();
    setting->evaluator.intermediates = sk_X509_new_null();
    setting->evaluator.crls = &setting->crls;
    setting->evaluator.cache.folder = -1;
    setting->request = (struct evaluation_request){
        .certs = sk_X509_new_null(),
        .at = mill_now,
        .purpose = PURPOSE_ANY,
        .revocation = test->mode,
        .no_mapping = true,
    };
    make_certs(setting);
    make_crls(setting, with_indexes);
    assert_int_equal(evaluation_new(&setting->evaluator, &setting->request, &evaluation), VSC_OK);
    assert_string_equal(codes_of(evaluation->verdict.items, evaluation->verdict.count),
                        test->codes);
    assert_string_equal(codes_of(evaluation->verdict.warnings, evaluation->verdict.warning_count),
                        test->warned != NULL ? test->warned : "");
    assert_int_equal(evaluation->accepted, *test->codes == '\0');
    evaluation_free(evaluation);
    x509_stack_free(setting->evaluator.anchors);
    x509_stack_free(setting->evaluator.intermediates);
    x509_stack_free(setting->request.certs);
    crls_done(&setting->crls);
    for (unsigned i = 0; i < setting->count; i++)
        mill_done(&setting->made[i]);
    free(setting);
}

static void run_one(void **state)
{
    const struct revocation_case *test = *state;

    mill_now = time(NULL);
    judge(test, false);
    judge(test, true);
}

int revocation_cases_run(const struct revocation_case *cases, size_t count)
{
    struct CMUnitTest *tests = calloc(count, sizeof(*tests));
    int failed;

    if (tests == NULL)
        return 1;
    for (size_t i = 0; i < count; i++)
        tests[i] = (struct CMUnitTest){
            .name = cases[i].name,
            .test_func = run_one,
            .initial_state = (void *)(uintptr_t)&cases[i],
        };
    failed = _cmocka_run_group_tests("revocation", tests, count, NULL, NULL);
    free(tests);
    return failed;
}
