/* SPDX-License-Identifier: BSD-2-Clause */
/* LightDM's back end with the real liblightdm-gobject, against a played daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>

#include <cmocka.h>
#include <glib.h>
#include <security/_pam_types.h>

#include "greeter/lightdm/lightdm.h"

enum {
    CONNECT,
    AUTHENTICATE,
    AS_GUEST,
    CONTINUE,
    START,
    CANCEL
};
enum {
    CONNECTED,
    PROMPT,
    END,
    RESULT
};

struct daemon {
    int from_greeter, to_greeter, greeter_in, greeter_out;
    struct backend *backend;
    char told[4096];
    const char *reply; /* given from within the next message(); NULL: none */
};

/* ---- what the back end tells ---- */

static void tell(struct daemon *daemon, const char *what, const char *text)
{
    size_t len = strlen(daemon->told);

    (void)snprintf(daemon->told + len, sizeof(daemon->told) - len, "%s%s[%.80s]",
                   len > 0 ? " " : "", what, text);
}

static void on_message(void *context, enum backend_message kind, const char *text)
{
    static const char *const names[] = {"visible", "secret", "info", "error"};
    struct daemon *daemon = context;

    tell(daemon, names[kind], text);
    if (daemon->reply != NULL) {
        struct secret answer = {0};

        assert_int_equal(secret_set(&answer, daemon->reply, strlen(daemon->reply)), VSC_OK);
        daemon->reply = NULL;
        daemon->backend->ops->answer(daemon->backend, &answer);
    }
}

static void on_signed_in(void *context)
{
    tell(context, "signed-in", "");
}

static void on_refused(void *context, const char *text)
{
    tell(context, "refused", text);
}

static void on_started(void *context)
{
    tell(context, "started", "");
}

static void on_gone(void *context, const char *why)
{
    (void)why;
    tell(context, "gone", "");
}

static void expect_told(struct daemon *daemon, const char *told)
{
    for (int idle = 0; idle < 20; idle++) {
        while (g_main_context_iteration(NULL, FALSE))
            idle = 0;
        usleep(1000);
    }
    assert_string_equal(daemon->told, told);
    daemon->told[0] = '\0';
}

/* ---- what the daemon says and hears ---- */

struct bytes {
    size_t len;
    unsigned char at[8192];
};

static void add_number(struct bytes *bytes, uint32_t number)
{
    number = htonl(number);
    memcpy(bytes->at + bytes->len, &number, sizeof(number));
    bytes->len += sizeof(number);
}

static void add_text(struct bytes *bytes, const char *text)
{
    add_number(bytes, (uint32_t)strlen(text));
    memcpy(bytes->at + bytes->len, text, strlen(text));
    bytes->len += strlen(text);
}

static void say(struct daemon *daemon, uint32_t id, const struct bytes *body)
{
    struct bytes head = {0};

    add_number(&head, id);
    add_number(&head, (uint32_t)body->len);
    assert_int_equal(write(daemon->to_greeter, head.at, head.len), head.len);
    assert_int_equal(write(daemon->to_greeter, body->at, body->len), body->len);
}

/* Messages of one call of a PAM module: styles and texts, 0 at the end. */
static void say_prompts(struct daemon *daemon, uint32_t sequence, int style, ...)
{
    struct bytes body = {0}, messages = {0};
    uint32_t count = 0;
    va_list rest;

    va_start(rest, style);
    for (; style != 0; style = va_arg(rest, int), count++) {
        add_number(&messages, (uint32_t)style);
        add_text(&messages, va_arg(rest, const char *));
    }
    va_end(rest);
    add_number(&body, sequence);
    add_text(&body, "alice");
    add_number(&body, count);
    memcpy(body.at + body.len, messages.at, messages.len);
    body.len += messages.len;
    say(daemon, PROMPT, &body);
}

static void say_end(struct daemon *daemon, uint32_t sequence, uint32_t code)
{
    struct bytes body = {0};

    add_number(&body, sequence);
    add_text(&body, "alice");
    add_number(&body, code);
    say(daemon, END, &body);
}

