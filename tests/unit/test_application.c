/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-pkcs11.so as an application uses it: a card in a software TPM behind a listening vsc-card. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/application.h"
#include "tests/support/card_service.h"

#define TRIES   4
#define THREADS 8
#define ROUNDS  3

static struct card_service service;
static const struct ck_functions *p11;
static char card[STORE_CARD_SIZE];

static enum vsc_err make_card(void)
{
    const struct tpm_card_spec spec = {
        .name = "TestVSC", .tries = TRIES, .key = KEY_RSA2048, .puk = "87654321"};
    static const enum key_type more[] = {KEY_P256, KEY_P384};
    auto_change struct change change = CHANGE_CLOSED;
    struct problem leftover = {0}, problem = {0};
    char key[STORE_KEY_SIZE];
    enum vsc_err err = tpm_cards_make(&service.cards, &spec, card, &problem);

    if (err == VSC_OK)
        err = admin_open(&change, service.cards.store, service.cards.tcti, "", &leftover, &problem);
    for (size_t i = 0; err == VSC_OK && i < sizeof(more) / sizeof(more[0]); i++)
        err = owner_generate(&change, card, more[i], key, &problem);
    return err;
}

static int start(void **state)
{
    (void)state;
    if (!card_service_start(&service) || !card_service_listen(&service) ||
        setenv("VSC_PKCS11_SOCKET", service.socket, 1) != 0)
        return -1;
    p11 = application_load(PKCS11_MODULE);
    return p11 != NULL ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    card_service_stop(&service);
    return 0;
}

static int initialize(void **state)
{
    (void)state;
    return p11->initialize(NULL) == CKR_OK ? 0 : -1;
}

static int finalize(void **state)
{
    (void)state;
    return p11->finalize(NULL) == CKR_OK ? 0 : -1;
}

static unsigned long token_flags(void)
{
    struct ck_token_info info;

    assert_int_equal(p11->get_token_info(0, &info), CKR_OK);
    return info.flags & (CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY | CKF_USER_PIN_LOCKED);
}

/* ---- without a card ----------------------------------------------------------------------------
 */

