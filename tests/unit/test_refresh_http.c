/* SPDX-License-Identifier: BSD-2-Clause */
/* HTTP against a server that does what servers should not (tests/httpd). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certcheck/refresh/fetch.h"
#include "common/deadline.h"
#include "common/own.h"
#include "tests/support/scratch.h"

#define MAX 100000

static const struct network_limits quick = {
    .connect_ms = 2000, .total_ms = 1500, .slow_bytes = 100, .slow_seconds = 1};
static const struct buf no_anchors;
static const struct network network = {.limits = &quick, .anchors = &no_anchors};
static void *scratch;
static pid_t server;
static int port;

static int start_server(void **state)
{
    static char program[] = HTTPD;
    char port_file[PATH_MAX], log[PATH_MAX];
    char *argv[] = {program, port_file, NULL, log, NULL};
    struct deadline deadline = deadline_in(60000);
    extern char **environ;

    (void)state;
    if (scratch_setup(&scratch) != 0)
        return -1;
    argv[2] = scratch;
    (void)snprintf(port_file, sizeof(port_file), "%s/port", (const char *)scratch);
    (void)snprintf(log, sizeof(log), "%s/log", (const char *)scratch);
    if (posix_spawn(&server, program, NULL, NULL, argv, environ) != 0)
        return -1;
    while (deadline_left(&deadline) > 0) {
        FILE *file = fopen(port_file, "re");

        if (file != NULL) {
            int got = fscanf(file, "%d", &port);

            (void)fclose(file);
            if (got == 1)
                return http_start() == VSC_OK ? 0 : -1;
        }
        (void)usleep(10000);
    }
    return -1;
}

static int stop_server(void **state)
{
    (void)state;
    http_end();
    (void)kill(server, SIGTERM);
    (void)waitpid(server, NULL, 0);
    return scratch_teardown(&scratch);
}

/* The file NAME, and what else the server does with it. */
static void put(const char *name, const char *content, const char *how)
{
    char path[64];

    scratch_file(&scratch, name, content, strlen(content), 0644);
    (void)snprintf(path, sizeof(path), "%s.how", name);
    scratch_file(&scratch, path, how, strlen(how), 0644);
}

static struct problem problem;

static enum vsc_err get_version(const char *name, const struct http_version *known,
                                struct http_answer *answer)
{
    char text[128];
    struct url url;
    const struct http_request request = {.url = &url, .max = MAX, .known = known};

    (void)snprintf(text, sizeof(text), "http://127.0.0.1:%d/%s", port, name);
    assert_int_equal(url_parse(text, strlen(text), &url, &problem), VSC_OK);
    problem = (struct problem){""};
    return http_fetch(&network, &request, answer, &problem);
}

static enum vsc_err get(const char *name)
{
    struct http_answer answer;
    enum vsc_err err = get_version(name, NULL, &answer);

    if (err == VSC_OK)
        buf_done(&answer.body);
    return err;
}

/* It fails within the limits, and the reason has these words. */
static void refuses(const char *name, const char *words)
{
    assert_int_equal(get(name), VSC_INPUT);
    if (strstr(problem.text, words) == NULL)
        fail_msg("%s: %s", name, problem.text);
}

static void test_fetch_a_file_and_its_version(void **state)
{
    struct http_answer answer;
    struct http_version version;

    (void)state;
    put("file", "hello", "");
    assert_int_equal(get_version("file", NULL, &answer), VSC_OK);
    assert_int_equal(answer.body.len, 5);
    assert_memory_equal(answer.body.data, "hello", 5);
    assert_false(answer.not_modified);
    version = answer.version;
    assert_true(*version.etag == '"' && strstr(version.modified, "GMT") != NULL);
    buf_done(&answer.body);
    assert_int_equal(get_version("file", &version, &answer), VSC_OK);
    assert_true(answer.not_modified);
    assert_int_equal(answer.body.len, 0);
    put("file", "hello again", "");
    assert_int_equal(get_version("file", &version, &answer), VSC_OK);
    assert_false(answer.not_modified);
    assert_int_equal(answer.body.len, 11);
    buf_done(&answer.body);
}

static void test_304_without_a_question_is_no_answer(void **state)
{
    (void)state;
    put("modified", "x", "status 304");
    refuses("modified", "HTTP status 304");
}

static void test_other_statuses_are_no_answer(void **state)
{
    (void)state;
    refuses("nowhere", "HTTP status 404");
    put("error", "x", "status 500");
    refuses("error", "HTTP status 500");
    put("partial", "x", "status 206");
    refuses("partial", "HTTP status 206");
    put("password", "x", "status 401");
    refuses("password", "HTTP status 401");
}

static void test_redirects_are_followed_thrice(void **state)
{
    (void)state;
    put("goal", "hello", "");
    put("r1", "", "redirect /goal");
    put("r2", "", "redirect r1");
    put("r3", "", "redirect /r2");
    put("r4", "", "redirect /r3");
    put("loop", "", "redirect /loop");
    assert_int_equal(get("r1"), VSC_OK);
    assert_int_equal(get("r3"), VSC_OK);
    refuses("r4", "more than 3 redirects");
    refuses("loop", "more than 3 redirects");
}

