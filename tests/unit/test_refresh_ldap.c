/* SPDX-License-Identifier: BSD-2-Clause */
/* Directories that are none: silent, babbling, boasting. (An honest one: tests/e2e.) */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "certcheck/refresh/ldap_fetch.h"
#include "common/deadline.h"

#define MAX 100000

static const struct network_limits quick = {
    .connect_ms = 700, .total_ms = 700, .slow_bytes = 100, .slow_seconds = 1, .directory_ms = 700};
static const struct buf no_anchors;
static const struct network network = {
    .limits = &quick, .anchors = &no_anchors, .anchors_file = ""};

/* A server that says `bytes` to whoever comes, and then nothing; its port. */
static int serve(const void *bytes, size_t len, pid_t *ret_child)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t address_len = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(listener, (struct sockaddr *)&address, address_len), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &address_len), 0);
    *ret_child = fork();
    if (*ret_child == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) {
            int fd = accept(listener, NULL, NULL);

            if (fd >= 0 && len > 0)
                (void)!write(fd, bytes, len);
        }
    }
    (void)close(listener);
    return ntohs(address.sin_port);
}

/* It is given up soon, without values. */
static void refuses(const char *scheme, const void *bytes, size_t len)
{
    const struct deadline deadline = deadline_in(60000);
    struct ldap_values values = {.count = 0};
    struct problem problem = {""};
    struct ldap_url entry;
    struct url url;
    char text[128];
    pid_t child;
    int port = serve(bytes, len, &child);

    (void)snprintf(text, sizeof(text), "%s://127.0.0.1:%d/cn=x?certificateRevocationList", scheme,
                   port);
    assert_int_equal(url_parse(text, strlen(text), &url, &problem), VSC_OK);
    assert_int_equal(ldap_url_read(&url, &entry, &problem), VSC_OK);
    assert_int_equal(ldap_fetch(&network, &entry, LDAP_CRLS, MAX, &values, &problem), VSC_INPUT);
    assert_true(*problem.text != '\0');
    assert_int_equal(values.count, 0);
    assert_true(deadline_left(&deadline) > 0);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
}

static void test_a_silent_directory_is_given_up(void **state)
{
    (void)state;
    refuses("ldap", "", 0);
    refuses("ldaps", "", 0);
}

static void test_babble_is_no_answer(void **state)
{
    static const char web[] = "HTTP/1.1 400 Bad Request\r\n\r\n";

    (void)state;
    refuses("ldap", web, sizeof(web) - 1);
    refuses("ldaps", web, sizeof(web) - 1);
    refuses("ldap", "\x30\x00", 2);
    refuses("ldap", "\x30\x80\x80\x80\x80\x80", 6);
}

/* A message of 2 GiB, of 1 MiB where less is allowed, and one that says how long but ends early. */
static void test_a_message_that_is_too_long_is_refused(void **state)
{
    (void)state;
    refuses("ldap", "\x30\x84\x7f\xff\xff\xff\x02\x01\x01", 9);
    refuses("ldap", "\x30\x84\x00\x10\x00\x00\x02\x01\x01", 9);
    refuses("ldap", "\x30\x82\x10\x00\x02\x01\x01", 7);
}

/* A result for another message, and the end of a search without an entry. */
static void test_an_answer_without_an_entry_has_no_values(void **state)
{
    (void)state;
    refuses("ldap", "\x30\x0c\x02\x01\x09\x65\x07\x0a\x01\x00\x04\x00\x04\x00", 14);
    refuses("ldap", "\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00", 14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_silent_directory_is_given_up),
        cmocka_unit_test(test_babble_is_no_answer),
        cmocka_unit_test(test_a_message_that_is_too_long_is_refused),
        cmocka_unit_test(test_an_answer_without_an_entry_has_no_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
