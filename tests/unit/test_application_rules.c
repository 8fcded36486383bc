/* SPDX-License-Identifier: BSD-2-Clause */
/* What PKCS #11 asks of every module, where there is no card and nobody listens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/application.h"

static const struct ck_functions *p11;

static int load(void **state)
{
    (void)state;
    if (setenv("VSC_PKCS11_SOCKET", "/nonexistent/card.sock", 1) != 0)
        return -1;
    p11 = application_load(PKCS11_MODULE);
    return p11 != NULL ? 0 : -1;
}

static void test_list_has_every_function(void **state)
{
    (void)state;
    assert_int_equal(p11->version.major, 2);
    assert_int_equal(p11->version.minor, 40);
#define IS_THERE(name, standard, parameters) assert_non_null(p11->name);
    VSC_CRYPTOKI(IS_THERE)
#undef IS_THERE
    assert_int_equal(p11->get_function_list(NULL), CKR_ARGUMENTS_BAD);
}

static void test_nothing_works_before_initialize_and_after_finalize(void **state)
{
    unsigned long number = 0;

    (void)state;
    for (int round = 0; round < 2; round++) {
        assert_int_equal(p11->get_info(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->get_slot_list(0, NULL, &number), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->open_session(0, 4, NULL, NULL, &number),
                         CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->sign_init(1, NULL, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->encrypt_init(1, NULL, 1), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->init_token(0, NULL, 0, NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->wait_for_slot_event(1, &number, NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
        assert_int_equal(p11->initialize(NULL), CKR_OK);
        assert_int_equal(p11->initialize(NULL), CKR_CRYPTOKI_ALREADY_INITIALIZED);
        assert_int_equal(p11->finalize(&number), CKR_ARGUMENTS_BAD);
        assert_int_equal(p11->finalize(NULL), CKR_OK);
    }
}

/* ---- locks that are lent -----------------------------------------------------------------------
 */

static int mutexes, held, locked;

static unsigned long create(void **mutex)
{
    *mutex = &mutexes;
    mutexes++;
    return CKR_OK;
}

static unsigned long destroy(void *mutex)
{
    assert_ptr_equal(mutex, &mutexes);
    assert_int_equal(held, 0);
    mutexes--;
    return CKR_OK;
}

static unsigned long lock(void *mutex)
{
    assert_ptr_equal(mutex, &mutexes);
    assert_int_equal(held++, 0);
    locked++;
    return CKR_OK;
}

static unsigned long unlock(void *mutex)
{
    assert_ptr_equal(mutex, &mutexes);
    assert_int_equal(--held, 0);
    return CKR_OK;
}

static void test_lent_locks_are_used_and_given_back(void **state)
{
    struct ck_initialize_args args = {create, destroy, lock, unlock, 0, NULL};
    struct ck_info info;

    (void)state;
    assert_int_equal(p11->initialize(&args), CKR_OK);
    assert_int_equal(mutexes, 1);
    locked = 0;
    assert_int_equal(p11->get_info(&info), CKR_OK);
    assert_int_equal(locked, 1);
    assert_int_equal(p11->finalize(NULL), CKR_OK);
    assert_int_equal(mutexes, 0);
    /* The system's will do where the application says so. */
    args.flags = CKF_OS_LOCKING_OK;
    assert_int_equal(p11->initialize(&args), CKR_OK);
    assert_int_equal(mutexes, 0);
    assert_int_equal(p11->finalize(NULL), CKR_OK);
}

static void test_initialize_refuses_half_a_lock(void **state)
{
    struct ck_initialize_args args = {create, destroy, lock, NULL, 0, NULL};

    (void)state;
    assert_int_equal(p11->initialize(&args), CKR_ARGUMENTS_BAD);
    args = (struct ck_initialize_args){.reserved = &args};
    assert_int_equal(p11->initialize(&args), CKR_ARGUMENTS_BAD);
    args = (struct ck_initialize_args){.flags = CKF_OS_LOCKING_OK};
    assert_int_equal(p11->initialize(&args), CKR_OK);
    assert_int_equal(p11->finalize(NULL), CKR_OK);
}

/* ---- with nobody there -------------------------------------------------------------------------
 */

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

