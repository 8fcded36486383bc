/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * No command of the TPM gives more guesses at the PIN than the card has tries, none uses or
 * re-opens a blocked card, and none signs without the PIN: every command that accepts an index or a
 * key, with every kind of session, with the right and with a wrong authValue. What tells the two
 * apart is a guess, and must have been counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "card/tpm/counter.h"
#include "card/tpm/key.h"
#include "common/own.h"
#include "tests/support/tpm_attack.h"
#include "tests/support/tpm_cards.h"

#define TRIES 5

struct rig {
    struct tpm_cards cards;
    char id[STORE_CARD_SIZE];
    struct objects objects;
    struct gate gate;
    struct attack attack;
    struct secret right, wrong;
    TPM2B_PUBLIC area;
    TPM2B_PRIVATE private;
};

static ESYS_TR make_own_key(struct attack *attack)
{
    static const TPM2B_PUBLIC template = {
        .publicArea = {
            .type = TPM2_ALG_ECC,
            .nameAlg = TPM2_ALG_SHA256,
            .objectAttributes = TPMA_OBJECT_SIGN_ENCRYPT | TPMA_OBJECT_USERWITHAUTH |
                                TPMA_OBJECT_SENSITIVEDATAORIGIN | TPMA_OBJECT_NODA,
            .parameters.eccDetail = {.symmetric.algorithm = TPM2_ALG_NULL,
                                     .scheme.scheme = TPM2_ALG_NULL,
                                     .curveID = TPM2_ECC_NIST_P256,
                                     .kdf.scheme = TPM2_ALG_NULL},
        }};
    static const TPM2B_SENSITIVE_CREATE no_secret;
    static const TPM2B_DATA nothing;
    static const TPML_PCR_SELECTION no_pcr;
    ESYS_TR key = ESYS_TR_NONE;

    assert_int_equal(Esys_CreatePrimary(attack->tpm.esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD,
                                        ESYS_TR_NONE, ESYS_TR_NONE, &no_secret, &template, &nothing,
                                        &no_pcr, &key, NULL, NULL, NULL, NULL),
                     TSS2_RC_SUCCESS);
    return key;
}

static void read_key(struct rig *rig)
{
    auto_fd int card = -1, key = -1;

    assert_int_equal(store_open_card(rig->cards.store, rig->id, &card, NULL), VSC_OK);
    assert_int_equal(store_open_key(card, "00", &key, NULL), VSC_OK);
    assert_int_equal(store_read_key(key, &rig->area, &rig->private, NULL), VSC_OK);
}

static void derive(struct rig *rig, enum derived what, const char *text, struct secret *ret_auth)
{
    auto_secret struct secret plain = {0};

    assert_int_equal(secret_set(&plain, text, strlen(text)), VSC_OK);
    assert_int_equal(objects_derive(&rig->objects, what, &plain, ret_auth), VSC_OK);
}

static int make_card(void **state)
{
    struct rig *rig = *state;
    struct attack *attack = &rig->attack;
    struct tpm_card_spec spec = {.name = "Attacked", .tries = TRIES, .key = KEY_P256};
    struct problem problem;

    if (!tpm_cards_start(&rig->cards) ||
        tpm_cards_make(&rig->cards, &spec, rig->id, &problem) != VSC_OK)
        return -1;
    assert_int_equal(tpm_cards_objects(&rig->cards, rig->id, &rig->objects), VSC_OK);
    read_key(rig);
    derive(rig, DERIVED_PIN, TEST_PIN, &rig->right);
    derive(rig, DERIVED_PIN, "wrong PIN", &rig->wrong);
    *attack = (struct attack){.objects = &rig->objects};
    attack->tpm.deadline = deadline_in(600000);
    assert_int_equal(tpm_open(&attack->tpm, rig->cards.tcti, NULL), VSC_OK);
    assert_int_equal(gate_open(&rig->gate, &attack->tpm, &rig->objects, NULL, NULL), VSC_OK);
    assert_int_equal(key_load(&rig->gate, &rig->area, &rig->private, &attack->key, NULL), VSC_OK);
    attack->srk = rig->gate.srk;
    attack->pin = rig->gate.guard;
    assert_int_equal(gate_pin_handle(&attack->tpm, &rig->objects.admin.handle,
                                     rig->objects.admin.area.nvPublic.nvIndex,
                                     &rig->objects.admin.name, &attack->admin, NULL),
                     VSC_OK);
    attack->own_key = make_own_key(attack);
    return 0;
}

