/* SPDX-License-Identifier: BSD-2-Clause */
/* What vscmgr reads of an enrollment profile, and which cards it is for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/own.h"
#include "tests/support/libconfig_leaks.h"
#include "vscmgr/adminkey/card_profile.h"

DEFINE_AUTO(struct card_profile, card_profile_free)

#define BASE "name = \"a\"; backend = \"file\"; upn = \"%u@corp.test\"; key = \"p256\"; "

static enum vsc_err parse(const char *text, struct card_profile **ret_profile,
                          struct problem *problem)
{
    return card_profile_parse("f", text, strlen(text), ret_profile, problem);
}

static void assert_refused(const char *text, const char *words)
{
    struct card_profile *profile = NULL;
    struct problem problem = {""};

    assert_int_equal(parse(text, &profile, &problem), VSC_CONFIG);
    assert_null(profile);
    assert_non_null(strstr(problem.text, words));
}

static void test_card_profile_reads_its_keys_and_passes_over_others(void **state)
{
    auto_by(card_profile_free) struct card_profile *profile = NULL;
    auto_by(card_profile_free) struct card_profile *without = NULL;
    struct problem problem = {""};

    (void)state;
    assert_int_equal(parse(BASE "admin_key = \"/k\"; rotate_adminkey = true;", &profile, &problem),
                     VSC_OK);
    assert_string_equal(profile->admin_key, "/k");
    assert_true(profile->rotate_adminkey);
    assert_int_equal(parse(BASE, &without, &problem), VSC_OK);
    assert_string_equal(without->admin_key, "");
    assert_false(without->rotate_adminkey);
}

static void test_card_profile_is_read_strictly(void **state)
{
    (void)state;
    assert_refused(BASE "admin_key = \"relative\";", "f:1: admin_key");
    assert_refused(BASE "rotate_adminkey = true;", "f:1: admin_key: is missing");
    assert_refused(BASE "rotate_adminkey = 1;", "f:1: rotate_adminkey: must be true or false");
    assert_refused("name = \"a/b\"; upn = \"%u@x\";", "f:1: name");
    assert_refused("name = \"a\"; upn = \"u@x\";", "f:1: upn");
    assert_refused("name = \"a\";", "is missing");
    assert_refused("name = ", "f:1: ");
    assert_refused("@include \"/etc/passwd\"\n" BASE, "f:1: ");
}

static void test_card_profile_is_for_enrolled_owners_only(void **state)
{
    auto_by(card_profile_free) struct card_profile *profile = NULL;
    struct problem problem = {""};
    struct card_key key = {.id = "00"};
    struct card_info card = {
        .kind = CARD_NATIVE, .has_owner = true, .owner = "alice", .keys = &key, .key_count = 1};

    (void)state;
    assert_int_equal(parse(BASE, &profile, &problem), VSC_OK);
    assert_false(card_profile_fits(profile, &card)); /* no certificate */
    card.has_owner = false;
    assert_false(card_profile_fits(profile, &card));
    card = (struct card_info){.kind = CARD_TOKEN, .has_owner = true, .owner = "alice"};
    assert_false(card_profile_fits(profile, &card));
}

static enum vsc_err key_of(const char *path, const char *content, mode_t mode,
                           struct secret *ret_key)
{
    struct card_profile profile = {.name = NULL};
    struct problem problem = {""};
    char name[] = "a", copy[256];
    FILE *file = fopen(path, "we");

    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, mode), 0);
    (void)snprintf(copy, sizeof copy, "%s", path);
    profile.name = name;
    profile.admin_key = copy;
    return card_profile_key(&profile, ret_key, &problem);
}

static void test_card_profile_key_is_of_root_alone_and_whole(void **state)
{
#define DIGITS "0123456789abcdef0123456789abcdef0123456789ABCDEF"
    auto_secret struct secret key = {0};
    char folder[] = "/tmp/test-card-profile-XXXXXX", path[64];

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/key", folder);
    assert_int_equal(key_of(path, DIGITS "\n", 0600, &key), VSC_OK);
    assert_int_equal(key.len, 24);
    assert_int_equal((unsigned char)key.bytes[1], 0x23);
    assert_int_equal(key_of(path, DIGITS, 0400, &key), VSC_OK);
    assert_int_equal(key_of(path, DIGITS "\n", 0640, &key), VSC_UNTRUSTED);
    assert_int_equal(key_of(path, DIGITS "\n", 0604, &key), VSC_UNTRUSTED);
    assert_int_equal(key_of(path, DIGITS "0\n", 0600, &key), VSC_INPUT);
    assert_int_equal(key_of(path, DIGITS "00\n", 0600, &key), VSC_INPUT);
    assert_int_equal(key_of(path, "0123\n", 0600, &key), VSC_INPUT);
    assert_int_equal(key_of(path, "", 0600, &key), VSC_INPUT);
    assert_int_equal(remove(path), 0);
    assert_int_equal(remove(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_card_profile_reads_its_keys_and_passes_over_others),
        cmocka_unit_test(test_card_profile_is_read_strictly),
        cmocka_unit_test(test_card_profile_is_for_enrolled_owners_only),
        cmocka_unit_test(test_card_profile_key_is_of_root_alone_and_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
