/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What each peer may do, from outside: vsc-card's serving code with fake cards behind a real
 * socket, and clients with user ids of their own.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "card/remote.h"
#include "common/own.h"
#include "tests/support/channel.h"

#define OWNER    65534 /* nobody */
#define OTHER    2     /* bin */
#define STRANGER 1     /* daemon */
#define PIN      "12345678"

/* In a client's process: end it with the line that failed. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__ & 0xff ? __LINE__ & 0xff : 1;                                          \
    } while (0)

struct world {
    struct fake_cards *cards;
    char folder[32], path[64];
    pid_t listener;
};

static struct world *world;

static void start(enum conf_identities identities)
{
    const struct channel_options options = {
        .cards = world->cards,
        .identities = identities,
        .timeout_ms = 60000,
        .retry_ms = 1,
    };

    world->listener = channel_listen(&options, world->path);
}

static void stop(void)
{
    int status = -1;

    assert_int_equal(kill(world->listener, SIGTERM), 0);
    assert_int_equal(waitpid(world->listener, &status, 0), world->listener);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_not_equal(access(world->path, F_OK), 0);
}

static int set_up(void **state)
{
    struct fake_card *card;

    (void)state;
    world = calloc(1, sizeof(*world));
    if (world == NULL)
        return 1;
    world->cards = fake_cards_new();
    card = fake_card_add(world->cards, "0000", "Alice's", PIN);
    fake_card_set_owner(card, OWNER, "nobody", "Alice Smith");
    (void)fake_card_add_key(card, "key", FAKE_P256);
    card = fake_card_add(world->cards, "0001", "Bob's", PIN);
    fake_card_set_owner(card, OTHER, "bin", "Bob Jones");
    (void)fake_card_add_key(card, "key", FAKE_P256);
    card = fake_card_add(world->cards, "0002", "Nobody's", PIN);
    (void)fake_card_add_key(card, "key", FAKE_P256);
    (void)snprintf(world->folder, sizeof(world->folder), "/tmp/vsc-card-test.XXXXXX");
    if (mkdtemp(world->folder) == NULL || chmod(world->folder, 0755) != 0)
        return 1;
    (void)snprintf(world->path, sizeof(world->path), "%s/card.sock", world->folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(world->path);
    (void)rmdir(world->folder);
    fake_cards_free(world->cards);
    free(world);
    return 0;
}

static struct card_source *connect_source(void)
{
    struct card_source *source = NULL;
    int fd = channel_connect(world->path);

    if (fd < 0 || remote_source_new(fd, "vsc-card", &source) != VSC_OK)
        _exit(126);
    source->deadline = deadline_in(60000);
    return source;
}

static enum vsc_err sign_with(struct card_source *source, const char *card, const char *pin,
                              struct card_outcome *outcome)
{
    struct card_sign sign = {.key = "key"};

    (void)snprintf(sign.card, sizeof(sign.card), "%s", card);
    if (secret_set(&sign.pin, pin, strlen(pin)) != VSC_OK)
        return VSC_INPUT;
    return source->ops->sign(source, &sign, outcome, NULL);
}

static enum vsc_err change_pin(struct card_source *source, const char *card)
{
    struct card_change_pin change = {0};
    struct card_outcome outcome;

    (void)snprintf(change.card, sizeof(change.card), "%s", card);
    if (secret_set(&change.old_pin, PIN, strlen(PIN)) != VSC_OK ||
        secret_set(&change.new_pin, "87654321", 8) != VSC_OK)
        return VSC_INPUT;
    return source->ops->change_pin(source, &change, &outcome, NULL);
}

static int client_root(void *context)
{
    struct card_source *source = connect_source();
    struct card_list list = {0};
    struct card_outcome outcome = {0};

    (void)context;
    CHECK(source->ops->list(source, &list, NULL) == VSC_OK);
    CHECK(list.count == 3);
    for (size_t i = 0; i < list.count; i++) {
        CHECK(!list.cards[i].restricted && list.cards[i].key_count == 1);
        CHECK(sign_with(source, list.cards[i].id, PIN, &outcome) == VSC_OK);
        CHECK(outcome.result == VSC_OK);
    }
    CHECK(list.cards[0].has_owner && list.cards[0].owner_uid == OWNER);
    return 0;
}

static int client_owner(void *context)
{
    struct card_source *source = connect_source();
    struct card_list list = {0};
    struct card_outcome outcome = {0};
    struct card_state state = {0};

    (void)context;
    CHECK(source->ops->list(source, &list, NULL) == VSC_OK);
    CHECK(list.count == 3);
    CHECK(!list.cards[0].restricted && list.cards[0].key_count == 1);
    CHECK(list.cards[1].restricted && list.cards[2].restricted);
    CHECK(source->ops->state(source, "0000", &state, NULL) == VSC_OK);
    CHECK(state.tries_known && state.tries_left == 5);
    CHECK(source->ops->prepare(source, "0000", "key", NULL) == VSC_OK);
    CHECK(sign_with(source, "0000", "wrong-pin", &outcome) == VSC_OK);
    CHECK(outcome.result == VSC_PIN && outcome.state.tries_left == 4);
    CHECK(sign_with(source, "0000", PIN, &outcome) == VSC_OK);
    CHECK(outcome.result == VSC_OK && outcome.signature_len > 0);
    CHECK(change_pin(source, "0000") == VSC_OK);
    CHECK(sign_with(source, "0001", PIN, &outcome) == VSC_DENIED);
    CHECK(sign_with(source, "0002", PIN, &outcome) == VSC_DENIED);
    return 0;
}

/* The same with every setting of login.list_identities: nothing is done with another's card. */
static int client_does_nothing_to_others(void *context)
{
    static const char *const ids[] = {"0000", "0001", "0002"};
    struct card_source *source = connect_source();
    struct card_outcome outcome = {0};

    (void)context;
    for (size_t i = 0; i < 3; i++) {
        CHECK(sign_with(source, ids[i], PIN, &outcome) == VSC_DENIED);
        CHECK(sign_with(source, ids[i], "wrong-pin", &outcome) == VSC_DENIED);
        CHECK(change_pin(source, ids[i]) == VSC_DENIED);
        CHECK(source->ops->prepare(source, ids[i], "key", NULL) == VSC_DENIED);
    }
    return 0;
}