static int drop_card(void **state)
{
    struct rig *rig = *state;

    tpm_flush(&rig->attack.tpm, &rig->attack.key);
    tpm_flush(&rig->attack.tpm, &rig->attack.own_key);
    tpm_release(&rig->attack.tpm, &rig->attack.admin);
    gate_close(&rig->gate);
    tpm_close(&rig->attack.tpm);
    tpm_cards_stop(&rig->cards);
    return 0;
}

static unsigned tries_left(struct rig *rig)
{
    struct card_state now;

    assert_int_equal(counter_of_index(&rig->gate, &now, NULL), VSC_OK);
    assert_int_equal(now.tries_max, TRIES);
    return now.tries_left;
}

static void block(struct rig *rig)
{
    for (int i = 0; i < TRIES; i++)
        assert_int_equal(tpm_base_code(attack_sign_in(&rig->attack, &rig->wrong)),
                         TPM2_RC_BAD_AUTH);
    assert_int_equal(tries_left(rig), 0);
    assert_int_equal(tpm_code(attack_sign_in(&rig->attack, &rig->right)), TPM2_RC_AUTH_UNAVAILABLE);
}

/* What the TPM says to the right PIN; success sets the counter back. */
static TSS2_RC prove(struct rig *rig)
{
    const struct attack_command *command = index_commands;

    while (command->code != TPM2_CC_PolicySecret)
        command++;
    return attack_guess(&rig->attack, command, rig->attack.pin, HOW_PASSWORD, THEN_NOTHING,
                        &rig->right);
}

static void tell(const char *state, const struct attack_command *command, enum how how,
                 enum then then, TSS2_RC wrong, TSS2_RC right)
{
    print_error("%s: %s, %s (%d): wrong 0x%X, right 0x%X\n", state, command->name, how_name(how),
                (int)then, wrong, right);
}

/* Call `each` for every command on P and every kind of session; the number of faults it found. */
static unsigned each_guess(struct rig *rig,
                           unsigned (*each)(struct rig *rig, const struct attack_command *command,
                                            enum how how, enum then then))
{
    unsigned faults = 0;

    for (size_t i = 0; i < index_command_count; i++)
        for (enum how how = 0; how < HOW_COUNT; how++)
            for (enum then then = 0; then < THEN_COUNT; then++)
                if (how > HOW_HMAC_BOUND || then == THEN_NOTHING)
                    faults += each(rig, &index_commands[i], how, then);
    return faults;
}

/* With tries left: whatever tells a right guess from a wrong one has cost a try. */
static unsigned guess_open(struct rig *rig, const struct attack_command *command, enum how how,
                           enum then then)
{
    struct attack *attack = &rig->attack;
    unsigned before = tries_left(rig), after, faults = 0;
    TSS2_RC wrong, right;

    assert_int_equal(before, TRIES);
    wrong = attack_guess(attack, command, attack->pin, how, then, &rig->wrong);
    after = tries_left(rig);
    right = attack_guess(attack, command, attack->pin, how, then, &rig->right);
    if (wrong != right && after != before - 1) {
        tell("a guess that is not counted", command, how, then, wrong, right);
        faults++;
    }
    /* It still has its PIN and its counter, and nothing of it was written. */
    if (prove(rig) != TSS2_RC_SUCCESS) {
        tell("the PIN is not the same any more", command, how, then, wrong, right);
        faults++;
    }
    return faults;
}

static void test_no_command_gives_an_uncounted_guess(void **state)
{
    struct rig *rig = *state;

    assert_int_equal(each_guess(rig, guess_open), 0);
}

