/* SPDX-License-Identifier: BSD-2-Clause */
/* vsc-announce.so: what a program sees of it. */
#include <dlfcn.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/deadline.h"
#include "common/wire_watch.h"
#include "greeter/announce/announce.h"
#include "tests/support/announcer.h"
#include "tests/support/scratch.h"

#define SLOT    ANNOUNCE_SLOT
#define THREADS 4

static int64_t clock_offset;
static struct announcer *announcer;
static const struct ck_functions *p11;
static char path[128];

int64_t __wrap_clock_ms(void);
int64_t __real_clock_ms(void);
int64_t __wrap_clock_ms(void)
{
    return __real_clock_ms() + clock_offset;
}

/* So long later. */
static void later(int64_t ms)
{
    clock_offset += ms;
}

static unsigned long initialize(void)
{
    struct ck_initialize_args args = {.flags = CKF_OS_LOCKING_OK, .reserved = path};

    return p11->initialize(&args);
}

static int set_up(void **state)
{
    if (scratch_setup(state) != 0)
        return -1;
    (void)snprintf(path, sizeof(path), "%s", scratch_path(state, "card.sock"));
    announcer = announcer_start(path);
    assert_int_equal(C_GetFunctionList(&p11), CKR_OK);
    assert_int_equal(initialize(), CKR_OK);
    return 0;
}

static int tear_down(void **state)
{
    (void)p11->finalize(NULL);
    announcer_stop(announcer);
    announcer = NULL;
    return scratch_teardown(state);
}

static bool is_there(void)
{
    struct ck_slot_info info;

    assert_int_equal(p11->get_slot_info(SLOT, &info), CKR_OK);
    assert_true((info.flags & CKF_REMOVABLE_DEVICE) != 0);
    return (info.flags & CKF_TOKEN_PRESENT) != 0;
}

static void say(enum announcer_answer answer)
{
    announcer_set(announcer, answer);
    later(WATCH_POLL_MS);
}

