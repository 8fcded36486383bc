/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The real pam_vsc.so in the real libpam, by a folder of service files: what it exports and needs,
 * and that it leaves its host as it was, in hosts that are set up in every odd way.
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
#include "tests/pam/stage.h"

#define RUNS      20
#define THREADS   4
#define NAME_SIZE 64
#define MODULE    PAM_MODULE /* from the Makefile */

static struct stage stage;
static char module[PATH_MAX];

/* ---- the person ---- */

enum person_kind {
    PERSON_RIGHT,
    PERSON_GIVES_UP,
    PERSON_LEAVES /* sends itself SIGINT */
};

struct person {
    enum person_kind kind;
    unsigned asked;
};

static int converse(int count, const struct pam_message **messages, struct pam_response **resp,
                    void *data)
{
    struct person *person = data;
    const bool prompt = messages[0]->msg_style == PAM_PROMPT_ECHO_OFF;

    (void)count;
    person->asked += prompt;
    *resp = NULL;
    if (prompt && person->kind == PERSON_LEAVES)
        (void)raise(SIGINT);
    if (prompt && person->kind != PERSON_RIGHT)
        return PAM_CONV_ERR;
    *resp = calloc(1, sizeof(**resp));
    if (prompt)
        (*resp)->resp = memory_secret();
    return PAM_SUCCESS;
}

/* ---- services ---- */

static void put_service(const char *name, const char *script, const char *arguments)
{
    static const char *const types[] = {"auth", "account", "password", "session"};
    char path[PATH_MAX + NAME_SIZE], full[PATH_MAX];
    FILE *file;

    assert_non_null(realpath(script, full));
    (void)snprintf(path, sizeof(path), "%s/%s", stage.folder, name);
    file = fopen(path, "we");
    assert_non_null(file);
    for (size_t i = 0; i < 4; i++)
        (void)fprintf(file, "%s required %s config=%s helpers=%s %s\n", types[i], module, full,
                      stage.folder, arguments);
    (void)fclose(file);
    stage_unlisten(&stage);
    if (geteuid() != 0)
        assert_true(stage_listen(&stage, full));
}

static int authenticate(const char *service, enum person_kind kind)
{
    struct person person = {.kind = kind};
    const struct pam_conv conv = {.conv = converse, .appdata_ptr = &person};
    pam_handle_t *pamh = NULL;
    int code = pam_start_confdir(service, "alice", &conv, stage.folder, &pamh);

    if (code != PAM_SUCCESS)
        return -1;
    code = pam_authenticate(pamh, 0);
    (void)pam_end(pamh, code);
    return code;
}

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

/* ---- what it leaves ---- */

#define SNAPSHOT_SIZE 65536

static void note_folder(char *to, const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *entry;
    char link[PATH_MAX], target[PATH_MAX];

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        ssize_t got;

        (void)snprintf(link, sizeof(link), "%.200s/%.200s", path, entry->d_name);
        got = readlink(link, target, sizeof(target) - 1);
        target[got > 0 ? got : 0] = '\0';
        (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%s=%s\n", entry->d_name,
                       target);
    }
    if (folder != NULL)
        (void)closedir(folder);
}

static void note_file(char *to, const char *path)
{
    FILE *file = fopen(path, "re");
    size_t used = strlen(to);
    char line[512];

    /* The numbers of a running process change; what somebody set does not. */
    while (file != NULL && fgets(line, sizeof(line), file) != NULL)
        if (strncmp(line, "SigBlk", 6) == 0 || strncmp(line, "SigIgn", 6) == 0 ||
            strncmp(line, "SigCgt", 6) == 0 || strncmp(line, "Threads", 7) == 0 ||
            strncmp(line, "Umask", 5) == 0 || strncmp(line, "Max", 3) == 0 ||
            strncmp(line, "Uid", 3) == 0 || strncmp(line, "Gid", 3) == 0 ||
            strncmp(line, "Cap", 3) == 0 || strncmp(line, "NoNewPrivs", 10) == 0)
            used += (size_t)snprintf(to + used, SNAPSHOT_SIZE - used, "%s", line);
    if (file != NULL)
        (void)fclose(file);
}

