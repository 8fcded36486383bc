/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/support/path_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "certcheck/certs.h"
#include "certcheck/evaluation.h"
#include "certcheck/openssl_own.h"
#include "tests/support/pki.h"

struct setting {
    struct conf conf;
    struct evaluator evaluator;
    struct evaluation_request request;
};

/* As it comes from a file: what is cached while a certificate is made is not there. */
static X509 *read_again(X509 *made)
{
    auto_by(openssl_free) unsigned char *der = NULL;
    int len = i2d_X509(made, &der);
    const unsigned char *next = der;
    X509 *cert = d2i_X509(NULL, &next, len);

    X509_free(made);
    assert_non_null(cert);
    return cert;
}

static enum issue_role role_of(const struct path_case *test, unsigned row)
{
    bool is_last = row + 1 == PATH_CASE_CERTS || test->certs[row + 1].name == NULL;

    if (test->certs[row].role != ROLE_USUAL)
        return test->certs[row].role;
    if (is_last)
        return ROLE_END;
    return row == 0 ? ROLE_ANCHOR : ROLE_BETWEEN;
}

static void place(struct setting *setting, X509 *cert, enum issue_role role)
{
    STACK_OF(X509) * stack;

    switch (role) {
    case ROLE_ANCHOR:
        stack = setting->evaluator.anchors;
        break;
    case ROLE_BETWEEN:
        stack = setting->evaluator.intermediates;
        break;
    case ROLE_ANCHOR_END:
        (void)X509_up_ref(cert);
        assert_true(sk_X509_push(setting->evaluator.anchors, cert) > 0);
        assert_true(sk_X509_unshift(setting->request.certs, cert) > 0);
        return;
    case ROLE_END:
        assert_true(sk_X509_unshift(setting->request.certs, cert) > 0);
        return;
    case ROLE_EXTRA:
        stack = setting->request.certs;
        break;
    case ROLE_ABSENT:
    case ROLE_USUAL:
    default:
        X509_free(cert);
        return;
    }
    assert_true(sk_X509_push(stack, cert) > 0);
}

static void make_one(const struct path_case *test, unsigned row, struct issue_keys *keys,
                     struct setting *setting)
{
    enum issue_role role = role_of(test, row);
    X509 *cert = read_again(issue_cert(keys, &test->certs[row], role == ROLE_END));

    if (test->ntauth != NULL && strcmp(test->ntauth, test->certs[row].name) == 0) {
        (void)X509_up_ref(cert);
        assert_true(sk_X509_push(setting->evaluator.ntauth, cert) > 0);
    }
    place(setting, cert, role);
}

static void make_all(const struct path_case *test, struct setting *setting)
{
    struct issue_keys keys = {.count = 0};

    for (unsigned i = 0; i < PATH_CASE_CERTS && test->certs[i].name != NULL; i++)
        for (unsigned copy = 0; copy <= test->certs[i].copies; copy++)
            make_one(test, i, &keys, setting);
    issue_done(&keys);
}

static void fill(struct conf_list *list, const char *const *items)
{
    for (; *items != NULL; items++) {
        char *item = strdup(*items);

        assert_non_null(item);
        list->items[list->count++] = item;
    }
}

static void empty(struct conf_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
}

/* Accounts below 1000 are refused, and nobody's. */
static void set_mapping(const struct path_case *test, struct setting *setting)
{
    static char refused[] = "nobody";
    struct conf *conf = &setting->conf;

    assert_true(test->rule_count <= CONF_RULES_MAX);
    memcpy(conf->mapping.rules, test->rules, test->rule_count * sizeof(test->rules[0]));
    conf->mapping.rule_count = test->rule_count;
    conf->mapping.min_uid = 1000;
    conf->mapping.refuse.items[0] = refused;
    conf->mapping.refuse.count = 1;
    conf->policy.strong_mapping = test->strong;
    setting->evaluator.mapping = (struct mapping){.conf = conf, .source = &pki_accounts};
    setting->request.no_mapping = false;
    setting->request.user = test->user;
}

static struct setting *set(const struct path_case *test)
{
    struct setting *setting = calloc(1, sizeof(*setting));
    struct tm tm = {0};

    assert_non_null(setting);
    setting->conf.policy.min_rsa_bits = 2048;
    fill(&setting->conf.policy.policies, test->policies);
    fill(&setting->conf.policy.templates, test->templates);
    fill(&setting->conf.login.services, test->services);
    setting->evaluator.conf = &setting->conf;
    setting->evaluator.anchors = sk_X509_new_null();
    setting->evaluator.intermediates = sk_X509_new_null();
    setting->evaluator.ntauth = test->ntauth != NULL ? sk_X509_new_null() : NULL;
    setting->request = (struct evaluation_request){
        .certs = sk_X509_new_null(),
        .at = ISSUE_NOW,
        .purpose = test->purpose,
        .revocation = REVOCATION_OFF,
        .no_mapping = true,
        .at_is_clock = test->at_is_clock,
        .service = test->service,
    };
    if (test->rules != NULL)
        set_mapping(test, setting);
    if (test->at != NULL) {
        assert_non_null(strptime(test->at, "%Y%m%d%H%M%SZ", &tm));
        setting->request.at = timegm(&tm);
    }
    return setting;
}

static void unset(struct setting *setting)
{
    x509_stack_free(setting->evaluator.anchors);
    x509_stack_free(setting->evaluator.intermediates);
    x509_stack_free(setting->evaluator.ntauth);
    x509_stack_free(setting->request.certs);
    empty(&setting->conf.policy.policies);
    empty(&setting->conf.policy.templates);
    empty(&setting->conf.login.services);
    free(setting);
}

static void say_all(const struct verdict *verdict)
{
    for (size_t i = 0; i < verdict->count; i++)
        print_error("  depth %u: %s: %s\n", verdict->items[i].depth,
                    reason_code(verdict->items[i].reason), verdict->items[i].text);
}

static void run_case(void **state)
{
    const struct path_case *test = *state;
    struct setting *setting = set(test);
    struct evaluation *evaluation = NULL;
    const char *codes;

    make_all(test, setting);
    assert_int_equal(evaluation_new(&setting->evaluator, &setting->request, &evaluation), VSC_OK);
    codes = pki_codes(&evaluation->verdict);
    if (strcmp(codes, test->codes) != 0) {
        say_all(&evaluation->verdict);
        fail_msg("\"%s\", not \"%s\"", codes, test->codes);
    }
    assert_int_equal(evaluation->accepted, *test->codes == '\0');
    evaluation_free(evaluation);
    unset(setting);
}

int path_cases_run(const struct path_case *cases, size_t count)
{
    struct CMUnitTest *tests = calloc(count, sizeof(*tests));
    int failed;

    if (tests == NULL)
        return 1;
    for (size_t i = 0; i < count; i++) {
        void *state = (void *)(uintptr_t)&cases[i]; /* not changed */

        tests[i] = (struct CMUnitTest){cases[i].name, run_case, NULL, NULL, state};
    }
    failed = _cmocka_run_group_tests("path cases", tests, count, NULL, NULL);
    free(tests);
    return failed;
}
