/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real pam_vsc.so in the real libpam: what it exports and needs, a whole session, repeated and
 * concurrent sign-ins, and that no copy of the PIN is left. Its hosts are in test_pam_host.c.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <security/pam_appl.h>

#include "tests/pam/memory.h"
#include "tests/pam/real.h"

#define RUNS      20
#define THREADS   4
#define NAME_SIZE 64
#define MODULE    PAM_MODULE /* from the Makefile */

static struct stage stage;
static char module[PATH_MAX];

/* ---- what it is ---- */

static void test_exports_the_six_functions_and_nothing_else(void **state)
{
    static const char *const exported[] = {"pam_sm_authenticate",  "pam_sm_setcred",
                                           "pam_sm_acct_mgmt",     "pam_sm_open_session",
                                           "pam_sm_close_session", "pam_sm_chauthtok"};
    static const char *const hidden[] = {"login_authenticate", "wire_call", "secret_set",
                                         "helper_start"};
    void *handle = dlopen(module, RTLD_NOW | RTLD_LOCAL);

    (void)state;
    assert_non_null(handle);
    for (size_t i = 0; i < sizeof(exported) / sizeof(exported[0]); i++)
        assert_non_null(dlsym(handle, exported[i]));
    for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
        Dl_info info = {.dli_fname = ""};
        void *symbol = dlsym(handle, hidden[i]);

        assert_true(symbol == NULL || dladdr(symbol, &info) == 0 ||
                    strstr(info.dli_fname, "pam_vsc.so") == NULL);
    }
    assert_int_equal(dlclose(handle), 0);
}

static void test_needs_libpam_and_libc_only(void **state)
{
    void *handle = dlopen(module, RTLD_NOW | RTLD_LOCAL);
    struct link_map *map = NULL;
    const char *strings = NULL;
    unsigned needed = 0;

    (void)state;
    assert_non_null(handle);
    assert_int_equal(dlinfo(handle, RTLD_DI_LINKMAP, &map), 0);
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_STRTAB)
            strings = (const char *)entry->d_un.d_ptr;
    assert_non_null(strings);
    for (const ElfW(Dyn) *entry = map->l_ld; entry->d_tag != DT_NULL; entry++) {
        const char *name = strings + entry->d_un.d_val;

        if (entry->d_tag != DT_NEEDED)
            continue;
        needed++;
#ifndef VSC_SANITIZED
        if (strncmp(name, "libpam.so", 9) != 0 && strncmp(name, "libc.so", 7) != 0)
            fail_msg("needs %s", name);
#else
        (void)name;
#endif
    }
    assert_true(needed >= 2);
    assert_int_equal(dlclose(handle), 0);
}

static int count_module(struct dl_phdr_info *info, size_t size, void *count)
{
    (void)size;
    *(int *)count += info->dlpi_name != NULL && strstr(info->dlpi_name, "pam_vsc.so") != NULL;
    return 0;
}

static void test_repeated_with_dlclose_between(void **state)
{
    (void)state;
    real_service(&stage, module, "tests/scripts/pin/right", "");
    for (unsigned i = 0; i < RUNS; i++) {
        int loaded = 0;

        stage_reset(&stage);
        assert_int_equal(real_authenticate(&stage, PERSON_RIGHT), PAM_SUCCESS);
        (void)dl_iterate_phdr(count_module, &loaded);
        assert_int_equal(loaded, 0);
    }
}

static void *run_thread(void *failures)
{
    for (unsigned i = 0; i < RUNS / 2; i++)
        if (real_authenticate(&stage, PERSON_RIGHT) != PAM_SUCCESS)
            (*(int *)failures)++;
    return NULL;
}

/* The script's parts are counted by starts: in this one each start plays the same. */
static void put_endless(const char *name, unsigned parts)
{
    char path[PATH_MAX + NAME_SIZE];
    FILE *file;

    (void)snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    (void)fputs("[check]\n", file);
    for (unsigned i = 0; i < parts; i++)
        (void)fputs("CHECK_BEGIN -> CHECK_BEGUN user=alice/1000\n"
                    "CHECK_EVALUATE -> CHECK_EVALUATED ; accepted account=alice/1000\n"
                    "CHECK_PROVE -> CHECK_ACCEPTED account=alice/1000 serial=01\n---\n",
                    file);
    (void)fputs("[card]\n", file);
    for (unsigned i = 0; i < parts; i++)
        (void)fputs("CARD_LIST -> CARD_LISTED ; card owner=alice/1000 ; key cert=one\n"
                    "CARD_STATE -> CARD_STATED tries=5/5\nCARD_PREPARE -> CARD_PREPARED\n"
                    "CARD_SIGN -> CARD_SIGNED ok tries=5/5\n---\n",
                    file);
    (void)fclose(file);
}

