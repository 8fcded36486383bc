/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "certcheck/refresh/ldap_url.h"
#include "certcheck/refresh/network.h"
#include "certcheck/refresh/url.h"

static enum vsc_err parse(const char *text, struct url *url)
{
    struct problem problem = {""};
    enum vsc_err err = url_parse(text, strlen(text), url, &problem);

    assert_true((err == VSC_OK) == (*problem.text == '\0'));
    return err;
}

static void test_url_parse_reads_what_it_speaks(void **state)
{
    static const struct {
        const char *text, *host, *rest;
        enum url_scheme scheme;
        unsigned port;
    } table[] = {
        {"http://ca.corp.test/x.crl", "ca.corp.test", "/x.crl", URL_HTTP, 80},
        {"HTTP://CA/x", "CA", "/x", URL_HTTP, 80},
        {"http://ca", "ca", "", URL_HTTP, 80},
        {"http://ca?x=1", "ca", "?x=1", URL_HTTP, 80},
        {"https://ca:8443/a%20b", "ca", "/a%20b", URL_HTTPS, 8443},
        {"http://127.0.0.1:1/", "127.0.0.1", "/", URL_HTTP, 1},
        {"http://[::1]:80/", "::1", "/", URL_HTTP, 80},
        {"ldaps://[fd00::1]/cn=x", "fd00::1", "/cn=x", URL_LDAPS, 636},
        {"ldap://dc/cn=x?y", "dc", "/cn=x?y", URL_LDAP, 389},
        {"ldap:///cn=x", "", "/cn=x", URL_LDAP, 389},
        {"http://ca:65535/", "ca", "/", URL_HTTP, 65535},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct url url;

        assert_int_equal(parse(table[i].text, &url), VSC_OK);
        assert_string_equal(url.host, table[i].host);
        assert_string_equal(url.text + url.rest, table[i].rest);
        assert_string_equal(url.text, table[i].text);
        assert_int_equal(url.scheme, table[i].scheme);
        assert_int_equal(url.port, table[i].port);
    }
}

static void test_url_parse_refuses_the_rest(void **state)
{
    static const char *const table[] = {
        "",
        "file:///etc/passwd",
        "FILE:///etc/passwd",
        "ftp://ca/x.crl",
        "gopher://ca/x",
        "dict://ca/x",
        "scp://ca/x",
        "smb://ca/x",
        "javascript:x",
        "ldapi://%2frun%2fslapd/",
        "http:/ca/x",
        "http:ca",
        "//ca/x",
        "/etc/passwd",
        " http://ca/",
        "http://",
        "http:///x",
        "https:///x",
        "ldaps:///cn=x",
        "ldap://:636/cn=x",
        "http://user@ca/",
        "http://user:secret@ca/",
        "http://ca@evil/",
        "http://ca:0/",
        "http://ca:65536/",
        "http://ca:99999999999999999999/",
        "http://ca:/",
        "http://ca:8x/",
        "http://ca:-1/",
        "http://ca:80:80/",
        "http://ca/#fragment",
        "http://ca/a b",
        "http://ca/\tx",
        "http://ca/\r\nHost: evil",
        "http://ca/\"x\"",
        "http://ca/<x>",
        "http://ca\\evil/",
        "http://ca/{x}",
        "http://ca/[1-9]^",
        "http://ca/\xc3\xa4",
        "http://c\xc3\xa4/",
        "http://%63a/",
        "http://-x/",
        "http://.x/",
        "http://[::1/",
        "http://[::1]x/",
        "http://[fe80::1%25eth0]/",
        "http://[127.0.0.1]/",
        "http://[]/",
        "http://ca;x/",
        "http://ca,x/",
    };
    char longest[URL_MAX + 2];
    struct url url;

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (parse(table[i], &url) != VSC_INPUT)
            fail_msg("taken: %s", table[i]);
    memset(longest, 'a', sizeof(longest));
    memcpy(longest, "http://ca/", 10);
    longest[URL_MAX] = '\0';
    assert_int_equal(parse(longest, &url), VSC_OK);
    longest[URL_MAX] = 'a';
    longest[URL_MAX + 1] = '\0';
    assert_int_equal(parse(longest, &url), VSC_INPUT);
    memcpy(longest + 7, "hhhhhhhhhh", 10);
    longest[300] = '\0';
    assert_int_equal(parse(longest, &url), VSC_INPUT);
}

