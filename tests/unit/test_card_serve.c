/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-card's message loop: garbage, deadlines, pauses, faults of a source, and foreign sources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "card/remote.h"
#include "card/serve_list.h"
#include "common/own.h"
#include "common/wire.h"
#include "tests/support/channel.h"

#define PIN "12345678"

static struct fake_cards *cards;

static int set_up(void **state)
{
    struct fake_card *card;

    (void)state;
    cards = fake_cards_new();
    card = fake_card_add(cards, "0000", "TestVSC", PIN);
    (void)fake_card_add_key(card, "key", FAKE_P256);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    fake_cards_free(cards);
    return 0;
}

static int start(int64_t timeout_ms, int64_t retry_ms)
{
    const struct channel_options options = {
        .cards = cards, .timeout_ms = timeout_ms, .retry_ms = retry_ms};

    return channel_start(&options);
}

static struct card_source *start_source(int64_t timeout_ms, int64_t retry_ms)
{
    struct card_source *source = NULL;

    assert_int_equal(remote_source_new(start(timeout_ms, retry_ms), "vsc-card", &source), VSC_OK);
    source->deadline = deadline_in(60000);
    return source;
}

static enum vsc_err sign_with(struct card_source *source, const char *pin,
                              struct card_outcome *outcome, struct problem *problem)
{
    struct card_sign sign = {.card = "0000", .key = "key"};

    assert_int_equal(secret_set(&sign.pin, pin, strlen(pin)), VSC_OK);
    return source->ops->sign(source, &sign, outcome, problem);
}

/* Send the bytes; whatever comes back is an ERROR, then the end. */
static void check_refused(const void *bytes, size_t len)
{
    auto_fd int fd = start(2000, 1);
    auto_message struct message answer;
    struct deadline deadline = deadline_in(60000);
    unsigned char rest[16];
    enum vsc_err err;

    (void)send(fd, bytes, len, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR);
    err = wire_receive(fd, &answer, &deadline);
    if (err == VSC_OK) {
        assert_int_equal(answer.type, WIRE_ERROR);
        assert_true(recv(fd, rest, sizeof(rest), 0) <= 0);
    } else {
        assert_int_equal(err, VSC_HELPER);
    }
}

static void test_garbage_is_refused_and_ends_the_channel(void **state)
{
    static const unsigned char frames[][12] = {
        "\0\0\0\0\x02\x01\0\x02",         /* another version */
        "\0\0\0\0\x02\x77\0\x01",         /* an unknown type */
        "\xff\xff\xff\xff\x02\x01\0\x01", /* a body over its cap */
        "\0\0\0\x04\x02\x01\0\x01XYZW",   /* LIST with a body */
        "\0\0\0\x04\x02\x02\0\x01XYZW",   /* STATE that does not decode */
        "\0\0\0\x04\x02\x03\0\x01XYZW",   /* PREPARE */
        "\0\0\0\x04\x02\x04\0\x01XYZW",   /* SIGN */
        "\0\0\0\x04\x02\x05\0\x01XYZW",   /* CHANGE_PIN */
        "\0\0\0\x00\x02\x81\0\x01",       /* an answer */
        "\0\0\0\x00\x00\x80\0\x01",       /* an ERROR */
        "\0\0\0\x00\x01\x01\0\x01",       /* a request to vsc-check */
        "\0\0\0\x04\x02",                 /* cut short */
    };

    (void)state;
    for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++)
        check_refused(frames[i], i == 11 ? 5 : 8 + (frames[i][3] & 4u));
    assert_int_equal(cards->calls[FAKE_SIGN] + cards->calls[FAKE_CHANGE_PIN], 0);
}

static void test_random_bytes_never_crash_it(void **state)
{
    unsigned char noise[256];

    (void)state;
    srandom(1);
    for (int i = 0; i < 50; i++) {
        for (size_t k = 0; k < sizeof(noise); k++)
            noise[k] = (unsigned char)random();
        if (i % 2 == 0) /* a good header first */
            memcpy(noise, "\0\0\0\xf8\x02\x04\0\x01", 8);
        check_refused(noise, sizeof(noise));
    }
    assert_int_equal(cards->calls[FAKE_SIGN], 0);
}

static void test_half_a_message_is_waited_for_no_longer_than_the_deadline(void **state)
{
    auto_fd int fd = start(200, 1);
    auto_message struct message answer;
    struct deadline deadline = deadline_in(60000);
    int64_t began = clock_ms();

    (void)state;
    assert_int_equal(send(fd, "\0\0\0", 3, 0), 3);
    assert_int_equal(wire_receive(fd, &answer, &deadline), VSC_OK);
    assert_int_equal(wire_take_error(&answer, NULL), VSC_TIMEOUT);
    assert_true(clock_ms() - began >= 150);
}

