/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-enroll: profiles, the state on disk, a helper's answers, and the judgement of a certificate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/own.h"
#include "enroll/helper.h"
#include "enroll/issued.h"
#include "enroll/profile.h"
#include "enroll/state.h"
#include "tests/support/enroll_profile.h"
#include "tests/support/issue.h"
#include "tests/support/libconfig_leaks.h"
#include "tests/support/scratch.h"

DEFINE_AUTO(struct profile, profile_free)
DEFINE_AUTO(struct conf, conf_free)

#define DAY  86400
#define ID   "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define ID2  "10112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define BASE "name = \"a\"; backend = \"file\"; upn = \"%u@corp.test\"; "

static void test_profile_has_defaults_for_all_else(void **state)
{
    auto_by(profile_free) struct profile *profile = parse(BASE);
    char upn[PROFILE_UPN_SIZE];

    (void)state;
    assert_int_equal(profile_key_type(profile), KEY_RSA2048);
    assert_string_equal(profile->anchors, "");
    assert_int_equal(profile->renew_percent, 80);
    assert_int_equal(profile->renew_days, 42);
    assert_int_equal(profile->version, 0);
    assert_int_equal(profile->renew_key, RENEW_NEW_KEY);
    assert_int_equal(profile->pending_days, 30);
    assert_true(profile->prompt);
    assert_int_equal(profile_upn(profile, "alice", upn, NULL), VSC_OK);
    assert_string_equal(upn, "alice@corp.test");
}

static void test_profile_is_read_strictly(void **state)
{
    (void)state;
    assert_refused(BASE "colour = 1;", VSC_CONFIG, "f:1: colour: unknown key");
    assert_refused(BASE "\nprompt = 1;", VSC_CONFIG, "f:2: prompt: must be true or false");
    assert_refused(BASE "renew_percent = 100;", VSC_CONFIG, "is not from 1 to 99");
    assert_refused(BASE "key = \"rsa1024\";", VSC_CONFIG, "is none of");
    assert_refused(BASE "helper = \"relative\";", VSC_CONFIG, "helper");
    assert_refused(BASE "ekus = [ \"x\" ];", VSC_CONFIG, "ekus");
    assert_refused("backend = \"file\"; upn = \"%u@x\";", VSC_CONFIG, "name: is missing");
    assert_refused("name = \"a\"; upn = \"%u@x\";", VSC_CONFIG, "backend: is missing");
    assert_refused("name = \"a\"; backend = \"file\";", VSC_CONFIG, "upn: is missing");
    assert_refused("name = \"a\"; backend = \"helper\"; upn = \"%u@x\";", VSC_CONFIG,
                   "helper: is missing");
    assert_refused("name = \"../a\"; backend = \"file\"; upn = \"%u@x\";", VSC_CONFIG,
                   "is no name");
    for (const char *const *upn =
             (const char *const[]){"x@y", "%s@y", "%u%u@y", "%u", "%u@a@b", "%u@", NULL};
         *upn != NULL; upn++) {
        char text[128];

        (void)snprintf(text, sizeof text, "name = \"a\"; backend = \"file\"; upn = \"%s\";", *upn);
        assert_refused(text, VSC_CONFIG, "f:1: upn: ");
    }
    assert_refused("name = \"a\"; backend = \"xcep-wstep\"; upn = \"%u@x\";", VSC_CONFIG,
                   "url: is missing");
    assert_refused("name = \"a\"; backend = \"xcep-wstep\"; upn = \"%u@x\"; url = \"https://a/\";",
                   VSC_CONFIG, "template: is missing");
    assert_refused("name = \"a\"; backend = \"xcep-wstep\"; upn = \"%u@x\"; url = \"http://a/\"; "
                   "template = \"a\";",
                   VSC_CONFIG, "url: is no https address");
    assert_refused("name = \"a\"; backend = \"est\"; upn = \"%u@x\";", VSC_CONFIG,
                   "url: is missing");
    assert_refused("name = \"a\"; backend = \"est\"; upn = \"%u@x\"; url = \"http://ca.test\";",
                   VSC_CONFIG, "f:1: url: \"http://ca.test\" does not begin with https://");
}