static int client_stranger(void *context)
{
    struct card_source *source = connect_source();
    struct card_list list = {0};
    struct card_state state = {0};

    CHECK(source->ops->list(source, &list, NULL) == VSC_OK);
    CHECK(list.count == 3);
    for (size_t i = 0; i < list.count; i++) {
        const struct card_info *card = &list.cards[i];
        const struct pin_policy none = {0};

        CHECK(card->restricted && card->key_count == 0 && card->keys == NULL);
        CHECK(!card->has_owner && card->owner_uid == 0 && card->owner[0] == '\0');
        CHECK(memcmp(&card->policy, &none, sizeof(none)) == 0);
    }
    CHECK(strcmp(list.cards[0].name, "Alice's") == 0);
    CHECK(strcmp(list.cards[0].owner_display, "Alice Smith") == 0);
    CHECK(source->ops->state(source, "0000", &state, NULL) == VSC_OK);
    CHECK(!state.tries_known && state.tries_left == 0 && state.tries_max == 0 && !state.gone);
    CHECK(state.blocked == (world->cards->cards[0].tries_left == 0));
    CHECK(source->ops->state(source, "0009", &state, NULL) == VSC_NO_CARD);
    return client_does_nothing_to_others(context);
}

static int client_blind_stranger(void *context)
{
    struct card_source *source = connect_source();
    struct card_list list = {0};
    struct card_state state = {0};

    CHECK(source->ops->list(source, &list, NULL) == VSC_OK);
    CHECK(list.count == 0);
    CHECK(source->ops->state(source, "0000", &state, NULL) == VSC_DENIED);
    CHECK(source->ops->state(source, "0009", &state, NULL) == VSC_DENIED);
    return client_does_nothing_to_others(context);
}

