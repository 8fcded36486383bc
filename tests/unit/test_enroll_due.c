/* SPDX-License-Identifier: BSD-2-Clause */
/* What is due for a profile, by what AD CS said of its template. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "common/own.h"
#include "enroll/due.h"
#include "enroll/xcep/xcep.h"
#include "tests/support/enroll_profile.h"
#include "tests/support/issue.h"
#include "tests/support/scratch.h"

DEFINE_AUTO(struct profile, profile_free)

#define DAY     86400
#define BASE    "upn = \"%u@corp.test\"; "
#define AD      BASE "backend = \"xcep-wstep\"; url = \"https://ca.corp.test/CEP\"; "
#define VERSION "1.3.6.1.4.1.311.21.7=DER:301106092b0601040182371508020164020103" /* 100.3 */
#define LIFE    365 /* days, of a certificate of tests/support/issue.h */
#define BEFORE  (ISSUE_NOW - INT64_C(14299200)) /* 2026-01-01T00:00:00Z */

/* A person with one card and one enrolled certificate. */
struct scene {
    struct issue_keys keys;
    X509 *cert;
    unsigned char *der;
    struct card_info card;
    struct card_key key;
    struct profile *owned;
    struct errand errand;
    struct run run;
};

static void open_scene(struct scene *scene, void **state, const char *profile, const char *version)
{
    static const struct issue root = {.name = "root"};
    const struct issue row = {.name = "c", .by = "root", .extensions = {version}};
    auto_issued struct issued issued = {.chain_len = 0};
    int len;

    *scene = (struct scene){.owned = parse(profile)};
    X509_free(issue_cert(&scene->keys, &root, false));
    scene->cert = issue_cert(&scene->keys, &row, true);
    len = i2d_X509(scene->cert, &scene->der);
    assert_true(len > 0);
    scene->key = (struct card_key){
        .id = "00", .is_default = true, .chain = {{scene->der, (size_t)len}}, .chain_len = 1};
    scene->card =
        (struct card_info){.id = "0000", .name = "Alice", .keys = &scene->key, .key_count = 1};
    assert_int_equal(issued_of_key(&scene->key, &issued, NULL), VSC_OK);
    assert_int_equal(issued.not_before, BEFORE);
    scene->errand.folder = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    scene->errand.now = ISSUE_NOW;
    scene->errand.profiles = (struct profiles){.items = {scene->owned}, .count = 1};
    scene->run =
        (struct run){.errand = &scene->errand, .profile = scene->owned, .card = &scene->card};
    memcpy(scene->run.state.card, "0000", 5);
    memcpy(scene->run.state.current, issued.spki, sizeof issued.spki);
}

static void close_scene(struct scene *scene)
{
    (void)close(scene->errand.folder);
    OPENSSL_free(scene->der);
    X509_free(scene->cert);
    issue_done(&scene->keys);
    profile_free(scene->owned);
}

static int64_t renewed_after_days(struct scene *scene)
{
    auto_issued struct issued issued = {.chain_len = 0};

    assert_true(run_current(&scene->run, &issued));
    return (due_renew_at(&scene->run, &issued) - BEFORE) / DAY;
}

/* The period of the template, but not more than a fifth of the life. */
static void test_template_says_when_to_renew(void **state)
{
    struct scene scene;
    struct state_template *template = &scene.run.state.template;

    open_scene(&scene, state, AD "name = \"a\"; template = \"T\";", NULL);
    assert_int_equal(renewed_after_days(&scene), LIFE - 42);
    *template = (struct state_template){.asked_at = 1, .renewal = (int64_t)56 * DAY};
    assert_int_equal(renewed_after_days(&scene), LIFE - 56);
    template->renewal = (int64_t)10 * DAY;
    assert_int_equal(renewed_after_days(&scene), LIFE - 10);
    template->renewal = (int64_t)300 * DAY;
    assert_int_equal(renewed_after_days(&scene), LIFE * 4 / 5);
    scene.errand.now = BEFORE + (int64_t)LIFE * 4 / 5 * DAY - 1;
    assert_false(due_now(&scene.run));
    scene.errand.now++;
    assert_true(due_now(&scene.run));
    template->no_renewal = true;
    assert_false(due_now(&scene.run));
    close_scene(&scene);
}

