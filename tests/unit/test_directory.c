/* SPDX-License-Identifier: BSD-2-Clause */
/* winbind and SSSD, played by a library that answers, hangs, crashes and lies. */
#include <errno.h>
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
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "certcheck/directory_child.h"
#include "common/buf.h"
#include "common/deadline.h"
#include "common/io.h"
#include "common/own.h"
#include "common/sandbox.h"
#include "tests/support/scratch.h"

#define DEADLINE_MS 60000
#define SOON_MS     400 /* where nothing answers */
#define SID(number) "S-1-5-21-1-2-3-" number

static char library_path[PATH_MAX];
static const char *files[] = {library_path, NULL};
static const char *missing[] = {"/nonexistent/libwbclient.so.0", NULL};
static struct directory_library winbind, sssd;
static struct directory directory;

static int set_up(void **state)
{
    auto_buf struct buf content;
    auto_fd int fd = -1;

    if (scratch_setup(state) != 0)
        return -1;
    buf_init(&content, 0);
    fd = open(FAKE_DIRECTORY, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || io_read_all(fd, (size_t)64 * 1024 * 1024, &content) != VSC_OK)
        return -1;
    scratch_file(state, "fake.so", content.data, content.len, 0755);
    (void)snprintf(library_path, sizeof(library_path), "%s", scratch_path(state, "fake.so"));
    winbind = directory_winbind;
    winbind.files = files;
    sssd = directory_sssd;
    sssd.files = files;
    directory.count = 0;
    return 0;
}

static int tear_down(void **state)
{
    directory_stop(&directory);
    return scratch_teardown(state);
}

static void start(const struct directory_library *first, const struct directory_library *second)
{
    const struct directory_library *const both[] = {first, second};
    /* The sanitizer's own calls have no place in a sandbox. */
#ifdef VSC_SANITIZED
    const bool must = false;
#else
    const bool must = true;
#endif
    const struct directory_options options = {.deadline_ms = DEADLINE_MS, .must_sandbox = must};

    directory_start(both, second != NULL ? 2 : 1, &options, &directory);
}

static void expect_sid(uid_t uid, enum directory_result result, const char *expected)
{
    char sid[SID_SIZE] = "untouched";

    assert_int_equal(directory_sid_of(&directory, uid, sid), result);
    assert_string_equal(sid, result == DIRECTORY_FOUND ? expected : "untouched");
}

static void expect_uid(const char *sid, enum directory_result result, uid_t expected)
{
    uid_t uid = 77;

    assert_int_equal(directory_uid_of(&directory, sid, &uid), result);
    assert_int_equal(uid, result == DIRECTORY_FOUND ? expected : 77);
}

static void test_directory_of_each_kind_answers(void **state)
{
    const struct directory_library *const libraries[] = {&winbind, &sssd};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        start(libraries[i], NULL);
        assert_int_equal(directory.count, 1);
        expect_sid(2001, DIRECTORY_FOUND, SID("2001"));
        expect_uid(SID("2001"), DIRECTORY_FOUND, 2001);
        expect_sid(1000, DIRECTORY_NONE, NULL);
        expect_uid(SID("1000"), DIRECTORY_NONE, 0);
        expect_sid(2002, DIRECTORY_FOUND, SID("2002"));
        directory_stop(&directory);
    }
}

static void test_directory_that_is_not_installed_is_none(void **state)
{
    (void)state;
    winbind.files = missing;
    start(&winbind, NULL);
    assert_int_equal(directory.count, 0);
    expect_sid(2001, DIRECTORY_NONE, NULL);
    expect_uid(SID("2001"), DIRECTORY_NONE, 0);
    assert_int_equal(directory_sid_of(NULL, 2001, (char[SID_SIZE]){""}), DIRECTORY_NONE);
}

/* Bounded, asked once, and no child is left. */
static void test_directory_that_hangs_fails_within_its_deadline(void **state)
{
    const int again = 100;
    int64_t before;

    (void)state;
    start(&winbind, NULL);
    directory.services[0].deadline_ms = SOON_MS;
    expect_sid(3000, DIRECTORY_FAILED, NULL);
    before = clock_ms();
    for (int i = 0; i < again; i++) {
        expect_sid(2001, DIRECTORY_FAILED, NULL);
        expect_uid(SID("2001"), DIRECTORY_FAILED, 0);
    }
    assert_true(clock_ms() - before < again * SOON_MS);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
}

