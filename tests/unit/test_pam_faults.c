/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every call that can fail, made to fail one after the other, in each function of the module: the
 * result is neither PAM_SUCCESS nor PAM_IGNORE (CVE-2025-23013, CVE-2025-24531), PAM_USER and the
 * environment are as before, no PIN is handed on, and no helper is left behind.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/spawn.h"
#include "common/io.h"
#include "common/secret.h"
#include "pam_vsc/gdm_wire.h"
#include "tests/fakepam/fakepam.h"
#include "tests/pam/marks.h"
#include "tests/pam/stage.h"
#include "tests/pam/worker.h"

#define FAULTS_MAX 2000

/* The fault at hand: the call of this number fails, while the module runs. */
static struct {
    bool armed;
    unsigned countdown;
    const char *struck; /* the function that failed; NULL if none did */
} fault;

static bool strike(const char *function)
{
    if (!fault.armed || fault.struck != NULL || fault.countdown-- > 0)
        return false;
    fault.struck = function;
    return true;
}

/* A function that fails by returning `failure` with errno set to `number`. */
#define WRAP(type, name, params, call, failure, number)                                            \
    type __wrap_##name params;                                                                     \
    type __real_##name params;                                                                     \
    type __wrap_##name params                                                                      \
    {                                                                                              \
        if (!strike(#name))                                                                        \
            return __real_##name call;                                                             \
        errno = number;                                                                            \
        return failure;                                                                            \
    }

WRAP(void *, malloc, (size_t size), (size), NULL, ENOMEM)
WRAP(void *, calloc, (size_t count, size_t size), (count, size), NULL, ENOMEM)
WRAP(int, socketpair, (int domain, int type, int protocol, int *pair),
     (domain, type, protocol, pair), -1, EMFILE)
WRAP(int, poll, (struct pollfd * fds, nfds_t count, int timeout), (fds, count, timeout), -1, ENOMEM)
WRAP(ssize_t, sendmsg, (int fd, const struct msghdr *message, int flags), (fd, message, flags), -1,
     ENOBUFS)
WRAP(ssize_t, recv, (int fd, void *to, size_t len, int flags), (fd, to, len, flags), -1, ECONNRESET)
WRAP(int, posix_spawn,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const *argv, char *const *env),
     (pid, path, actions, attributes, argv, env), EAGAIN, EAGAIN)
WRAP(int, posix_spawn_file_actions_init, (posix_spawn_file_actions_t * actions), (actions), ENOMEM,
     ENOMEM)
WRAP(int, posix_spawn_file_actions_adddup2,
     (posix_spawn_file_actions_t * actions, int fd, int target), (actions, fd, target), ENOMEM,
     ENOMEM)
WRAP(int, posix_spawn_file_actions_addclosefrom_np, (posix_spawn_file_actions_t * actions, int fd),
     (actions, fd), ENOMEM, ENOMEM)
WRAP(int, posix_spawnattr_init, (posix_spawnattr_t * attributes), (attributes), ENOMEM, ENOMEM)
WRAP(int, posix_spawnattr_setflags, (posix_spawnattr_t * attributes, short flags),
     (attributes, flags), EINVAL, EINVAL)
WRAP(enum vsc_err, secret_set, (struct secret * secret, const void *bytes, size_t len),
     (secret, bytes, len), VSC_INPUT, EINVAL)
WRAP(enum vsc_err, io_open_trusted, (const char *path, int *ret_fd, struct problem *problem),
     (path, ret_fd, problem), VSC_UNTRUSTED, EPERM)

/* Stopping a helper decides nothing any more; that it stops is tested by itself. */
void __wrap_helper_stop(struct helper *helper);
void __real_helper_stop(struct helper *helper);
void __wrap_helper_stop(struct helper *helper)
{
    bool armed = fault.armed;

    fault.armed = false;
    __real_helper_stop(helper);
    fault.armed = armed;
}

/* A kernel, or limits of the host, that give no pidfd. */
static bool no_pidfd;

long __wrap_syscall(long number, long a, long b, long c, long d);
long __real_syscall(long number, long a, long b, long c, long d);
long __wrap_syscall(long number, long a, long b, long c, long d)
{
    if (number != SYS_pidfd_open || !no_pidfd)
        return __real_syscall(number, a, b, c, d);
    errno = EMFILE;
    return -1;
}

static struct stage stage;

static const char *gdm_answer;

static int converse(int count, const struct pam_message **messages, struct pam_response **resp,
                    void *data)
{
    bool armed = fault.armed;

    (void)count;
    (void)data;
    fault.armed = false;
    *resp = calloc(1, sizeof(**resp));
    if (messages[0]->msg_style == PAM_BINARY_PROMPT)
        (*resp)->resp = worker_reply(messages[0]->msg, gdm_answer, true);
    if (messages[0]->msg_style == PAM_PROMPT_ECHO_OFF)
        (*resp)->resp = strdup(strstr(messages[0]->msg, "New") != NULL ? "abcd1234" : "12345678");
    fault.armed = armed;
    return PAM_SUCCESS;
}

/* CVE-2019-12210: what the module opened is closed, on every way out. */
static unsigned count_descriptors(void)
{
    unsigned count = 0;

    for (int fd = 0; fd < 1024; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* A function of the module, and the script whose sign-in it needs before, if any. */
struct subject {
    const char *script;
    const char *service; /* NULL for one of no program */
    const char *user;
    int (*before)(pam_handle_t *pamh, int flags, int argc, const char **argv);
    int (*call)(pam_handle_t *pamh, int flags, int argc, const char **argv);
    unsigned flags;
    bool set_authtok;
    const char *timeout; /* an argument, or NULL */
};

static int last_code;

/* One run with the fault of this number; false when there is no such call any more. */
static bool run_with_fault(const struct subject *subject, unsigned number)
{
    const struct pam_conv conv = {.conv = converse};
    pam_handle_t *pamh = fakepam_new(subject->service != NULL ? subject->service : "test", &conv);
    char config[PATH_MAX + 16], helpers[PATH_MAX + 16], script[PATH_MAX];
    const char *argv[] = {config, helpers, subject->set_authtok ? "set_authtok" : subject->timeout};
    const int argc = argv[2] != NULL ? 3 : 2;
    unsigned descriptors;
    int code;

    assert_non_null(realpath(subject->script, script));
    (void)snprintf(config, sizeof(config), "config=%s", script);
    (void)snprintf(helpers, sizeof(helpers), "helpers=%s", stage.folder);
    stage_reset(&stage);
    fakepam_set(pamh, PAM_USER, subject->user);
    if (subject->before != NULL)
        assert_int_equal(subject->before(pamh, 0, argc, argv), PAM_SUCCESS);
    pamh->fails = strike;
    fault.countdown = number;
    fault.struck = NULL;
    fault.armed = true;
    descriptors = count_descriptors();
    code = subject->call(pamh, (int)subject->flags, argc, argv);
    fault.armed = false;
    last_code = code;
    assert_int_equal(count_descriptors(), descriptors);
    pamh->fails = NULL;
    if (fault.struck != NULL && (code == PAM_SUCCESS || code == PAM_IGNORE))
        fail_msg("call %u, %s, failed: %d was returned", number, fault.struck, code);
    assert_false(stage_has_leftover(&stage));
    if (fault.struck != NULL && subject->before == NULL) {
        const char *user = fakepam_get(pamh, PAM_USER);

        assert_null(pam_getenv(pamh, "VSC_CARD"));
        assert_null(fakepam_get(pamh, PAM_AUTHTOK));
        /* To unset it was what failed in one of the runs. */
        if (strcmp(fault.struck, "pam_set_item") != 0)
            assert_string_equal(user != NULL ? user : "none",
                                subject->user != NULL ? subject->user : "none");
    }
    fakepam_free(pamh);
    return fault.struck != NULL;
}

static void run_subject(const struct subject *subject, unsigned at_least)
{
    unsigned number = 0;
    char script[PATH_MAX];

    assert_non_null(realpath(subject->script, script));
    if (geteuid() != 0)
        assert_true(stage_listen(&stage, script));
    while (number < FAULTS_MAX && run_with_fault(subject, number))
        number++;
    stage_unlisten(&stage);
    print_message("%u calls can fail\n", number);
    assert_in_range(number, at_least, FAULTS_MAX - 1);
}

static void test_any_failing_call_fails_authenticate(void **state)
{
    (void)state;
    run_subject(&(struct subject){.script = "tests/scripts/pin/right",
                                  .user = "alice",
                                  .call = pam_sm_authenticate,
                                  .set_authtok = true},
                60);
}

static void test_any_failing_call_fails_authenticate_without_a_user(void **state)
{
    (void)state;
    run_subject(
        &(struct subject){.script = "tests/scripts/no-user/one-card", .call = pam_sm_authenticate},
        60);
}

static void test_any_failing_call_fails_acct_mgmt(void **state)
{
    (void)state;
    run_subject(&(struct subject){.script = "tests/scripts/account/still-good",
                                  .user = "alice",
                                  .before = pam_sm_authenticate,
                                  .call = pam_sm_acct_mgmt},
                20);
}

static void test_any_failing_call_fails_chauthtok(void **state)
{
    (void)state;
    run_subject(&(struct subject){.script = "tests/scripts/password/changed",
                                  .user = "alice",
                                  .call = pam_sm_chauthtok,
                                  .flags = PAM_UPDATE_AUTHTOK | PAM_SILENT},
                60);
}

static void test_any_failing_call_fails_a_change_within_authenticate(void **state)
{
    (void)state;
    run_subject(&(struct subject){.script = "tests/scripts/must-change/silent",
                                  .user = "alice",
                                  .call = pam_sm_authenticate,
                                  .flags = PAM_SILENT,
                                  .set_authtok = true},
                80);
}

static void test_any_failing_call_fails_the_json_of_gnome(void **state)
{
    (void)state;
    gdm_answer = "{\"authSelection\":{\"status\":\"Ok\",\"smartcard\":{\"pin\":\"12345678\","
                 "\"tokenName\":\"TestVSC\",\"moduleName\":\"pam_vsc.so\","
                 "\"keyId\":\"0000/01\",\"label\":\"alice@corp.test\"}}}";
    (void)setenv(GDM_EXTENSIONS, "x " GDM_CUSTOM_JSON, 1);
    run_subject(&(struct subject){.script = "tests/scripts/gdm-json/right",
                                  .service = "gdm-switchable-auth",
                                  .user = "alice",
                                  .call = pam_sm_authenticate},
                60);
    (void)unsetenv(GDM_EXTENSIONS);
}

static void test_any_failing_call_fails_the_list_of_gdm(void **state)
{
    (void)state;
    gdm_answer = "id:0";
    (void)setenv(GDM_EXTENSIONS, GDM_CHOICE_LIST, 1);
    run_subject(&(struct subject){.script = "tests/scripts/gdm/list-no-user",
                                  .service = "gdm-smartcard",
                                  .call = pam_sm_authenticate},
                60);
    (void)unsetenv(GDM_EXTENSIONS);
}

static void test_a_mark_that_cannot_be_left_fails_nothing(void **state)
{
    (void)state;
    marks_left = 0;
    assert_false(run_with_fault(&(struct subject){.script = "tests/scripts/pin/right",
                                                  .user = "alice",
                                                  .call = pam_sm_authenticate},
                                FAULTS_MAX));
    assert_int_equal(last_code, PAM_SUCCESS);
    assert_int_equal(marks_left, geteuid() == 0 ? 1 : 0);
}

static void test_no_helper_is_left_without_a_pidfd(void **state)
{
    static const char *const scripts[] = {"tests/scripts/pin/right",
                                          "tests/scripts/helpers/evaluate-hangs"};

    (void)state;
    no_pidfd = true;
    for (size_t i = 0; i < 2; i++)
        (void)run_with_fault(&(struct subject){.script = scripts[i],
                                               .user = "alice",
                                               .call = pam_sm_authenticate,
                                               .timeout = "timeout=1"},
                             FAULTS_MAX);
    no_pidfd = false;
}

static int setup(void **state)
{
    (void)state;
    return stage_open(&stage) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    stage_close(&stage);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_any_failing_call_fails_authenticate),
        cmocka_unit_test(test_any_failing_call_fails_authenticate_without_a_user),
        cmocka_unit_test(test_any_failing_call_fails_acct_mgmt),
        cmocka_unit_test(test_any_failing_call_fails_chauthtok),
        cmocka_unit_test(test_any_failing_call_fails_a_change_within_authenticate),
        cmocka_unit_test(test_any_failing_call_fails_the_list_of_gdm),
        cmocka_unit_test(test_any_failing_call_fails_the_json_of_gnome),
        cmocka_unit_test(test_a_mark_that_cannot_be_left_fails_nothing),
        cmocka_unit_test(test_no_helper_is_left_without_a_pidfd),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