static void test_template_of_a_higher_major_version_is_enrolled_anew(void **state)
{
    static const struct {
        const char *version;    /* in the certificate */
        int64_t noted, offered; /* at its enrollment, and now */
        bool due;
    } cases[] = {
        {VERSION, 0, 100, false},   {VERSION, 0, 99, false}, {VERSION, 0, 101, true},
        {VERSION, 101, 101, false}, /* the CA is behind its directory: not again and again */
        {NULL, 0, 101, false},      /* nobody knows of which it is */
        {NULL, 100, 100, false},    {NULL, 100, 101, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene scene;

        open_scene(&scene, state, AD "name = \"a\"; template = \"T\";", cases[i].version);
        assert_false(due_now(&scene.run));
        scene.run.state.major = cases[i].noted;
        scene.run.state.template =
            (struct state_template){.asked_at = 1, .major = cases[i].offered, .renewal = DAY};
        assert_int_equal(due_now(&scene.run), cases[i].due);
        close_scene(&scene);
    }
}

static void write_state(const struct scene *scene, const char *profile, const struct state *state)
{
    assert_int_equal(state_write(scene->errand.folder, profile, state, NULL), VSC_OK);
}

static void test_superseded_template_is_enrolled_for_the_other(void **state)
{
    struct scene scene;
    auto_by(profile_free) struct profile *next =
        parse(AD "name = \"b\"; template = \"New\"; users = [ \"alice\" ];");
    struct state taker = {
        .template = {.asked_at = 1, .supersedes = {"Old", ""}, .supersedes_count = 2}};
    struct run run;

    open_scene(&scene, state, AD "name = \"a\"; template = \"1.2.3\";", NULL);
    scene.errand.now = BEFORE + (int64_t)(LIFE - 1) * DAY;
    scene.errand.profiles.items[1] = next;
    scene.errand.profiles.count = 2;
    memcpy(scene.errand.person.name, "alice", 6);
    scene.run.state.template = (struct state_template){.asked_at = 1, .name = "Old"};
    write_state(&scene, "a", &scene.run.state);
    run = (struct run){.errand = &scene.errand, .profile = next, .card = &scene.card};
    assert_true(due_now(&scene.run)); /* nobody has asked about the other one yet */
    assert_false(due_now(&run));
    write_state(&scene, "b", &taker);
    assert_true(due_supersedes(&scene.errand, next, scene.owned));
    assert_false(due_supersedes(&scene.errand, scene.owned, next));
    assert_false(due_now(&scene.run));
    assert_true(due_now(&run));
    assert_false(due_replaces_another(&run));
    memcpy(scene.errand.person.name, "bob", 4); /* not for bob */
    assert_true(due_now(&scene.run));
    memcpy(taker.template.supersedes[0], "Odd", 4); /* and "" is nobody's name */
    scene.run.state.template.name[0] = '\0';
    write_state(&scene, "a", &scene.run.state);
    write_state(&scene, "b", &taker);
    memcpy(scene.errand.person.name, "alice", 6);
    assert_true(due_now(&scene.run));
    assert_false(due_now(&run));
    assert_true(due_replaces_another(&run));
    /* While a request is under way: what was there when it began was asked about then. */
    run.state.phase = STATE_ISSUED;
    assert_true(due_replaces_another(&run));
    memcpy(run.state.default_key, due_default_key(&run)->id, KEY_ID_SIZE);
    assert_false(due_replaces_another(&run));
    run.state.phase = STATE_IDLE;
    assert_true(due_replaces_another(&run));
    close_scene(&scene);
}

/* An empty card, and one whose certificate is another profile's. */
static void test_first_certificate_comes_where_it_may(void **state)
{
    struct scene scene;
    struct state_template *template = &scene.run.state.template;

    open_scene(&scene, state, BASE "name = \"a\"; backend = \"file\"; autoenroll = true;", NULL);
    assert_true(due_has_work(&scene.errand, scene.owned));
    assert_false(due_now(&scene.run));
    scene.run.state = (struct state){.phase = STATE_IDLE};
    assert_true(due_now(&scene.run));
    assert_true(due_on_another_card(&scene.run));
    close_scene(&scene);

    open_scene(&scene, state, BASE "name = \"a\"; backend = \"file\";", NULL);
    scene.run.state = (struct state){.phase = STATE_IDLE};
    assert_false(due_has_work(&scene.errand, scene.owned));
    assert_false(due_now(&scene.run));
    assert_false(due_on_another_card(&scene.run));
    close_scene(&scene);

    open_scene(&scene, state, AD "name = \"a\"; template = \"T\"; autoenroll = true;", NULL);
    scene.run.state = (struct state){.phase = STATE_IDLE};
    assert_true(due_has_work(&scene.errand, scene.owned));
    assert_false(due_now(&scene.run)); /* the template has not said so */
    template->auto_enroll = true;
    assert_true(due_now(&scene.run));
    close_scene(&scene);
}

static void test_template_is_noted(void **state)
{
    struct xcep_template template = {.name = "T",
                                     .major = 7,
                                     .renewal = 9,
                                     .may_auto_enroll = true,
                                     .enrollment_flags = XCEP_AUTO_ENROLLMENT,
                                     .supersedes = {"Old", "a\nb"},
                                     .supersedes_count = 2};
    struct state full = {.phase = STATE_IDLE, .major = 5};
    auto_state struct state again = {.phase = STATE_IDLE};
    auto_buf struct buf text;

    (void)state;
    xcep_note(&template, 17, &full.template);
    assert_true(full.template.auto_enroll);
    assert_false(full.template.no_renewal || full.template.same_key);
    assert_int_equal(state_encode(&full, &text), VSC_OK);
    assert_int_equal(state_decode(text.data, text.len, &again, NULL), VSC_OK);
    assert_int_equal(again.major, 5);
    assert_int_equal(again.template.asked_at, 17);
    assert_int_equal(again.template.major, 7);
    assert_int_equal(again.template.renewal, 9);
    assert_true(again.template.auto_enroll);
    assert_string_equal(again.template.name, "T");
    assert_int_equal(again.template.supersedes_count, 2);
    assert_string_equal(again.template.supersedes[0], "Old");
    assert_string_equal(again.template.supersedes[1], "");
    template.enrollment_flags = XCEP_NO_AUTO_RENEWAL;
    template.private_key_flags = XCEP_SAME_KEY;
    xcep_note(&template, 17, &full.template);
    assert_true(full.template.no_renewal && full.template.same_key);
    assert_false(full.template.auto_enroll);
    template.enrollment_flags = XCEP_AUTO_ENROLLMENT;
    template.may_auto_enroll = false;
    xcep_note(&template, 17, &full.template);
    assert_false(full.template.auto_enroll);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_template_says_when_to_renew),
        IN_SCRATCH(test_template_of_a_higher_major_version_is_enrolled_anew),
        IN_SCRATCH(test_superseded_template_is_enrolled_for_the_other),
        IN_SCRATCH(test_first_certificate_comes_where_it_may),
        cmocka_unit_test(test_template_is_noted),
    };

    return cmocka_run_group_tests_name("enroll_due", tests, NULL, NULL);
}
