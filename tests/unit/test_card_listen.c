/* SPDX-License-Identifier: BSD-2-Clause */
/* The socket of vsc-card --listen: its file, its limits, its end. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "card/remote.h"
#include "common/listen.h"
#include "tests/support/channel.h"

#define STRANGER 1 /* daemon */

/* In a client's process: end it with the line that failed. */
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__ & 0xff ? __LINE__ & 0xff : 1;                                          \
    } while (0)

static struct fake_cards *cards;
static char folder[32], path[64];
static pid_t listener_pid;

static void start(enum conf_identities identities)
{
    const struct channel_options options = {
        .cards = cards, .identities = identities, .timeout_ms = 60000, .retry_ms = 1};

    listener_pid = channel_listen(&options, path);
}

static void stop(void)
{
    int status = -1;

    assert_int_equal(kill(listener_pid, SIGTERM), 0);
    assert_int_equal(waitpid(listener_pid, &status, 0), listener_pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_int_not_equal(access(path, F_OK), 0);
}

static int set_up(void **state)
{
    (void)state;
    cards = fake_cards_new();
    (void)fake_card_add(cards, "0000", "TestVSC", "12345678");
    (void)snprintf(folder, sizeof(folder), "/tmp/vsc-card-test.XXXXXX");
    if (mkdtemp(folder) == NULL || chmod(folder, 0755) != 0)
        return 1;
    (void)snprintf(path, sizeof(path), "%s/card.sock", folder);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    (void)unlink(path);
    (void)rmdir(folder);
    fake_cards_free(cards);
    return 0;
}

static int client_one(void *context)
{
    struct card_source *source = NULL;
    struct card_list list = {0};

    (void)context;
    CHECK(remote_source_new(channel_connect(path), "vsc-card", &source) == VSC_OK);
    source->deadline = deadline_in(60000);
    CHECK(source->ops->list(source, &list, NULL) == VSC_OK && list.count == 1);
    return 0;
}

static void test_socket_is_open_to_all_and_replaces_an_old_one(void **state)
{
    struct stat status;

    (void)state;
    start(IDENTITIES_ALWAYS);
    /* Killed, it leaves its socket file behind. */
    assert_int_equal(kill(listener_pid, SIGKILL), 0);
    (void)waitpid(listener_pid, NULL, 0);
    assert_int_equal(lstat(path, &status), 0);
    start(IDENTITIES_ALWAYS);
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISSOCK(status.st_mode));
    assert_int_equal(status.st_mode & 07777, 0666);
    stop();
}

static void test_listener_refuses_when_another_kind_of_file_is_there(void **state)
{
    const struct listener listener = {.path = path};
    FILE *file = fopen(path, "we");
    struct stat status;

    (void)state;
    assert_non_null(file);
    (void)fclose(file);
    assert_int_equal(listen_run(&listener, NULL), VSC_EXISTS);
    assert_int_equal(lstat(path, &status), 0);
    assert_true(S_ISREG(status.st_mode));
}

static int client_many(void *context)
{
    int fds[LISTEN_USER_MAX + 1];
    char byte;

    (void)context;
    for (size_t i = 0; i <= LISTEN_USER_MAX; i++) {
        fds[i] = channel_connect(path);
        CHECK(fds[i] >= 0);
    }
    CHECK(recv(fds[LISTEN_USER_MAX], &byte, 1, 0) == 0); /* one too many: closed at once */
    CHECK(recv(fds[0], &byte, 1, MSG_DONTWAIT) < 0);     /* the others stand */
    return 0;
}

static void test_user_gets_so_many_connections_and_others_are_served(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    start(IDENTITIES_ALWAYS);
    assert_int_equal(channel_as(STRANGER, client_many, NULL), 0);
    assert_int_equal(channel_as(0, client_one, NULL), 0);
    stop();
}

static void test_connections_end_when_the_listener_is_told_to(void **state)
{
    int fd;
    char byte;

    (void)state;
    start(IDENTITIES_ALWAYS);
    fd = channel_connect(path);
    assert_true(fd >= 0);
    stop();
    assert_true(recv(fd, &byte, 1, 0) <= 0);
    (void)close(fd);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_socket_is_open_to_all_and_replaces_an_old_one),
        TEST(test_listener_refuses_when_another_kind_of_file_is_there),
        TEST(test_user_gets_so_many_connections_and_others_are_served),
        TEST(test_connections_end_when_the_listener_is_told_to),
    };

    return cmocka_run_group_tests_name("vsc-card, listener", tests, NULL, NULL);
}
