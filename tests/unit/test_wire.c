/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames over a socket, and an other end that does everything wrong. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/wire.h"
#include "common/wire_card.h"
#include "tests/support/pair.h"

static enum vsc_err receive(struct message *message, int timeout_ms)
{
    const struct deadline deadline = deadline_in(timeout_ms);

    return wire_receive(pair_ours, message, &deadline);
}

static void assert_receives(enum vsc_err expected)
{
    auto_message struct message message;

    assert_int_equal(receive(&message, PAIR_TIMEOUT_MS), expected);
    if (expected != VSC_OK)
        assert_int_equal(message.body.len, 0);
}

static void test_frames_come_through_one_after_the_other(void **state)
{
    (void)state;
    pair_send_state(pair_theirs, 3);
    pair_send_state(pair_theirs, 2);
    for (uint16_t tries = 3; tries > 1; tries--) {
        auto_message struct message message;
        struct card_state got;
        struct reader reader;

        assert_int_equal(receive(&message, PAIR_TIMEOUT_MS), VSC_OK);
        assert_int_equal(message.type, WIRE_CARD_STATED);
        reader_init(&reader, message.body.data, message.body.len);
        assert_int_equal(card_state_decode(&reader, &got), VSC_OK);
        assert_int_equal(got.tries_left, tries);
    }
}

static void test_header_is_as_specified(void **state)
{
    static const unsigned char expected[] = {0, 0, 0, 11, 0x02, 0x82, 0, 1, 1, 0,
                                             3, 0, 5, 0,  0,    0,    0, 0, 0};
    unsigned char got[64];

    (void)state;
    pair_send_state(pair_ours, 3);
    assert_int_equal(read(pair_theirs, got, sizeof(got)), sizeof(expected));
    assert_memory_equal(got, expected, sizeof(expected));
}

static void *read_slowly(void *unused)
{
    char bytes[5000];
    size_t total = 0;
    ssize_t got;

    (void)unused;
    while ((got = read(pair_theirs, bytes, sizeof(bytes))) > 0)
        total += (size_t)got;
    return (void *)(uintptr_t)total;
}

static void test_frame_is_sent_whole_when_larger_than_the_socket(void **state)
{
    const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
    auto_message struct message message;
    pthread_t reader;
    void *total;

    (void)state;
    message_init(&message, WIRE_CARD_LISTED);
    assert_non_null(buf_extend(&message.body, WIRE_BODY_MAX));
    memset(message.body.data, 'x', message.body.len);
    assert_int_equal(pthread_create(&reader, NULL, read_slowly, NULL), 0);
    assert_int_equal(wire_send(pair_ours, &message, &deadline), VSC_OK);
    assert_int_equal(shutdown(pair_ours, SHUT_WR), 0);
    assert_int_equal(pthread_join(reader, &total), 0);
    assert_int_equal((uintptr_t)total, WIRE_HEADER + WIRE_BODY_MAX);
}

static void test_send_times_out_when_nobody_reads(void **state)
{
    const struct deadline deadline = deadline_in(100);
    auto_message struct message message;

    (void)state;
    message_init(&message, WIRE_CARD_LISTED);
    assert_non_null(buf_extend(&message.body, WIRE_BODY_MAX));
    memset(message.body.data, 'x', message.body.len);
    assert_int_equal(wire_send(pair_ours, &message, &deadline), VSC_TIMEOUT);
}

static void test_send_refuses_a_body_beyond_its_cap(void **state)
{
    const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
    auto_message struct message message;

    (void)state;
    message_init(&message, WIRE_CARD_LIST);
    assert_null(buf_extend(&message.body, wire_cap(WIRE_CARD_LIST) + 1));
    assert_int_equal(wire_send(pair_ours, &message, &deadline), VSC_MEMORY);
    message_done(&message);
    message_init(&message, WIRE_CARD_LISTED);
    assert_non_null(buf_extend(&message.body, 100));
    memset(message.body.data, 0, 100);
    message.type = WIRE_CARD_LIST; /* a smaller cap than the buffer's */
    assert_int_equal(wire_send(pair_ours, &message, &deadline), VSC_MEMORY);
    pair_hang_up();
    assert_int_equal(recv(pair_ours, &(char){0}, 1, 0), 0); /* nothing was sent */
}

/* With SIGPIPE at its default, one write to a helper that is gone would kill the login process. */
static void test_gone_helper_raises_no_sigpipe(void **state)
{
    const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
    auto_message struct message message;

    (void)state;
    assert_true(signal(SIGPIPE, SIG_DFL) != SIG_ERR);
    pair_hang_up();
    message_init(&message, WIRE_CARD_LIST);
    assert_int_equal(wire_send(pair_ours, &message, &deadline), VSC_HELPER);
}

static void test_end_of_file_is_a_gone_helper_between_frames_only(void **state)
{
    (void)state;
    pair_send_state(pair_theirs, 1);
    pair_hang_up();
    assert_receives(VSC_OK);
    assert_receives(VSC_HELPER);
}

