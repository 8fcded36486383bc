/* SPDX-License-Identifier: BSD-2-Clause */
/* The configuration's keys: every one is read, and the shipped sample states every default. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/own.h"
#include "conf/parse.h"
#include "conf/table.h"
#include "tests/support/libconfig_leaks.h"
#include "tests/support/scratch.h"

DEFINE_AUTO(struct conf, conf_free)

#define SHA256 "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF"

static struct conf *parse(const char *text)
{
    struct problem problem = {""};
    struct conf *conf = NULL;
    enum vsc_err err = conf_parse("test.conf", text, strlen(text), &conf, &problem);

    if (err != VSC_OK)
        fail_msg("%s", problem.text);
    return conf;
}

/* What a key holds, as text. The keys that read themselves show how many entries they have. */
static void show(const struct conf_key *key, const struct conf *conf, char *to, size_t size)
{
    const void *value = (const char *)conf + key->offset;
    const struct conf_list *list = value;
    size_t used = 0;

    to[0] = '\0';
    switch (key->kind) {
    case KEY_STRING:
        (void)snprintf(to, size, "%s", *(char *const *)value);
        return;
    case KEY_NUMBER:
    case KEY_CHOICE:
        (void)snprintf(to, size, "%u", *(const unsigned *)value);
        return;
    case KEY_BOOL:
        (void)snprintf(to, size, "%d", *(const bool *)value);
        return;
    case KEY_LIST:
        for (size_t i = 0; i < list->count; i++)
            used += (size_t)snprintf(to + used, size - used, "%s,", list->items[i]);
        return;
    case KEY_OWN:
        (void)snprintf(to, size, "%zu",
                       strcmp(key->name, "backends") == 0 ? conf->card.backend_count
                       : strcmp(key->name, "rules") == 0  ? conf->mapping.rule_count
                                                          : conf->login.talk_count);
        return;
    }
}

/* One key set to something else, where that must show in struct conf, and as what. */
struct flip {
    const char *group, *name, *value;
    size_t offset;
    const char *shown; /* NULL: refused, because it is not built yet */
};

#define FLIP(group, name, value, shown)                                                            \
    {                                                                                              \
#group, #name, value, offsetof(struct conf, group.name), shown                             \
    }

/* One of no group. */
#define FLIP_ALONE(name, value, shown)                                                             \
    {                                                                                              \
        "", #name, value, offsetof(struct conf, name), shown                                       \
    }

static const struct flip flips[] = {
    FLIP(card, backends, "[ \"pkcs11\" ]", "1"),
    FLIP(card, store, "\"/x/store\"", "/x/store"),
    FLIP(card, tcti, "\"swtpm:host=127.0.0.1,port=1\"", "swtpm:host=127.0.0.1,port=1"),
    FLIP(card, socket, "\"/x/socket\"", "/x/socket"),
    FLIP(card, admin_keys, "\"/x/keys\"", "/x/keys"),
    FLIP(card, pkcs11_modules, "[ \"/a.so\", \"/b.so\" ]", "/a.so,/b.so,"),
    FLIP(helpers, card_user, "\"\"", ""),
    FLIP(helpers, check_user, "\"somebody\"", "somebody"),
    FLIP(helpers, fetch_user, "\"somebody\"", "somebody"),
    FLIP(trust, anchors, "\"/x/anchors\"", "/x/anchors"),
    FLIP(trust, intermediates, "\"\"", ""),
    FLIP(trust, ntauth, "\"/x/ntauth\"", "/x/ntauth"),
    FLIP(policy, purpose, "\"client-auth\"", "1"),
    FLIP(policy, min_rsa_bits, "3072", "3072"),
    FLIP(policy, policies, "[ \"1.2.3\" ]", "1.2.3,"),
    FLIP(policy, templates, "[ \"SmartcardLogon\", \"1.2.3\" ]", "SmartcardLogon,1.2.3,"),
    FLIP(policy, strong_mapping, "\"never\"", "2"),
    FLIP(revocation, mode, "\"off\"", "2"),
    FLIP(revocation, crls, "\"/x/crls\"", "/x/crls"),
    FLIP(revocation, cache, "\"/x/cache\"", "/x/cache"),
    FLIP(revocation, max_stale, "3600", "3600"),
    FLIP(mapping, rules, "( { method = \"upn\"; suffix = \"x\"; account = \"%u\"; } )", "1"),
    FLIP(mapping, min_uid, "0", "0"),
    FLIP(mapping, refuse, "[ ]", ""),
    FLIP(mapping, conflict, "\"first\"", "1"),
    FLIP(mapping, allow_weak, "true", "1"),
    FLIP(directory, uri, "\"ldaps://dc1.corp.test:636\"", "ldaps://dc1.corp.test:636"),
    FLIP(directory, base, "\"DC=corp,DC=test\"", "DC=corp,DC=test"),
    FLIP(directory, keytab, "\"/x/keytab\"", "/x/keytab"),
    FLIP(directory, anchors, "\"/x/ca.pem\"", "/x/ca.pem"),
    FLIP(directory, user, "\"CN=reader,DC=corp\"", "CN=reader,DC=corp"),
    FLIP(directory, password_file, "\"/x/password\"", "/x/password"),
    FLIP(directory, max_age, "3600", "3600"),
    FLIP(directory, roots, "true", "1"),
    FLIP(enroll, profiles, "\"/x/enroll.d\"", "/x/enroll.d"),
    FLIP(enroll, pinentry, "\"/x/pinentry\"", "/x/pinentry"),
    FLIP(login, services, "[ \"sudo\" ]", "sudo,"),
    FLIP(login, remote, "[ \"sshd\" ]", "sshd,"),
    FLIP(login, gdm_json, "[ \"gdm-switchable-auth\" ]", "gdm-switchable-auth,"),
    FLIP(login, change_pin, "[ \"greetd\", \"mylogin\" ]", "greetd,mylogin,"),
    FLIP(login, reserve, "0", "0"),
    FLIP(login, list_identities, "\"own\"", "1"),
    FLIP(login, removal, "\"lock\"", "1"),
    FLIP(login, announce, "\"single\"", "1"),
    FLIP(login, timeout, "600", "600"),
    FLIP(login, wait, "300", "300"),
    FLIP(login, warn_days, "0", "0"),
    FLIP(login, talk, "( { service = \"x\"; style = \"gdm\"; } )", "1"),
    FLIP_ALONE(kerberos, "\"required\"", "2"),
    FLIP_ALONE(realm, "\"CORP.TEST\"", "CORP.TEST"),
    FLIP(ticket, deadline, "60", "60"),
    FLIP(ticket, skip, "[ \"su\" ]", "su,"),
};