/* Blocked: the right PIN and a wrong one are the same, and nothing changes. */
static unsigned guess_blocked(struct rig *rig, const struct attack_command *command, enum how how,
                              enum then then)
{
    struct attack *attack = &rig->attack;
    TSS2_RC wrong = attack_guess(attack, command, attack->pin, how, then, &rig->wrong);
    TSS2_RC right = attack_guess(attack, command, attack->pin, how, then, &rig->right);
    unsigned faults = 0;

    if (wrong != right) {
        tell("blocked, and tells guesses apart", command, how, then, wrong, right);
        faults++;
    }
    if (tries_left(rig) != 0 || tpm_code(prove(rig)) != TPM2_RC_AUTH_UNAVAILABLE) {
        tell("blocked, and opened", command, how, then, wrong, right);
        faults++;
    }
    return faults;
}

static void test_no_command_uses_or_opens_a_blocked_card(void **state)
{
    struct rig *rig = *state;

    block(rig);
    assert_int_equal(each_guess(rig, guess_blocked), 0);
}

static void no_signature(struct rig *rig)
{
    struct attack *attack = &rig->attack;
    const struct secret empty = {0};
    unsigned faults = 0;

    for (size_t i = 0; i < key_command_count; i++) {
        for (enum how how = 0; how < HOW_COUNT; how++) {
            for (enum then then = 0; then < THEN_COUNT; then++) {
                TSS2_RC rc = attack_guess(attack, &key_commands[i], attack->key, how, then, &empty);
                TSS2_RC with_pin =
                    attack_guess(attack, &key_commands[i], attack->key, how, then, &rig->right);

                if (rc == TSS2_RC_SUCCESS || with_pin == TSS2_RC_SUCCESS) {
                    tell("the key was used", &key_commands[i], how, then, rc, with_pin);
                    faults++;
                }
            }
        }
    }
    assert_int_equal(faults, 0);
}

static void test_no_command_signs_without_the_pin(void **state)
{
    no_signature(*state);
}

static void test_no_command_signs_with_a_blocked_card(void **state)
{
    block(*state);
    no_signature(*state);
}

/* A, with any authValue but the administrator key's: it cannot be written, changed or used. */
static void test_administrator_index_serves_nobody_else(void **state)
{
    struct rig *rig = *state;
    struct attack *attack = &rig->attack;
    TPM2B_NAME *name = NULL;

    for (size_t i = 0; i < index_command_count; i++)
        for (enum how how = 0; how < HOW_COUNT; how++)
            for (enum then then = 0; then < THEN_COUNT; then++) {
                /* These two are not about A. */
                if (strstr(index_commands[i].name, "GetRandom") != NULL)
                    continue;
                assert_int_not_equal(
                    attack_guess(attack, &index_commands[i], attack->admin, how, then, &rig->right),
                    TSS2_RC_SUCCESS);
            }
    assert_int_equal(Esys_NV_ReadPublic(attack->tpm.esys, attack->admin, ESYS_TR_NONE, ESYS_TR_NONE,
                                        ESYS_TR_NONE, NULL, &name),
                     TSS2_RC_SUCCESS);
    assert_memory_equal(name->name, rig->objects.admin.name.name, name->size);
    Esys_Free(name);
}

/* Delete an index by the owner's authorisation, and define it again with an authValue of our own
 * and the same public area. */
static ESYS_TR forge(struct rig *rig, ESYS_TR index, const struct pinned_index *pinned,
                     const struct secret *auth)
{
    struct attack *attack = &rig->attack;
    TPM2B_NV_PUBLIC area = pinned->area;
    TPM2B_AUTH value = {.size = (UINT16)auth->len};
    ESYS_TR forged = ESYS_TR_NONE;

    memcpy(value.buffer, auth->bytes, auth->len);
    area.nvPublic.attributes &= ~TPMA_NV_WRITTEN;
    assert_int_equal(Esys_NV_UndefineSpace(attack->tpm.esys, ESYS_TR_RH_OWNER, index,
                                           ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE),
                     TSS2_RC_SUCCESS);
    assert_int_equal(Esys_NV_DefineSpace(attack->tpm.esys, ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD,
                                         ESYS_TR_NONE, ESYS_TR_NONE, &value, &area, &forged),
                     TSS2_RC_SUCCESS);
    return forged;
}

