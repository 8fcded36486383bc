/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What goes over the bus to the TPM, recorded by the pcap TCTI: how many commands a sign-in has,
 * and that no recorded byte string is a PIN, a key or an authValue.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "card/tpm/layout.h"
#include "common/io.h"
#include "common/own.h"
#include "tests/support/tpm_cards.h"

#define RECORD_MAX   (4u << 20)
#define BLOCK_PACKET 6 /* pcapng: Enhanced Packet Block */
#define PUK          "87654321puk"
#define MASTER       "the help desk's master key 32 by"
#define NEW_PIN      "another PIN"

struct rig {
    struct tpm_cards cards;
    char record[200];
    char id[STORE_CARD_SIZE];
};

DEFINE_AUTO(struct card_source, card_source_free)

/* Everything from here on is recorded in an empty file. */
static void record(struct rig *rig)
{
    (void)unlink(rig->record);
    (void)snprintf(rig->cards.tcti, sizeof rig->cards.tcti, "pcap:%s", rig->cards.tpm.tcti);
}

static void record_read(const struct rig *rig, struct buf *content)
{
    FILE *file = fopen(rig->record, "re");

    if (file == NULL)
        return;
    assert_int_equal(io_read_all(fileno(file), RECORD_MAX, content), VSC_OK);
    (void)fclose(file);
}