static const struct flip *find_flip(const struct conf_key *key)
{
    for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++)
        if (strcmp(flips[i].group, key->group) == 0 && strcmp(flips[i].name, key->name) == 0)
            return &flips[i];
    fail_msg("nobody flips %s.%s", key->group, key->name);
    return NULL;
}

/* `conf` differs from the defaults in `flipped` and nowhere else. */
static void assert_flipped(const struct conf *conf, const struct conf_key *flipped)
{
    auto_by(conf_free) struct conf *defaults = parse("");

    for (size_t i = 0; i < conf_key_count; i++) {
        const struct conf_key *key = &conf_keys[i];
        char before[256], after[256];

        show(key, defaults, before, sizeof(before));
        show(key, conf, after, sizeof(after));
        if ((strcmp(before, after) != 0) != (key == flipped))
            fail_msg("%s.%s: \"%s\" became \"%s\"", key->group, key->name, before, after);
    }
}

static void test_every_key_is_read_when_flipped(void **state)
{
    (void)state;
    assert_int_equal(conf_key_count, sizeof(flips) / sizeof(flips[0]));
    for (size_t i = 0; i < conf_key_count; i++) {
        const struct conf_key *key = &conf_keys[i];
        const struct flip *flip = find_flip(key);
        auto_by(conf_free) struct conf *conf = NULL;
        char text[256], shown[256], expected[256];
        struct problem problem = {""};

        assert_int_equal(flip->offset, key->offset);
        (void)snprintf(text, sizeof(text),
                       *key->group != '\0' ? "%s = { %s = %s; };" : "%s%s = %s;", key->group,
                       key->name, flip->value);
        if (flip->shown == NULL) {
            assert_int_equal(conf_parse("f", text, strlen(text), &conf, &problem), VSC_CONFIG);
            (void)snprintf(expected, sizeof(expected),
                           "f:1: %s.%s: not built yet, leave it at its default", key->group,
                           key->name);
            assert_string_equal(problem.text, expected);
            continue;
        }
        conf = parse(text);
        show(key, conf, shown, sizeof(shown));
        assert_string_equal(shown, flip->shown);
        assert_flipped(conf, key);
    }
}

static void test_rules_and_talk_keep_what_they_say(void **state)
{
    auto_by(conf_free) struct conf *conf =
        parse("mapping: { rules = (\n"
              " { method = \"upn\"; suffix = \"corp.test\"; account = \"%D\\%u\"; },\n"
              " { method = \"file\"; file = \"/etc/map\"; },\n"
              " { sha256 = \"" SHA256 "\"; method = \"sha256\"; account = \"bob\"; } ); }\n"
              "login: { talk = ( { service = \"a\"; style = \"text\"; }, { style = \"blind\"; "
              "service = \"b\"; } ); }\n"
              "card: { backends = [ \"pkcs11\", \"tpm\" ]; }\n");
    const struct conf_rule *rules = conf->mapping.rules;

    (void)state;
    assert_int_equal(conf->mapping.rule_count, 3);
    assert_int_equal(rules[0].method, METHOD_UPN);
    assert_string_equal(rules[0].suffix, "corp.test");
    assert_string_equal(rules[0].account, "%D\\%u");
    assert_null(rules[0].file);
    assert_null(rules[0].sha256);
    assert_int_equal(rules[0].line, 2);
    assert_int_equal(rules[1].method, METHOD_FILE);
    assert_string_equal(rules[1].file, "/etc/map");
    assert_null(rules[1].account);
    assert_int_equal(rules[1].line, 3);
    assert_int_equal(rules[2].method, METHOD_SHA256);
    assert_string_equal(rules[2].sha256, SHA256);
    assert_string_equal(rules[2].account, "bob");
    assert_int_equal(conf->login.talk_count, 2);
    assert_string_equal(conf->login.talk[0].service, "a");
    assert_int_equal(conf->login.talk[0].style, TALK_TEXT);
    assert_string_equal(conf->login.talk[1].service, "b");
    assert_int_equal(conf->login.talk[1].style, TALK_BLIND);
    assert_int_equal(conf->card.backends[0], BACKEND_PKCS11);
    assert_int_equal(conf->card.backends[1], BACKEND_TPM);
}

