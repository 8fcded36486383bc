/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said over the CA's socket, and what a server does with a peer that says something else.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ca/exchange.h"
#include "ca/serve.h"
#include "common/own.h"

static const struct question good = {
    .operation = "GET-SUPPORTED-TEMPLATES",
    .template = "TPM Virtual Smart Card Logon",
    .cookie = "0123456789abcdef0123456789abcdef",
    .csr = (const unsigned char *)"request",
    .csr_len = 7,
    .bundle = (const unsigned char *)"bundle",
    .bundle_len = 6,
};

static void test_question_is_read_as_it_was_written(void **state)
{
    auto_buf struct buf content = {.data = NULL};
    struct question read;

    (void)state;
    assert_int_equal(question_write(&good, &content), VSC_OK);
    assert_int_equal(question_read(&content, &read), VSC_OK);
    assert_string_equal(read.operation, good.operation);
    assert_string_equal(read.template, good.template);
    assert_string_equal(read.cookie, good.cookie);
    assert_int_equal(read.csr_len, 7);
    assert_memory_equal(read.csr, "request", 7);
    assert_int_equal(read.bundle_len, 6);
    assert_memory_equal(read.bundle, "bundle", 6);
    /* Cut anywhere, and with a byte too much. */
    for (size_t len = 0; len < content.len; len++) {
        struct buf cut = {.data = content.data, .len = len, .cap = content.cap};

        assert_int_equal(question_read(&cut, &read), VSC_PROTOCOL);
    }
    buf_u8(&content, 0);
    assert_int_equal(question_read(&content, &read), VSC_PROTOCOL);
}