static uint32_t little(const unsigned char *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

/* Commands recorded so far: each is a packet, and so is its response. */
static unsigned commands(const struct rig *rig)
{
    auto_buf struct buf content;
    unsigned packets = 0;
    size_t at = 0;

    buf_init(&content, RECORD_MAX);
    record_read(rig, &content);
    while (at + 12 <= content.len) {
        uint32_t len = little(content.data + at + 4);

        if (len < 12)
            break;
        packets += little(content.data + at) == BLOCK_PACKET;
        at += len;
    }
    assert_int_equal(packets % 2, 0);
    return packets / 2;
}

static bool holds(const struct rig *rig, const void *bytes, size_t len)
{
    auto_buf struct buf content;

    buf_init(&content, RECORD_MAX);
    record_read(rig, &content);
    assert_true(content.len > 1000);
    return memmem(content.data, content.len, bytes, len) != NULL;
}

static void refuse_secret(const struct rig *rig, enum derived what, const char *secret)
{
    auto_secret struct secret plain = {0}, auth = {0};
    struct objects objects;
    struct card_names names;
    TPML_DIGEST branches;

    assert_int_equal(
        tpm_cards_objects((struct tpm_cards *)(uintptr_t)&rig->cards, rig->id, &objects), VSC_OK);
    objects_names(&objects, &names);
    assert_int_equal(layout_pin_branches(&names, &branches), VSC_OK);
    /* What is no secret is found: the record is complete and in clear. */
    assert_true(holds(rig, branches.digests[0].buffer, TPM2_SHA256_DIGEST_SIZE) ||
                holds(rig, objects.srk_name.name, objects.srk_name.size) ||
                holds(rig, objects.pin.area.nvPublic.authPolicy.buffer, TPM2_SHA256_DIGEST_SIZE) ||
                holds(rig, objects.pin_approval.ticket.digest.buffer,
                      objects.pin_approval.ticket.digest.size));
    assert_int_equal(secret_set(&plain, secret, strlen(secret)), VSC_OK);
    assert_int_equal(objects_derive(&objects, what, &plain, &auth), VSC_OK);
    assert_false(holds(rig, secret, strlen(secret)));
    assert_false(holds(rig, auth.bytes, auth.len));
}

static void refuse_all_secrets(const struct rig *rig)
{
    refuse_secret(rig, DERIVED_PIN, TEST_PIN);
    refuse_secret(rig, DERIVED_PIN, NEW_PIN);
    refuse_secret(rig, DERIVED_PUK, PUK);
    refuse_secret(rig, DERIVED_ADMIN, TEST_ADMIN_KEY);
    assert_false(holds(rig, MASTER, strlen(MASTER)));
}

static int make_card(void **state)
{
    struct rig *rig = *state;
    struct tpm_card_spec spec = {
        .name = "Wire", .tries = 5, .key = KEY_P256, .puk = PUK, .helpdesk = MASTER};
    struct problem problem;

    record(rig);
    return tpm_cards_make(&rig->cards, &spec, rig->id, &problem) == VSC_OK ? 0 : -1;
}

static int drop_card(void **state)
{
    struct rig *rig = *state;

    return tpm_cards_destroy(&rig->cards, rig->id, NULL) == VSC_OK ? 0 : -1;
}

static void test_recorded_create_holds_no_secret(void **state)
{
    const struct rig *rig = *state;

    assert_true(commands(rig) > 20);
    refuse_all_secrets(rig);
}

static void test_recorded_passwd_holds_no_secret(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome;

    record(rig);
    assert_int_equal(tpm_cards_change(&rig->cards, rig->id, TEST_PIN, NEW_PIN, &outcome), VSC_OK);
    refuse_all_secrets(rig);
    assert_int_equal(tpm_cards_sign(&rig->cards, rig->id, NEW_PIN, &outcome), VSC_OK);
}

static void set(struct secret *secret, const char *text)
{
    assert_int_equal(secret_set(secret, text, strlen(text)), VSC_OK);
}

static void test_recorded_unblock_holds_no_secret(void **state)
{
    struct rig *rig = *state;
    auto_secret struct secret pin = {0}, new_pin = {0}, puk = {0}, key = {0};
    struct admin_unblock by_key = {.admin_key = &key, .new_pin = &pin};
    struct deadline deadline = deadline_in(60000);
    auto_change struct change change = CHANGE_CLOSED;
    struct card_outcome outcome;

    set(&pin, TEST_PIN);
    set(&new_pin, NEW_PIN);
    set(&puk, PUK);
    set(&key, TEST_ADMIN_KEY);
    record(rig);
    assert_int_equal(change_open(&change, rig->cards.store, rig->cards.tcti, &deadline, NULL),
                     VSC_OK);
    assert_int_equal(owner_unblock(&change, rig->id, &puk, &new_pin, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    assert_int_equal(admin_unblock(&change, rig->id, &by_key, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    change_close(&change);
    refuse_all_secrets(rig);
    assert_int_equal(tpm_cards_sign(&rig->cards, rig->id, TEST_PIN, &outcome), VSC_OK);
}

static void test_recorded_rotation_holds_no_secret(void **state)
{
    struct rig *rig = *state;
    auto_secret struct secret puk = {0}, new_puk = {0}, key = {0}, new_key = {0};
    struct deadline deadline = deadline_in(60000);
    auto_change struct change change = CHANGE_CLOSED;
    struct card_outcome outcome;
    enum vsc_err result = VSC_TPM;

    set(&puk, PUK);
    set(&new_puk, "another PUK");
    set(&key, TEST_ADMIN_KEY);
    set(&new_key, "another key of 24 bytes.");
    record(rig);
    assert_int_equal(change_open(&change, rig->cards.store, rig->cards.tcti, &deadline, NULL),
                     VSC_OK);
    assert_int_equal(owner_change_puk(&change, rig->id, &puk, &new_puk, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    assert_int_equal(admin_rotate_key(&change, rig->id, &key, &new_key, &result, NULL), VSC_OK);
    assert_int_equal(result, VSC_OK);
    change_close(&change);
    refuse_all_secrets(rig);
    refuse_secret(rig, DERIVED_PUK, "another PUK");
    refuse_secret(rig, DERIVED_ADMIN, "another key of 24 bytes.");
}

static void test_recorded_sign_in_holds_no_secret(void **state)
{
    struct rig *rig = *state;
    struct card_outcome outcome;

    record(rig);
    assert_int_equal(tpm_cards_sign(&rig->cards, rig->id, NEW_PIN, &outcome), VSC_PIN);
    assert_int_equal(tpm_cards_sign(&rig->cards, rig->id, TEST_PIN, &outcome), VSC_OK);
    refuse_all_secrets(rig);
}

static void test_list_sends_no_command(void **state)
{
    struct rig *rig = *state;
    auto_by(card_source_free) struct card_source *source = NULL;
    auto_card_list struct card_list list = {0};

    record(rig);
    source = tpm_cards_source(&rig->cards);
    assert_int_equal(source->ops->list(source, &list, NULL), VSC_OK);
    assert_int_equal(list.count, 1);
    assert_int_equal(commands(rig), 0);
}

/* A whole sign-in as vsc-card does it: state, prepare, the person types, sign. */
static void count_sign_in(struct rig *rig, unsigned for_state, unsigned in_all)
{
    auto_by(card_source_free) struct card_source *source = NULL;
    struct card_sign sign = {.key = "00"};
    struct card_outcome outcome;
    struct card_state now;
    unsigned before, counted;

    (void)snprintf(sign.card, sizeof sign.card, "%s", rig->id);
    assert_int_equal(secret_set(&sign.pin, TEST_PIN, strlen(TEST_PIN)), VSC_OK);
    record(rig);
    source = tpm_cards_source(&rig->cards);
    assert_int_equal(source->ops->state(source, rig->id, &now, NULL), VSC_OK);
    assert_true(now.tries_known);
    counted = commands(rig);
    assert_in_range(counted, 1, for_state);
    assert_int_equal(source->ops->prepare(source, rig->id, "00", NULL), VSC_OK);
    before = commands(rig);
    assert_int_equal(source->ops->sign(source, &sign, &outcome, NULL), VSC_OK);
    assert_int_equal(outcome.result, VSC_OK);
    assert_in_range(commands(rig) - before, 1, 3);
    print_message("%u commands, %u for the state, %u after the PIN\n", commands(rig), counted,
                  commands(rig) - before);
    assert_in_range(commands(rig), 1, in_all);
    card_source_free(take(source));
    /* What the source still had open was flushed within the count, not afterwards. */
    assert_in_range(commands(rig), 1, in_all);
}

static void test_sign_in_has_7_commands_when_the_owner_password_is_empty(void **state)
{
    count_sign_in(*state, 1, 7);
}

static void test_sign_in_has_10_commands_when_there_is_an_owner_password(void **state)
{
    struct rig *rig = *state;
    static const char *const set[] = {"tpm2_changeauth", "-c", "owner", "owner password", NULL};
    static const char *const clear[] = {"tpm2_changeauth", "-c", "owner", "-p",
                                        "owner password",  NULL};

    assert_int_equal(tpm_rig_run(&rig->cards.tpm, set), 0);
    count_sign_in(rig, 5, 10);
    assert_int_equal(tpm_rig_run(&rig->cards.tpm, clear), 0);
}

/* Leaving a prompt: what was prepared is flushed. */
static void test_abandoned_sign_in_leaves_nothing_in_the_tpm(void **state)
{
    struct rig *rig = *state;

    for (int i = 0; i < 5; i++) {
        auto_by(card_source_free) struct card_source *source = tpm_cards_source(&rig->cards);
        struct card_state now;

        assert_int_equal(source->ops->state(source, rig->id, &now, NULL), VSC_OK);
        assert_int_equal(source->ops->prepare(source, rig->id, "00", NULL), VSC_OK);
    }
}

#define WIRE_TEST(test) cmocka_unit_test_setup_teardown(test, make_card, drop_card)

int main(void)
{
    static struct rig rig;
    const struct CMUnitTest tests[] = {
        WIRE_TEST(test_recorded_create_holds_no_secret),
        WIRE_TEST(test_recorded_passwd_holds_no_secret),
        WIRE_TEST(test_recorded_unblock_holds_no_secret),
        WIRE_TEST(test_recorded_rotation_holds_no_secret),
        WIRE_TEST(test_recorded_sign_in_holds_no_secret),
        WIRE_TEST(test_list_sends_no_command),
        WIRE_TEST(test_sign_in_has_7_commands_when_the_owner_password_is_empty),
        WIRE_TEST(test_sign_in_has_10_commands_when_there_is_an_owner_password),
        WIRE_TEST(test_abandoned_sign_in_leaves_nothing_in_the_tpm),
    };
    struct CMUnitTest with_state[sizeof tests / sizeof tests[0]];
    int failed = 1;

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    memcpy(with_state, tests, sizeof tests);
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        with_state[i].initial_state = &rig;
    if (tpm_cards_start(&rig.cards)) {
        (void)snprintf(rig.record, sizeof rig.record, "%s/record.pcap", rig.cards.tpm.dir);
        (void)setenv("TCTI_PCAP_FILE", rig.record, 1);
        failed = cmocka_run_group_tests(with_state, NULL, NULL);
    }
    tpm_cards_stop(&rig.cards);
    return failed;
}
