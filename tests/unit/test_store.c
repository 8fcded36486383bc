/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store's files are hostile input: card.conf line by line, objects with every byte cut off and
 * changed, ids and names. And what belongs to whom when root makes a card.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define GOOD                                                                                       \
    "format = 1\nname = TestVSC\ntries = 5\npin_minlen = 8\npin_maxlen = 127\n"                    \
    "pin_uppercase = allowed\npin_lowercase = allowed\npin_digits = required\n"                    \
    "pin_specialchars = disallowed\n"
#define OWNED "owner_uid = 1000\nowner = alice\nowner_display = Alice Smith\n"

static enum vsc_err decode(const char *text, struct card_conf *ret_conf)
{
    struct problem problem = {0};

    return card_conf_decode(text, strlen(text), ret_conf, &problem);
}

static void test_card_conf_is_read_as_it_is_written(void **state)
{
    struct card_conf conf, again;
    auto_buf struct buf text;

    (void)state;
    assert_int_equal(decode(GOOD OWNED, &conf), VSC_OK);
    assert_string_equal(conf.name, "TestVSC");
    assert_true(conf.has_owner);
    assert_int_equal(conf.owner_uid, 1000);
    assert_string_equal(conf.owner_display, "Alice Smith");
    assert_int_equal(conf.policy.digits, PIN_REQUIRED);
    assert_int_equal(conf.policy.specialchars, PIN_DISALLOWED);
    buf_init(&text, CARD_CONF_MAX);
    card_conf_encode(&text, &conf);
    assert_int_equal(card_conf_decode(text.data, text.len, &again, NULL), VSC_OK);
    assert_memory_equal(&conf, &again, sizeof conf);
    assert_int_equal(decode(GOOD, &conf), VSC_OK);
    assert_false(conf.has_owner);
}

static void test_card_conf_is_refused_when_malformed(void **state)
{
    static const char *const bad[] = {
        "",
        "format = 1\n",
        GOOD "unknown = 1\n",
        GOOD "tries = 5\n",
        GOOD "owner = alice\n",
        GOOD "owner_uid = 1000\nowner = \nowner_display = \n",
        GOOD "owner_uid = 4294967295\nowner = a\nowner_display = \n",
        GOOD "owner_uid = -1\nowner = a\nowner_display = \n",
        GOOD "\n",
        GOOD "x\n",
        "format = 0\n",
        "format = 1x\n",
        "format = 99999999999999999999\n",
        "format=1\n",
        "format = 1\nname = a/b\ntries = 5\n",
        "format = 1\nname = 123456789012345678901234567890123\n",
        "format = 1\nname = \x1b[2J\n",
        "format = 1\nname = \xff\n",
        "format = 1\nname = x\ntries = 0\n",
        "format = 1\nname = x\ntries = 256\n",
        "format = 1\nname = x\ntries = 5\npin_minlen = 3\n",
        "format = 1\nname = x\ntries = 5\npin_minlen = 9\npin_maxlen = 128\n",
        "format = 1\nname = x\ntries = 5\npin_uppercase = perhaps\n",
    };
    struct card_conf conf;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(decode(bad[i], &conf), VSC_STORE);
    assert_int_equal(card_conf_decode(GOOD "\0", sizeof GOOD, &conf, NULL), VSC_STORE);
    assert_int_equal(decode("format = 2\nwhatever\n", &conf), VSC_NOT_BUILT);
}

