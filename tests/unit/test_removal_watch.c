/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-removal's decisions, over a played vsc-card and a played logind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "removal/watch.h"

/* What the others say, and what was done. */
static struct play {
    enum presence presence;
    enum standing standing;
    enum vsc_err act_err;
    unsigned asked, looked, acted, forgotten;
} play;
static struct records records;
static struct watch watch;

static enum presence ask(void *context, const char *card)
{
    assert_ptr_equal(context, &play);
    assert_string_equal(card, "p11:1");
    play.asked++;
    return play.presence;
}

static enum standing look(void *context, const struct session_record *record)
{
    (void)context;
    assert_string_equal(record->card, "p11:1");
    play.looked++;
    return play.standing;
}

static enum vsc_err act(void *context, const struct session_record *record)
{
    (void)context;
    assert_string_equal(record->session, "3");
    play.acted++;
    return play.act_err;
}

static void forget(void *context, const struct session_record *record)
{
    (void)context;
    (void)record;
    play.forgotten++;
}

static const struct watch_ops ops = {ask, look, act, forget};

static void set_up(void)
{
    play = (struct play){.presence = PRESENCE_THERE, .standing = STANDING_ITS};
    watch = (struct watch){.ops = &ops, .context = &play};
    records = (struct records){
        .count = 1,
        .items = {{.session = "3", .uid = 1000, .leader = 42, .card = "p11:1", .name = "Token"}}};
}

static void polls(unsigned count, enum presence presence)
{
    play.presence = presence;
    while (count-- > 0)
        watch_poll(&watch, &records);
}

static void test_session_is_locked_once_when_its_token_is_gone(void **state)
{
    (void)state;
    set_up();
    polls(5, PRESENCE_THERE);
    assert_int_equal(play.acted, 0);
    assert_false(watch_is_pending(&watch));
    polls(1, PRESENCE_GONE);
    assert_int_equal(play.acted, 0);
    assert_true(watch_is_pending(&watch));
    polls(1, PRESENCE_GONE);
    assert_int_equal(play.acted, 1);
    assert_false(watch_is_pending(&watch));
    polls(20, PRESENCE_GONE);
    assert_int_equal(play.acted, 1);
}

static void test_token_that_is_gone_for_one_poll_is_not_removed(void **state)
{
    (void)state;
    set_up();
    for (int i = 0; i < 10; i++) {
        polls(1, PRESENCE_GONE);
        polls(1, PRESENCE_THERE);
    }
    assert_int_equal(play.acted, 0);
}

static void test_helper_that_fails_is_not_a_removal(void **state)
{
    (void)state;
    set_up();
    polls(100, PRESENCE_UNKNOWN);
    assert_int_equal(play.acted, 0);
    polls(1, PRESENCE_GONE);
    polls(100, PRESENCE_UNKNOWN);
    assert_int_equal(play.acted, 0);
    /* Two polls that were answered said so. */
    polls(1, PRESENCE_GONE);
    assert_int_equal(play.acted, 1);
}

static void test_token_put_back_does_nothing_and_its_next_removal_counts(void **state)
{
    (void)state;
    set_up();
    polls(2, PRESENCE_GONE);
    polls(3, PRESENCE_THERE);
    assert_int_equal(play.acted, 1);
    assert_int_equal(play.forgotten, 0);
    polls(2, PRESENCE_GONE);
    assert_int_equal(play.acted, 2);
}

static void test_session_that_is_not_the_records_is_left_alone(void **state)
{
    (void)state;
    set_up();
    play.standing = STANDING_ENDED;
    polls(5, PRESENCE_GONE);
    assert_int_equal(play.acted, 0);
    assert_true(play.forgotten > 0);
    set_up();
    play.standing = STANDING_UNKNOWN;
    polls(5, PRESENCE_GONE);
    assert_int_equal(play.acted + play.forgotten, 0);
    /* logind is back. */
    play.standing = STANDING_ITS;
    polls(1, PRESENCE_GONE);
    assert_int_equal(play.acted, 1);
}

static void test_record_of_a_session_that_ended_is_forgotten_while_its_token_is_there(void **state)
{
    (void)state;
    set_up();
    polls(1, PRESENCE_THERE);
    assert_int_equal(play.looked, 1);
    play.standing = STANDING_ENDED;
    polls(WATCH_LOOK, PRESENCE_THERE);
    assert_int_equal(play.looked, 2);
    assert_int_equal(play.forgotten, 1);
    assert_int_equal(play.acted, 0);
}

static void test_lock_that_fails_is_tried_again(void **state)
{
    (void)state;
    set_up();
    play.act_err = VSC_HELPER;
    polls(3, PRESENCE_GONE);
    assert_int_equal(play.acted, 2);
    assert_true(watch_is_pending(&watch));
    play.act_err = VSC_OK;
    polls(3, PRESENCE_GONE);
    assert_int_equal(play.acted, 3);
}

static void test_record_that_is_gone_is_asked_for_no_more(void **state)
{
    (void)state;
    set_up();
    polls(1, PRESENCE_GONE);
    records.count = 0;
    polls(5, PRESENCE_GONE);
    assert_int_equal(play.asked, 1);
    assert_int_equal(play.acted, 0);
}

/* The id of an ended session is another's now: what was seen of the old one counts for nothing. */
static void test_new_session_of_an_old_id_starts_anew(void **state)
{
    (void)state;
    set_up();
    polls(1, PRESENCE_GONE);
    records.items[0].leader = 43;
    polls(1, PRESENCE_GONE);
    assert_int_equal(play.acted, 0);
    polls(1, PRESENCE_GONE);
    assert_int_equal(play.acted, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_session_is_locked_once_when_its_token_is_gone),
        cmocka_unit_test(test_token_that_is_gone_for_one_poll_is_not_removed),
        cmocka_unit_test(test_helper_that_fails_is_not_a_removal),
        cmocka_unit_test(test_token_put_back_does_nothing_and_its_next_removal_counts),
        cmocka_unit_test(test_session_that_is_not_the_records_is_left_alone),
        cmocka_unit_test(test_record_of_a_session_that_ended_is_forgotten_while_its_token_is_there),
        cmocka_unit_test(test_lock_that_fails_is_tried_again),
        cmocka_unit_test(test_record_that_is_gone_is_asked_for_no_more),
        cmocka_unit_test(test_new_session_of_an_old_id_starts_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
