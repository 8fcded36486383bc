/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-watch before a vsc-card that is played: what it tells, and what a hostile one cannot do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/own.h"
#include "common/wire.h"
#include "tests/support/played_card.h"

#define LOCKED   500
#define QUIET_MS 300 /* so long nothing must come: some ten times the pause between questions */

static struct played played;
static struct watch_card cards[2];
static struct watch_list list;

static int set_up(void **state)
{
    (void)state;
    played_answer_ms = PLAYED_PATIENCE_MS;
    memset(cards, 0, sizeof(cards));
    cards[0] = (struct watch_card){.id = "0000",
                                   .name = "TestVSC",
                                   .kind = CARD_NATIVE,
                                   .owner = "Alice Smith",
                                   .mine = true,
                                   .details = true,
                                   .tries_known = true,
                                   .tries_left = 5,
                                   .tries_max = 5};
    cards[1] = (struct watch_card){.id = "0001", .name = "Other", .kind = CARD_NATIVE};
    list = (struct watch_list){.warn_days = 14, .cards = cards, .count = 1};
    return 0;
}

static void start(void)
{
    played_start(&played, true, false, true);
    played_accept(&played);
}

static void assert_line_has(const char *text)
{
    const char *line = played_line(&played);

    if (line == NULL || strstr(line, text) == NULL)
        fail_msg("no %s in: %s", text, line != NULL ? line : "(end)");
}

static void assert_line(const char *text)
{
    const char *line = played_line(&played);

    assert_non_null(line);
    assert_string_equal(line, text);
}

#define GONE "{\"v\":1,\"event\":\"helper-gone\"}"
#define BACK "{\"v\":1,\"event\":\"helper-back\"}"
#define CARD                                                                                       \
    "{\"id\":\"0000\",\"name\":\"TestVSC\",\"kind\":\"tpm\",\"owner\":\"Alice Smith\","            \
    "\"mine\":true,\"state\":\"ready\",\"locked_seconds\":0,\"tries_left\":5,\"tries_max\":5,"     \
    "\"certificates\":[]}"
#define STATE                                                                                      \
    "{\"v\":1,\"event\":\"state\",\"helper\":\"ok\",\"announce\":false,\"cards\":[" CARD "]}"

static void test_picture_comes_first_then_what_changes(void **state)
{
    (void)state;
    start();
    played_round(&played, &list);
    assert_line(STATE);
    played_round(&played, &list);
    list.count = 2;
    played_round(&played, &list);
    assert_line("{\"v\":1,\"event\":\"card-added\",\"card\":{\"id\":\"0001\",\"name\":\"Other\","
                "\"kind\":\"tpm\",\"owner\":null,\"mine\":false,\"state\":\"ready\","
                "\"locked_seconds\":0,\"tries_left\":null,\"tries_max\":null,"
                "\"certificates\":[]}}");
    cards[0].tries_left = 0;
    cards[0].blocked = true;
    played_round(&played, &list);
    assert_line_has("\"changes\":[\"tries\",\"blocked\"]");
    list.announce = true;
    played_round(&played, &list);
    assert_line("{\"v\":1,\"event\":\"announce\",\"announce\":true}");
    list.cards = cards + 1;
    list.count = 1;
    played_round(&played, &list);
    assert_line("{\"v\":1,\"event\":\"card-removed\",\"id\":\"0000\"}");
    assert_int_equal(played_end(&played), VSC_OK);
}

static void test_nobody_there_is_said_once_and_then_that_it_is_back(void **state)
{
    (void)state;
    played_start(&played, true, false, false);
    assert_line(GONE);
    assert_false(played_has_line_within(&played, QUIET_MS));
    played_listen(&played);
    played_accept(&played);
    played_round(&played, &list);
    assert_line(BACK);
    assert_line(STATE);
    played_stop_listening(&played);
    assert_line(GONE);
    assert_false(played_has_line_within(&played, QUIET_MS));
    played_listen(&played);
    played_accept(&played);
    played_round(&played, &list);
    assert_line(BACK);
    assert_line(STATE);
    assert_int_equal(played_end(&played), VSC_OK);
}

/* Of a connection that has answered: another may. */
static void test_end_of_one_connection_is_not_told_where_another_answers(void **state)
{
    (void)state;
    start();
    played_round(&played, &list);
    assert_line(STATE);
    played_accept(&played);
    cards[0].tries_left = 4;
    played_round(&played, &list);
    assert_line_has("\"changes\":[\"tries\"]");
    assert_int_equal(played_end(&played), VSC_OK);
}

static void send_error(enum vsc_err err)
{
    const struct deadline deadline = deadline_in(5000);

    assert_true(played_asked(&played));
    assert_int_equal(wire_send_error(played.channel, err, "no TPM", &deadline), VSC_OK);
}