static void test_ids_are_digits_only(void **state)
{
    static const char *const bad[] = {"",     "0",    "000",   "00000", "000a",
                                      "-001", "../x", "0000/", " 000"};

    (void)state;
    assert_true(store_is_card_id("0000"));
    assert_true(store_is_card_id("9999"));
    assert_true(store_is_key_id("29"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(store_is_card_id(bad[i]));
        assert_false(store_is_key_id(bad[i]));
    }
}

static void test_names_have_no_separators(void **state)
{
    static const char *const bad[] = {
        "",    " x",   "x ",   "a/b",          "a\\b",
        "a:b", "a\nb", "\xff", "\xe2\x80\xae", "123456789012345678901234567890123"};

    (void)state;
    assert_true(card_name_is_good("TestVSC"));
    assert_true(card_name_is_good("Karte von J\xc3\xbcrgen"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(card_name_is_good(bad[i]));
}

static int make_cards(void **state)
{
    static struct tpm_cards cards;

    if (!tpm_rig_present() || !tpm_cards_start(&cards))
        return -1;
    *state = &cards;
    return 0;
}

static int drop_cards(void **state)
{
    tpm_cards_stop(*state);
    return 0;
}

/* Cut short anywhere, longer, or with any byte changed: an error or the same kind of thing, never a
 * read beyond (AddressSanitizer watches). A changed policy, Name or attribute is found out. */
static void test_objects_are_refused_when_cut_or_changed(void **state)
{
    struct tpm_card_spec spec = {
        .name = "Store", .tries = 3, .key = KEY_NONE, .puk = "87654321", .helpdesk = "master"};
    auto_fd int card = -1;
    auto_buf struct buf file;
    char id[STORE_CARD_SIZE];
    struct problem problem;
    struct objects objects;
    size_t taken = 0;

    assert_int_equal(tpm_cards_make(*state, &spec, id, &problem), VSC_OK);
    assert_int_equal(store_open_card(((struct tpm_cards *)*state)->store, id, &card, NULL), VSC_OK);
    buf_init(&file, OBJECTS_FILE_MAX);
    assert_int_equal(io_read_at(card, OBJECTS_FILE, OBJECTS_FILE_MAX, &file), VSC_OK);
    assert_int_equal(objects_decode(file.data, file.len, &objects, NULL), VSC_OK);
    for (size_t len = 0; len < file.len; len++)
        assert_int_not_equal(objects_decode(file.data, len, &objects, NULL), VSC_OK);
    for (size_t i = 0; i < file.len; i++) {
        file.data[i] ^= 0x41;
        taken += objects_decode(file.data, file.len, &objects, NULL) == VSC_OK;
        file.data[i] ^= 0x41;
    }
    /* Salt, blobs, signatures and tickets are opaque: the TPM refuses those. */
    assert_true(taken < file.len);
    buf_u8(&file, 0);
    assert_int_equal(objects_decode(file.data, file.len, &objects, NULL), VSC_STORE);
    assert_int_equal(tpm_cards_destroy(*state, id, NULL), VSC_OK);
}

static void check_owner(int folder, const char *name, uid_t uid, gid_t gid, mode_t mode)
{
    struct stat st;

    assert_int_equal(fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_int_equal(st.st_uid, uid);
    assert_int_equal(st.st_gid, gid);
    assert_int_equal(st.st_mode & 07777, mode);
}

static void test_files_belong_to_the_card_s_user_when_root_makes_a_card(void **state)
{
    struct tpm_cards *cards = *state;
    const struct passwd *user = getpwnam("nobody");
    auto_secret struct secret pin = {0}, admin_key = {0};
    struct card_new new_card = {.pin = &pin, .admin_key = &admin_key, .first_key = KEY_P256};
    auto_change struct change admin = CHANGE_CLOSED;
    struct problem leftover = {0};
    auto_fd int card = -1;
    char id[STORE_CARD_SIZE];
    bool fallback;

    if (geteuid() != 0 || user == NULL)
        skip();
    new_card.conf = (struct card_conf){.name = "Owned", .tries = 3, .policy = PIN_POLICY_DEFAULT};
    assert_int_equal(secret_set(&pin, TEST_PIN, strlen(TEST_PIN)), VSC_OK);
    assert_int_equal(secret_set(&admin_key, TEST_ADMIN_KEY, ADMIN_KEY_SIZE), VSC_OK);
    assert_int_equal(admin_open(&admin, cards->store, cards->tcti, "nobody", &leftover, NULL),
                     VSC_OK);
    assert_int_equal(admin_create(&admin, &new_card, id, &fallback, NULL), VSC_OK);
    assert_int_equal(store_open_card(cards->store, id, &card, NULL), VSC_OK);
    check_owner(card, ".", 0, user->pw_gid, 02750);
    check_owner(card, CARD_CONF_FILE, 0, user->pw_gid, 0640);
    check_owner(card, OBJECTS_FILE, 0, user->pw_gid, 0640);
    check_owner(card, "keys", user->pw_uid, user->pw_gid, 02700);
    check_owner(card, "keys/00/key.priv", user->pw_uid, user->pw_gid, 0640);
    check_owner(admin.cards, "../lock", 0, user->pw_gid, 0660);
    assert_int_equal(admin_destroy(&admin, id, NULL), VSC_OK);
}

int main(void)
{
    const struct CMUnitTest files[] = {
        cmocka_unit_test(test_card_conf_is_read_as_it_is_written),
        cmocka_unit_test(test_card_conf_is_refused_when_malformed),
        cmocka_unit_test(test_ids_are_digits_only),
        cmocka_unit_test(test_names_have_no_separators),
    };
    const struct CMUnitTest cards[] = {
        cmocka_unit_test(test_objects_are_refused_when_cut_or_changed),
        cmocka_unit_test(test_files_belong_to_the_card_s_user_when_root_makes_a_card),
    };
    int failed = cmocka_run_group_tests(files, NULL, NULL);

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return failed;
    }
    return failed + cmocka_run_group_tests(cards, make_cards, drop_cards);
}
