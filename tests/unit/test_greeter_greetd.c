/* SPDX-License-Identifier: BSD-2-Clause */
/* greetd's back end against a played greetd: conversations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "greeter/backend/greetd_frame.h"
#include "tests/greeter/play.h"

static void test_whole_sign_in(void **state)
{
    struct play *play = *state;

    play_create(play, "");
    play_expect(play, CREATE);
    play_say(play, MESSAGE("error", "Wrong"));
    play_expect_told(play, "error[Wrong]");
    play_expect(play, ACK);
    play_say(play, MESSAGE("secret", "PIN: "));
    play_expect_told(play, "secret[PIN: ]");
    play_expect(play, NULL);
    play_answer(play, "12\"3\\4\n\u00e9");
    play_expect(play, "{\"type\":\"post_auth_message_response\",\"response\":"
                      "\"12\\u00223\\u005c4\\u000a\u00e9\"}");
    play_say(play, MESSAGE("info", "soon"));
    play_expect(play, ACK);
    play_say(play, SUCCESS);
    play_expect_told(play, "info[soon] signed-in[]");
    play_start(play);
    play_expect(play, "{\"type\":\"start_session\",\"cmd\":[\"'/usr/bin/env'\",\"'it'\\\\''s'\","
                      "\"'a;b $HOME \\u0022q\\u0022'\"],\"env\":[\"XDG_SESSION_TYPE=x11\"]}");
    play_say(play, SUCCESS);
    play_expect_told(play, "started[]");
}

static void test_empty_answer_is_not_an_acknowledgement(void **state)
{
    struct play *play = *state;

    play_create(play, "al\"ice");
    play_expect(play, "{\"type\":\"create_session\",\"username\":\"al\\u0022ice\"}");
    play_say(play, MESSAGE("secret", "PIN: "));
    play_answer(play, "");
    play_expect(play, "{\"type\":\"post_auth_message_response\",\"response\":\"\"}");
    /* Nothing is asked now. */
    play_answer(play, "more");
    play_expect(play, NULL);
}

static void test_refusal_is_cancelled_and_its_answer_ignored(void **state)
{
    struct play *play = *state;

    play_create(play, "");
    play_expect(play, CREATE);
    play_say(play, FAILURE("auth_error", "pam_authenticate: AUTH_ERR"));
    play_expect_told(play, "refused[pam_authenticate: AUTH_ERR]");
    play_expect(play, CANCEL);
    /* Begun at once, it waits for that answer. */
    play_create(play, "bob");
    play_expect(play, NULL);
    play_say(play, FAILURE("error", "Connection refused (os error 111)"));
    play_expect(play, "{\"type\":\"create_session\",\"username\":\"bob\"}");
    play_say(play, MESSAGE("secret", "Password: "));
    play_expect_told(play, "secret[Password: ]");
}

static void test_cancel_while_greetd_works(void **state)
{
    struct play *play = *state;

    play_create(play, "");
    play_expect(play, CREATE);
    play_cancel(play);
    play_expect(play, CANCEL);
    play_create(play, "one");
    play_create(play, "two");
    play_cancel(play);
    play_cancel(play);
    play_create(play, "three");
    play_expect(play, NULL);
    play_say(play, MESSAGE("secret", "PIN of the conversation given up: "));
    play_expect(play, NULL);
    play_say(play, SUCCESS);
    play_expect(play, "{\"type\":\"create_session\",\"username\":\"three\"}");
    play_expect_told(play, "");
    play_say(play, SUCCESS);
    play_expect_told(play, "signed-in[]");
}

static void test_cancel_at_a_prompt_and_after_it(void **state)
{
    struct play *play = *state;

    play_cancel(play);
    play_expect(play, NULL);
    play_create(play, "");
    play_expect(play, CREATE);
    play_say(play, MESSAGE("visible", "login:"));
    play_cancel(play);
    play_expect(play, CANCEL);
    play_answer(play, "alice");
    play_expect(play, NULL);
    play_say(play, SUCCESS);
    play_expect_told(play, "visible[login:]");
    play_start(play);
    play_expect(play, NULL);
}

static void test_cancel_from_within_a_message(void **state)
{
    struct play *play = *state;

    play->during = "cancel";
    play_create(play, "");
    play_expect(play, CREATE);
    play_say(play, MESSAGE("error", "no"));
    play_expect(play, ACK);
    play_expect(play, CANCEL);
    play_say(play, MESSAGE("secret", "stale"));
    play_say(play, SUCCESS);
    play_expect_told(play, "error[no]");
}

static void test_session_that_cannot_start(void **state)
{
    struct play *play = *state;

    play_create(play, "");
    play_expect(play, CREATE);
    play_say(play, SUCCESS);
    play_start(play);
    play_cancel(play); /* too late for that */
    play_say(play, FAILURE("error", "no such program"));
    play_expect_told(play, "signed-in[] refused[no such program]");
}

#define PLAY(test) cmocka_unit_test_setup_teardown(test, play_open, play_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY(test_whole_sign_in),
        PLAY(test_empty_answer_is_not_an_acknowledgement),
        PLAY(test_refusal_is_cancelled_and_its_answer_ignored),
        PLAY(test_cancel_while_greetd_works),
        PLAY(test_cancel_at_a_prompt_and_after_it),
        PLAY(test_cancel_from_within_a_message),
        PLAY(test_session_that_cannot_start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