static void test_url_parse_takes_no_nul(void **state)
{
    struct problem problem = {""};
    struct url url;

    (void)state;
    assert_int_equal(url_parse("http://ca/\0x", 12, &url, &problem), VSC_INPUT);
    assert_int_equal(url_parse("http://ca/", 10, &url, &problem), VSC_OK);
}

static void test_url_allows_redirect_table(void **state)
{
    static const struct {
        const char *from, *to;
        bool allowed;
    } table[] = {
        {"http://ca/", "http://other/", true},
        {"http://ca/", "https://other/", true},
        {"https://ca/", "https://other:444/", true},
        {"https://ca/", "http://ca/", false},
        {"http://ca/", "ldap://ca/cn=x", false},
        {"http://ca/", "ldaps://ca/cn=x", false},
        {"http://ca/", "http://127.0.0.1/", false},
        {"http://ca/", "http://127.255.0.1:80/", false},
        {"http://ca/", "http://localhost/", false},
        {"http://ca/", "http://LOCALHOST/", false},
        {"http://ca/", "http://[::1]/", false},
        {"http://127.0.0.1/", "http://127.0.0.1:81/", true},
        {"http://127.0.0.1/", "http://ca/", true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct problem problem = {""};
        struct url from, to;

        assert_int_equal(parse(table[i].from, &from), VSC_OK);
        assert_int_equal(parse(table[i].to, &to), VSC_OK);
        if ((url_allows_redirect(&from, &to, &problem) == VSC_OK) != table[i].allowed)
            fail_msg("%s to %s", table[i].from, table[i].to);
    }
}

static void test_network_may_meet_table(void **state)
{
    static const struct {
        const char *address;
        bool may, may_with_loopback;
    } table[] = {
        {"192.0.2.1", true, true},
        {"10.0.0.1", true, true},
        {"172.16.0.1", true, true},
        {"192.168.1.1", true, true},
        {"127.0.0.1", false, true},
        {"127.8.8.8", false, true},
        {"0.0.0.0", false, false},
        {"0.1.2.3", false, false},
        {"169.254.169.254", false, false},
        {"224.0.0.1", false, false},
        {"255.255.255.255", false, false},
        {"240.0.0.1", false, false},
        {"2001:db8::1", true, true},
        {"fd00::1", true, true},
        {"::1", false, true},
        {"::", false, false},
        {"fe80::1", false, false},
        {"ff02::1", false, false},
        {"::ffff:127.0.0.1", false, true},
        {"::ffff:169.254.169.254", false, false},
        {"::ffff:192.0.2.1", true, true},
        {"::127.0.0.1", false, true},
    };
    struct sockaddr unix_socket = {.sa_family = AF_UNIX};

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        union {
            struct sockaddr any;
            struct sockaddr_in v4;
            struct sockaddr_in6 v6;
        } address = {.v4.sin_family = AF_INET};

        if (inet_pton(AF_INET, table[i].address, &address.v4.sin_addr) != 1) {
            address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
            assert_int_equal(inet_pton(AF_INET6, table[i].address, &address.v6.sin6_addr), 1);
        }
        if (network_may_meet(&address.any, false) != table[i].may ||
            network_may_meet(&address.any, true) != table[i].may_with_loopback)
            fail_msg("%s", table[i].address);
    }
    assert_false(network_may_meet(&unix_socket, true));
}

static enum vsc_err read_ldap(const char *text, struct ldap_url *ldap)
{
    struct problem problem = {""};
    struct url url;
    enum vsc_err err = parse(text, &url);

    if (err == VSC_OK)
        err = ldap_url_read(&url, ldap, &problem);
    assert_true((err == VSC_OK) == (*problem.text == '\0') || err != VSC_INPUT);
    return err;
}