static void test_helper_that_says_what_is_wrong_is_gone_and_keeps_its_connection(void **state)
{
    (void)state;
    start();
    send_error(VSC_TPM);
    assert_line(GONE);
    send_error(VSC_TPM);
    played_round(&played, &list);
    assert_line(BACK);
    assert_line(STATE);
    send_error(VSC_TPM); /* perhaps only this process of it: another is asked at once */
    played_accept(&played);
    played_round(&played, &list);
    send_error(VSC_TPM);
    played_accept(&played);
    send_error(VSC_TPM);
    assert_line(GONE);
    assert_int_equal(played_end(&played), VSC_OK);
}

struct nonsense {
    size_t len;
    const char *bytes;
};

static void test_one_bad_answer_is_helper_gone(void **state)
{
    static const struct nonsense answers[] = {
        {8, "\0\0\0\0\x02\x8e\0\x02"},                      /* another version */
        {8, "\0\0\0\0\x02\x77\0\x01"},                      /* an unknown type */
        {8, "\xff\xff\xff\xff\x02\x8e\0\x01"},              /* a body over its cap */
        {8, "\0\0\0\0\x02\x8e\0\x01"},                      /* an empty body */
        {8, "\0\0\0\0\x02\x81\0\x01"},                      /* another answer */
        {17, "\0\0\0\x09\x02\x81\0\x01\0\0\0\0\0\0\0\0\0"}, /* with a body that would do */
        {8, "\0\0\0\0\x02\x0e\0\x01"},                      /* the question */
        {8, "\0\0\0\0\0\x80\0\x01"},                        /* an ERROR without a word */
        {5, "\0\0\0\x04\x02"},                              /* cut short, and nothing more */
        {17,
         "\0\0\0\x09\x02\x8e\0\x01\0\0\0\0\0\xff\xff\xff\xff"}, /* more cards than there can be */
        {18, "\0\0\0\x0a\x02\x8e\0\x01\0\0\0\0\0\0\0\0\0\0"},   /* something left over */
        {17, "\0\0\0\x09\x02\x8e\0\x01\x02\0\0\0\0\0\0\0\0"},   /* a bool that is none */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        start();
        played_round(&played, &list);
        assert_line(STATE);
        assert_true(played_asked(&played));
        played_send(&played, answers[i].bytes, answers[i].len);
        assert_line(GONE);
        played_accept(&played);
        played_round(&played, &list);
        assert_line(BACK);
        assert_line(STATE);
        assert_int_equal(played_end(&played), VSC_OK);
    }
}

static void test_two_cards_with_one_id_are_a_bad_answer(void **state)
{
    (void)state;
    start();
    memcpy(cards[1].id, cards[0].id, sizeof(cards[1].id));
    list.count = 2;
    played_round(&played, &list);
    assert_line(GONE);
    assert_int_equal(played_end(&played), VSC_OK);
}

static void test_silent_helper_is_gone_after_its_time(void **state)
{
    (void)state;
    played_answer_ms = 3000;
    start();
    played_round(&played, &list);
    assert_line(STATE);
    assert_true(played_asked(&played));
    assert_line(GONE);
    assert_false(played_asked(&played)); /* it has hung up */
    assert_int_equal(played_end(&played), VSC_OK);
}

static void test_nothing_is_asked_twice_before_its_time(void **state)
{
    int64_t begun;

    (void)state;
    start();
    played_round(&played, &list);
    begun = clock_ms();
    for (int i = 0; i < 5; i++)
        played_round(&played, &list);
    assert_true(clock_ms() - begun >= 5 * PLAYED_POLL_MS - 10);
    assert_int_equal(played_end(&played), VSC_OK);
}

static void test_reader_that_goes_ends_it(void **state)
{
    (void)state;
    start();
    played_round(&played, &list);
    assert_line(STATE);
    (void)close(played.lines);
    played.lines = -1;
    while (played_asked(&played)) /* until it is gone, by itself and within its patience */
        played_answer(&played, &list);
    assert_int_equal(played_end(&played), VSC_OK);
}

/* Many long names: a pipe holds no more than a few of these. */
static void make_many(struct watch_list *many, unsigned round)
{
    for (size_t i = 0; i < CARDS_MAX; i++) {
        struct watch_card *card = &many->cards[i];

        *card = (struct watch_card){.kind = CARD_NATIVE};
        (void)snprintf(card->id, sizeof(card->id), "%04zu", i);
        (void)snprintf(card->name, sizeof(card->name), "card %zu of round %u", i, round);
    }
    many->count = CARDS_MAX;
}

