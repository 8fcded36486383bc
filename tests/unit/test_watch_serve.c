/* SPDX-License-Identifier: BSD-2-Clause */
/* CARD_WATCH from outside: what each peer sees, login.announce, and faults of the card. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/own.h"
#include "common/wire.h"
#include "common/wire_watch.h"
#include "tests/support/channel.h"

#define OWNER    65534 /* nobody */
#define STRANGER 1     /* daemon */
#define PIN      "12345678"

static struct fake_cards *cards;

static int set_up(void **state)
{
    struct fake_card *card;

    (void)state;
    cards = fake_cards_new();
    card = fake_card_add(cards, "0000", "Alice's", PIN);
    fake_card_set_owner(card, OWNER, "nobody", "Alice Smith");
    (void)fake_card_add_key(card, "01", FAKE_P256);
    card = fake_card_add(cards, "0001", "Spare", PIN);
    fake_key_clear_chain(fake_card_add_key(card, "01", FAKE_P256));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_cards_free(cards);
    return 0;
}

static enum vsc_err ask(int fd, struct watch_list *ret_list)
{
    const struct deadline deadline = deadline_in(60000);
    auto_message struct message request, answer;
    struct reader reader;
    enum vsc_err err;

    message_init(&request, WIRE_CARD_WATCH);
    err = wire_call(fd, &request, WIRE_CARD_WATCHED, &answer, &deadline, NULL);
    if (err != VSC_OK)
        return err;
    reader_init(&reader, answer.body.data, answer.body.len);
    return watch_list_decode(&reader, ret_list);
}

/* As the peer that the test itself is: it may do everything. */
static struct watch_list see(enum conf_announce announce)
{
    const struct channel_options options = {
        .cards = cards, .announce = announce, .timeout_ms = 60000, .retry_ms = 1};
    auto_fd int fd = channel_start(&options);
    struct watch_list list = {0};

    assert_int_equal(ask(fd, &list), VSC_OK);
    return list;
}

static void test_root_sees_tries_and_certificates(void **state)
{
    auto_watch_list struct watch_list list = see(ANNOUNCE_NEVER);
    const struct watch_card *card = &list.cards[0];

    (void)state;
    assert_int_equal(list.count, 2);
    assert_int_equal(list.warn_days, 14);
    assert_false(list.announce);
    assert_string_equal(card->id, "0000");
    assert_string_equal(card->name, "Alice's");
    assert_string_equal(card->owner, "Alice Smith");
    assert_true(card->details && card->tries_known && !card->mine);
    assert_int_equal(card->tries_left, 5);
    assert_int_equal(card->tries_max, 5);
    assert_int_equal(card->cert_count, 1);
    assert_string_equal(card->certs[0].key, "01");
    assert_true(card->certs[0].not_after > 1700000000);
    assert_int_equal(list.cards[1].cert_count, 0);
}

static void test_announce_counts_cards_with_a_certificate(void **state)
{
    struct fake_card *second;

    (void)state;
    for (int round = 0; round < 3; round++) { /* one card, two, none */
        auto_watch_list struct watch_list never = see(ANNOUNCE_NEVER);
        auto_watch_list struct watch_list single = see(ANNOUNCE_SINGLE);
        auto_watch_list struct watch_list always = see(ANNOUNCE_ALWAYS);

        assert_false(never.announce);
        assert_int_equal(single.announce, round == 0);
        assert_int_equal(always.announce, round < 2);
        if (round == 0) {
            second = fake_card_add(cards, "0002", "Bob's", PIN);
            (void)fake_card_add_key(second, "01", FAKE_P256);
        } else {
            cards->cards[0].gone = true; /* as good as none */
            fake_key_clear_chain(&cards->cards[2].keys[0]);
        }
    }
}

static void test_gone_card_is_not_there_and_unknown_tries_are_said(void **state)
{
    auto_watch_list struct watch_list list = {0};

    (void)state;
    cards->cards[0].gone = true;
    cards->cards[1].tries_hidden = true;
    list = see(ANNOUNCE_NEVER);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.cards[0].id, "0001");
    assert_false(list.cards[0].tries_known);
}

/* ---- peers with user ids of their own ----------------------------------------------------------
 */