static void test_words_of_a_question_are_no_paths_and_no_options(void **state)
{
    static const struct {
        const char *operation, *template, *cookie;
    } cases[] = {
        {"", "", ""},
        {"submit", "", ""},
        {"SUBMIT\n", "", ""},
        {"SUBMIT", "../x", ""},
        {"SUBMIT", "a\nb", ""},
        {"--SUBMIT", "", ""},
        {"SUBMIT", "-x", ""},
        {"SUBMIT", ".x", ""},
        {"SUBMIT", "$(id)", ""},
        {"POLL", "", "../65534"},
        {"POLL", "", "0123456789abcdef"},
        {"POLL", "", "0123456789ABCDEF0123456789ABCDEF"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        auto_buf struct buf content = {.data = NULL};
        struct question question = {.csr = NULL};
        struct question read;

        (void)snprintf(question.operation, sizeof(question.operation), "%s", cases[i].operation);
        (void)snprintf(question.template, sizeof(question.template), "%s", cases[i].template);
        (void)snprintf(question.cookie, sizeof(question.cookie), "%s", cases[i].cookie);
        assert_int_equal(question_write(&question, &content), VSC_INPUT);
        /* Nor where the peer does not ask first. */
        buf_init(&content, 1024);
        buf_u8(&content, 1);
        buf_str(&content, cases[i].operation);
        buf_str(&content, cases[i].template);
        buf_str(&content, cases[i].cookie);
        buf_u32(&content, 0);
        buf_u32(&content, 0);
        assert_int_equal(question_read(&content, &read), VSC_PROTOCOL);
    }
}

static void test_answer_is_read_as_it_was_written(void **state)
{
    const struct answer answer = {
        .status = CA_WAIT, .text = (const unsigned char *)"3600\n", .len = 5};
    auto_buf struct buf content = {.data = NULL};
    struct answer read;

    (void)state;
    assert_int_equal(answer_write(&answer, &content), VSC_OK);
    assert_int_equal(answer_read(&content, &read), VSC_OK);
    assert_int_equal(read.status, CA_WAIT);
    assert_memory_equal(read.text, "3600\n", 5);
    content.data[1] = CA_UNSUPPORTED + 1;
    assert_int_equal(answer_read(&content, &read), VSC_PROTOCOL);
    content.data[1] = CA_WAIT;
    content.data[0] = 2;
    assert_int_equal(answer_read(&content, &read), VSC_PROTOCOL);
}

static void test_frame_that_is_too_long_or_ends_early_is_refused(void **state)
{
    const unsigned char long_frame[] = {0xff, 0xff, 0xff, 0xff, 1};
    const unsigned char short_frame[] = {0, 0, 0, 9, 1};
    const unsigned char empty_frame[] = {0, 0, 0, 0};
    const struct {
        const unsigned char *bytes;
        size_t len;
    } cases[] = {{long_frame, sizeof(long_frame)},
                 {short_frame, sizeof(short_frame)},
                 {empty_frame, sizeof(empty_frame)}};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        auto_buf struct buf content = {.data = NULL};
        struct deadline deadline = deadline_in(60000);
        auto_fd int ours = -1;
        int fds[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
        ours = fds[0];
        assert_int_equal(write(fds[1], cases[i].bytes, cases[i].len), (ssize_t)cases[i].len);
        (void)close(fds[1]);
        assert_int_equal(frame_receive(ours, 1024, &content, &deadline), VSC_PROTOCOL);
    }
}

static void test_peer_that_says_nothing_is_left_at_the_deadline(void **state)
{
    auto_buf struct buf content = {.data = NULL};
    struct deadline deadline = deadline_in(50);
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    assert_int_equal(frame_receive(fds[0], 1024, &content, &deadline), VSC_TIMEOUT);
    (void)close(fds[0]);
    (void)close(fds[1]);
}

/* ---- a server, with a CA that a script plays ----------------------------------------------------
 */

static char folder[32], program[64];

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/vsc-ca-test.XXXXXX");
    if (mkdtemp(folder) == NULL)
        return 1;
    (void)snprintf(program, sizeof(program), "%s/ca", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(program);
    return rmdir(folder);
}

static void play(const char *script)
{
    FILE *file = fopen(program, "we");

    assert_non_null(file);
    assert_true(fprintf(file, "#!/bin/sh\n%s\n", script) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(program, 0700), 0);
}

/* What a peer gets for `good`; the answer's text lies in `content`. */
static struct answer ask(struct buf *content)
{
    const struct authority authority = {.program = program, .folder = "/folder"};
    auto_buf struct buf question = {.data = NULL};
    struct deadline deadline = deadline_in(60000);
    struct answer answer = {.status = CA_REJECTED};
    auto_fd int ours = -1, theirs = -1;
    int fds[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    ours = fds[0];
    theirs = fds[1];
    assert_int_equal(question_write(&good, &question), VSC_OK);
    assert_int_equal(frame_send(ours, &question, &deadline), VSC_OK);
    serve_connection(theirs, &authority);
    assert_int_equal(frame_receive(ours, EXCHANGE_TEXT_MAX + 64, content, &deadline), VSC_OK);
    assert_int_equal(answer_read(content, &answer), VSC_OK);
    return answer;
}

static void test_server_tells_the_ca_who_asks_and_what(void **state)
{
    auto_buf struct buf content = {.data = NULL};
    struct answer answer;
    char wanted[512];
    int len;

    (void)state;
    play("printf '[%s]' \"$@\"; cat; cat <&4; env | grep -v '^PWD=\\|^_=\\|^SHLVL='; exit 5");
    answer = ask(&content);
    assert_int_equal(answer.status, CA_WAIT);
    len = snprintf(wanted, sizeof(wanted),
                   "[--folder][/folder][answer][--uid][%u][--operation][%s][--template][%s]"
                   "[--cookie][%s]requestbundle",
                   (unsigned)getuid(), good.operation, good.template, good.cookie);
    assert_int_equal(answer.len, len);
    assert_memory_equal(answer.text, wanted, (size_t)len);
}

static void test_ca_that_fails_is_unreachable_and_nothing_else(void **state)
{
    static const char *const scripts[] = {
        "exit 7",
        "exit 127",
        "kill -9 $$",
        "exec 1>&-; kill -9 $$",
        "head -c 300000 /dev/zero; exit 0",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        auto_buf struct buf content = {.data = NULL};

        play(scripts[i]);
        assert_int_equal(ask(&content).status, CA_UNREACHABLE);
    }
    (void)unlink(program);
    {
        auto_buf struct buf content = {.data = NULL};

        assert_int_equal(ask(&content).status, CA_UNREACHABLE);
    }
}

#define SERVED(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_question_is_read_as_it_was_written),
        cmocka_unit_test(test_words_of_a_question_are_no_paths_and_no_options),
        cmocka_unit_test(test_answer_is_read_as_it_was_written),
        cmocka_unit_test(test_frame_that_is_too_long_or_ends_early_is_refused),
        cmocka_unit_test(test_peer_that_says_nothing_is_left_at_the_deadline),
        SERVED(test_server_tells_the_ca_who_asks_and_what),
        SERVED(test_ca_that_fails_is_unreachable_and_nothing_else),
    };

    return cmocka_run_group_tests_name("the CA's socket", tests, NULL, NULL);
}