static void test_nothing_is_asked_while_its_reader_takes_its_time(void **state)
{
    auto_free struct watch_card *room = calloc(CARDS_MAX, sizeof(*room));
    struct watch_list many = {.cards = room};
    unsigned round = 0;
    const char *line;
    char last[32];

    (void)state;
    assert_non_null(room);
    start();
    for (;;) { /* until the pipe is full */
        make_many(&many, round);
        played_round(&played, &many);
        if (!played_is_asked_within(&played, QUIET_MS * 3))
            break;
        assert_true(round++ < 200);
    }
    /* Now it reads again: the rest of that round, then what is so then, nothing in between. */
    (void)snprintf(last, sizeof(last), "card 63 of round %u\"", round);
    do {
        line = played_line(&played);
        assert_non_null(line);
    } while (strstr(line, last) == NULL);
    make_many(&many, 1000);
    played_round(&played, &many);
    assert_line_has("card 0 of round 1000\"");
    assert_int_equal(played_end(&played), VSC_OK);
}

/* As vsc-card does, which counts down as well: questions and answers until a line comes. */
static void answer_until_a_line(int64_t locked_since)
{
    while (!played_has_line_within(&played, 1)) {
        cards[0].locked_seconds = (uint32_t)(LOCKED - (clock_ms() - locked_since) / 1000);
        played_round(&played, &list);
    }
}

/* The seconds that the next line counts down to: one less each time, or more where it was held up.
 */
static int counted_down(int64_t locked_since)
{
    static const char begins[] =
        "{\"v\":1,\"event\":\"locked\",\"id\":\"0000\",\"locked_seconds\":";
    const char *line;

    answer_until_a_line(locked_since);
    line = played_line(&played);
    if (line == NULL || strncmp(line, begins, sizeof(begins) - 1) != 0)
        fail_msg("no countdown: %s", line != NULL ? line : "(end)");
    return atoi(line + sizeof(begins) - 1);
}

static void test_lockout_is_counted_down_each_second(void **state)
{
    const int64_t since = clock_ms();
    int first;

    (void)state;
    cards[0].locked_seconds = LOCKED;
    start();
    played_round(&played, &list);
    assert_line_has("\"state\":\"locked\",\"locked_seconds\":500,");
    first = counted_down(since);
    assert_in_range(first, 1, LOCKED - 1);
    assert_in_range(counted_down(since), 1, first - 1);
    cards[0].locked_seconds = 0;
    played_round(&played, &list);
    assert_line_has("\"changes\":[\"unlocked\"]");
    assert_int_equal(played_end(&played), VSC_OK);
}

static void test_words_for_people(void **state)
{
    struct watch_cert cert = {.key = "01", .upn = "alice@corp.test", .not_after = 4102444800};

    (void)state;
    cards[0].certs = &cert;
    cards[0].cert_count = 1;
    played_start(&played, false, false, true);
    played_accept(&played);
    played_round(&played, &list);
    assert_line("cards: 1");
    assert_line("TestVSC (0000, Alice Smith): ready, 5 of 5 tries left");
    assert_line_has("    key 01: alice@corp.test, until 2100-01-01T00:00:00Z (");
    list.cards = cards + 1;
    list.announce = true;
    played_round(&played, &list);
    assert_line("removed: TestVSC");
    assert_line("added: Other (0001): ready");
    assert_line("announced");
    cards[1].blocked = true;
    played_round(&played, &list);
    assert_line("changed blocked: Other (0001): blocked");
    cards[1].blocked = false;
    cards[1].locked_seconds = 600;
    played_round(&played, &list);
    assert_line("changed unblocked, locked: Other (0001): locked for at most 600 seconds");
    played_stop_listening(&played);
    do { /* some seconds may be told before */
        const char *line = played_line(&played);

        assert_non_null(line);
        if (strcmp(line, "vsc-card is gone") == 0)
            break;
        assert_non_null(strstr(line, "Other: locked for at most "));
    } while (true);
    assert_int_equal(played_end(&played), VSC_OK);
}

#define TEST(name) cmocka_unit_test_setup(name, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_picture_comes_first_then_what_changes),
        TEST(test_nobody_there_is_said_once_and_then_that_it_is_back),
        TEST(test_end_of_one_connection_is_not_told_where_another_answers),
        TEST(test_helper_that_says_what_is_wrong_is_gone_and_keeps_its_connection),
        TEST(test_one_bad_answer_is_helper_gone),
        TEST(test_two_cards_with_one_id_are_a_bad_answer),
        TEST(test_silent_helper_is_gone_after_its_time),
        TEST(test_nothing_is_asked_twice_before_its_time),
        TEST(test_reader_that_goes_ends_it),
        TEST(test_nothing_is_asked_while_its_reader_takes_its_time),
        TEST(test_lockout_is_counted_down_each_second),
        TEST(test_words_for_people),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