static void test_end_inside_a_header_is_a_fault(void **state)
{
    (void)state;
    pair_put("\0\0\0\13\2", 5);
    pair_hang_up();
    assert_receives(VSC_PROTOCOL);
}

static void test_end_inside_a_body_is_a_fault(void **state)
{
    (void)state;
    pair_put_header(11, WIRE_CARD_STATED, WIRE_VERSION);
    pair_put("\1\0\3", 3);
    pair_hang_up();
    assert_receives(VSC_PROTOCOL);
}

static void test_end_before_a_body_is_a_fault(void **state)
{
    (void)state;
    pair_put_header(11, WIRE_CARD_STATED, WIRE_VERSION);
    pair_hang_up();
    assert_receives(VSC_PROTOCOL);
}

static void test_wrong_version_is_refused(void **state)
{
    (void)state;
    pair_put_header(0, WIRE_CARD_LIST, WIRE_VERSION + 1);
    assert_receives(VSC_PROTOCOL);
    pair_put_header(0, WIRE_CARD_LIST, 0);
    assert_receives(VSC_PROTOCOL);
}

static void test_unknown_types_are_refused(void **state)
{
    static const uint16_t types[] = {0, 1, 0x0100, 0x0104, 0x0180, 0x02ff, 0x8102, 0xffff};

    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        assert_int_equal(wire_cap(types[i]), 0);
        assert_string_equal(wire_type_name(types[i]), "unknown");
        pair_put_header(0, types[i], WIRE_VERSION);
        assert_receives(VSC_PROTOCOL);
    }
}

static void test_length_over_the_cap_is_refused_for_every_type(void **state)
{
    static const struct {
        uint16_t type;
        uint32_t cap;
        const char *name;
    } rows[] = {
#define ROW(name, number, cap) {number, cap, #name},
        VSC_MESSAGES(ROW)
#undef ROW
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(wire_cap(rows[i].type), rows[i].cap);
        assert_string_equal(wire_type_name(rows[i].type), rows[i].name);
        assert_true(rows[i].cap <= WIRE_BODY_MAX);
        pair_put_header(rows[i].cap + 1, rows[i].type, WIRE_VERSION);
        assert_receives(VSC_PROTOCOL);
        pair_put_header(UINT32_MAX, rows[i].type, WIRE_VERSION);
        assert_receives(VSC_PROTOCOL);
    }
}

static void test_receive_times_out_at_each_point(void **state)
{
    auto_message struct message first, second, third;

    (void)state;
    assert_int_equal(receive(&first, 20), VSC_TIMEOUT);
    pair_put("\0\0\0", 3);
    assert_int_equal(receive(&second, 20), VSC_TIMEOUT);
    pair_put_header(11, WIRE_CARD_STATED, WIRE_VERSION);
    pair_put("\1", 1);
    assert_int_equal(receive(&third, 20), VSC_TIMEOUT);
    assert_int_equal(third.body.len, 0);
}

/* A helper that sends a byte now and then cannot stretch the deadline. */
static void *drip(void *unused)
{
    (void)unused;
    for (int i = 0; i < 1000 && send(pair_theirs, "\0", 1, MSG_NOSIGNAL) == 1; i++)
        (void)usleep(5000);
    return NULL;
}

static void test_receive_ends_in_time_when_the_answer_drips(void **state)
{
    auto_message struct message message;
    int64_t start = clock_ms();
    pthread_t thread;

    (void)state;
    pair_put_header(1024, WIRE_CARD_SIGNED, WIRE_VERSION);
    assert_int_equal(pthread_create(&thread, NULL, drip, NULL), 0);
    assert_int_equal(receive(&message, 50), VSC_TIMEOUT);
    assert_true(clock_ms() - start >= 50);
    assert_int_equal(shutdown(pair_ours, SHUT_RDWR), 0);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, pair_setup, pair_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(test_frames_come_through_one_after_the_other),
        WITH_PAIR(test_header_is_as_specified),
        WITH_PAIR(test_frame_is_sent_whole_when_larger_than_the_socket),
        WITH_PAIR(test_send_times_out_when_nobody_reads),
        WITH_PAIR(test_send_refuses_a_body_beyond_its_cap),
        WITH_PAIR(test_gone_helper_raises_no_sigpipe),
        WITH_PAIR(test_end_of_file_is_a_gone_helper_between_frames_only),
        WITH_PAIR(test_end_inside_a_header_is_a_fault),
        WITH_PAIR(test_end_inside_a_body_is_a_fault),
        WITH_PAIR(test_end_before_a_body_is_a_fault),
        WITH_PAIR(test_wrong_version_is_refused),
        WITH_PAIR(test_unknown_types_are_refused),
        WITH_PAIR(test_length_over_the_cap_is_refused_for_every_type),
        WITH_PAIR(test_receive_times_out_at_each_point),
        WITH_PAIR(test_receive_ends_in_time_when_the_answer_drips),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