static void test_info_names_the_library(void **state)
{
    struct ck_info info;

    (void)state;
    assert_int_equal(p11->get_info(NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->get_info(&info), CKR_OK);
    assert_memory_equal(info.manufacturer, "pam_vsc                         ", 32);
    assert_int_equal(info.flags, 0);
    assert_int_equal(info.cryptoki.major, 2);
}

static void test_slot_without_a_helper_is_there_and_says_why_not(void **state)
{
    unsigned long slots[2] = {7, 7}, count = 0, session;
    struct ck_slot_info info;

    (void)state;
    assert_int_equal(p11->get_slot_list(0, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->get_slot_list(0, slots, &count), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(count, 1);
    assert_int_equal(slots[0], 7);
    assert_int_equal(p11->get_slot_list(0, slots, &count), CKR_OK);
    assert_int_equal(slots[0], 0);
    assert_int_equal(p11->get_slot_info(0, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->get_slot_info(0, &info), CKR_OK);
    assert_int_equal(info.flags & (CKF_REMOVABLE_DEVICE | CKF_TOKEN_PRESENT), 0);
    assert_int_equal(p11->get_slot_info(1, &info), CKR_SLOT_ID_INVALID);
    assert_int_equal(p11->open_session(0, CKF_SERIAL_SESSION, NULL, NULL, &session),
                     CKR_DEVICE_ERROR);
    assert_int_equal(p11->open_session(9, CKF_SERIAL_SESSION, NULL, NULL, &session),
                     CKR_SLOT_ID_INVALID);
    assert_int_equal(p11->open_session(0, 0, NULL, NULL, &session),
                     CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    assert_int_equal(p11->open_session(0, CKF_SERIAL_SESSION, NULL, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->close_all_sessions(9), CKR_SLOT_ID_INVALID);
    assert_int_equal(p11->close_all_sessions(0), CKR_OK);
    assert_int_equal(p11->get_mechanism_list(0, NULL, &count), CKR_TOKEN_NOT_PRESENT);
    assert_int_equal(p11->get_mechanism_list(0, NULL, NULL), CKR_ARGUMENTS_BAD);
}

static void test_no_session_has_an_invented_handle(void **state)
{
    unsigned char byte = 0;
    unsigned long number = 1;

    (void)state;
    for (unsigned long handle = 0; handle < 2; handle++) {
        assert_int_equal(p11->close_session(handle), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->get_session_info(handle, NULL), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->login(handle, CKU_USER, &byte, 1), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->logout(handle), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->find_objects_init(handle, NULL, 0), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->find_objects(handle, &number, 1, &number),
                         CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->get_attribute_value(handle, 1, NULL, 0), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->sign(handle, &byte, 1, NULL, &number), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->generate_random(handle, &byte, 1), CKR_SESSION_HANDLE_INVALID);
        assert_int_equal(p11->verify_init(handle, NULL, 1), CKR_SESSION_HANDLE_INVALID);
    }
}

static void test_no_event_ever_comes(void **state)
{
    unsigned long slot = 0;

    (void)state;
    assert_int_equal(p11->wait_for_slot_event(CKF_DONT_BLOCK, &slot, NULL), CKR_NO_EVENT);
    assert_int_equal(p11->wait_for_slot_event(0, &slot, NULL), CKR_FUNCTION_NOT_SUPPORTED);
    assert_int_equal(p11->wait_for_slot_event(CKF_DONT_BLOCK, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->wait_for_slot_event(CKF_DONT_BLOCK, &slot, &slot), CKR_ARGUMENTS_BAD);
}

#define RULE(test) cmocka_unit_test_setup_teardown(test, initialize, finalize)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_list_has_every_function),
        cmocka_unit_test(test_nothing_works_before_initialize_and_after_finalize),
        cmocka_unit_test(test_lent_locks_are_used_and_given_back),
        cmocka_unit_test(test_initialize_refuses_half_a_lock),
        RULE(test_info_names_the_library),
        RULE(test_slot_without_a_helper_is_there_and_says_why_not),
        RULE(test_no_session_has_an_invented_handle),
        RULE(test_no_event_ever_comes),
    };

    return cmocka_run_group_tests(tests, load, NULL);
}