static void test_profile_is_for_whom_it_names(void **state)
{
    auto_by(profile_free) struct profile *open = parse(BASE);
    auto_by(profile_free) struct profile *users = parse(BASE "users = [ \"bob\" ];");
    auto_by(profile_free) struct profile *groups = parse(BASE "groups = [ \"staff\" ];");
    char staff[] = "staff";
    const struct person alice = {.name = "alice", .groups = {{staff}, 1}};
    const struct person bob = {.name = "bob"};

    (void)state;
    assert_true(profile_allows(open, &alice) && profile_allows(open, &bob));
    assert_false(profile_allows(users, &alice));
    assert_true(profile_allows(users, &bob));
    assert_true(profile_allows(groups, &alice));
    assert_false(profile_allows(groups, &bob));
}

static void test_renewal_is_at_the_shorter_of_period_and_part(void **state)
{
    auto_by(profile_free) struct profile *usual = parse(BASE);
    auto_by(profile_free) struct profile *early =
        parse(BASE "renew_percent = 50; renew_days = 300;");

    (void)state;
    /* 42 days before the end of a year; 20 of 100 days. */
    assert_int_equal(profile_renew_at(usual, 0, 365 * DAY, 0), (365 - 42) * DAY);
    assert_int_equal(profile_renew_at(usual, 0, 100 * DAY, 0), 80 * DAY);
    assert_int_equal(profile_renew_at(early, 0, 100 * DAY, 0), 50 * DAY);
    assert_int_equal(profile_renew_at(usual, 7, 3, 0), 3);
}

static void test_state_comes_back_whole(void **state)
{
    char request[] = "PEM", answer[] = "PEM 2", cookie[] = "a\nb";
    const struct state full = {.card = "0000",
                               .phase = STATE_ISSUED,
                               .current = ID,
                               .old = ID2,
                               .next = ID,
                               .before = {"00", "01"},
                               .before_count = 2,
                               .default_key = "01",
                               .request = request,
                               .answer = answer,
                               .cookie = cookie,
                               .version = 3,
                               .next_version = 4,
                               .since = 17,
                               .ask_at = 18};
    auto_state struct state again = {.phase = STATE_IDLE};
    auto_buf struct buf text;

    (void)state;
    assert_int_equal(state_encode(&full, &text), VSC_OK);
    assert_int_equal(state_decode(text.data, text.len, &again, NULL), VSC_OK);
    assert_string_equal(again.card, "0000");
    assert_int_equal(again.phase, STATE_ISSUED);
    assert_string_equal(again.current, ID);
    assert_string_equal(again.old, ID2);
    assert_string_equal(again.next, ID);
    assert_int_equal(again.before_count, 2);
    assert_string_equal(again.before[1], "01");
    assert_string_equal(again.default_key, "01");
    assert_string_equal(again.request, request);
    assert_string_equal(again.answer, answer);
    assert_string_equal(again.cookie, cookie);
    assert_int_equal(again.version, 3);
    assert_int_equal(again.next_version, 4);
    assert_int_equal(again.since, 17);
    assert_int_equal(again.ask_at, 18);
    state_reset(&again);
    assert_int_equal(again.phase, STATE_IDLE);
    assert_string_equal(again.current, ID);
    assert_null(again.request);
    assert_string_equal(again.default_key, "");
    for (size_t len = 0; len + 2 < text.len; len++) {
        auto_state struct state cut = {.phase = STATE_IDLE};

        assert_int_equal(state_decode(text.data, len, &cut, NULL), VSC_INPUT);
    }
}