static void test_announce_is_a_module_that_a_program_can_load(void **state)
{
    void *module = dlopen(ANNOUNCE_MODULE, RTLD_NOW | RTLD_LOCAL);
    union {
        void *object;
        unsigned long (*get)(const struct ck_functions **list);
    } entry;
    const struct ck_functions *list = NULL;
    unsigned long (*const *first)(void *args);
    struct ck_info info;

    (void)state;
    assert_non_null(module);
    assert_null(dlsym(module, "announce_initialize"));
    entry.object = dlsym(module, "C_GetFunctionList");
    assert_non_null(entry.object);
    assert_int_equal(entry.get(&list), CKR_OK);
    assert_int_equal(entry.get(NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(list->version.major, 2);
    assert_int_equal(list->version.minor, 40);
    first = &list->initialize;
    for (size_t i = 0;
         i < (sizeof(*list) - offsetof(struct ck_functions, initialize)) / sizeof(*first); i++)
        assert_non_null(first[i]);
    assert_int_equal(list->get_info(&info), CKR_CRYPTOKI_NOT_INITIALIZED);
    assert_int_equal(list->initialize(NULL), CKR_OK);
    assert_int_equal(list->get_info(&info), CKR_OK);
    assert_memory_equal(info.manufacturer, "pam_vsc                         ", 32);
    assert_int_equal(list->finalize(NULL), CKR_OK);
    assert_int_equal(dlclose(module), 0);
}

static void test_announce_is_initialized_once_with_the_system_s_locks(void **state)
{
    struct ck_initialize_args args = {0};
    char longer[200];

    (void)state;
    assert_int_equal(initialize(), CKR_CRYPTOKI_ALREADY_INITIALIZED);
    assert_int_equal(p11->finalize(path), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->finalize(NULL), CKR_OK);
    assert_int_equal(p11->finalize(NULL), CKR_CRYPTOKI_NOT_INITIALIZED);
    args.destroy_mutex = args.lock_mutex = args.unlock_mutex = p11->finalize;
    assert_int_equal(p11->initialize(&args), CKR_ARGUMENTS_BAD);
    args.create_mutex = (unsigned long (*)(void **))NULL;
    memcpy(&args.create_mutex, &args.lock_mutex, sizeof(args.create_mutex));
    assert_int_equal(p11->initialize(&args), CKR_CANT_LOCK);
    args.flags = CKF_OS_LOCKING_OK;
    args.reserved = memset(longer, '/', sizeof(longer) - 1);
    longer[sizeof(longer) - 1] = '\0';
    assert_int_equal(p11->initialize(&args), CKR_ARGUMENTS_BAD);
    args.reserved = strcpy(longer, "card.sock");
    assert_int_equal(p11->initialize(&args), CKR_ARGUMENTS_BAD);
    args.reserved = strcpy(longer, "");
    assert_int_equal(p11->initialize(&args), CKR_OK);
}

static void test_announce_has_a_token_only_while_it_is_announced(void **state)
{
    unsigned long slots[1] = {0}, count = 0;
    struct ck_token_info token;

    (void)state;
    assert_false(is_there());
    assert_int_equal(p11->get_token_info(SLOT, &token), CKR_TOKEN_NOT_PRESENT);
    count = 1;
    assert_int_equal(p11->get_slot_list(1, slots, &count), CKR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(p11->get_slot_list(0, NULL, &count), CKR_OK);
    assert_int_equal(count, 1);
    say(ANNOUNCER_YES);
    assert_true(is_there());
    count = 0;
    assert_int_equal(p11->get_slot_list(1, slots, &count), CKR_BUFFER_TOO_SMALL);
    assert_int_equal(count, 1);
    assert_int_equal(p11->get_slot_list(1, slots, &count), CKR_OK);
    assert_int_equal(slots[0], SLOT);
    assert_int_equal(p11->get_token_info(SLOT, &token), CKR_OK);
    say(ANNOUNCER_NO);
    assert_false(is_there());
    assert_int_equal(p11->get_token_info(SLOT, &token), CKR_TOKEN_NOT_PRESENT);
}

static void test_announce_says_the_same_of_every_card(void **state)
{
    struct ck_token_info token;
    struct ck_slot_info slot;
    unsigned long count = 7;

    (void)state;
    say(ANNOUNCER_YES);
    assert_int_equal(p11->get_token_info(SLOT, &token), CKR_OK);
    assert_memory_equal(token.label, "Virtual smart card              ", 32);
    assert_memory_equal(token.manufacturer, "pam_vsc                         ", 32);
    assert_memory_equal(token.model, "announcement    ", 16);
    assert_memory_equal(token.serial, "1               ", 16);
    assert_int_equal(token.flags, CKF_TOKEN_INITIALIZED | CKF_WRITE_PROTECTED);
    assert_int_equal(p11->get_slot_info(SLOT, &slot), CKR_OK);
    assert_memory_equal(slot.description, "Virtual smart cards of this computer ", 37);
    assert_int_equal(slot.description[63], ' ');
    assert_int_equal(p11->get_mechanism_list(SLOT, NULL, &count), CKR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(p11->get_token_info(2, &token), CKR_SLOT_ID_INVALID);
    assert_int_equal(p11->get_slot_info(0, &slot), CKR_SLOT_ID_INVALID);
    assert_int_equal(p11->get_mechanism_list(2, NULL, &count), CKR_SLOT_ID_INVALID);
    assert_int_equal(p11->get_token_info(SLOT, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->get_slot_info(SLOT, NULL), CKR_ARGUMENTS_BAD);
}

static unsigned long event(void)
{
    unsigned long slot = 0, status = p11->wait_for_slot_event(CKF_DONT_BLOCK, &slot, NULL);

    assert_true(status != CKR_OK || slot == SLOT);
    return status;
}

static void test_announce_tells_each_change_once(void **state)
{
    unsigned long slot;

    (void)state;
    assert_int_equal(event(), CKR_NO_EVENT);
    say(ANNOUNCER_YES);
    assert_int_equal(event(), CKR_OK);
    assert_int_equal(event(), CKR_NO_EVENT);
    later(WATCH_POLL_MS);
    assert_int_equal(event(), CKR_NO_EVENT);
    say(ANNOUNCER_NO);
    assert_int_equal(event(), CKR_OK);
    assert_int_equal(event(), CKR_NO_EVENT);
    assert_int_equal(p11->wait_for_slot_event(0, &slot, NULL), CKR_FUNCTION_NOT_SUPPORTED);
    assert_int_equal(p11->wait_for_slot_event(CKF_DONT_BLOCK, NULL, NULL), CKR_ARGUMENTS_BAD);
    assert_int_equal(p11->wait_for_slot_event(CKF_DONT_BLOCK, &slot, path), CKR_ARGUMENTS_BAD);
}

static void test_announce_finds_nothing_in_a_session(void **state)
{
    unsigned long first, session, count = 3, object;
    struct ck_session_info info;
    unsigned char pin[] = "12345678";

    (void)state;
    assert_int_equal(p11->open_session(SLOT, CKF_SERIAL_SESSION, NULL, NULL, &first),
                     CKR_TOKEN_NOT_PRESENT);
    say(ANNOUNCER_YES);
    assert_int_equal(p11->open_session(SLOT, 0, NULL, NULL, &first),
                     CKR_SESSION_PARALLEL_NOT_SUPPORTED);
    assert_int_equal(
        p11->open_session(SLOT, CKF_SERIAL_SESSION | CKF_RW_SESSION, NULL, NULL, &first),
        CKR_TOKEN_WRITE_PROTECTED);
    assert_int_equal(p11->open_session(SLOT, CKF_SERIAL_SESSION, NULL, NULL, &first), CKR_OK);
    assert_int_equal(p11->get_session_info(first, &info), CKR_OK);
    assert_int_equal(info.slot, SLOT);
    assert_int_equal(info.state, CKS_RO_PUBLIC);
    assert_int_equal(p11->find_objects(first, &object, 1, &count), CKR_OPERATION_NOT_INITIALIZED);
    assert_int_equal(p11->find_objects_init(first, NULL, 0), CKR_OK);
    assert_int_equal(p11->find_objects_init(first, NULL, 0), CKR_OPERATION_ACTIVE);
    assert_int_equal(p11->find_objects(first, &object, 1, &count), CKR_OK);
    assert_int_equal(count, 0);
    assert_int_equal(p11->find_objects_final(first), CKR_OK);
    assert_int_equal(p11->find_objects_final(first), CKR_OPERATION_NOT_INITIALIZED);
    assert_int_equal(p11->login(first, CKU_USER, pin, 8), CKR_FUNCTION_NOT_SUPPORTED);
    assert_int_equal(p11->sign_init(first, NULL, 1), CKR_FUNCTION_NOT_SUPPORTED);
    assert_int_equal(p11->generate_random(first, pin, 8), CKR_FUNCTION_NOT_SUPPORTED);
    for (int i = 1; i < ANNOUNCE_SESSIONS_MAX; i++)
        assert_int_equal(p11->open_session(SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
    assert_int_equal(p11->open_session(SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session),
                     CKR_SESSION_COUNT);
    assert_int_equal(p11->close_session(first), CKR_OK);
    assert_int_equal(p11->close_session(first), CKR_SESSION_HANDLE_INVALID);
    assert_int_equal(p11->open_session(SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
    assert_int_equal(p11->close_all_sessions(SLOT), CKR_OK);
    assert_int_equal(p11->get_session_info(session, &info), CKR_SESSION_HANDLE_INVALID);
    assert_int_equal(p11->get_session_info(0, &info), CKR_SESSION_HANDLE_INVALID);
    assert_int_equal(p11->get_session_info(~0ul, &info), CKR_SESSION_HANDLE_INVALID);
}

static void test_announce_sessions_end_with_the_token(void **state)
{
    struct ck_session_info info;
    unsigned long session;

    (void)state;
    say(ANNOUNCER_YES);
    assert_int_equal(p11->open_session(SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session), CKR_OK);
    say(ANNOUNCER_NO);
    assert_int_equal(p11->get_session_info(session, &info), CKR_SESSION_HANDLE_INVALID);
    say(ANNOUNCER_YES);
    assert_int_equal(p11->get_session_info(session, &info), CKR_SESSION_HANDLE_INVALID);
}

static void test_announce_child_starts_anew(void **state)
{
    int status;
    pid_t child;

    (void)state;
    say(ANNOUNCER_YES);
    assert_true(is_there());
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        struct ck_slot_info info;
        bool good = p11->get_slot_info(SLOT, &info) == CKR_CRYPTOKI_NOT_INITIALIZED &&
                    initialize() == CKR_OK && is_there() && p11->finalize(NULL) == CKR_OK;

        _exit(good ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    later(WATCH_POLL_MS);
    assert_true(is_there());
    assert_int_equal(announcer_connections(announcer), 2);
}

static void *call_often(void *context)
{
    (void)context;
    for (int i = 0; i < 200; i++) {
        unsigned long session, slot;

        (void)is_there();
        (void)p11->wait_for_slot_event(CKF_DONT_BLOCK, &slot, NULL);
        if (p11->open_session(SLOT, CKF_SERIAL_SESSION, NULL, NULL, &session) == CKR_OK)
            assert_int_equal(p11->close_session(session), CKR_OK);
    }
    return NULL;
}

static void test_announce_serves_threads(void **state)
{
    pthread_t threads[THREADS];

    (void)state;
    say(ANNOUNCER_YES);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, NULL), 0);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(is_there());
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_announce_is_a_module_that_a_program_can_load),
        TEST(test_announce_is_initialized_once_with_the_system_s_locks),
        TEST(test_announce_has_a_token_only_while_it_is_announced),
        TEST(test_announce_says_the_same_of_every_card),
        TEST(test_announce_tells_each_change_once),
        TEST(test_announce_finds_nothing_in_a_session),
        TEST(test_announce_sessions_end_with_the_token),
        TEST(test_announce_child_starts_anew),
        TEST(test_announce_serves_threads),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
