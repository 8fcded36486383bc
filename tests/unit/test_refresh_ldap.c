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

#include "certcheck/refresh/ldap_entry.h"
#include "certcheck/refresh/ldap_fetch.h"
#include "certcheck/refresh/ldap_server.h"
#include "common/deadline.h"

#define MAX 100000

static const struct network_limits quick = {
    .connect_ms = 700, .total_ms = 700, .slow_bytes = 100, .slow_seconds = 1, .directory_ms = 700};
static const struct buf no_anchors;
static const struct network network = {
    .limits = &quick, .anchors = &no_anchors, .anchors_file = ""};

/* For an answer that is to come, however slow the machine is. */
static const struct network_limits patient = {.connect_ms = 60000,
                                              .total_ms = 60000,
                                              .slow_bytes = 100,
                                              .slow_seconds = 60,
                                              .directory_ms = 60000};
static const struct network patient_network = {
    .limits = &patient, .anchors = &no_anchors, .anchors_file = ""};

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

/* ---- entries of a directory that lies ----------------------------------------------------------
 */

static const char *const wanted[] = {"cACertificate", NULL};
static const struct ldap_query query = {.base = "cn=x,dc=test",
                                        .reach = LDAP_ENTRY,
                                        .attributes = wanted,
                                        .max_entries = 1,
                                        .max_bytes = 16};

struct taking {
    struct problem problem;
    size_t values;
};

static enum vsc_err take_entry(void *arg, LDAP *ldap, LDAPMessage *message)
{
    struct taking *taking = arg;
    struct ldap_entry entry;
    enum vsc_err err = ldap_entry_read(ldap, message, &query, &entry, &taking->problem);

    if (err != VSC_OK)
        return err;
    for (size_t i = 0; i < entry.count; i++)
        taking->values += entry.attributes[i].count;
    ldap_entry_done(&entry);
    return VSC_OK;
}

/* A tag, a length, and what is in it. */
static void put_ber(struct buf *to, uint8_t tag, const void *content, size_t len)
{
    buf_u8(to, tag);
    buf_u8(to, 0x82);
    buf_u16(to, (uint16_t)len);
    buf_put(to, content, len);
}

/* The message with one entry, whose attribute has one value, `copies` times. */
static void put_entry(struct buf *to, const char *dn, const char *attribute, const char *value,
                      unsigned copies)
{
    auto_buf struct buf values, pair, pairs, entry, message, list;

    buf_init(&values, 4096);
    buf_init(&pair, 4096);
    buf_init(&pairs, 4096);
    buf_init(&entry, 4096);
    buf_init(&list, 4096);
    buf_init(&message, 4096);
    while (copies-- > 0)
        put_ber(&values, 0x04, value, strlen(value));
    put_ber(&pair, 0x04, attribute, strlen(attribute));
    put_ber(&pair, 0x31, values.data, values.len);
    put_ber(&pairs, 0x30, pair.data, pair.len);
    put_ber(&entry, 0x04, dn, strlen(dn));
    put_ber(&list, 0x30, pairs.data, pairs.len);
    buf_put(&entry, list.data, list.len);
    buf_put(&message, "\x02\x01\x01", 3);
    put_ber(&message, 0x64, entry.data, entry.len);
    put_ber(to, 0x30, message.data, message.len);
}

/* What comes of one such entry, `entries` times; *ret_values how many values were taken. */
static enum vsc_err ask(const char *dn, const char *attribute, const char *value, unsigned copies,
                        unsigned entries, size_t *ret_values)
{
    static const char end[] = "\x30\x0c\x02\x01\x01\x65\x07\x0a\x01\x00\x04\x00\x04\x00";
    __attribute__((cleanup(ldap_server_done))) struct ldap_server server = {.ldap = NULL};
    auto_buf struct buf bytes;
    struct taking taking = {.values = 0};
    struct problem problem = {""};
    struct ldap_place place = {.host = "127.0.0.1", .anchors_file = ""};
    const struct ldap_search search = {.base = query.base,
                                       .scope = LDAP_SCOPE_BASE,
                                       .filter = "(objectClass=*)",
                                       .max_entries = query.max_entries,
                                       .max_message = query.max_bytes};
    pid_t child;
    enum vsc_err err;

    buf_init(&bytes, 16384);
    while (entries-- > 0)
        put_entry(&bytes, dn, attribute, value, copies);
    buf_put(&bytes, end, sizeof(end) - 1);
    assert_int_equal(buf_status(&bytes), VSC_OK);
    place.port = (unsigned)serve(bytes.data, bytes.len, &child);
    assert_int_equal(ldap_server_init(&server, &patient_network, &place, &problem), VSC_OK);
    err = ldap_server_search(&server, &search, take_entry, &taking, &problem);
    (void)kill(child, SIGKILL);
    (void)waitpid(child, NULL, 0);
    *ret_values = taking.values;
    return err;
}

static void test_an_entry_that_was_not_asked_for_is_refused(void **state)
{
    size_t values = 0;

    (void)state;
    assert_int_equal(ask("CN=X,DC=test", "cacertificate;binary", "a", 2, 1, &values), VSC_OK);
    assert_int_equal(values, 2);
    assert_int_equal(ask("cn=y,dc=test", "cACertificate", "a", 1, 1, &values), VSC_INPUT);
    assert_int_equal(values, 0);
    assert_int_equal(ask("cn=a,cn=x,dc=test", "cACertificate", "a", 1, 1, &values), VSC_INPUT);
    assert_int_equal(ask("nonsense", "cACertificate", "a", 1, 1, &values), VSC_INPUT);
    assert_int_equal(ask("cn=x,dc=test", "cACertificate", "a", 1, 2, &values), VSC_INPUT);
}

static void test_of_an_entry_only_what_was_asked_for_counts(void **state)
{
    size_t values = 0;

    (void)state;
    assert_int_equal(ask("cn=x,dc=test", "userPassword", "a", 2, 1, &values), VSC_OK);
    assert_int_equal(values, 0);
    assert_int_equal(ask("cn=x,dc=test", "cACertificate;lang-de", "a", 2, 1, &values), VSC_OK);
    assert_int_equal(values, 0);
    assert_int_equal(ask("cn=x,dc=test", "cACertificate", "a", 0, 1, &values), VSC_OK);
    assert_int_equal(values, 0);
}

static void test_an_entry_in_part_or_too_large_is_refused(void **state)
{
    size_t values = 0;

    (void)state;
    assert_int_equal(ask("cn=x,dc=test", "cACertificate;range=0-1", "a", 2, 1, &values), VSC_INPUT);
    assert_int_equal(ask("cn=x,dc=test", "cACertificate", "01234567", 2, 1, &values), VSC_OK);
    assert_int_equal(ask("cn=x,dc=test", "cACertificate", "012345678", 2, 1, &values), VSC_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_silent_directory_is_given_up),
        cmocka_unit_test(test_babble_is_no_answer),
        cmocka_unit_test(test_a_message_that_is_too_long_is_refused),
        cmocka_unit_test(test_an_answer_without_an_entry_has_no_values),
        cmocka_unit_test(test_an_entry_that_was_not_asked_for_is_refused),
        cmocka_unit_test(test_of_an_entry_only_what_was_asked_for_counts),
        cmocka_unit_test(test_an_entry_in_part_or_too_large_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