static void test_state_without_what_its_phase_needs_is_refused(void **state)
{
    static const struct state incomplete[] = {
        {.card = "", .phase = STATE_GENERATING},
        {.card = "", .phase = STATE_IDLE, .current = ID},
        {.card = "0000", .phase = STATE_KEYED},
        {.card = "0000", .phase = STATE_REQUESTED, .next = ID},
        {.card = "0000", .phase = STATE_KEYED, .next = "x"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof incomplete / sizeof incomplete[0]; i++) {
        auto_buf struct buf text;
        auto_state struct state again = {.phase = STATE_IDLE};

        assert_int_equal(state_encode(&incomplete[i], &text), VSC_OK);
        assert_int_equal(state_decode(text.data, text.len, &again, NULL), VSC_INPUT);
    }
}

struct answer_case {
    int status;
    const char *text;
    enum helper_result result;
    const char *cookie; /* NULL: none */
    int64_t delay;      /* 0: not asked */
    const char *words;
};

static void test_helper_answers(void **state)
{
    static const struct answer_case cases[] = {
        {0, "anything", HELPER_ISSUED, NULL, 0, ""},
        {1, "cookie\n", HELPER_WAIT, "cookie", 8 * 3600, ""},
        {1, "two\nlines\n\n", HELPER_WAIT, "two\nlines", 0, ""},
        {1, "", HELPER_BROKEN, NULL, 0, ""},
        {1, "\n", HELPER_BROKEN, NULL, 0, ""},
        {1, "a\033[1m", HELPER_BROKEN, NULL, 0, ""},
        {2, "no\nnever", HELPER_REJECTED, NULL, 0, "no"},
        {2, "\033[31mred", HELPER_REJECTED, NULL, 0, "\\x1b[31mred"},
        {3, "", HELPER_UNREACHABLE, NULL, 0, ""},
        {4, "", HELPER_UNCONFIGURED, NULL, 0, ""},
        {5, "60\ncookie", HELPER_WAIT, "cookie", 60, ""},
        {5, "0\ncookie", HELPER_WAIT, "cookie", 1, ""},
        {5, "999999999\ncookie", HELPER_WAIT, "cookie", 7 * DAY, ""},
        {5, "9999999999\ncookie", HELPER_BROKEN, NULL, 0, ""},
        {5, "60", HELPER_BROKEN, NULL, 0, ""},
        {5, "60\n", HELPER_BROKEN, NULL, 0, ""},
        {5, "-1\ncookie", HELPER_BROKEN, NULL, 0, ""},
        {6, "", HELPER_UNSUPPORTED, NULL, 0, ""},
        {7, "what", HELPER_BROKEN, NULL, 0, "what"},
        {-1, "", HELPER_BROKEN, NULL, 0, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        auto_answer struct helper_answer answer = {.result = HELPER_BROKEN};

        buf_init(&answer.answer, ANSWER_MAX);
        buf_put(&answer.answer, cases[i].text, strlen(cases[i].text));
        helper_read(cases[i].status, "", &answer);
        assert_int_equal(answer.result, cases[i].result);
        assert_string_equal(answer.words, cases[i].words);
        if (cases[i].cookie == NULL)
            assert_null(answer.cookie);
        else
            assert_string_equal(answer.cookie, cases[i].cookie);
        if (cases[i].delay != 0)
            assert_int_equal(answer.delay, cases[i].delay);
    }
}

/* ---- judgement
 * -----------------------------------------------------------------------------------
 */

#define EKU      "extendedKeyUsage=1.3.6.1.4.1.311.20.2.2"
#define UPN(upn) "subjectAltName=otherName:1.3.6.1.4.1.311.20.2.3;UTF8:" upn

struct judged_case {
    struct issue row;
    const char *settings; /* of the profile; NULL: none but its anchors */
    const char *spki;     /* expected; NULL: the certificate's own */
    const char *code;     /* NULL: good */
    int64_t later;
    bool no_anchors;
};

/* What issued_check() says: a code, "" for a good one. */
static void judge(void **state, const struct judged_case *judged, char code[CODE_MAX])
{
    static const struct issue root = {.name = "root"};
    static const struct issue other = {.name = "other"};
    struct issue_keys keys = {.count = 0};
    X509 *certs[] = {issue_cert(&keys, &root, false), issue_cert(&keys, &other, false),
                     issue_cert(&keys, &judged->row, true)};
    auto_by(conf_free) struct conf *conf = NULL;
    auto_by(profile_free) struct profile *profile = NULL;
    auto_issued struct issued issued = {.chain_len = 0};
    auto_free unsigned char *anchor = NULL;
    unsigned char *der = NULL, *next;
    char text[1024];
    int len = i2d_X509(certs[0], NULL);
    struct expected expected = {.upn = "alice@corp.test", .at = ISSUE_NOW + judged->later};
    struct problem problem = {""};
    enum vsc_err err;

    code[0] = '\0';
    anchor = next = malloc((size_t)len);
    assert_int_equal(i2d_X509(certs[0], &next), len);
    scratch_file(state, "root", anchor, (size_t)len, 0600);
    scratch_file(state, "conf", "", 0, 0600);
    assert_int_equal(conf_load(scratch_path(state, "conf"), &conf, NULL), VSC_OK);
    (void)snprintf(text, sizeof text, "%s%s anchors = \"%s\";", BASE,
                   judged->settings != NULL ? judged->settings : "",
                   !judged->no_anchors ? scratch_path(state, "root") : "");
    profile = parse(text);
    expected.conf = conf;
    expected.profile = profile;
    len = i2d_X509(certs[2], &der);
    assert_int_equal(issued_parse(der, (size_t)len, &issued, code, NULL), VSC_OK);
    expected.spki = judged->spki != NULL ? judged->spki : issued.spki;
    err = issued_check(&issued, &expected, code, &problem);
    assert_int_equal(err, code[0] == '\0' ? VSC_OK : VSC_DENIED);
    OPENSSL_free(der);
    for (size_t i = 0; i < 3; i++)
        X509_free(certs[i]);
    issue_done(&keys);
}

#define FROM(ca, ...)                                                                              \
    {                                                                                              \
        .name = "c", .by = ca, .extensions = { __VA_ARGS__ }                                       \
    }
#define GOOD FROM("root", EKU, UPN("alice@corp.test"))

static void test_issued_is_judged(void **state)
{
    static const struct judged_case cases[] = {
        {.row = GOOD},
        {.row = FROM("root", EKU, UPN("alice@CORP.test"))},
        {.row = FROM("root", EKU, UPN("Alice@corp.test")), .code = "account-mismatch"},
        {.row = FROM("root", EKU, UPN("alice@corp.tes")), .code = "account-mismatch"},
        {.row = GOOD, .spki = ID, .code = "wrong-key"},
        {.row = FROM("root", EKU, "-subjectAltName"), .code = "no-upn"},
        {.row = FROM("root", "extendedKeyUsage=clientAuth", UPN("alice@corp.test")),
         .code = "missing-eku"},
        {.row = GOOD, .settings = "ekus = [ \"1.2.3\" ];", .code = "missing-eku"},
        {.row = GOOD, .code = "expired", .later = 400 * DAY},
        {.row = GOOD, .code = "not-yet-valid", .later = -300 * DAY},
        {.row = FROM("other", EKU, UPN("alice@corp.test")), .code = "untrusted-issuer"},
        {.row = FROM("other", EKU, UPN("alice@corp.test")), .no_anchors = true},
        {.row = FROM("other", EKU, UPN("bob@corp.test")),
         .code = "account-mismatch",
         .no_anchors = true},
        {.row = FROM("root", EKU, UPN("alice@corp.test"), "basicConstraints=critical,CA:TRUE"),
         .code = "ca-certificate"},
        {.row = {.name = "c",
                 .by = "root",
                 .key = "rsa1024",
                 .extensions = {EKU, UPN("alice@corp.test")}},
         .code = "weak-key"},
        {.row = {.name = "c",
                 .by = "root",
                 .spoiled = true,
                 .extensions = {EKU, UPN("alice@corp.test")}},
         .code = "bad-signature"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *expected = cases[i].code != NULL ? cases[i].code : "";
        char code[CODE_MAX];

        judge(state, &cases[i], code);
        if (strcmp(code, expected) != 0)
            fail_msg("case %zu: \"%s\", not \"%s\"", i, code, expected);
    }
}

static void test_answer_that_is_no_certificate_is_malformed(void **state)
{
    static char large[ANSWER_MAX + 1];
    struct issued issued = {.chain_len = 0};
    char code[CODE_MAX] = "";

    (void)state;
    memset(large, 'A', sizeof large);
    assert_int_equal(issued_parse("", 0, &issued, code, NULL), VSC_DENIED);
    assert_string_equal(code, "malformed-certificate");
    assert_int_equal(issued_parse("x", 1, &issued, code, NULL), VSC_DENIED);
    assert_int_equal(issued_parse("0\x03\x02\x01\x01", 5, &issued, code, NULL), VSC_DENIED);
    assert_int_equal(issued_parse(large, sizeof large, &issued, code, NULL), VSC_DENIED);
    assert_int_equal(issued.chain_len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_profile_has_defaults_for_all_else),
        cmocka_unit_test(test_profile_is_read_strictly),
        cmocka_unit_test(test_profile_is_for_whom_it_names),
        cmocka_unit_test(test_renewal_is_at_the_shorter_of_period_and_part),
        cmocka_unit_test(test_state_comes_back_whole),
        cmocka_unit_test(test_state_without_what_its_phase_needs_is_refused),
        cmocka_unit_test(test_helper_answers),
        cmocka_unit_test_setup_teardown(test_issued_is_judged, scratch_setup, scratch_teardown),
        cmocka_unit_test(test_answer_that_is_no_certificate_is_malformed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