/* The same steps with the right key and the real indices: else the tests below would prove nothing.
 */
static void test_administrator_key_opens_a_blocked_card(void **state)
{
    struct rig *rig = *state;
    auto_secret struct secret admin_auth = {0};

    derive(rig, DERIVED_ADMIN, TEST_ADMIN_KEY, &admin_auth);
    block(rig);
    assert_int_not_equal(attack_write_by_admin(&rig->attack, &rig->wrong), TSS2_RC_SUCCESS);
    assert_int_equal(attack_write_by_admin(&rig->attack, &admin_auth), TSS2_RC_SUCCESS);
    assert_int_equal(attack_sign_in(&rig->attack, &rig->right), TSS2_RC_SUCCESS);
}

static void test_forged_pin_index_does_not_sign(void **state)
{
    struct rig *rig = *state;
    struct attack *attack = &rig->attack;

    attack->pin = forge(rig, attack->pin, &rig->objects.pin, &rig->wrong);
    for (size_t i = 0; i < index_command_count; i++)
        for (enum how how = 0; how < HOW_COUNT; how++)
            for (enum then then = 0; then < THEN_COUNT; then++)
                (void)attack_guess(attack, &index_commands[i], attack->pin, how, then, &rig->wrong);
    assert_int_not_equal(attack_sign_in(attack, &rig->wrong), TSS2_RC_SUCCESS);
    assert_int_not_equal(attack_sign_in(attack, &rig->right), TSS2_RC_SUCCESS);
}

/* tpm-card, broken design 2: A and P both defined again, A with a secret of the attacker's. */
static void test_forged_administrator_and_pin_indices_do_not_sign(void **state)
{
    struct rig *rig = *state;
    struct attack *attack = &rig->attack;
    static const TPM2B_MAX_NV_BUFFER zeroes = {.size = INDEX_SIZE};

    attack->admin = forge(rig, attack->admin, &rig->objects.admin, &rig->wrong);
    attack->pin = forge(rig, attack->pin, &rig->objects.pin, &rig->wrong);
    assert_int_not_equal(attack_write_by_admin(attack, &rig->wrong), TSS2_RC_SUCCESS);
    assert_int_not_equal(Esys_NV_Write(attack->tpm.esys, ESYS_TR_RH_OWNER, attack->admin,
                                       ESYS_TR_PASSWORD, ESYS_TR_NONE, ESYS_TR_NONE, &zeroes, 0),
                         TSS2_RC_SUCCESS);
    for (enum how how = 0; how < HOW_COUNT; how++)
        for (enum then then = 0; then < THEN_COUNT; then++)
            assert_int_not_equal(
                attack_guess(attack, &index_commands[1], attack->admin, how, then, &rig->wrong),
                TSS2_RC_SUCCESS);
    assert_int_not_equal(attack_write_by_admin(attack, &rig->wrong), TSS2_RC_SUCCESS);
    assert_int_not_equal(attack_sign_in(attack, &rig->wrong), TSS2_RC_SUCCESS);
}

#define ATTACK_TEST(test) cmocka_unit_test_setup_teardown(test, make_card, drop_card)

int main(void)
{
    static struct rig rig;
    struct CMUnitTest tests[] = {
        ATTACK_TEST(test_no_command_gives_an_uncounted_guess),
        ATTACK_TEST(test_no_command_uses_or_opens_a_blocked_card),
        ATTACK_TEST(test_no_command_signs_without_the_pin),
        ATTACK_TEST(test_no_command_signs_with_a_blocked_card),
        ATTACK_TEST(test_administrator_index_serves_nobody_else),
        ATTACK_TEST(test_administrator_key_opens_a_blocked_card),
        ATTACK_TEST(test_forged_pin_index_does_not_sign),
        ATTACK_TEST(test_forged_administrator_and_pin_indices_do_not_sign),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    for (size_t i = 0; i < sizeof tests / sizeof tests[0]; i++)
        tests[i].initial_state = &rig;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
