/* SPDX-License-Identifier: BSD-2-Clause */
/* greetd's back end against a played greetd that is slow, mad or gone. */
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

static void test_frames_in_pieces_and_together(void **state)
{
    struct play *play = *state;
    const char first[] = MESSAGE("info", "one");
    unsigned char both[512];
    uint32_t len = sizeof(first) - 1;
    size_t have;

    play_create(play, "");
    play_expect(play, CREATE);
    memcpy(both, &len, sizeof(len));
    memcpy(both + sizeof(len), first, len);
    have = sizeof(len) + len;
    for (size_t i = 0; i < have; i++) {
        assert_string_equal(play->told, "");
        play_send_bytes(play, both + i, 1);
        play->backend->ops->readable(play->backend);
    }
    play_expect_told(play, "info[one]");
    /* Two at once, of which the second answers the acknowledgement. */
    memcpy(both + have, both, have);
    play_send_bytes(play, both, 2 * have);
    play->backend->ops->readable(play->backend);
    play_expect_told(play, "info[one] info[one]");
}

static void test_hostile_frames_end_it(void **state)
{
    static const char *const replies[] = {
        "null",
        "{}",
        "{\"type\":\"successful\"}",
        "{\"type\":\"success\"} {}",
        "{\"type\":\"auth_message\",\"auth_message_type\":\"secret\"}",
        "{\"type\":\"auth_message\",\"auth_message_type\":\"loud\",\"auth_message\":\"x\"}",
        "{\"type\":\"error\",\"error_type\":\"other\",\"description\":\"x\"}",
        "{\"type\":\"error\",\"error_type\":\"error\"}",
        "{\"type\":\"success\",\"type\":\"error\"}",
        "[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]",
        "{\"type\":\"auth_message\",\"auth_message_type\":\"info\",\"auth_message\":\"\xff\"}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        void *fresh = NULL;
        struct play *play;

        assert_int_equal(play_open(&fresh), 0);
        play = fresh;
        play_create(play, "");
        play_say(play, replies[i]);
        play_expect_told(play, "gone[]");
        assert_int_equal(play->backend->ops->fd(play->backend), -1);
        play_create(play, "");
        play_answer(play, "x");
        play_cancel(play);
        play->backend->ops->readable(play->backend);
        play_expect_told(play, "");
        assert_int_equal(play_close(&fresh), 0);
    }
}

static void test_lengths_are_bounded(void **state)
{
    struct play *play = *state;
    uint32_t len = GREETD_REPLY_MAX + 1;

    play_create(play, "");
    play_send_bytes(play, &len, sizeof(len));
    play->backend->ops->readable(play->backend);
    play_expect_told(play, "gone[]");
}

static void test_answer_to_nothing_ends_it(void **state)
{
    struct play *play = *state;

    play_say(play, SUCCESS);
    play_expect_told(play, "gone[]");
}

static void test_no_sign_in_while_a_prompt_waits(void **state)
{
    struct play *play = *state;

    play_create(play, "");
    play_say(play, MESSAGE("secret", "PIN: "));
    play_say(play, SUCCESS);
    play_expect_told(play, "secret[PIN: ] gone[]");
}

static void test_end_of_greetd_is_told_once(void **state)
{
    struct play *play = *state;

    play_create(play, "");
    (void)close(play->greetd);
    play->greetd = -1;
    play->backend->ops->readable(play->backend);
    play->backend->ops->readable(play->backend);
    play_expect_told(play, "gone[]");
}

static void test_long_texts_are_cut_between_characters(void **state)
{
    static char json[BACKEND_TEXT_MAX * 2];
    const char head[] = "{\"type\":\"error\",\"error_type\":\"error\",\"description\":\"x";
    auto_greetd_reply struct greetd_reply reply = {0};
    size_t len = sizeof(head) - 1;

    (void)state;
    memcpy(json, head, len);
    while (len < BACKEND_TEXT_MAX + 4096) {
        memcpy(json + len, "\u00e9", 2);
        len += 2;
    }
    memcpy(json + len, "\"}", 2);
    assert_int_equal(greetd_reply_read(json, len + 2, &reply), VSC_OK);
    assert_int_equal(strlen(reply.text), BACKEND_TEXT_MAX - 1);
}

#define PLAY(test) cmocka_unit_test_setup_teardown(test, play_open, play_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAY(test_frames_in_pieces_and_together),
        cmocka_unit_test(test_hostile_frames_end_it),
        PLAY(test_lengths_are_bounded),
        PLAY(test_answer_to_nothing_ends_it),
        PLAY(test_no_sign_in_while_a_prompt_waits),
        PLAY(test_end_of_greetd_is_told_once),
        cmocka_unit_test(test_long_texts_are_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