/* Signals, mask, umask, limits, ids, descriptors, threads, environment, folder, children. */
static void take_snapshot(char to[SNAPSHOT_SIZE])
{
    char cwd[PATH_MAX];

    to[0] = '\0';
    note_folder(to, "/proc/self/fd");
    note_file(to, "/proc/self/status");
    note_file(to, "/proc/self/limits");
    for (int number = 1; number < 65; number++) {
        struct sigaction action;

        if (sigaction(number, NULL, &action) == 0)
            (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%d %p %x\n", number,
                           (void *)(uintptr_t)action.sa_handler, (unsigned)action.sa_flags);
    }
    for (char **variable = environ; *variable != NULL; variable++)
        (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%p %s\n", (void *)*variable,
                       *variable);
    (void)snprintf(to + strlen(to), SNAPSHOT_SIZE - strlen(to), "%s\n", getcwd(cwd, sizeof(cwd)));
}

static void test_changes_nothing_in_its_host(void **state)
{
    static char before[SNAPSHOT_SIZE], after[SNAPSHOT_SIZE];
    static const char *const scripts[] = {
        "tests/scripts/pin/right", "tests/scripts/helpers/sign-killed",
        "tests/scripts/helpers/evaluate-hangs", "tests/scripts/cards/none"};

    (void)state;
    for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
        stage_reset(&stage);
        put_service("plain", scripts[i], "timeout=1");
        take_snapshot(before);
        (void)authenticate("plain", PERSON_RIGHT);
        take_snapshot(after);
        assert_string_equal(before, after);
        assert_false(stage_has_leftover(&stage));
        /* No child is left, but for the one that serves the socket where we are not root. */
        assert_int_equal(waitpid(-1, NULL, WNOHANG), stage.listener > 0 ? 0 : -1);
    }
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
    put_service("plain", "tests/scripts/pin/right", "");
    for (unsigned i = 0; i < RUNS; i++) {
        int loaded = 0;

        stage_reset(&stage);
        assert_int_equal(authenticate("plain", PERSON_RIGHT), PAM_SUCCESS);
        (void)dl_iterate_phdr(count_module, &loaded);
        assert_int_equal(loaded, 0);
    }
}

static void *run_thread(void *failures)
{
    for (unsigned i = 0; i < RUNS / 2; i++)
        if (authenticate("plain", PERSON_RIGHT) != PAM_SUCCESS)
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
    put_service("plain", script, "");
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_thread, &failures[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        (void)pthread_join(threads[i], NULL);
        assert_int_equal(failures[i], 0);
    }
    assert_false(stage_has_leftover(&stage));
}

/* ---- hosts ---- */

static void reap(int number)
{
    int saved = errno;

    (void)number;
    while (waitpid(-1, NULL, WNOHANG) > 0)
        ;
    errno = saved;
}

static void test_host_that_ignores_sigchld(void **state)
{
    (void)state;
    put_service("plain", "tests/scripts/pin/right", "");
    (void)signal(SIGCHLD, SIG_IGN);
    for (unsigned i = 0; i < RUNS; i++) {
        stage_reset(&stage);
        assert_int_equal(authenticate("plain", PERSON_RIGHT), PAM_SUCCESS);
        assert_false(stage_has_leftover(&stage));
    }
    (void)signal(SIGCHLD, SIG_DFL);
}

static void test_host_with_a_handler_that_reaps(void **state)
{
    (void)state;
    put_service("plain", "tests/scripts/pin/right", "");
    (void)signal(SIGCHLD, reap);
    for (unsigned i = 0; i < RUNS; i++) {
        stage_reset(&stage);
        assert_int_equal(authenticate("plain", PERSON_RIGHT), PAM_SUCCESS);
        assert_false(stage_has_leftover(&stage));
    }
    (void)signal(SIGCHLD, SIG_DFL);
}

static void test_host_that_ignores_sigpipe_or_does_not(void **state)
{
    (void)state;
    put_service("plain", "tests/scripts/helpers/killed-after-prepare", "");
    for (unsigned i = 0; i < 2; i++) {
        (void)signal(SIGPIPE, i == 0 ? SIG_IGN : SIG_DFL);
        stage_reset(&stage);
        assert_int_equal(authenticate("plain", PERSON_RIGHT), PAM_AUTHINFO_UNAVAIL);
    }
    (void)signal(SIGPIPE, SIG_DFL);
}

