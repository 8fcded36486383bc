/* SPDX-License-Identifier: BSD-2-Clause */
/* Requests and their answers; ERROR, which is never success. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "common/wire.h"
#include "common/wire_card.h"
#include "tests/support/pair.h"

static void put_error(uint16_t err, const char *text, size_t len)
{
    auto_buf struct buf body;

    buf_init(&body, 1024);
    buf_u16(&body, err);
    buf_bytes(&body, text, len);
    pair_put_header((uint32_t)body.len, WIRE_ERROR, WIRE_VERSION);
    pair_put(body.data, body.len);
}

static enum vsc_err call(struct problem *problem)
{
    const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
    auto_message struct message request, answer;

    message_init(&request, WIRE_CARD_STATE);
    card_which_encode(&request.body, &(struct card_which){.card = "0000"});
    return wire_call(pair_ours, &request, WIRE_CARD_STATED, &answer, &deadline, problem);
}

static void test_call_takes_the_expected_answer_only(void **state)
{
    struct problem problem = {""};

    (void)state;
    pair_send_state(pair_theirs, 3);
    assert_int_equal(call(&problem), VSC_OK);
    pair_put_header(0, WIRE_CARD_PREPARED, WIRE_VERSION);
    assert_int_equal(call(&problem), VSC_PROTOCOL);
    assert_string_equal(problem.text, "CARD_STATE: answered by CARD_PREPARED");
    pair_put_header(0, 0x0999, WIRE_VERSION);
    assert_int_equal(call(&problem), VSC_PROTOCOL);
    assert_string_equal(problem.text, "CARD_STATE: malformed message");
    pair_hang_up();
    assert_int_equal(call(&problem), VSC_HELPER);
    assert_string_equal(problem.text, "CARD_STATE: a helper cannot be used");
    assert_int_equal(call(NULL), VSC_HELPER);
}

static void test_every_error_travels(void **state)
{
    (void)state;
    for (int err = VSC_OK + 1; err < VSC_ERR_COUNT; err++) {
        const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
        struct problem problem = {""};

        assert_int_equal(
            wire_send_error(pair_theirs, (enum vsc_err)err, "x.conf:7:\nbad", &deadline), VSC_OK);
        assert_int_equal(call(&problem), err);
        assert_string_equal(problem.text, "x.conf:7:\\x0abad");
        assert_int_equal(wire_send_error(pair_theirs, (enum vsc_err)err, NULL, &deadline), VSC_OK);
        assert_int_equal(call(&problem), err);
        assert_string_equal(problem.text, vsc_strerror((enum vsc_err)err));
    }
}

static void test_error_is_never_success(void **state)
{
    const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
    struct problem problem = {""};

    (void)state;
    put_error(VSC_OK, "fine", 4);
    assert_int_equal(call(&problem), VSC_PROTOCOL);
    put_error(VSC_ERR_COUNT, "x", 1);
    assert_int_equal(call(&problem), VSC_PROTOCOL);
    put_error(VSC_PIN, "a\nb", 3);
    assert_int_equal(call(&problem), VSC_PROTOCOL);
    put_error(VSC_PIN, "a\0b", 3);
    assert_int_equal(call(&problem), VSC_PROTOCOL);
    pair_put_header(0, WIRE_ERROR, WIRE_VERSION);
    assert_int_equal(call(&problem), VSC_PROTOCOL);
    assert_string_equal(problem.text, "a malformed ERROR message");
    assert_int_equal(wire_send_error(pair_theirs, VSC_OK, "no", &deadline), VSC_OK);
    assert_int_equal(call(&problem), VSC_SYSTEM);
}

static void test_error_text_is_cut_to_fit(void **state)
{
    const struct deadline deadline = deadline_in(PAIR_TIMEOUT_MS);
    struct problem problem = {""};
    char text[4000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(wire_send_error(pair_theirs, VSC_TPM, text, &deadline), VSC_OK);
    assert_int_equal(call(&problem), VSC_TPM);
    assert_int_equal(strlen(problem.text), sizeof(problem.text) - 1);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, pair_setup, pair_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PAIR(test_call_takes_the_expected_answer_only),
        WITH_PAIR(test_every_error_travels),
        WITH_PAIR(test_error_is_never_success),
        WITH_PAIR(test_error_text_is_cut_to_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