/* The next message from the greeter is this one, to the byte. */
static void expect(struct daemon *daemon, uint32_t id, const struct bytes *body)
{
    struct bytes whole = {0};
    unsigned char got[sizeof(whole.at)];

    add_number(&whole, id);
    add_number(&whole, (uint32_t)body->len);
    memcpy(whole.at + whole.len, body->at, body->len);
    whole.len += body->len;
    assert_int_equal(read(daemon->from_greeter, got, whole.len), whole.len);
    assert_memory_equal(got, whole.at, whole.len);
}

static void expect_authenticate(struct daemon *daemon, uint32_t sequence, const char *user)
{
    struct bytes body = {0};

    add_number(&body, sequence);
    add_text(&body, user);
    expect(daemon, AUTHENTICATE, &body);
}

static void expect_answers(struct daemon *daemon, const char *one, const char *two)
{
    struct bytes body = {0};

    add_number(&body, two == NULL ? 1 : 2);
    add_text(&body, one);
    if (two != NULL)
        add_text(&body, two);
    expect(daemon, CONTINUE, &body);
}

static void expect_cancel(struct daemon *daemon)
{
    static const struct bytes nothing = {0};

    expect(daemon, CANCEL, &nothing);
}

static void expect_silence(struct daemon *daemon)
{
    fd_set set;
    struct timeval now = {0};

    FD_ZERO(&set);
    FD_SET(daemon->from_greeter, &set);
    assert_int_equal(select(daemon->from_greeter + 1, &set, NULL, NULL, &now), 0);
}

static void answer(struct daemon *daemon, const char *text)
{
    struct secret secret = {0};

    assert_int_equal(secret_set(&secret, text, strlen(text)), VSC_OK);
    daemon->backend->ops->answer(daemon->backend, &secret);
}

static int daemon_open(void **state)
{
    struct daemon *daemon = calloc(1, sizeof(*daemon));
    const struct backend_listener listener = {daemon,     on_message, on_signed_in,
                                              on_refused, on_started, on_gone};
    struct bytes hello = {0};
    struct problem problem = {0};
    int up[2], down[2];
    char number[16];

    assert_non_null(daemon);
    assert_int_equal(pipe(up) + pipe(down), 0);
    *daemon = (struct daemon){.from_greeter = up[0], .greeter_out = up[1]};
    daemon->greeter_in = down[0];
    daemon->to_greeter = down[1];
    (void)snprintf(number, sizeof(number), "%d", daemon->greeter_out);
    assert_int_equal(setenv("LIGHTDM_TO_SERVER_FD", number, 1), 0);
    (void)snprintf(number, sizeof(number), "%d", daemon->greeter_in);
    assert_int_equal(setenv("LIGHTDM_FROM_SERVER_FD", number, 1), 0);
    add_text(&hello, "1.26.0");
    say(daemon, CONNECTED, &hello);
    assert_int_equal(lightdm_open(&listener, &daemon->backend, &problem), VSC_OK);
    /* Its hello, of a length that is the library's own. */
    assert_true(read(daemon->from_greeter, hello.at, sizeof(hello.at)) > 8);
    *state = daemon;
    return 0;
}

static int daemon_close(void **state)
{
    struct daemon *daemon = *state;

    daemon->backend->ops->free(daemon->backend);
    (void)close(daemon->from_greeter);
    (void)close(daemon->to_greeter);
    (void)close(daemon->greeter_in);
    (void)close(daemon->greeter_out);
    free(daemon);
    return 0;
}

static void create(struct daemon *daemon, const char *user)
{
    daemon->backend->ops->create_session(daemon->backend, user);
}

/* ---- the tests ---- */

static void test_lightdm_whole_sign_in(void **state)
{
    struct daemon *daemon = *state;
    static const char *const command[] = {"/usr/bin/true", NULL};
    const struct backend_session session = {"plain", false, command, command + 1};
    struct bytes body = {0};

    create(daemon, "");
    expect_authenticate(daemon, 1, "");
    say_prompts(daemon, 1, PAM_PROMPT_ECHO_OFF, "PIN for TestVSC: ", 0);
    expect_told(daemon, "secret[PIN for TestVSC: ]");
    expect_silence(daemon);
    answer(daemon, "12345678");
    expect_answers(daemon, "12345678", NULL);
    answer(daemon, "more");
    expect_silence(daemon);
    say_prompts(daemon, 1, PAM_TEXT_INFO, "soon", 0);
    say_end(daemon, 1, 0);
    expect_told(daemon, "info[soon] signed-in[]");
    daemon->backend->ops->start_session(daemon->backend, &session);
    add_text(&body, "plain");
    expect(daemon, START, &body);
    body.len = 0;
    add_number(&body, 0);
    say(daemon, RESULT, &body);
    expect_told(daemon, "started[]");
}