static void test_directory_that_hangs_leaves_the_other_one_alone(void **state)
{
    (void)state;
    start(&winbind, &sssd);
    directory.services[0].deadline_ms = 0;
    expect_sid(2001, DIRECTORY_FOUND, SID("2001"));
    expect_sid(2001, DIRECTORY_FOUND, SID("2001"));
    expect_sid(1000, DIRECTORY_FAILED, NULL);
}

/* A command that asks nothing starts nothing. */
static void test_directory_that_is_lazy_starts_when_it_is_asked(void **state)
{
    const struct directory_library *const one[] = {&winbind};
    const struct directory_options options = {.deadline_ms = DEADLINE_MS, .lazy = true};

    (void)state;
    directory_start(one, 1, &options, &directory);
    assert_int_equal(directory.count, 1);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    expect_sid(2001, DIRECTORY_FOUND, SID("2001"));
    expect_sid(3001, DIRECTORY_FAILED, NULL);
    expect_sid(2001, DIRECTORY_FAILED, NULL);
}

static void test_directory_that_crashes_fails(void **state)
{
    (void)state;
    start(&sssd, NULL);
    expect_sid(3001, DIRECTORY_FAILED, NULL);
    expect_sid(2001, DIRECTORY_FAILED, NULL);
}

static void test_directory_that_makes_no_sense_is_not_believed(void **state)
{
    const struct directory_library *const libraries[] = {&winbind, &sssd};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        start(libraries[i], NULL);
        expect_sid(3002, DIRECTORY_NONE, NULL);
        expect_sid(3005, DIRECTORY_NONE, NULL);
        expect_uid(SID("3003"), DIRECTORY_NONE, 0);
        directory_stop(&directory);
    }
    start(&sssd, NULL);
    expect_uid(SID("3005"), DIRECTORY_NONE, 0);
}

/* S-1-22-1-0 is root to winbind: what the computer makes up by itself is never asked for. */
static void test_directory_is_asked_for_sids_of_domains_only(void **state)
{
    static const char *const sids[] = {
        "S-1-22-1-0", "S-1-5-32-544", "S-1-5-18", "S-1-5-21-1-2-3", "", "x"};

    (void)state;
    winbind.files = missing;
    start(&winbind, NULL);
    directory.count = 1; /* any question would end here */
    for (size_t i = 0; i < sizeof(sids) / sizeof(sids[0]); i++)
        expect_uid(sids[i], DIRECTORY_NONE, 0);
    directory.count = 0;
}

static enum directory_result says_sid(struct directory_service *service,
                                      struct directory_query *query)
{
    (void)snprintf(query->sid, sizeof(query->sid), "S-1-5-21-1-2-3-%d", service->deadline_ms);
    query->uid = query->question == DIRECTORY_UID_OF ? (uid_t)service->deadline_ms : query->uid;
    return DIRECTORY_FOUND;
}

/* Two directories without a common plan for numbers: one uid, two people. */
static void test_directories_that_differ_are_not_believed(void **state)
{
    struct directory two = {.services = {{.ask = says_sid, .deadline_ms = 1, .channel = -1},
                                         {.ask = says_sid, .deadline_ms = 2, .channel = -1}},
                            .count = 2};
    char sid[SID_SIZE];
    uid_t uid;

    (void)state;
    assert_int_equal(directory_sid_of(&two, 2001, sid), DIRECTORY_FAILED);
    assert_int_equal(directory_uid_of(&two, SID("1"), &uid), DIRECTORY_FAILED);
    two.services[1].deadline_ms = 1;
    assert_int_equal(directory_sid_of(&two, 2001, sid), DIRECTORY_FOUND);
    assert_string_equal(sid, SID("1"));
}

#ifndef VSC_SANITIZED
/* Answers one client with `number`. */
static pid_t start_daemon(const char *path, uint32_t number)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    pid_t pid;

    assert_true(strlen(path) < sizeof(address.sun_path));
    memcpy(address.sun_path, path, strlen(path) + 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(fd, 1), 0);
    pid = fork();
    if (pid == 0) {
        int client = accept(fd, NULL, NULL);

        _exit(write(client, &number, sizeof(number)) == (ssize_t)sizeof(number) ? 0 : 1);
    }
    assert_true(pid > 0);
    assert_int_equal(close(fd), 0);
    return pid;
}

