/* SPDX-License-Identifier: BSD-2-Clause */
/* What the greeter takes from vsc-watch, and what not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "greeter/model/watch_line.h"

#define CARD(id, name, owner, state)                                                               \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"kind\":\"tpm\",\"owner\":" owner                   \
    ",\"mine\":false,\"state\":\"" state "\",\"locked_seconds\":90,\"tries_left\":null,"           \
    "\"tries_max\":null,\"certificates\":[]}"
#define STATE(cards)                                                                               \
    "{\"v\":1,\"event\":\"state\",\"helper\":\"ok\",\"announce\":true,\"cards\":[" cards "]}"

static enum vsc_err read_line(const char *line, struct watch_event *event)
{
    return watch_line_read(line, strlen(line), event);
}

static void test_state_is_read_with_its_cards(void **state)
{
    struct watch_event event;

    (void)state;
    assert_int_equal(read_line(STATE(CARD("0000", "TestVSC", "\"Alice Smith\"",
                                          "ready") "," CARD("0001", "Second", "null", "locked")),
                               &event),
                     VSC_OK);
    assert_int_equal(event.kind, WATCH_STATE);
    assert_true(event.helper_ok && event.announce);
    assert_int_equal(event.card_count, 2);
    assert_string_equal(event.cards[0].id, "0000");
    assert_string_equal(event.cards[0].name, "TestVSC");
    assert_string_equal(event.cards[0].owner, "Alice Smith");
    assert_int_equal(event.cards[0].state, WATCH_READY);
    assert_int_equal(event.cards[0].locked_seconds, 0);
    assert_string_equal(event.cards[1].owner, "");
    assert_int_equal(event.cards[1].state, WATCH_TIMED);
    assert_int_equal(event.cards[1].locked_seconds, 90);
}

static void test_every_event_is_read(void **state)
{
    static const struct {
        const char *line;
        enum watch_kind kind;
    } lines[] = {
        {"{\"v\":1,\"event\":\"card-added\",\"card\":" CARD("0", "A", "null", "blocked") "}",
         WATCH_CARD_ADDED},
        {"{\"v\":1,\"event\":\"card-changed\",\"card\":" CARD(
             "0", "A", "null", "ready") ",\"changes\":[\"unblocked\"]}",
         WATCH_CARD_CHANGED},
        {"{\"v\":1,\"event\":\"card-removed\",\"id\":\"0000\"}", WATCH_CARD_REMOVED},
        {"{\"v\":1,\"event\":\"locked\",\"id\":\"0000\",\"locked_seconds\":9}", WATCH_LOCKED},
        {"{\"v\":1,\"event\":\"announce\",\"announce\":true}", WATCH_ANNOUNCE},
        {"{\"v\":1,\"event\":\"helper-gone\"}", WATCH_HELPER_GONE},
        {"{\"v\":1,\"event\":\"helper-back\"}", WATCH_HELPER_BACK},
        {"{\"v\":1,\"event\":\"of-a-later-version\",\"x\":[1,2]}", WATCH_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct watch_event event;

        assert_int_equal(read_line(lines[i].line, &event), VSC_OK);
        assert_int_equal(event.kind, lines[i].kind);
    }
}

static void test_what_is_no_line_of_it_is_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "null",
        "[]",
        "{\"v\":1}",
        "{\"event\":\"helper-gone\"}",
        "{\"v\":2,\"event\":\"helper-gone\"}",
        "{\"v\":1.0,\"event\":\"helper-gone\"}",
        "{\"v\":-1,\"event\":\"helper-gone\"}",
        "{\"v\":1,\"v\":1,\"event\":\"helper-gone\"}",
        "{\"v\":1,\"event\":\"state\",\"helper\":\"ok\",\"announce\":true}",
        "{\"v\":1,\"event\":\"state\",\"helper\":\"ok\",\"cards\":[]}",
        "{\"v\":1,\"event\":\"state\",\"announce\":true,\"cards\":[]}",
        STATE("7"),
        STATE(CARD("", "A", "null", "ready")),
        STATE(CARD("0000", "", "null", "ready")),
        STATE(CARD("0000", "\\u202e", "null", "ready")),
        STATE(CARD("00\\n", "A", "null", "ready")),
        STATE(CARD("0000", "A", "null", "open")),
        "{\"v\":1,\"event\":\"card-added\"}",
        "{\"v\":1,\"event\":\"card-removed\"}",
        "{\"v\":1,\"event\":\"locked\",\"id\":\"0000\"}",
        "{\"v\":1,\"event\":\"locked\",\"id\":\"0000\",\"locked_seconds\":-4}",
        "{\"v\":1,\"event\":\"locked\",\"id\":\"0000\",\"locked_seconds\":1e9}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct watch_event event = {.kind = WATCH_OTHER, .card_count = 77};

        if (read_line(lines[i], &event) != VSC_INPUT)
            fail_msg("taken: %s", lines[i]);
        assert_int_equal(event.card_count, 77);
    }
}

static void test_names_lose_what_may_not_be_shown(void **state)
{
    struct watch_event event;

    (void)state;
    assert_int_equal(
        read_line(STATE(CARD("0000", "Te\\u202est", "\"Al\\u0007ice\"", "ready")), &event), VSC_OK);
    assert_string_equal(event.cards[0].name, "Test");
    assert_string_equal(event.cards[0].owner, "Alice");
}

static void test_too_many_cards_and_too_long_a_lock_are_cut(void **state)
{
    static char line[WATCH_LINE_MAX];
    struct watch_event event;
    size_t len;

    (void)state;
    len = (size_t)snprintf(
        line, sizeof(line), "%s",
        "{\"v\":1,\"event\":\"state\",\"helper\":\"ok\",\"announce\":false,\"cards\":[");
    for (int i = 0; i < 40; i++)
        len += (size_t)snprintf(
            line + len, sizeof(line) - len,
            "%s{\"id\":\"%04d\",\"name\":\"C%d\",\"kind\":\"token\",\"owner\":null,"
            "\"state\":\"locked\",\"locked_seconds\":999999999}",
            i > 0 ? "," : "", i, i);
    len += (size_t)snprintf(line + len, sizeof(line) - len, "]}");
    assert_int_equal(watch_line_read(line, len, &event), VSC_OK);
    assert_int_equal(event.card_count, WATCH_CARDS);
    assert_true(event.cards[0].is_token);
    assert_int_equal(event.cards[0].locked_seconds, WATCH_LOCKED_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_state_is_read_with_its_cards),
        cmocka_unit_test(test_every_event_is_read),
        cmocka_unit_test(test_what_is_no_line_of_it_is_refused),
        cmocka_unit_test(test_names_lose_what_may_not_be_shown),
        cmocka_unit_test(test_too_many_cards_and_too_long_a_lock_are_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