static void test_ldap_url_read_as_active_directory_writes_it(void **state)
{
    struct ldap_url ldap;

    (void)state;
    assert_int_equal(
        read_ldap("ldap://dc1.corp.test/CN=Corp%20CA,CN=dc1,CN=CDP,CN=Public%20Key%20Services,"
                  "CN=Services,CN=Configuration,DC=corp,DC=test?certificateRevocationList?base?"
                  "objectClass=cRLDistributionPoint",
                  &ldap),
        VSC_OK);
    assert_string_equal(ldap.host, "dc1.corp.test");
    assert_string_equal(ldap.dn, "CN=Corp CA,CN=dc1,CN=CDP,CN=Public Key Services,CN=Services,"
                                 "CN=Configuration,DC=corp,DC=test");
    assert_int_equal(ldap.attributes, LDAP_CRLS);
    assert_int_equal(ldap.port, 389);
    assert_false(ldap.tls);
    assert_int_equal(read_ldap("ldaps://dc/cn=x?cACertificate;binary,crossCertificatePair", &ldap),
                     VSC_INPUT);
    assert_int_equal(read_ldap("ldaps://dc/cn=x?cACertificate;binary?BASE", &ldap), VSC_OK);
    assert_int_equal(ldap.attributes, LDAP_CERTIFICATES);
    assert_true(ldap.tls);
    assert_int_equal(read_ldap("ldap://dc/cn=x?DELTArevocationlist,authorityRevocationList", &ldap),
                     VSC_OK);
    assert_int_equal(ldap.attributes, LDAP_DELTA_CRLS | LDAP_CA_CRLS);
    assert_int_equal(read_ldap("ldap://dc/cn=x", &ldap), VSC_OK);
    assert_int_equal(ldap.attributes, 0);
    assert_int_equal(read_ldap("ldap:///CN=Corp%20CA,DC=corp,DC=test?cACertificate", &ldap),
                     VSC_OK); /* the domain's directory */
    assert_string_equal(ldap.host, "");
    assert_int_equal(read_ldap("ldap://dc/cn=x????e-mail=x", &ldap), VSC_OK);
    assert_int_equal(read_ldap("ldap://dc/cn=%c3%a4%3f", &ldap), VSC_OK);
    assert_string_equal(ldap.dn, "cn=\xc3\xa4?");
}

static void test_ldap_url_read_refuses_the_rest(void **state)
{
    static const char *const table[] = {
        "ldap://dc",
        "ldap://dc/",
        "ldap://dc/?certificateRevocationList",
        "ldap://dc?cn=x",
        "ldap://dc/cn=x%",
        "ldap://dc/cn=x%2",
        "ldap://dc/cn=x%zz",
        "ldap://dc/cn=x%00",
        "ldap://dc/cn=x%0a",
        "ldap://dc/cn=x%ff",
        "ldap://dc/cn=x%c0%ae",
        "ldap://dc/cn=x%e2%80%ae",
        "ldap://dc/cn=x?userPassword",
        "ldap://dc/cn=x?*",
        "ldap://dc/cn=x?+",
        "ldap://dc/cn=x?certificateRevocationList,",
        "ldap://dc/cn=x?,",
        "ldap://dc/cn=x?certificateRevocationList;x",
        "ldap://dc/cn=x?certificateRevocationLis",
        "ldap://dc/cn=x?certificateRevocationList?one",
        "ldap://dc/cn=x?certificateRevocationList?sub",
        "ldap://dc/cn=x?certificateRevocationList?bases",
        "ldap://dc/cn=x?certificateRevocationList?base?%00",
        "ldap://dc/cn=x?certificateRevocationList?base?%",
        "ldap://dc/cn=x???"
        "?!bindname=cn=admin",
        "ldap://dc/cn=x???"
        "?x,!y",
        "ldap://dc/cn=x????%21bindname=cn=admin",
        "ldap://dc/cn=x?????more",
    };
    struct ldap_url ldap;
    char longest[1200];

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        if (read_ldap(table[i], &ldap) != VSC_INPUT)
            fail_msg("taken: %s", table[i]);
    memset(longest, 'a', sizeof(longest));
    memcpy(longest, "ldap://dc/cn=", 13);
    longest[sizeof(longest) - 1] = '\0';
    assert_int_equal(read_ldap(longest, &ldap), VSC_INPUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_url_parse_reads_what_it_speaks),
        cmocka_unit_test(test_url_parse_refuses_the_rest),
        cmocka_unit_test(test_url_parse_takes_no_nul),
        cmocka_unit_test(test_url_allows_redirect_table),
        cmocka_unit_test(test_network_may_meet_table),
        cmocka_unit_test(test_ldap_url_read_as_active_directory_writes_it),
        cmocka_unit_test(test_ldap_url_read_refuses_the_rest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