/* Run in a child what would spoil this process; the child's exit status is the PAM code. */
static int in_child(void (*spoil)(unsigned), unsigned number, enum person_kind kind)
{
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        spoil(number);
        _exit(authenticate("plain", kind));
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void close_standard(unsigned number)
{
    (void)number;
    (void)close(0);
    (void)close(1);
    (void)close(2);
}

static void test_host_with_closed_standard_descriptors(void **state)
{
    int status;

    (void)state;
    put_service("plain", "tests/scripts/pin/right", "");
    stage_reset(&stage);
    status = in_child(close_standard, 0, PERSON_RIGHT);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == PAM_SUCCESS);
    assert_false(stage_has_leftover(&stage));
}

static void limit(unsigned resource)
{
    const struct rlimit zero = {0, 0};

    (void)signal(SIGCHLD, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGALRM, SIG_IGN);
    close_standard(0);
    (void)setrlimit(resource, &zero);
}

static void test_each_limit_at_zero_never_succeeds_and_leaves_nothing(void **state)
{
    (void)state;
    put_service("plain", "tests/scripts/conversation/ctrl-c", "timeout=2");
    for (unsigned resource = 0; resource < RLIM_NLIMITS; resource++) {
        int status;

        stage_reset(&stage);
        status = in_child(limit, resource, PERSON_GIVES_UP);
        /* Without a processor or an address space the kernel may end the host itself. */
        if (resource != RLIMIT_CPU && resource != RLIMIT_STACK && resource != RLIMIT_AS &&
            resource != RLIMIT_DATA)
            assert_true(WIFEXITED(status));
        assert_false(WIFEXITED(status) && WEXITSTATUS(status) == PAM_SUCCESS);
        assert_false(stage_has_leftover(&stage));
    }
}

static void be_default(unsigned number)
{
    (void)number;
    (void)signal(SIGINT, SIG_DFL);
}

/* Ctrl-C kills the host while the PIN is asked for: the helpers see the end of their channel. */
static void test_host_killed_at_the_prompt_leaves_no_helper(void **state)
{
    int status;

    (void)state;
    put_service("plain", "tests/scripts/conversation/ctrl-c", "");
    stage_reset(&stage);
    status = in_child(be_default, 0, PERSON_LEAVES);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
    for (unsigned i = 0; i < 200 && stage_has_leftover(&stage); i++)
        (void)usleep(10000);
    assert_false(stage_has_leftover(&stage));
}

/* ---- secrets ---- */

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
#ifdef VSC_SANITIZED
    skip(); /* AddressSanitizer keeps freed memory, and copies of arguments */
#endif
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct person person = {.kind = PERSON_RIGHT};
        const struct pam_conv conv = {.conv = converse, .appdata_ptr = &person};
        pam_handle_t *pamh = NULL;

        stage_reset(&stage);
        put_service("plain", rows[i].script, rows[i].arguments);
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

/* ---- the rest of a session ---- */

static void test_a_whole_session(void **state)
{
    struct person person = {.kind = PERSON_RIGHT};
    const struct pam_conv conv = {.conv = converse, .appdata_ptr = &person};
    pam_handle_t *pamh = NULL;

    (void)state;
    stage_reset(&stage);
    put_service("plain", "tests/scripts/account/still-good", "");
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
    remove_file("plain");
    remove_file("endless");
    stage_close(&stage);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exports_the_six_functions_and_nothing_else),
        cmocka_unit_test(test_needs_libpam_and_libc_only),
        cmocka_unit_test(test_changes_nothing_in_its_host),
        cmocka_unit_test(test_repeated_with_dlclose_between),
        cmocka_unit_test(test_concurrent),
        cmocka_unit_test(test_host_that_ignores_sigchld),
        cmocka_unit_test(test_host_with_a_handler_that_reaps),
        cmocka_unit_test(test_host_that_ignores_sigpipe_or_does_not),
        cmocka_unit_test(test_host_with_closed_standard_descriptors),
        cmocka_unit_test(test_each_limit_at_zero_never_succeeds_and_leaves_nothing),
        cmocka_unit_test(test_host_killed_at_the_prompt_leaves_no_helper),
        cmocka_unit_test(test_the_search_finds_a_copy),
        cmocka_unit_test(test_no_copy_of_the_pin_is_left),
        cmocka_unit_test(test_a_whole_session),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