static void try_pin(struct card_source *source, const char *pin, enum vsc_err result)
{
    struct card_outcome outcome;

    assert_int_equal(sign_with(source, pin, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, result);
}

static void test_person_may_take_time_between_requests(void **state)
{
    struct card_source *source = start_source(100, 1);
    const struct timespec moment = {0, 400000000};

    (void)state;
    assert_int_equal(source->ops->prepare(source, "0000", "key", NULL), VSC_OK);
    (void)nanosleep(&moment, NULL);
    try_pin(source, PIN, VSC_OK);
    card_source_free(source);
}

static void test_each_wrong_pin_makes_the_next_try_wait_longer(void **state)
{
    struct card_source *source = start_source(60000, 300000);
    struct card_list list = {0};
    int64_t began;

    (void)state;
    try_pin(source, "wrong-pin", VSC_PIN);
    assert_int_equal(source->ops->list(source, &list, NULL), VSC_OK); /* only tries wait */
    card_list_done(&list);
    card_source_free(source);
    source = start_source(60000, 100);
    began = clock_ms();
    for (int i = 0; i < 3; i++)
        try_pin(source, "wrong-pin", VSC_PIN);
    try_pin(source, PIN, VSC_OK);
    assert_true(clock_ms() - began >= 690);
    began = clock_ms();
    for (int i = 0; i < 100; i++)
        try_pin(source, PIN, VSC_OK); /* forgiven */
    assert_true(clock_ms() - began < 100 * 400);
    card_source_free(source);
}

static void test_faults_of_a_source_are_told_and_the_channel_stays(void **state)
{
    struct card_source *source = start_source(60000, 1);
    struct card_outcome outcome;
    struct problem problem = {""};

    (void)state;
    cards->faults[FAKE_SIGN] = (struct fake_fault){.err = VSC_TPM};
    assert_int_equal(sign_with(source, PIN, &outcome, &problem), VSC_TPM);
    assert_string_equal(problem.text, "fake: sign fails");
    cards->faults[FAKE_SIGN] = (struct fake_fault){.err = VSC_OK};
    assert_int_equal(sign_with(source, PIN, &outcome, &problem), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    card_source_free(source);
}

static void test_crash_of_a_source_is_the_end_of_the_channel(void **state)
{
    struct card_source *source = start_source(60000, 1);
    struct card_outcome outcome;

    (void)state;
    cards->faults[FAKE_SIGN] = (struct fake_fault){.crash = true};
    assert_int_equal(sign_with(source, PIN, &outcome, NULL), VSC_HELPER);
    assert_int_equal(sign_with(source, PIN, &outcome, NULL), VSC_HELPER);
    card_source_free(source);
}

static void test_gone_and_locked_cards_say_so(void **state)
{
    struct card_source *source = start_source(60000, 1);
    struct card_outcome outcome;
    struct card_state now;

    (void)state;
    cards->cards[0].locked_seconds = 600;
    assert_int_equal(sign_with(source, PIN, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_TPM_LOCKED);
    assert_int_equal(outcome.state.locked_seconds, 600);
    cards->cards[0].gone = true;
    assert_int_equal(source->ops->state(source, "0000", &now, NULL), VSC_OK);
    assert_true(now.gone);
    assert_int_equal(sign_with(source, PIN, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_CARD_GONE);
    card_source_free(source);
}

/* ---- several sources, one of them foreign
 * -------------------------------------------------------- */

static struct fake_cards *foreign;

/* A native source, and one for the module "p11:mod:". */
static struct serve both(bool foreign_first)
{
    struct serve serve = {.peer = {.uid = 0, .full = true}};
    struct card_source *native = NULL, *module = NULL;

    assert_int_equal(fake_source_new(cards, &native), VSC_OK);
    assert_int_equal(fake_source_new(foreign, &module), VSC_OK);
    if (!foreign_first)
        assert_int_equal(serve_add(&serve, native, ""), VSC_OK);
    assert_int_equal(serve_add(&serve, module, "p11:mod:"), VSC_OK);
    if (foreign_first)
        assert_int_equal(serve_add(&serve, native, ""), VSC_OK);
    return serve;
}

static void test_nothing_is_known_of_a_token_that_no_source_has(void **state)
{
    struct deadline deadline = deadline_in(60000);
    struct card_found found;
    struct serve serve;

    (void)state;
    foreign = fake_cards_new();
    serve = both(false);
    assert_int_equal(serve_find_token(&serve, "p11:other:1", &deadline, &found, NULL), VSC_TOKEN);
    assert_int_equal(serve_find_token(&serve, "p11:mod:1", &deadline, &found, NULL), VSC_TOKEN);
    serve.peer.full = false;
    assert_int_equal(serve_find_token(&serve, "p11:mod:1", &deadline, &found, NULL), VSC_DENIED);
    serve_done(&serve);
    fake_cards_free(foreign);
}

static void test_foreign_source_cannot_pass_for_another(void **state)
{
    struct deadline deadline = deadline_in(60000);

    (void)state;
    foreign = fake_cards_new();
    (void)fake_card_add(foreign, "0000", "Fake native", PIN);
    (void)fake_card_add(foreign, "p11:other:1", "Fake other", PIN);
    (void)fake_card_add(foreign, "p11:mod:1", "Real", PIN);
    fake_card_set_owner(&foreign->cards[2], 1000, "alice", "Alice Smith");
    foreign->cards[2].info.kind = CARD_NATIVE;
    foreign->cards[2].info.has_puk = true;
    foreign->cards[2].info.helpdesk[0] = '7';
    (void)fake_card_add(foreign, "p11:mod:1", "Twice", PIN);
    for (int i = 0; i < 2; i++) {
        struct serve serve = both(i == 1);
        const struct card_info *token;
        struct card_list list = {0};

        assert_int_equal(serve_list(&serve, &deadline, &list, NULL), VSC_OK);
        assert_int_equal(list.count, 2);
        token = &list.cards[i == 1 ? 0 : 1];
        assert_string_equal(list.cards[i == 1 ? 1 : 0].name, "TestVSC");
        assert_string_equal(token->name, "Real");
        assert_int_equal(token->kind, CARD_TOKEN);
        assert_false(token->has_owner);
        assert_false(token->has_puk);
        assert_string_equal(token->helpdesk, "");
        assert_string_equal(token->owner_display, "");
        card_list_done(&list);
        serve_done(&serve);
    }
    fake_cards_free(foreign);
}

static void test_a_silent_peer_does_not_hold_the_tpm(void **state)
{
    const struct channel_options options = {
        .cards = cards, .timeout_ms = 60000, .retry_ms = 1, .idle_ms = 50};
    const struct timespec moment = {0, 10000000};
    struct card_source *source = NULL;

    (void)state;
    assert_int_equal(remote_source_new(channel_start(&options), "vsc-card", &source), VSC_OK);
    source->deadline = deadline_in(60000);
    assert_int_equal(source->ops->prepare(source, "0000", "key", NULL), VSC_OK);
    for (int i = 0; i < 6000 && cards->calls[FAKE_REST] == 0; i++)
        (void)nanosleep(&moment, NULL);
    assert_true(cards->calls[FAKE_REST] > 0);
    try_pin(source, PIN, VSC_OK);
    card_source_free(source);
}

static void test_source_that_fails_leaves_the_others(void **state)
{
    struct deadline deadline = deadline_in(60000);
    struct card_list list = {0};
    struct problem problem = {""};
    struct serve serve;

    (void)state;
    foreign = fake_cards_new();
    serve = both(true);
    foreign->faults[FAKE_LIST].err = VSC_TOKEN;
    assert_int_equal(serve_list(&serve, &deadline, &list, NULL), VSC_OK);
    assert_int_equal(list.count, 1);
    card_list_done(&list);
    cards->faults[FAKE_LIST].err = VSC_STORE;
    assert_int_equal(serve_list(&serve, &deadline, &list, &problem), VSC_TOKEN);
    assert_string_equal(problem.text, "fake: list fails");
    serve_done(&serve);
    fake_cards_free(foreign);
}

/* The largest list that a module can make does not keep a native card out. */
static void test_flood_of_certificates_leaves_room_for_native_cards(void **state)
{
    static unsigned char filler[CERT_MAX] = {0x30};
    struct deadline deadline = deadline_in(60000);
    struct card_list list = {0};
    struct serve serve;

    (void)state;
    foreign = fake_cards_new();
    for (int i = 0; i < FAKE_CARDS_MAX; i++) {
        char id[CARD_ID_SIZE];
        struct fake_card *card;

        (void)snprintf(id, sizeof(id), "p11:mod:%d", i);
        card = fake_card_add(foreign, id, id, PIN);
        card->key_count = FAKE_KEYS_MAX;
        for (int k = 0; k < FAKE_KEYS_MAX; k++) {
            (void)snprintf(card->keys[k].id, KEY_ID_SIZE, "%d", k);
            card->keys[k].chain_len = CHAIN_MAX;
            for (int c = 0; c < CHAIN_MAX; c++)
                card->keys[k].chain[c] = (struct der){.data = filler, .len = sizeof(filler)};
        }
    }
    serve = both(true);
    assert_int_equal(serve_list(&serve, &deadline, &list, NULL), VSC_OK);
    assert_string_equal(list.cards[list.count - 1].name, "TestVSC");
    card_list_done(&list);
    serve_done(&serve);
    for (int i = 0; i < FAKE_CARDS_MAX; i++)
        foreign->cards[i].key_count = 0; /* the filler is nobody's */
    fake_cards_free(foreign);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_garbage_is_refused_and_ends_the_channel),
        TEST(test_random_bytes_never_crash_it),
        TEST(test_half_a_message_is_waited_for_no_longer_than_the_deadline),
        TEST(test_person_may_take_time_between_requests),
        TEST(test_each_wrong_pin_makes_the_next_try_wait_longer),
        TEST(test_faults_of_a_source_are_told_and_the_channel_stays),
        TEST(test_crash_of_a_source_is_the_end_of_the_channel),
        TEST(test_gone_and_locked_cards_say_so),
        TEST(test_foreign_source_cannot_pass_for_another),
        TEST(test_nothing_is_known_of_a_token_that_no_source_has),
        TEST(test_a_silent_peer_does_not_hold_the_tpm),
        TEST(test_source_that_fails_leaves_the_others),
        TEST(test_flood_of_certificates_leaves_room_for_native_cards),
    };

    return cmocka_run_group_tests_name("vsc-card, messages", tests, NULL, NULL);
}
