/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-removal's end of the channel to vsc-card: a played helper that answers, dies, hangs, lies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "removal/asker.h"
#include "tests/pam/stage.h"

static struct stage stage;
static char script_path[PATH_MAX + 32];
static struct asker asker;

static void play(const char *lines)
{
    FILE *file;

    stage_reset(&stage);
    (void)snprintf(script_path, sizeof(script_path), "%s/script", stage.folder);
    file = fopen(script_path, "we");
    assert_non_null(file);
    (void)fprintf(file, "[card]\n%s", lines);
    (void)fclose(file);
    asker = (struct asker){
        .helpers = stage.folder, .config = script_path, .timeout_ms = 2000, .helper = HELPER_NONE};
}

static void finish(void)
{
    static char report[STAGE_REPORT];

    asker_done(&asker);
    stage_report(&stage, "vsc-card", report);
    assert_null(strstr(report, "bad"));
    assert_false(stage_has_leftover(&stage));
}

static void test_one_helper_tells_poll_after_poll(void **state)
{
    (void)state;
    play("CARD_FIND_TOKEN card=p11:1 key= -> CARD_FOUND_TOKEN label=Token\n"
         "CARD_FIND_TOKEN card=p11:2 -> CARD_FOUND_TOKEN\n"
         "CARD_FIND_TOKEN card=p11:1 -> CARD_FOUND_TOKEN label=Token\n");
    assert_int_equal(asker_ask(&asker, "p11:1"), PRESENCE_THERE);
    assert_int_equal(asker_ask(&asker, "p11:2"), PRESENCE_GONE);
    assert_int_equal(asker_ask(&asker, "p11:1"), PRESENCE_THERE);
    finish();
}

static void test_helper_that_fails_says_nothing_of_the_token(void **state)
{
    static const char *const answers[] = {
        "die",
        "garbage",
        "CARD_FOUND_TOKEN short",
        "CARD_FOUND_TOKEN extra",
        "CARD_FOUND_TOKEN huge",
        "CARD_FOUND_TOKEN version",
        "CARD_FOUND_TOKEN body=\"\\x02\"",
        "CARD_STATED",
        "CARD_PREPARED",
        "ERROR err=NO_CARD text=why",
        "ERROR err=TOKEN",
        "ERROR err=OK",
        "hang",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        char line[256];

        (void)snprintf(line, sizeof(line), "CARD_FIND_TOKEN -> %s\n", answers[i]);
        play(line);
        if (asker_ask(&asker, "p11:1") != PRESENCE_UNKNOWN)
            fail_msg("%s is an answer", answers[i]);
        finish();
    }
}

static void test_helper_that_died_is_started_anew_after_a_pause(void **state)
{
    (void)state;
    play("CARD_FIND_TOKEN -> die\n---\nCARD_FIND_TOKEN -> CARD_FOUND_TOKEN\n");
    assert_int_equal(asker_ask(&asker, "p11:1"), PRESENCE_UNKNOWN);
    assert_int_equal(asker_ask(&asker, "p11:1"), PRESENCE_UNKNOWN);
    assert_int_equal(asker.failures, 1);
    assert_true(asker.not_before_ms > 0);
    asker.not_before_ms = 0; /* as if it had passed */
    assert_int_equal(asker_ask(&asker, "p11:1"), PRESENCE_GONE);
    assert_int_equal(asker.failures, 0);
    finish();
}

static void test_helper_that_is_missing_says_nothing(void **state)
{
    (void)state;
    play("");
    assert_true(stage_remove(&stage, "vsc-card"));
    assert_int_equal(asker_ask(&asker, "p11:1"), PRESENCE_UNKNOWN);
    assert_true(stage_put(&stage, "vsc-card"));
    finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_helper_tells_poll_after_poll),
        cmocka_unit_test(test_helper_that_fails_says_nothing_of_the_token),
        cmocka_unit_test(test_helper_that_died_is_started_anew_after_a_pause),
        cmocka_unit_test(test_helper_that_is_missing_says_nothing),
    };
    int failed;

    if (!stage_open(&stage))
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    (void)unlink(script_path);
    stage_close(&stage);
    return failed;
}