static int client_blind_owner(void *context)
{
    struct card_source *source = connect_source();
    struct card_list list = {0};
    struct card_outcome outcome = {0};

    (void)context;
    CHECK(source->ops->list(source, &list, NULL) == VSC_OK);
    CHECK(list.count == 1 && strcmp(list.cards[0].id, "0000") == 0);
    CHECK(sign_with(source, "0000", PIN, &outcome) == VSC_OK && outcome.result == VSC_OK);
    return 0;
}

/* The owner changes between two requests of one connection. */
static int client_former_owner(void *context)
{
    struct card_source *source = connect_source();
    struct card_outcome outcome = {0};

    (void)context;
    CHECK(sign_with(source, "0000", PIN, &outcome) == VSC_OK && outcome.result == VSC_OK);
    fake_card_set_owner(&world->cards->cards[0], OTHER, "bin", "Bob Jones");
    CHECK(sign_with(source, "0000", PIN, &outcome) == VSC_DENIED);
    return 0;
}

static void need_root(void)
{
    if (geteuid() != 0)
        skip();
}

static void test_root_may_do_everything(void **state)
{
    (void)state;
    start(IDENTITIES_NEVER);
    assert_int_equal(channel_as(getuid(), client_root, NULL), 0);
    stop();
}

static void test_owner_may_use_the_own_card_only(void **state)
{
    (void)state;
    need_root();
    start(IDENTITIES_ALWAYS);
    assert_int_equal(channel_as(OWNER, client_owner, NULL), 0);
    stop();
    assert_int_equal(world->cards->cards[1].tries_left, 5);
}

static void test_stranger_sees_names_and_blocked_and_can_do_nothing(void **state)
{
    (void)state;
    need_root();
    start(IDENTITIES_ALWAYS);
    assert_int_equal(channel_as(STRANGER, client_stranger, NULL), 0);
    world->cards->cards[0].tries_left = 0;
    assert_int_equal(channel_as(STRANGER, client_stranger, NULL), 0);
    stop();
    /* None of it reached a card. */
    assert_int_equal(world->cards->calls[FAKE_SIGN], 0);
    assert_int_equal(world->cards->calls[FAKE_PREPARE], 0);
    assert_int_equal(world->cards->calls[FAKE_CHANGE_PIN], 0);
}

static void test_stranger_sees_nothing_when_identities_are_hidden(void **state)
{
    static const enum conf_identities hidden[] = {IDENTITIES_OWN, IDENTITIES_NEVER};

    (void)state;
    need_root();
    for (size_t i = 0; i < 2; i++) {
        start(hidden[i]);
        assert_int_equal(channel_as(STRANGER, client_blind_stranger, NULL), 0);
        assert_int_equal(channel_as(OWNER, client_blind_owner, NULL), 0);
        stop();
    }
}

/* The rule of himmelblau a139def: who asks is looked at in each request. */
static void test_former_owner_is_refused_within_a_connection(void **state)
{
    (void)state;
    need_root();
    start(IDENTITIES_ALWAYS);
    assert_int_equal(channel_as(OWNER, client_former_owner, NULL), 0);
    stop();
}

/* A uid that was given to a new account does not take the old one's card along. */
static void test_the_uid_without_the_name_is_a_stranger(void **state)
{
    (void)state;
    need_root();
    fake_card_set_owner(&world->cards->cards[0], OWNER, "left-the-company", "Alice Smith");
    start(IDENTITIES_ALWAYS);
    assert_int_equal(channel_as(OWNER, client_stranger, NULL), 0);
    stop();
    assert_int_equal(world->cards->calls[FAKE_SIGN], 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_root_may_do_everything),
        TEST(test_owner_may_use_the_own_card_only),
        TEST(test_stranger_sees_names_and_blocked_and_can_do_nothing),
        TEST(test_stranger_sees_nothing_when_identities_are_hidden),
        TEST(test_former_owner_is_refused_within_a_connection),
        TEST(test_the_uid_without_the_name_is_a_stranger),
    };

    return cmocka_run_group_tests_name("vsc-card, peers", tests, NULL, NULL);
}