static void test_redirects_elsewhere_are_refused(void **state)
{
    static const char *const targets[] = {
        "file:///etc/passwd",    "FILE:/etc/passwd",        "ftp://127.0.0.1/x",
        "ldap://127.0.0.1/cn=x", "gopher://127.0.0.1:25/x", "http://user:secret@127.0.0.1/x",
    };
    char how[256];

    (void)state;
    for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
        (void)snprintf(how, sizeof(how), "redirect %s", targets[i]);
        put("elsewhere", "", how);
        if (get("elsewhere") != VSC_INPUT)
            fail_msg("followed: %s", targets[i]);
    }
    put("elsewhere", "", "redirect file:///etc/passwd");
    refuses("elsewhere", "only http, https, ldap and ldaps");
}

static void test_an_answer_that_is_too_large_is_given_up(void **state)
{
    (void)state;
    put("huge", "x", "huge");
    refuses("huge", "larger than 100000 bytes");
    put("endless", "x", "endless");
    refuses("endless", "larger than 100000 bytes");
}

static void test_an_answer_that_is_too_slow_is_given_up(void **state)
{
    (void)state;
    put("drip", "a body that takes a second for each byte", "drip");
    refuses("drip", "");
    put("hang", "hello", "hang");
    refuses("hang", "");
}

static void test_an_answer_that_is_cut_short_is_no_answer(void **state)
{
    (void)state;
    put("short", "hello world", "short");
    refuses("short", "");
}

static void test_nobody_listens(void **state)
{
    struct http_answer answer;
    struct url url;
    const struct http_request request = {.url = &url, .max = MAX};

    (void)state;
    assert_int_equal(url_parse("http://127.0.0.1:1/", 19, &url, &problem), VSC_OK);
    assert_int_equal(http_fetch(&network, &request, &answer, &problem), VSC_INPUT);
}

static void test_an_unmet_address_is_not_connected(void **state)
{
    static const char *const addresses[] = {
        "http://169.254.169.254/x",
        "http://0.0.0.0/x",
        "http://[fe80::1]/x",
        "http://255.255.255.255/x",
        "http://2852039166/x",
        "http://0xa9.254.169.254/x",
        "http://0/x",
    };
    struct http_answer answer;
    struct url url;
    const struct http_request request = {.url = &url, .max = MAX};

    (void)state;
    for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        assert_int_equal(url_parse(addresses[i], strlen(addresses[i]), &url, &problem), VSC_OK);
        assert_int_equal(http_fetch(&network, &request, &answer, &problem), VSC_INPUT);
        if (strstr(problem.text, "not asked") == NULL)
            fail_msg("%s: %s", addresses[i], problem.text);
    }
}

/* Nothing of the environment, which may be another's: no proxy. */
static void test_the_environment_names_no_proxy(void **state)
{
    (void)state;
    put("file", "hello", "");
    assert_int_equal(setenv("http_proxy", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(setenv("ALL_PROXY", "http://127.0.0.1:1", 1), 0);
    assert_int_equal(get("file"), VSC_OK);
    (void)unsetenv("http_proxy");
    (void)unsetenv("ALL_PROXY");
}

static void test_post_is_not_redirected(void **state)
{
    auto_buf struct buf body;
    struct buf answer;
    char address[64];

    (void)state;
    buf_init(&body, 16);
    buf_put(&body, "question", 8);
    put("moved", "", "redirect /goal");
    (void)snprintf(address, sizeof(address), "http://127.0.0.1:%d/moved", port);
    assert_int_equal(fetch_ocsp(&network, address, &body, &answer, &problem), VSC_INPUT);
    assert_non_null(strstr(problem.text, "POST"));
    scratch_file(&scratch, "echo.cgi", "#!/bin/sh\nexec cat\n", 19, 0755);
    (void)snprintf(address, sizeof(address), "http://127.0.0.1:%d/echo", port);
    assert_int_equal(fetch_ocsp(&network, address, &body, &answer, &problem), VSC_OK);
    assert_int_equal(answer.len, 8);
    assert_memory_equal(answer.data, "question", 8);
    buf_done(&answer);
    assert_int_equal(fetch_ocsp(&network, "ldap://127.0.0.1/cn=x", &body, &answer, &problem),
                     VSC_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fetch_a_file_and_its_version),
        cmocka_unit_test(test_304_without_a_question_is_no_answer),
        cmocka_unit_test(test_other_statuses_are_no_answer),
        cmocka_unit_test(test_redirects_are_followed_thrice),
        cmocka_unit_test(test_redirects_elsewhere_are_refused),
        cmocka_unit_test(test_an_answer_that_is_too_large_is_given_up),
        cmocka_unit_test(test_an_answer_that_is_too_slow_is_given_up),
        cmocka_unit_test(test_an_answer_that_is_cut_short_is_no_answer),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_an_unmet_address_is_not_connected),
        cmocka_unit_test(test_the_environment_names_no_proxy),
        cmocka_unit_test(test_post_is_not_redirected),
    };

    return cmocka_run_group_tests(tests, start_server, stop_server);
}