/* In a client's process: end it with the line that failed. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__ & 0xff ? __LINE__ & 0xff : 1;                                          \
    } while (0)

static char folder[32], path[64];

static void look_as(uid_t uid, enum conf_identities identities, int (*client)(void *context))
{
    const struct channel_options options = {.cards = cards,
                                            .identities = identities,
                                            .announce = ANNOUNCE_ALWAYS,
                                            .timeout_ms = 60000,
                                            .retry_ms = 1};
    pid_t listener;

    (void)snprintf(folder, sizeof(folder), "/tmp/vsc-watch-test.XXXXXX");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(chmod(folder, 0755), 0);
    (void)snprintf(path, sizeof(path), "%s/card.sock", folder);
    listener = channel_listen(&options, path);
    assert_int_equal(channel_as(uid, client, NULL), 0);
    assert_int_equal(kill(listener, SIGTERM), 0);
    assert_int_equal(waitpid(listener, NULL, 0), listener);
    assert_int_equal(rmdir(folder), 0);
}

static int owner_sees_the_own_card(void *context)
{
    auto_fd int fd = channel_connect(path);
    auto_watch_list struct watch_list list = {0};

    (void)context;
    CHECK(ask(fd, &list) == VSC_OK && list.count == 1);
    CHECK(strcmp(list.cards[0].id, "0000") == 0 && list.cards[0].mine && list.cards[0].details);
    CHECK(list.cards[0].tries_left == 5 && list.cards[0].cert_count == 1);
    return 0;
}

static int owner_sees_all_and_details_of_the_own(void *context)
{
    auto_fd int fd = channel_connect(path);
    auto_watch_list struct watch_list list = {0};

    (void)context;
    CHECK(ask(fd, &list) == VSC_OK && list.count == 2);
    CHECK(list.cards[0].details && list.cards[0].mine);
    CHECK(!list.cards[1].details && !list.cards[1].mine);
    CHECK(list.announce);
    return 0;
}

static int stranger_sees_names_blocked_and_locked(void *context)
{
    auto_fd int fd = channel_connect(path);
    auto_watch_list struct watch_list list = {0};

    (void)context;
    CHECK(ask(fd, &list) == VSC_OK && list.count == 2);
    CHECK(strcmp(list.cards[0].name, "Alice's") == 0);
    CHECK(strcmp(list.cards[0].owner, "Alice Smith") == 0);
    CHECK(list.cards[0].blocked && list.cards[0].locked_seconds == 0);
    CHECK(!list.cards[1].blocked && list.cards[1].locked_seconds == 77);
    for (size_t i = 0; i < 2; i++) {
        CHECK(!list.cards[i].details && !list.cards[i].mine && !list.cards[i].tries_known);
        CHECK(list.cards[i].tries_max == 0 && list.cards[i].cert_count == 0);
    }
    return 0;
}

static int stranger_sees_nothing(void *context)
{
    auto_fd int fd = channel_connect(path);
    auto_watch_list struct watch_list list = {0};

    (void)context;
    CHECK(ask(fd, &list) == VSC_OK && list.count == 0);
    CHECK(!list.announce); /* no sign-in can begin with a card that nobody is shown */
    return 0;
}

static void test_owner_sees_the_own_card_wholly(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    look_as(OWNER, IDENTITIES_ALWAYS, owner_sees_all_and_details_of_the_own);
    look_as(OWNER, IDENTITIES_OWN, owner_sees_the_own_card);
    look_as(OWNER, IDENTITIES_NEVER, owner_sees_the_own_card);
}

static void test_stranger_sees_what_list_identities_allows(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    cards->cards[0].tries_left = 0;
    cards->cards[1].locked_seconds = 77;
    look_as(STRANGER, IDENTITIES_ALWAYS, stranger_sees_names_blocked_and_locked);
    look_as(STRANGER, IDENTITIES_OWN, stranger_sees_nothing);
    look_as(STRANGER, IDENTITIES_NEVER, stranger_sees_nothing);
}

/* A uid that was given anew: another name, so another person. */
static void test_uid_that_was_given_anew_is_a_stranger(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    fake_card_set_owner(&cards->cards[0], OWNER, "alice", "Alice Smith");
    look_as(OWNER, IDENTITIES_OWN, stranger_sees_nothing);
}

static void test_source_that_fails_is_an_error_and_the_channel_stays(void **state)
{
    const struct channel_options options = {.cards = cards, .timeout_ms = 60000, .retry_ms = 1};
    auto_watch_list struct watch_list list = {0};
    auto_fd int fd = -1;

    (void)state;
    cards->faults[FAKE_LIST] = (struct fake_fault){.err = VSC_STORE};
    fd = channel_start(&options);
    assert_int_equal(ask(fd, &list), VSC_STORE);
    cards->faults[FAKE_LIST].err = VSC_OK;
    assert_int_equal(ask(fd, &list), VSC_OK);
    assert_int_equal(list.count, 2);
}

static void test_request_with_a_body_is_refused(void **state)
{
    const struct channel_options options = {.cards = cards, .timeout_ms = 60000, .retry_ms = 1};
    auto_fd int fd = channel_start(&options);
    const struct deadline deadline = deadline_in(60000);
    auto_message struct message request, answer;

    (void)state;
    message_init(&request, WIRE_CARD_WATCH);
    buf_u8(&request.body, 0);
    assert_int_equal(wire_call(fd, &request, WIRE_CARD_WATCHED, &answer, &deadline, NULL),
                     VSC_PROTOCOL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_root_sees_tries_and_certificates),
        TEST(test_announce_counts_cards_with_a_certificate),
        TEST(test_gone_card_is_not_there_and_unknown_tries_are_said),
        TEST(test_owner_sees_the_own_card_wholly),
        TEST(test_stranger_sees_what_list_identities_allows),
        TEST(test_uid_that_was_given_anew_is_a_stranger),
        TEST(test_source_that_fails_is_an_error_and_the_channel_stays),
        TEST(test_request_with_a_body_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