static void test_lightdm_refusal_is_no_sign_in(void **state)
{
    struct daemon *daemon = *state;

    create(daemon, "alice");
    expect_authenticate(daemon, 1, "alice");
    say_prompts(daemon, 1, PAM_ERROR_MSG, "TestVSC is blocked", PAM_PROMPT_ECHO_ON, "login:", 0);
    expect_told(daemon, "error[TestVSC is blocked] visible[login:]");
    answer(daemon, "");
    expect_answers(daemon, "", NULL);
    say_end(daemon, 1, PAM_AUTH_ERR);
    expect_told(daemon, "refused[]");
}

/* The library takes the first answer for the only one, if it comes too early. */
static void test_lightdm_two_prompts_at_once(void **state)
{
    struct daemon *daemon = *state;

    create(daemon, "");
    expect_authenticate(daemon, 1, "");
    daemon->reply = "one";
    say_prompts(daemon, 1, PAM_PROMPT_ECHO_ON, "first", PAM_TEXT_INFO, "then", PAM_PROMPT_ECHO_OFF,
                "second", 0);
    expect_told(daemon, "visible[first] info[then] secret[second]");
    expect_silence(daemon);
    answer(daemon, "two");
    expect_answers(daemon, "one", "two");
}

static void test_lightdm_cancel_forgets_what_was_not_told(void **state)
{
    struct daemon *daemon = *state;

    create(daemon, "");
    expect_authenticate(daemon, 1, "");
    say_prompts(daemon, 1, PAM_PROMPT_ECHO_ON, "first", PAM_PROMPT_ECHO_OFF, "second", 0);
    expect_told(daemon, "visible[first]");
    daemon->backend->ops->cancel(daemon->backend);
    expect_cancel(daemon);
    answer(daemon, "one");
    expect_silence(daemon);
    create(daemon, "bob");
    expect_authenticate(daemon, 2, "bob");
    /* What belongs to the first conversation is not for the second. */
    say_prompts(daemon, 1, PAM_PROMPT_ECHO_OFF, "late", 0);
    say_end(daemon, 1, 0);
    expect_told(daemon, "");
    say_end(daemon, 2, PAM_USER_UNKNOWN);
    expect_told(daemon, "refused[]");
}

static void test_lightdm_end_after_cancel_is_not_told(void **state)
{
    struct daemon *daemon = *state;

    create(daemon, "");
    expect_authenticate(daemon, 1, "");
    daemon->backend->ops->cancel(daemon->backend);
    expect_cancel(daemon);
    say_end(daemon, 1, 0);
    expect_told(daemon, "");
}

static void test_lightdm_floods_end_it(void **state)
{
    struct daemon *daemon = *state;

    create(daemon, "");
    expect_authenticate(daemon, 1, "");
    say_prompts(daemon, 1, PAM_PROMPT_ECHO_ON, "wait", 0);
    expect_told(daemon, "visible[wait]");
    for (int i = 0; i < 64; i++)
        say_prompts(daemon, 1, PAM_TEXT_INFO, "more", 0);
    expect_told(daemon, "");
    say_prompts(daemon, 1, PAM_TEXT_INFO, "too much", 0);
    expect_told(daemon, "gone[]");
    create(daemon, "");
    expect_silence(daemon);
}

static void test_lightdm_texts_are_utf8(void **state)
{
    struct daemon *daemon = *state;

    create(daemon, "");
    expect_authenticate(daemon, 1, "");
    say_prompts(daemon, 1, PAM_TEXT_INFO, "a\xff\xe2\x82", 0);
    expect_told(daemon, "info[a\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd]");
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, daemon_open, daemon_close)
    const struct CMUnitTest tests[] = {
        CASE(test_lightdm_whole_sign_in),
        CASE(test_lightdm_refusal_is_no_sign_in),
        CASE(test_lightdm_two_prompts_at_once),
        CASE(test_lightdm_cancel_forgets_what_was_not_told),
        CASE(test_lightdm_end_after_cancel_is_not_told),
        CASE(test_lightdm_floods_end_it),
        CASE(test_lightdm_texts_are_utf8),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
