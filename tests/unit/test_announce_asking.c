/* SPDX-License-Identifier: BSD-2-Clause */
/* How vsc-announce.so asks vsc-card: seldom, briefly, and taking nothing but a whole yes. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/deadline.h"
#include "common/dial.h"
#include "common/wire_watch.h"
#include "greeter/announce/presence.h"
#include "tests/support/announcer.h"
#include "tests/support/scratch.h"

static int64_t clock_offset;
static struct announcer *announcer;
static struct presence presence;
static char path[128];

int64_t __wrap_clock_ms(void);
int64_t __real_clock_ms(void);
int64_t __wrap_clock_ms(void)
{
    return __real_clock_ms() + clock_offset;
}

/* So long later. */
static void later(int64_t ms)
{
    clock_offset += ms;
}

static int set_up(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    (void)snprintf(path, sizeof(path), "%s", scratch_path(state, "card.sock"));
    announcer = announcer_start(path);
    assert_true(presence_init(&presence, path));
    return 0;
}

static int tear_down(void **state)
{
    presence_done(&presence);
    announcer_stop(announcer);
    announcer = NULL;
    return scratch_teardown(state);
}

static void say(enum announcer_answer answer)
{
    announcer_set(announcer, answer);
    later(WATCH_POLL_MS);
}

static void test_announce_where_the_socket_is(void **state)
{
    char longer[200];

    (void)state;
    presence_done(&presence);
    memset(longer, '/', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_false(presence_init(&presence, longer));
    assert_false(presence_init(&presence, "card.sock"));
    assert_false(presence_init(&presence, ""));
    assert_true(presence_init(&presence, NULL));
    assert_string_equal(presence.path, DIAL_SOCKET);
    longer[sizeof(presence.path) - 1] = '\0';
    assert_true(presence_init(&presence, longer));
    assert_false(presence_now(&presence));
}

static void test_announce_asks_every_two_seconds_at_most(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        (void)presence_now(&presence);
    assert_int_equal(announcer_requests(announcer), 1);
    later(WATCH_POLL_MS - 500);
    (void)presence_now(&presence);
    assert_int_equal(announcer_requests(announcer), 1);
    for (int i = 0; i < 5; i++) {
        later(WATCH_POLL_MS);
        (void)presence_now(&presence);
        assert_int_equal(announcer_requests(announcer), i + 2);
    }
    assert_int_equal(announcer_connections(announcer), 1);
    later(PRESENCE_RENEW_MS);
    (void)presence_now(&presence);
    assert_int_equal(announcer_connections(announcer), 2);
}

static void test_announce_connection_that_ended_takes_no_token_away(void **state)
{
    (void)state;
    say(ANNOUNCER_YES);
    assert_true(presence_now(&presence));
    announcer_stop(announcer);
    later(WATCH_POLL_MS);
    assert_true(presence_now(&presence));
    announcer = announcer_start(path);
    say(ANNOUNCER_YES);
    assert_true(presence_now(&presence));
    announcer_stop(announcer);
    announcer = NULL;
    later(PRESENCE_GRACE_MS);
    assert_false(presence_now(&presence));
}

static void test_announce_takes_nothing_but_a_whole_yes(void **state)
{
    const enum announcer_answer answers[] = {ANNOUNCER_ERROR, ANNOUNCER_OTHER, ANNOUNCER_BOOL,
                                             ANNOUNCER_SHORT, ANNOUNCER_LONG,  ANNOUNCER_FRAME,
                                             ANNOUNCER_CLOSE, ANNOUNCER_NO};

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        say(answers[i]);
        assert_false(presence_now(&presence));
    }
    say(ANNOUNCER_YES);
    assert_true(presence_now(&presence));
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        announcer_set(announcer, answers[i]);
        later(PRESENCE_GRACE_MS);
        assert_false(presence_now(&presence));
    }
}

static void test_announce_silent_helper_holds_nobody_up_for_long(void **state)
{
    const int again = 10;
    int64_t before;

    (void)state;
    say(ANNOUNCER_SILENT);
    assert_false(presence_now(&presence));
    before = __real_clock_ms();
    for (int i = 0; i < again; i++)
        assert_false(presence_now(&presence));
    assert_true(__real_clock_ms() - before < again * PRESENCE_ASK_MS);
}

static void test_announce_descriptor_taken_by_another_file_is_left_alone(void **state)
{
    const char *name = scratch_path(state, "file");
    struct stat status;
    int file;

    announcer_set(announcer, ANNOUNCER_YES);
    assert_true(presence_now(&presence));
    file = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    assert_true(file >= 0 && dup2(file, presence.fd) == presence.fd);
    later(WATCH_POLL_MS);
    assert_true(presence_now(&presence));
    assert_int_equal(fstat(file, &status), 0);
    assert_int_equal(status.st_size, 0);
    assert_int_equal(close(file), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_announce_where_the_socket_is),
        TEST(test_announce_asks_every_two_seconds_at_most),
        TEST(test_announce_connection_that_ended_takes_no_token_away),
        TEST(test_announce_takes_nothing_but_a_whole_yes),
        TEST(test_announce_silent_helper_holds_nobody_up_for_long),
        TEST(test_announce_descriptor_taken_by_another_file_is_left_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