static void test_there_is_always_a_slot_and_it_is_not_removable(void **state)
{
    struct ck_slot_info slot;
    struct ck_token_info token;
    unsigned long slots[4], count = 4, session;

    (void)state;
    assert_int_equal(p11->get_slot_list(0, slots, &count), CKR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(p11->get_slot_info(slots[0], &slot), CKR_OK);
    assert_int_equal(slot.flags, CKF_HW_SLOT);
    assert_int_equal(p11->get_token_info(slots[0], &token), CKR_TOKEN_NOT_PRESENT);
    assert_int_equal(p11->open_session(slots[0], CKF_SERIAL_SESSION, NULL, NULL, &session),
                     CKR_TOKEN_NOT_PRESENT);
    count = 4;
    assert_int_equal(p11->get_slot_list(1, slots, &count), CKR_OK);
    assert_int_equal(count, 0);
}

/* ---- with one ----------------------------------------------------------------------------------
 */

static void test_card_appears_in_its_slot(void **state)
{
    struct ck_slot_info slot;
    struct ck_token_info token;
    unsigned long count = 0;

    (void)state;
    assert_int_equal(make_card(), VSC_OK);
    for (int i = 0; i < 1200 && count == 0; i++) { /* what is known is good for a second */
        assert_int_equal(p11->get_slot_list(1, NULL, &count), CKR_OK);
        (void)usleep(50000);
    }
    assert_int_equal(count, 1);
    assert_int_equal(p11->get_slot_info(0, &slot), CKR_OK);
    assert_int_equal(slot.flags, CKF_HW_SLOT | CKF_TOKEN_PRESENT);
    assert_int_equal(p11->get_token_info(0, &token), CKR_OK);
    assert_memory_equal(token.label, "TestVSC                         ", sizeof(token.label));
    assert_int_equal(token.min_pin_len, 8);
    assert_int_equal(token.max_pin_len, 127);
    assert_int_equal(token_flags(), 0);
}

static void test_every_mechanism_that_is_listed_signs(void **state)
{
    unsigned long session = application_session(p11, TEST_PIN);
    unsigned long mechanisms[8], count = 8;

    (void)state;
    assert_int_equal(p11->get_mechanism_list(0, mechanisms, &count), CKR_OK);
    assert_int_equal(count, 3);
    for (unsigned long i = 0; i < count; i++) {
        const bool rsa = mechanisms[i] != CKM_ECDSA;

        for (size_t len = 32; len <= 64; len += 16) {
            assert_int_equal(application_sign(p11, session, mechanisms[i], rsa ? 0 : 1, len),
                             CKR_OK);
            assert_int_equal(application_sign(p11, session, mechanisms[i], rsa ? 0 : 2, len),
                             CKR_OK);
        }
        assert_int_equal(application_sign(p11, session, mechanisms[i], rsa ? 1 : 0, 32),
                         CKR_KEY_TYPE_INCONSISTENT);
    }
}

static void test_private_keys_are_there_for_who_is_logged_in(void **state)
{
    unsigned long session = application_session(p11, NULL);
    struct ck_mechanism mechanism = {CKM_ECDSA, NULL, 0};
    unsigned long key;

    (void)state;
    assert_int_equal(application_find(p11, session, CKO_PRIVATE_KEY, 1), 0);
    assert_int_not_equal(application_find(p11, session, CKO_PUBLIC_KEY, 1), 0);
    assert_int_equal(p11->sign_init(session, &mechanism, 1), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(application_log_in(p11, session, TEST_PIN), CKR_OK);
    assert_int_equal(application_log_in(p11, session, TEST_PIN), CKR_USER_ALREADY_LOGGED_IN);
    key = application_find(p11, session, CKO_PRIVATE_KEY, 1);
    assert_int_not_equal(key, 0);
    assert_int_equal(p11->sign_init(session, &mechanism, key), CKR_OK);
    assert_int_equal(p11->logout(session), CKR_OK);
    assert_int_equal(p11->sign_final(session, NULL, NULL), CKR_OPERATION_NOT_INITIALIZED);
    assert_int_equal(application_find(p11, session, CKO_PRIVATE_KEY, 1), 0);
    /* The last session that is closed logs out too. */
    assert_int_equal(application_log_in(p11, session, TEST_PIN), CKR_OK);
    assert_int_equal(p11->close_session(session), CKR_OK);
    session = application_session(p11, NULL);
    assert_int_equal(p11->logout(session), CKR_USER_NOT_LOGGED_IN);
}

static void test_no_private_part_is_ever_shown(void **state)
{
    static const unsigned long secrets[] = {CKA_VALUE, CKA_PRIVATE_EXPONENT, CKA_PRIME_1,
                                            CKA_COEFFICIENT};
    unsigned long session = application_session(p11, TEST_PIN);
    unsigned long key = application_find(p11, session, CKO_PRIVATE_KEY, 0);
    unsigned char room[512];

    (void)state;
    for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
        struct ck_attribute attribute = {secrets[i], room, sizeof(room)};

        assert_int_equal(p11->get_attribute_value(session, key, &attribute, 1),
                         CKR_ATTRIBUTE_SENSITIVE);
        assert_int_equal(attribute.len, CK_UNAVAILABLE);
    }
    assert_int_equal(application_get(p11, session, key, CKA_EXTRACTABLE, room, 1), 1);
    assert_int_equal(room[0], 0);
    assert_int_equal(application_get(p11, session, key, CKA_MODULUS, room, sizeof(room)), 256);
}

/* ---- a card that goes on --------------------------------------------------------------------- */

static void test_killed_and_restarted_helper(void **state)
{
    unsigned long session = application_session(p11, TEST_PIN);

    (void)state;
    assert_int_equal(application_sign(p11, session, CKM_ECDSA, 1, 32), CKR_OK);
    card_service_kill(&service);
    assert_int_equal(application_sign(p11, session, CKM_ECDSA, 1, 32), CKR_DEVICE_ERROR);
    assert_true(card_service_listen(&service));
    assert_int_equal(application_sign(p11, session, CKM_ECDSA, 1, 32), CKR_OK);
    assert_int_equal(p11->close_session(session), CKR_OK);
    session = application_session(p11, TEST_PIN);
    assert_int_equal(application_sign(p11, session, CKM_RSA_PKCS, 0, 32), CKR_OK);
}

struct work {
    pthread_t thread;
    unsigned number;
    unsigned long failed; /* the first code that was wrong */
};

/* In a child: not initialised any more, and nobody is logged in until it begins anew. */
static int as_child(void)
{
    struct ck_info info;
    struct ck_session_info session_info;
    unsigned long session;

    if (p11->get_info(&info) != CKR_CRYPTOKI_NOT_INITIALIZED || p11->initialize(NULL) != CKR_OK ||
        p11->open_session(0, CKF_SERIAL_SESSION, NULL, NULL, &session) != CKR_OK ||
        p11->get_session_info(session, &session_info) != CKR_OK)
        return 1;
    return session_info.state == CKS_RO_PUBLIC && p11->finalize(NULL) == CKR_OK ? 0 : 2;
}

static unsigned long fork_once(void)
{
    pid_t child = fork();
    int status = -1;

    if (child == 0)
        _exit(as_child());
    return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
                   WEXITSTATUS(status) == 0
               ? CKR_OK
               : CKR_GENERAL_ERROR;
}

static void *work(void *argument)
{
    struct work *work = argument;
    unsigned long session = 0;
    unsigned long rv =
        p11->open_session(0, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &session);

    for (unsigned i = 0; rv == CKR_OK && i < ROUNDS; i++) {
        rv = application_sign(p11, session, CKM_ECDSA, 1 + work->number % 2, 32);
        if (rv == CKR_OK && work->number % 4 == 0)
            rv = fork_once();
    }
    if (rv == CKR_OK)
        rv = p11->close_session(session);
    work->failed = rv;
    return NULL;
}

static void test_eight_threads_and_forks(void **state)
{
    unsigned long session = application_session(p11, TEST_PIN);
    struct work works[THREADS];

    (void)state;
    for (unsigned i = 0; i < THREADS; i++) {
        works[i] = (struct work){.number = i};
        assert_int_equal(pthread_create(&works[i].thread, NULL, work, &works[i]), 0);
    }
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(works[i].thread, NULL), 0);
    for (unsigned i = 0; i < THREADS; i++)
        assert_int_equal(works[i].failed, CKR_OK);
    assert_int_equal(p11->close_session(session), CKR_OK);
}