/* The library finds its daemon from within the child's sandbox. */
static void test_directory_reaches_its_daemon_through_a_local_socket(void **state)
{
    char path[PATH_MAX + 8];
    pid_t daemon;
    int status = 1;

    (void)state;
    (void)snprintf(path, sizeof(path), "%s.sock", library_path);
    daemon = start_daemon(path, 2042);
    start(&winbind, NULL);
    expect_sid(3004, DIRECTORY_FOUND, SID("2042"));
    assert_int_equal(waitpid(daemon, &status, 0), daemon);
    assert_int_equal(status, 0);
}

/* In the sandbox of vsc-check no child can be killed nor waited for: it ends by itself. */
static void test_directory_works_behind_a_closed_sandbox(void **state)
{
    static const struct sandbox_path paths[] = {{"/etc", SANDBOX_READ}};
    int status = 1;
    pid_t pid;

    (void)state;
    pid = fork();
    if (pid == 0) {
        const struct sandbox sandbox = {.paths = paths, .path_count = 1, .unix_sockets = true};
        char sid[SID_SIZE];
        struct problem problem;
        const struct directory_library *const one[] = {&winbind};
        const struct directory_options options = {.deadline_ms = DEADLINE_MS, .must_sandbox = true};

        directory_start(one, 1, &options, &directory);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
            sandbox_close(&sandbox, &problem) != VSC_OK)
            _exit(2);
        if (directory_sid_of(&directory, 2001, sid) != DIRECTORY_FOUND)
            _exit(3);
        directory.services[0].deadline_ms = SOON_MS;
        if (directory_sid_of(&directory, 3000, sid) != DIRECTORY_FAILED)
            _exit(4);
        if (directory_sid_of(&directory, 2001, sid) != DIRECTORY_FAILED)
            _exit(5);
        directory_stop(&directory);
        _exit(0);
    }
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

/* The child has next to no rights, whatever the library would like to do. */
static enum directory_result tries_much(uid_t uid, char sid[SID_SIZE])
{
    char *const argv[] = {(char[]){"/bin/true"}, NULL};
    const char *failed = NULL;

    (void)uid;
    if (socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0)
        failed = "inet";
    else if (fork() >= 0)
        failed = "fork";
    else if (open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC) >= 0)
        failed = "read";
    else if (open("/etc/pam_vsc.new", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) >= 0)
        failed = "write";
    else if (execve(argv[0], argv, NULL) == 0)
        failed = "exec";
    (void)snprintf(sid, SID_SIZE, "S-1-5-21-1-2-3-%d", failed == NULL ? 1 : 2);
    return DIRECTORY_FOUND;
}

static void test_directory_child_has_next_to_no_rights(void **state)
{
    (void)state;
    winbind.sid_of = tries_much;
    start(&winbind, NULL);
    expect_sid(2001, DIRECTORY_FOUND, SID("1"));
}
#endif

/* Debian's own libraries, where they are installed, without a daemon: fast, and nobody is known. */
static void test_directory_libraries_without_a_daemon_know_nobody(void **state)
{
    const struct directory_library *const all[] = {&directory_winbind, &directory_sssd};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        if (directory_library_file(all[i]) == NULL) {
            print_message("# %s: its library is not installed\n", all[i]->name);
            continue;
        }
        start(all[i], NULL);
        directory.services[0].deadline_ms = DIRECTORY_DEADLINE_MS;
        expect_sid(2001, DIRECTORY_NONE, NULL);
        expect_uid(SID("2001"), DIRECTORY_NONE, 0);
        directory_stop(&directory);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_directory_of_each_kind_answers),
        TEST(test_directory_that_is_not_installed_is_none),
        TEST(test_directory_that_hangs_fails_within_its_deadline),
        TEST(test_directory_that_hangs_leaves_the_other_one_alone),
        TEST(test_directory_that_is_lazy_starts_when_it_is_asked),
        TEST(test_directory_that_crashes_fails),
        TEST(test_directory_that_makes_no_sense_is_not_believed),
        TEST(test_directory_is_asked_for_sids_of_domains_only),
        TEST(test_directories_that_differ_are_not_believed),
#ifndef VSC_SANITIZED
        TEST(test_directory_reaches_its_daemon_through_a_local_socket),
        TEST(test_directory_works_behind_a_closed_sandbox),
        TEST(test_directory_child_has_next_to_no_rights),
#endif
        TEST(test_directory_libraries_without_a_daemon_know_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