static void test_paths_tell_whether_the_file_named_them(void **state)
{
    auto_by(conf_free) struct conf *none = parse("");
    auto_by(conf_free) struct conf *all =
        parse("trust = { anchors = \"/etc/pam_vsc/anchors\"; "
              "intermediates = \"\"; }; revocation = { crls = \"\"; };");

    (void)state;
    assert_false(none->trust.anchors_named || none->trust.intermediates_named ||
                 none->revocation.crls_named);
    assert_true(all->trust.anchors_named && all->trust.intermediates_named &&
                all->revocation.crls_named);
}

static void test_sample_states_every_default(void **state)
{
    auto_buf struct buf content = {0};
    auto_by(conf_free) struct conf *sample = NULL;
    struct problem problem = {""};
    config_t config;

    (void)state;
    assert_int_equal(io_read_trusted("conf/pam_vsc.conf", CONF_SIZE_MAX, &content, NULL), VSC_OK);
    if (conf_parse("sample", content.data, content.len, &sample, &problem) != VSC_OK)
        fail_msg("%s", problem.text);
    assert_flipped(sample, NULL);
    buf_u8(&content, 0);
    config_init(&config);
    assert_int_equal(config_read_string(&config, (const char *)content.data), CONFIG_TRUE);
    for (size_t i = 0; i < conf_key_count; i++) {
        char path[64];

        (void)snprintf(path, sizeof(path), "%s%s%s", conf_keys[i].group,
                       *conf_keys[i].group != '\0' ? "." : "", conf_keys[i].name);
        if (config_lookup(&config, path) == NULL)
            fail_msg("the sample does not state %s", path);
    }
    config_destroy(&config);
}

static void test_load_takes_defaults_when_the_default_file_is_missing(void **state)
{
    struct problem problem = {""};
    auto_by(conf_free) struct conf *conf = NULL;

    (void)state;
    if (access(CONF_PATH, F_OK) == 0)
        skip();
    assert_int_equal(conf_load(NULL, &conf, &problem), VSC_OK);
    assert_string_equal(problem.text, "");
    assert_flipped(conf, NULL);
}

static void assert_load_fails(void **state, const char *name, const char *text)
{
    struct problem problem = {""};
    struct conf *conf = NULL;
    char expected[512];

    assert_int_equal(conf_load(scratch_path(state, name), &conf, &problem), VSC_CONFIG);
    assert_null(conf);
    (void)snprintf(expected, sizeof(expected), "%s%s", scratch_path(state, name), text);
    assert_string_equal(problem.text, expected);
}

static void test_load_fails_when_a_named_file_is_missing_or_not_trusted(void **state)
{
    auto_by(conf_free) struct conf *conf = NULL;
    static char large[CONF_SIZE_MAX + 1];

    assert_load_fails(state, "none", ": No such file or directory");
    scratch_file(state, "open", "", 0, 0666);
    assert_load_fails(state, "open", ": it can be written by others (666)");
    assert_int_equal(symlink("open", scratch_path(state, "link")), 0);
    assert_load_fails(state, "link", ": a symbolic link");
    memset(large, '\n', sizeof(large));
    scratch_file(state, "large", large, sizeof(large), 0644);
    assert_load_fails(state, "large", ": larger than 262144 bytes");
    scratch_file(state, "bad", "\nlogin = { wait = 1.5; };", 24, 0644);
    assert_load_fails(state, "bad", ":2: login.wait: must be a whole number");
    scratch_file(state, "good", large, sizeof(large) - 1, 0644);
    assert_int_equal(conf_load(scratch_path(state, "good"), &conf, NULL), VSC_OK);
}

static void test_free_takes_null(void **state)
{
    (void)state;
    conf_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_key_is_read_when_flipped),
        cmocka_unit_test(test_rules_and_talk_keep_what_they_say),
        cmocka_unit_test(test_paths_tell_whether_the_file_named_them),
        cmocka_unit_test(test_sample_states_every_default),
        cmocka_unit_test(test_load_takes_defaults_when_the_default_file_is_missing),
        cmocka_unit_test_setup_teardown(test_load_fails_when_a_named_file_is_missing_or_not_trusted,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test(test_free_takes_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