static unsigned long set_pin(unsigned long session, const char *old_pin, const char *new_pin)
{
    unsigned char old_copy[64], new_copy[64];

    memcpy(old_copy, old_pin, strlen(old_pin) + 1);
    memcpy(new_copy, new_pin, strlen(new_pin) + 1);
    return p11->set_pin(session, old_copy, strlen(old_pin), new_copy, strlen(new_pin));
}

static void test_pin_change_goes_on_with_the_login(void **state)
{
    unsigned long reader = 0, session = application_session(p11, TEST_PIN);

    (void)state;
    assert_int_equal(p11->open_session(0, CKF_SERIAL_SESSION, NULL, NULL, &reader), CKR_OK);
    assert_int_equal(set_pin(reader, TEST_PIN, "correct horse"), CKR_SESSION_READ_ONLY);
    assert_int_equal(set_pin(session, TEST_PIN, "short"), CKR_PIN_INVALID);
    assert_int_equal(set_pin(session, TEST_PIN, ""), CKR_PIN_LEN_RANGE);
    assert_int_equal(set_pin(session, TEST_PIN, "correct horse"), CKR_OK);
    assert_int_equal(application_sign(p11, session, CKM_ECDSA, 1, 32), CKR_OK);
    assert_int_equal(set_pin(session, "correct horse", TEST_PIN), CKR_OK);
    assert_int_equal(token_flags(), 0);
}

