/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real vsc-check, as the module starts it: as root that drops to another user, as root that
 * stays (tests), and as a user. Its accounts are the machine's own, so everything is nobody's.
 */
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/spawn.h"
#include "tests/support/check_client.h"
#include "tests/support/pki.h"
#include "tests/support/program.h"

#define NOBODY  65534
#define WAIT_MS 60000

static char program[PATH_MAX];
static pid_t child;
static int channel = -1;

static void write_conf(const char *check_user, const char *more)
{
    FILE *file = fopen(pki_path("check.conf"), "w");

    assert_non_null(file);
    (void)fprintf(file,
                  "helpers = { check_user = \"%s\"; };\n"
                  "trust = { anchors = \"%s\"; intermediates = \"%s\"; };\n"
                  "revocation = { crls = \"%s\"; };\n"
                  "mapping = { rules = ( { method = \"upn\"; suffix = \"corp.test\"; "
                  "account = \"%%u\"; } ); };\n%s",
                  check_user, pki_path("anchors"), pki_path("intermediates"), pki_path("crls"),
                  more);
    assert_int_equal(fclose(file), 0);
}

static _Noreturn void become_vsc_check(int fd, uid_t uid)
{
    char *argv[] = {program, (char[]){"-c"}, NULL, NULL};
    /* The sandbox leaves no room for the leak sanitizer's look at its own process. */
    char *envp[] = {(char[]){"ASAN_OPTIONS=detect_leaks=0"}, NULL};

    argv[2] = strdup(pki_path("check.conf"));
    if (argv[2] == NULL || dup2(fd, SPAWN_CHANNEL) != SPAWN_CHANNEL)
        _exit(126);
    if (uid != 0 && (setgid(uid) != 0 || setuid(uid) != 0))
        _exit(126);
    (void)execve(program, argv, envp);
    _exit(127);
}

static void start(uid_t uid)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)close(pair[0]);
        become_vsc_check(pair[1], uid);
    }
    (void)close(pair[1]);
    channel = pair[0];
}

