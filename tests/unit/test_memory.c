/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory runs out: each function is called with its first allocation failing, its second, and so on
 * until none is left to fail. Each time it says VSC_MEMORY, and under a sanitizer nothing is lost.
 * The Makefile wraps the allocations of our own objects in this program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/certcheck.h"
#include "certcheck/cli/expectation.h"
#include "common/io.h"
#include "common/own.h"
#include "conf/parse.h"
#include "tests/support/libconfig_leaks.h"
#include "tests/support/scratch.h"
#include "tests/support/wire_codecs.h"

static long fail_at = -1; /* so many allocations from now; -1: never */

static bool is_time_to_fail(void)
{
    return fail_at >= 0 && fail_at-- == 0;
}

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *string);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *string);

void *__wrap_malloc(size_t size)
{
    return is_time_to_fail() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_time_to_fail() ? NULL : __real_calloc(count, size);
}

char *__wrap_strdup(const char *string)
{
    return is_time_to_fail() ? NULL : __real_strdup(string);
}

/* How many allocations `run` makes; all of them have failed once. */
static long fails_at_each(enum vsc_err (*run)(const void *argument), const void *argument)
{
    for (long n = 0;; n++) {
        enum vsc_err err;
        bool reached;

        fail_at = n;
        err = run(argument);
        reached = fail_at < 0;
        fail_at = -1;
        assert_int_equal(err, reached ? VSC_MEMORY : VSC_OK);
        if (!reached)
            return n;
    }
}

struct body {
    const struct wire_codec *codec;
    struct buf bytes;
};

static enum vsc_err decode(const void *argument)
{
    const struct body *body = argument;
    auto_buf struct buf again;
    struct reader reader;
    enum vsc_err err;

    buf_init(&again, WIRE_BODY_MAX);
    reader_init(&reader, body->bytes.data, body->bytes.len);
    err = body->codec->again(&reader, &again);
    return err != VSC_OK ? err : buf_status(&again);
}

static void test_every_decoder_survives_without_memory(void **state)
{
    long total = 0;

    (void)state;
    for (size_t i = 0; i < wire_codec_count; i++) {
        struct body body = {.codec = &wire_codecs[i]};

        buf_init(&body.bytes, WIRE_BODY_MAX);
        wire_codecs[i].sample(0, &body.bytes);
        assert_int_equal(buf_status(&body.bytes), VSC_OK);
        total += fails_at_each(decode, &body);
        buf_done(&body.bytes);
    }
    assert_true(total > 20);
}

static enum vsc_err exchange(const void *argument)
{
    const struct deadline deadline = deadline_in(60000);
    auto_message struct message request, answer;
    int pair[2];
    enum vsc_err err;

    (void)argument;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_int_equal(write(pair[1], "\0\0\0\1\2\x83\0\1x", 9), 9);
    message_init(&request, WIRE_CARD_PREPARE);
    buf_str(&request.body, "0000");
    err = wire_call(pair[0], &request, WIRE_CARD_PREPARED, &answer, &deadline, NULL);
    (void)close(pair[0]);
    (void)close(pair[1]);
    return err;
}

static void test_exchange_survives_without_memory(void **state)
{
    (void)state;
    assert_int_equal(fails_at_each(exchange, NULL), 2);
}

static enum vsc_err read_file(const void *path)
{
    auto_buf struct buf content = {0};

    return io_read_trusted(path, 100000, &content, NULL);
}

static void test_reading_survives_without_memory(void **state)
{
    static char big[20000];
    char path[4096];

    scratch_file(state, "big", big, sizeof(big), 0644);
    (void)snprintf(path, sizeof(path), "%s", scratch_path(state, "big"));
    assert_true(fails_at_each(read_file, path) > 2);
}

static enum vsc_err parse(const void *text)
{
    struct problem problem = {""};
    struct conf *conf = NULL;
    enum vsc_err err = conf_parse("f", text, strlen(text), &conf, &problem);

    assert_int_equal(err == VSC_OK, conf != NULL);
    conf_free(conf);
    return err;
}

static void test_configuration_survives_without_memory(void **state)
{
    (void)state;
    assert_true(fails_at_each(
                    parse,
                    "card = { store = \"/a\"; pkcs11_modules = [ \"/a\", \"/b\" ]; };"
                    "mapping = { rules = ( { method = \"upn\"; suffix = \"x\"; account = \"%u\"; },"
                    "{ method = \"file\"; file = \"/a\"; } ); refuse = [ ]; };"
                    "login = { talk = ( { service = \"a\"; style = \"gdm\"; } ); };") > 20);
}

static enum vsc_err set_up_checker(const void *pem)
{
    struct certcheck *checker = certcheck_new();
    enum certcheck_error error = checker != NULL ? CERTCHECK_OK : CERTCHECK_MEMORY;

    if (error == CERTCHECK_OK)
        error = certcheck_set_path(checker, CERTCHECK_ANCHORS, "/anchors");
    if (error == CERTCHECK_OK)
        error = certcheck_set_path(checker, CERTCHECK_CACHE, "/cache");
    if (error == CERTCHECK_OK)
        error = certcheck_add_policy(checker, "1.2.3");
    if (error == CERTCHECK_OK)
        error = certcheck_add_rule(checker, CERTCHECK_BY_UPN, "corp.test", "%u");
    if (error == CERTCHECK_OK)
        error = certcheck_set_user(checker, "alice");
    if (error == CERTCHECK_OK)
        error = certcheck_add(checker, CERTCHECK_ANCHORS, pem, strlen(pem));
    certcheck_free(checker);
    assert_true(error == CERTCHECK_OK || error == CERTCHECK_MEMORY);
    return error == CERTCHECK_OK ? VSC_OK : VSC_MEMORY;
}

static void test_library_survives_without_memory(void **state)
{
    (void)state;
    assert_true(fails_at_each(set_up_checker, "-----BEGIN CERTIFICATE-----\nMAA=\n"
                                              "-----END CERTIFICATE-----\n") > 10);
}

static enum vsc_err parse_expectations(const void *text)
{
    static const struct question none = QUESTION_NONE;
    auto_expectations struct expectations expectations = {0};

    return expectations_parse("d/f", text, strlen(text), &none, &expectations, NULL);
}

static void test_expected_verdicts_survive_without_memory(void **state)
{
    (void)state;
    assert_true(fails_at_each(parse_expectations, "/a -> refused\n/b -> accepted c\n") > 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_decoder_survives_without_memory),
        cmocka_unit_test(test_exchange_survives_without_memory),
        cmocka_unit_test_setup_teardown(test_reading_survives_without_memory, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test(test_expected_verdicts_survive_without_memory),
        cmocka_unit_test(test_library_survives_without_memory),
        cmocka_unit_test(test_configuration_survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