/* Changed by somebody else: the old PIN goes to the card once, and the login is over. */
static void test_pin_that_is_wrong_by_now_ends_the_login(void **state)
{
    unsigned long session = application_session(p11, TEST_PIN);
    struct card_outcome outcome;

    (void)state;
    assert_int_equal(tpm_cards_change(&service.cards, card, TEST_PIN, "correct horse", &outcome),
                     VSC_OK);
    assert_int_equal(application_sign(p11, session, CKM_ECDSA, 1, 32), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(p11->logout(session), CKR_USER_NOT_LOGGED_IN);
    assert_int_equal(token_flags(), CKF_USER_PIN_COUNT_LOW);
    assert_int_equal(tpm_cards_change(&service.cards, card, "correct horse", TEST_PIN, &outcome),
                     VSC_OK);
    assert_int_equal(token_flags(), 0);
}

static void test_flags_tell_the_tries_that_are_left(void **state)
{
    unsigned long session = application_session(p11, NULL);

    (void)state;
    assert_int_equal(application_log_in(p11, session, ""), CKR_PIN_LEN_RANGE);
    assert_int_equal(application_log_in(p11, session, "a\nb345678"), CKR_PIN_INVALID);
    assert_int_equal(token_flags(), 0);
    assert_int_equal(application_log_in(p11, session, "wrong PIN"), CKR_PIN_INCORRECT);
    assert_int_equal(token_flags(), CKF_USER_PIN_COUNT_LOW);
    assert_int_equal(application_log_in(p11, session, "wrong PIN"), CKR_PIN_INCORRECT);
    assert_int_equal(application_log_in(p11, session, "wrong PIN"), CKR_PIN_INCORRECT);
    assert_int_equal(token_flags(), CKF_USER_PIN_COUNT_LOW | CKF_USER_PIN_FINAL_TRY);
    assert_int_equal(application_log_in(p11, session, "wrong PIN"), CKR_PIN_LOCKED);
    assert_int_equal(token_flags(), CKF_USER_PIN_LOCKED);
    assert_int_equal(application_log_in(p11, session, TEST_PIN), CKR_PIN_LOCKED);
    assert_int_equal(application_find(p11, session, CKO_PRIVATE_KEY, 1), 0);
}

static void test_card_that_is_destroyed_leaves_an_empty_slot(void **state)
{
    unsigned long session = application_session(p11, NULL), count = 1;
    struct problem problem = {0};

    (void)state;
    assert_int_equal(tpm_cards_destroy(&service.cards, card, &problem), VSC_OK);
    for (int i = 0; i < 1200 && count > 0; i++) {
        assert_int_equal(p11->get_slot_list(1, NULL, &count), CKR_OK);
        (void)usleep(50000);
    }
    assert_int_equal(count, 0);
    assert_int_equal(p11->get_slot_list(0, NULL, &count), CKR_OK);
    assert_int_equal(count, 1);
    assert_int_equal(application_log_in(p11, session, TEST_PIN), CKR_TOKEN_NOT_PRESENT);
    assert_int_equal(application_find(p11, session, CKO_PUBLIC_KEY, 1), 0);
}

#define CARD_TEST(test) cmocka_unit_test_setup_teardown(test, initialize, finalize)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CARD_TEST(test_there_is_always_a_slot_and_it_is_not_removable),
        CARD_TEST(test_card_appears_in_its_slot),
        CARD_TEST(test_every_mechanism_that_is_listed_signs),
        CARD_TEST(test_private_keys_are_there_for_who_is_logged_in),
        CARD_TEST(test_no_private_part_is_ever_shown),
        CARD_TEST(test_killed_and_restarted_helper),
        CARD_TEST(test_eight_threads_and_forks),
        CARD_TEST(test_pin_change_goes_on_with_the_login),
        CARD_TEST(test_pin_that_is_wrong_by_now_ends_the_login),
        CARD_TEST(test_flags_tell_the_tries_that_are_left),
        CARD_TEST(test_card_that_is_destroyed_leaves_an_empty_slot),
    };

    if (!tpm_rig_present()) {
        (void)puts("1..0 # SKIP swtpm or tpm2-tools is not installed");
        return 0;
    }
    return cmocka_run_group_tests(tests, start, stop);
}