/* The exit status once the channel is closed; -1 for a signal. */
static int stop(void)
{
    int status;

    (void)close(channel);
    channel = -1;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Takes `request` over. */
static enum vsc_err call(struct message *request, enum wire_type type, struct message *answer,
                         struct problem *problem)
{
    struct deadline deadline = deadline_in(WAIT_MS);
    enum vsc_err err = wire_call(channel, request, type, answer, &deadline, problem);

    message_done(request);
    return err;
}

static struct check_begun begin(void)
{
    struct message request, answer;
    struct problem problem = {""};
    struct check_begun begun;

    client_begin(&request, "login", "nobody", "");
    if (call(&request, WIRE_CHECK_BEGUN, &answer, &problem) != VSC_OK)
        fail_msg("BEGIN: %s", problem.text);
    begun = client_begun(&answer);
    message_done(&answer);
    return begun;
}

/* The challenge for the first of two certificates; the second is refused. */
static void evaluate(unsigned char challenge[DIGEST_SIZE])
{
    static const char *const files[] = {"nobody.pem", "nobody-no-eku.pem"};
    struct message request, answer;
    struct problem problem = {""};
    struct check_evaluations evaluations;

    client_evaluate(&request, files, 2);
    if (call(&request, WIRE_CHECK_EVALUATED, &answer, &problem) != VSC_OK)
        fail_msg("EVALUATE: %s", problem.text);
    evaluations = client_evaluated(&answer);
    assert_int_equal(evaluations.count, 2);
    assert_string_equal(
        client_codes(evaluations.items[0].reasons, evaluations.items[0].reason_count), "");
    assert_true(evaluations.items[0].accepted);
    assert_string_equal(evaluations.items[0].account, "nobody");
    assert_int_equal(evaluations.items[0].account_uid, NOBODY);
    assert_string_equal(
        client_codes(evaluations.items[1].reasons, evaluations.items[1].reason_count),
        "missing-eku");
    memcpy(challenge, evaluations.items[0].challenge, DIGEST_SIZE);
    check_evaluations_done(&evaluations);
    message_done(&answer);
}

static void prove(unsigned char digest[DIGEST_SIZE], enum wire_type expected)
{
    unsigned char signature[2 * SIGNATURE_MAX];
    struct message request, answer;
    struct problem problem = {""};

    client_prove(&request, 0, signature, pki_sign("user", digest, signature));
    if (call(&request, expected, &answer, &problem) != VSC_OK)
        fail_msg("PROVE: %s", problem.text);
    if (expected == WIRE_CHECK_ACCEPTED)
        assert_string_equal(client_verdict(&answer).account, "nobody");
    message_done(&answer);
}

static void sign_in(uid_t uid)
{
    unsigned char challenge[DIGEST_SIZE];
    struct check_begun begun;

    start(uid);
    begun = begin();
    assert_true(begun.allowed);
    assert_true(begun.user_known);
    assert_int_equal(begun.user_uid, NOBODY);
    evaluate(challenge);
    prove(challenge, WIRE_CHECK_ACCEPTED);
    assert_int_equal(stop(), 0);
}

static void test_vsc_check_signs_in_started_by_root_and_dropped(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    write_conf("nobody", "");
    sign_in(0);
}

static void test_vsc_check_signs_in_with_an_empty_check_user(void **state)
{
    (void)state;
    write_conf("", "");
    sign_in(geteuid());
}

static void test_vsc_check_signs_in_started_by_a_user(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    write_conf("_vsc-check", "");
    sign_in(NOBODY);
}

static void test_vsc_check_ends_after_a_failed_prove(void **state)
{
    unsigned char challenge[DIGEST_SIZE];
    struct message request, answer;
    struct problem problem = {""};

    (void)state;
    write_conf("", "");
    start(geteuid());
    (void)begin();
    evaluate(challenge);
    challenge[0] ^= 1;
    prove(challenge, WIRE_CHECK_REFUSED);
    client_begin(&request, "login", "nobody", "");
    assert_int_equal(call(&request, WIRE_CHECK_BEGUN, &answer, &problem), VSC_HELPER);
    message_done(&answer);
    assert_int_equal(stop(), 0);
}

/* Whatever is wrong at the start is told, and nothing else is done. */
static void expect_error(uid_t uid, enum vsc_err expected, const char *words)
{
    struct message request, answer;
    struct problem problem = {""};

    start(uid);
    client_begin(&request, "login", "nobody", "");
    assert_int_equal(call(&request, WIRE_CHECK_BEGUN, &answer, &problem), expected);
    message_done(&answer);
    if (strstr(problem.text, words) == NULL)
        fail_msg("\"%s\" does not hold \"%s\"", problem.text, words);
    assert_int_equal(stop(), vsc_exit_status(expected));
}

static void test_vsc_check_tells_of_a_bad_configuration(void **state)
{
    (void)state;
    write_conf("", "loggin = { };\n");
    expect_error(geteuid(), VSC_CONFIG, "loggin");
    write_conf("", "");
    assert_int_equal(chmod(pki_path("check.conf"), 0666), 0);
    expect_error(geteuid(), VSC_CONFIG, "check.conf");
    assert_int_equal(chmod(pki_path("check.conf"), 0644), 0);
    assert_int_equal(unlink(pki_path("check.conf")), 0);
    expect_error(geteuid(), VSC_CONFIG, "check.conf");
}

static void test_vsc_check_does_not_stay_root_where_its_user_is_missing(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    write_conf("no-such-user", "");
    expect_error(0, VSC_CONFIG, "no-such-user");
    write_conf("root", "");
    expect_error(0, VSC_CONFIG, "root");
}

static void test_vsc_check_refuses_anchors_that_others_can_write(void **state)
{
    static const char *const file = "nobody.pem";
    struct message request, answer;
    struct problem problem = {""};

    (void)state;
    write_conf("", "");
    assert_int_equal(chmod(pki_path("anchors/root.pem"), 0666), 0);
    start(geteuid());
    (void)begin();
    client_evaluate(&request, &file, 1);
    assert_int_equal(call(&request, WIRE_CHECK_EVALUATED, &answer, &problem), VSC_UNTRUSTED);
    assert_non_null(strstr(problem.text, "root.pem"));
    message_done(&answer);
    assert_int_equal(stop(), 0);
    assert_int_equal(chmod(pki_path("anchors/root.pem"), 0644), 0);
}

static void test_vsc_check_ends_on_garbage_and_on_hang_up(void **state)
{
    static const unsigned char garbage[64] = {0xff, 0xff, 0xff, 0xff, 1, 2, 3};

    (void)state;
    write_conf("", "");
    start(geteuid());
    assert_int_equal(write(channel, garbage, sizeof(garbage)), sizeof(garbage));
    assert_int_equal(stop(), 0);
    start(geteuid());
    assert_int_equal(stop(), 0);
}

static int set_up(void **state)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)pki_setup_base(state);
    (void)snprintf(program, sizeof(program), "%s", pki_path("vsc-check"));
    if (program_copy("vsc-check", program) != 0)
        return -1;
    pki_issue("nobody", "--upn nobody@corp.test");
    pki_issue("nobody-no-eku", "--upn nobody@corp.test --no-eku");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vsc_check_signs_in_started_by_root_and_dropped),
        cmocka_unit_test(test_vsc_check_signs_in_with_an_empty_check_user),
        cmocka_unit_test(test_vsc_check_signs_in_started_by_a_user),
        cmocka_unit_test(test_vsc_check_ends_after_a_failed_prove),
        cmocka_unit_test(test_vsc_check_tells_of_a_bad_configuration),
        cmocka_unit_test(test_vsc_check_does_not_stay_root_where_its_user_is_missing),
        cmocka_unit_test(test_vsc_check_refuses_anchors_that_others_can_write),
        cmocka_unit_test(test_vsc_check_ends_on_garbage_and_on_hang_up),
    };

    return cmocka_run_group_tests(tests, set_up, pki_teardown);
}