static void remove_file(const char *name)
{
    char path[PATH_MAX + NAME_SIZE];

    (void)snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
    (void)unlink(path);
}

/* Several helpers may take the same number of a start: all parts are alike. */
static void test_concurrent(void **state)
{
    pthread_t threads[THREADS];
    int failures[THREADS] = {0};
    char script[PATH_MAX + NAME_SIZE];

    (void)state;
    stage_reset(&stage);
    put_endless("endless", THREADS * RUNS / 2);
    (void)snprintf(script, sizeof(script), "%s/endless", stage.folder);
    real_service(&stage, module, script, "");
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_thread, &failures[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(failures[i], 0);
    }
    assert_false(stage_has_leftover(&stage));
}

/* ---- secrets ---- */

#ifndef VSC_SANITIZED /* AddressSanitizer keeps freed memory, and its mappings are terabytes */
static void test_no_copy_of_the_pin_is_left(void **state)
{
    static const struct {
        const char *script, *arguments;
        int code;
    } rows[] = {
        {"tests/scripts/pin/right", "", PAM_SUCCESS},
        {"tests/scripts/pin/wrong-same-again", "", PAM_AUTH_ERR},
        {"tests/scripts/pin/last-try", "", PAM_MAXTRIES},
        {"tests/scripts/helpers/sign-killed", "", PAM_AUTHINFO_UNAVAIL},
        {"tests/scripts/helpers/sign-too-late", "timeout=1", PAM_AUTHINFO_UNAVAIL},
        {"tests/scripts/refused/at-prove-revoked", "", PAM_CRED_INSUFFICIENT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct person person = {.kind = PERSON_RIGHT};
        const struct pam_conv conv = {.conv = real_converse, .appdata_ptr = &person};
        pam_handle_t *pamh = NULL;

        stage_reset(&stage);
        real_service(&stage, module, rows[i].script, rows[i].arguments);
        assert_int_equal(pam_start_confdir("plain", "alice", &conv, stage.folder, &pamh),
                         PAM_SUCCESS);
        assert_int_equal(pam_authenticate(pamh, 0), rows[i].code);
        assert_true(person.asked > 0);
        if (memory_has_secret())
            fail_msg("%s: a copy of the PIN is left", rows[i].script);
        assert_int_equal(pam_end(pamh, 0), PAM_SUCCESS);
    }
}

/* That the search would find one. */
static void test_the_search_finds_a_copy(void **state)
{
    char *copy = memory_secret();

    (void)state;
    assert_non_null(copy);
    assert_true(memory_has_secret());
    explicit_bzero(copy, strlen(copy));
    free(copy);
    assert_false(memory_has_secret());
}

#endif

/* ---- the rest of a session ---- */

static void test_a_whole_session(void **state)
{
    struct person person = {.kind = PERSON_RIGHT};
    const struct pam_conv conv = {.conv = real_converse, .appdata_ptr = &person};
    pam_handle_t *pamh = NULL;

    (void)state;
    stage_reset(&stage);
    real_service(&stage, module, "tests/scripts/account/still-good", "");
    assert_int_equal(pam_start_confdir("plain", "alice", &conv, stage.folder, &pamh), PAM_SUCCESS);
    assert_int_equal(pam_authenticate(pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_acct_mgmt(pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_setcred(pamh, PAM_ESTABLISH_CRED), PAM_SUCCESS);
    assert_int_equal(pam_open_session(pamh, 0), PAM_SUCCESS);
    assert_string_equal(pam_getenv(pamh, "VSC_CARD"), "TestVSC");
    assert_null(pam_getenv(pamh, "PKCS11_LOGIN_TOKEN_NAME"));
    assert_int_equal(pam_close_session(pamh, 0), PAM_SUCCESS);
    assert_int_equal(pam_setcred(pamh, PAM_DELETE_CRED), PAM_SUCCESS);
    assert_int_equal(pam_end(pamh, PAM_SUCCESS), PAM_SUCCESS);
}

static int setup(void **state)
{
    (void)state;
    if (realpath(MODULE, module) == NULL || !stage_open(&stage))
        return -1;
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    real_remove(&stage);
    remove_file("endless");
    stage_close(&stage);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exports_the_six_functions_and_nothing_else),
        cmocka_unit_test(test_needs_libpam_and_libc_only),
        cmocka_unit_test(test_repeated_with_dlclose_between),
        cmocka_unit_test(test_concurrent),
#ifndef VSC_SANITIZED
        cmocka_unit_test(test_the_search_finds_a_copy),
        cmocka_unit_test(test_no_copy_of_the_pin_is_left),
#endif
        cmocka_unit_test(test_a_whole_session),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
