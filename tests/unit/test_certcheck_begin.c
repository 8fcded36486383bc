/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "certcheck/begin.h"
#include "certcheck/talk.h"
#include "tests/support/pki.h"

static char service_a[] = "login", service_b[] = "sshd", socket_path[] = "/run/pam_vsc/card.sock";

static struct conf make_conf(void)
{
    struct conf conf = {0};

    conf.card.socket = socket_path;
    conf.login.timeout = 30;
    conf.login.wait = 5;
    conf.login.reserve = 2;
    conf.login.warn_days = 14;
    return conf;
}

static struct check_begin make_begin(const char *service, const char *rhost)
{
    struct check_begin begin = {0};

    (void)snprintf(begin.service, sizeof(begin.service), "%s", service);
    (void)snprintf(begin.rhost, sizeof(begin.rhost), "%s", rhost);
    return begin;
}

/* CVE-2024-10963: a service, a host and a terminal are each compared with their own kind. */
static void test_remote_rules_table(void **state)
{
    static const struct {
        const char *service, *rhost;
        bool remote_session, remote;
    } table[] = {
        {"login", "", false, false},
        {"login", "localhost", false, true},
        {"login", "127.0.0.1", false, true},
        {"login", "ws1.corp.test", false, true},
        {"login", "", true, true},
        {"sshd", "", false, true},
        {"sshd", "ws1.corp.test", false, true},
        {"sudo", "ws1.corp.test", false, false},
        {"sudo", "WS1.corp.test", false, false},
        {"sudo", "ws1", false, false},
        {"sudo-i", "ws1.corp.test", false, false},
        {"sudo", "ws2.corp.test", false, true},
        {"sudo", "ws1.corp", false, true},
        {"sudo", "localhost", false, true},
        {"sudo", "ws1.corp.test", true, true},
        {"sudoku", "ws1.corp.test", false, true},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct check_begin begin = make_begin(table[i].service, table[i].rhost);

        begin.remote_session = table[i].remote_session;
        if (begin_is_remote(&begin, "ws1.corp.test") != table[i].remote)
            fail_msg("row %zu", i);
    }
}

static void test_remote_is_allowed_by_argument_or_configuration_only(void **state)
{
    struct conf conf = make_conf();
    struct check_begin begin = make_begin("sshd", "192.0.2.7");
    struct check_begun begun;

    (void)state;
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_false(begun.allowed);
    assert_true(begun.remote);
    assert_string_not_equal(begun.text, "");
    begin.allow_remote = true;
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_true(begun.allowed);
    assert_true(begun.remote);
    begin.allow_remote = false;
    conf.login.remote.items[conf.login.remote.count++] = service_b;
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_true(begun.allowed);
}

static void test_services_that_are_listed_are_the_only_ones(void **state)
{
    struct conf conf = make_conf();
    struct check_begin begin = make_begin("su", "");
    struct check_begun begun;

    (void)state;
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_true(begun.allowed);
    conf.login.services.items[conf.login.services.count++] = service_a;
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_false(begun.allowed);
    begin = make_begin("login", "");
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_true(begun.allowed);
}

static void test_without_a_name_a_card_is_offered_only_where_all_may_be_listed(void **state)
{
    static const enum conf_identities shown[] = {IDENTITIES_ALWAYS, IDENTITIES_OWN,
                                                 IDENTITIES_NEVER};
    struct conf conf = make_conf();
    struct check_begin begin = make_begin("login", "");
    struct check_begun begun;

    (void)state;
    for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
        conf.login.list_identities = shown[i];
        begin.user[0] = '\0';
        begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
        assert_int_equal(begun.allowed, shown[i] == IDENTITIES_ALWAYS);
        assert_int_equal(strstr(begun.text, "login.list_identities") != NULL,
                         shown[i] != IDENTITIES_ALWAYS);
        (void)snprintf(begin.user, sizeof(begin.user), "alice");
        begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
        assert_true(begun.allowed);
        assert_string_equal(begun.text, "");
    }
}

static void test_begun_tells_limits_and_the_account(void **state)
{
    struct conf conf = make_conf();
    struct check_begin begin = make_begin("login", "");
    struct check_begun begun;

    (void)state;
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_false(begun.user_known);
    assert_string_equal(begun.user_name, "");
    assert_int_equal(begun.timeout_seconds, 30);
    assert_int_equal(begun.wait_seconds, 5);
    assert_int_equal(begun.reserve, 2);
    assert_int_equal(begun.warn_days, 14);
    assert_string_equal(begun.socket, socket_path);
    memcpy(begin.user, "alice", 6);
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_true(begun.user_known);
    assert_string_equal(begun.user_name, "alice");
    assert_int_equal(begun.user_uid, 1000);
    memcpy(begin.user, "../x", 5);
    begin_answer(&begin, &conf, "ws1", &pki_accounts, &begun);
    assert_false(begun.user_known);
}

static void test_talk_styles_of_services(void **state)
{
    static const struct {
        const char *service;
        enum talk_style style;
    } table[] = {
        {"gdm-password", TALK_GDM},  {"gdm-smartcard", TALK_GDM},
        {"gdm", TALK_GDM},           {"gdmx", TALK_TEXT},
        {"sddm", TALK_BLIND},        {"sddm-greeter", TALK_BLIND},
        {"i3lock", TALK_BLIND},      {"swaylock", TALK_BLIND},
        {"kde", TALK_BLIND},         {"kde-smartcard", TALK_BLIND},
        {"login", TALK_TEXT},        {"sudo", TALK_TEXT},
        {"su", TALK_TEXT},           {"sshd", TALK_TEXT},
        {"greetd", TALK_TEXT},       {"lightdm", TALK_TEXT},
        {"mylock", TALK_TEXT},       {"", TALK_TEXT},
        {"xscreensaver", TALK_TEXT},
    };
    static char mylock[] = "mylock", i3lock[] = "i3lock", gdm_json[] = "gdm-json";
    struct conf conf = make_conf();

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
        assert_int_equal(talk_style_of(table[i].service, &conf), table[i].style);
    conf.login.talk[0] = (struct conf_talk){mylock, TALK_BLIND};
    conf.login.talk[1] = (struct conf_talk){i3lock, TALK_TEXT};
    conf.login.talk_count = 2;
    assert_int_equal(talk_style_of("mylock", &conf), TALK_BLIND);
    assert_int_equal(talk_style_of("gdm-json", &conf), TALK_GDM);
    conf.login.gdm_json = (struct conf_list){.items = {gdm_json}, .count = 1};
    assert_int_equal(talk_style_of("gdm-json", &conf), TALK_GDM_JSON);
    assert_int_equal(talk_style_of("gdm-jso", &conf), TALK_GDM);
    assert_int_equal(talk_style_of("i3lock", &conf), TALK_TEXT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remote_rules_table),
        cmocka_unit_test(test_remote_is_allowed_by_argument_or_configuration_only),
        cmocka_unit_test(test_services_that_are_listed_are_the_only_ones),
        cmocka_unit_test(test_without_a_name_a_card_is_offered_only_where_all_may_be_listed),
        cmocka_unit_test(test_begun_tells_limits_and_the_account),
        cmocka_unit_test(test_talk_styles_of_services),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
