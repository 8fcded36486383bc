/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every scripted conversation in tests/scripts is a test of its own, and one more with `debug`,
 * which may add debug lines to the log and change nothing else. With arguments: these files only.
 */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/spawn.h"
#include "tests/pam/case.h"
#include "tests/pam/marks.h"

#define NAME_SIZE 160

static struct stage stage;

/* Who the module is asked by; whether a helper may be started is decided for who we really are. */
static bool starting;

uid_t __wrap_getuid(void);
uid_t __real_getuid(void);
uid_t __wrap_geteuid(void);
uid_t __real_geteuid(void);
struct caller __wrap_caller_find(int input, const char *run);
struct caller __real_caller_find(int input, const char *run);
enum vsc_err __wrap_helper_start(const char *folder, const char *name, char *const *argv,
                                 struct helper *ret_helper, struct problem *problem);
enum vsc_err __real_helper_start(const char *folder, const char *name, char *const *argv,
                                 struct helper *ret_helper, struct problem *problem);

uid_t __wrap_getuid(void)
{
    return case_ids.uid >= 0 && !starting ? (uid_t)case_ids.uid : __real_getuid();
}

struct caller __wrap_caller_find(int input, const char *run)
{
    if (case_ids.socket < 0 || input < 0)
        return __real_caller_find(input, run);
    return (struct caller){.uid = (uid_t)case_ids.socket};
}

uid_t __wrap_geteuid(void)
{
    return case_ids.euid >= 0 && !starting ? (uid_t)case_ids.euid : __real_geteuid();
}

enum vsc_err __wrap_helper_start(const char *folder, const char *name, char *const *argv,
                                 struct helper *ret_helper, struct problem *problem)
{
    enum vsc_err err;

    starting = true;
    err = __real_helper_start(folder, name, argv, ret_helper, problem);
    starting = false;
    return err;
}

struct scripted {
    char path[PATH_MAX];
    char name[NAME_SIZE];
    bool debug;
};

/* How many sign-ins of the script succeed as root. */
static unsigned marks_expected(const char *path)
{
    FILE *file = fopen(path, "re");
    bool root = geteuid() == 0;
    char line[1024];
    unsigned count = 0;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        count += strncmp(line, "authenticate = PAM_SUCCESS", 26) == 0;
        if (strncmp(line, "euid=", 5) == 0)
            root = line[5] == '0';
    }
    (void)fclose(file);
    return root ? count : 0;
}

static void test_script(void **state)
{
    const struct scripted *scripted = *state;
    char why[CASE_WHY];

    marks_left = 0;
    if (!case_run(&stage, scripted->path, scripted->debug, why))
        fail_msg("%s:\n%s", scripted->name, why);
    /* A mark for each success; that it fails here is seen nowhere. */
    if (marks_left != marks_expected(scripted->path))
        fail_msg("%s: %u marks of a sign-in, not %u", scripted->name, marks_left,
                 marks_expected(scripted->path));
}

static bool add(struct scripted *scripted, const char *path, bool debug)
{
    scripted->debug = debug;
    (void)snprintf(scripted->name, NAME_SIZE, "%.140s%s", path, debug ? " with debug" : "");
    return realpath(path, scripted->path) != NULL;
}

int main(int argc, char **argv)
{
    glob_t found = {.gl_pathc = 0};
    struct CMUnitTest *tests;
    struct scripted *all;
    size_t count;
    int failed;

    (void)setenv("TZ", "UTC", 1);
    if (argc < 2 && glob("tests/scripts/*/*", 0, NULL, &found) != 0)
        return 1;
    count = argc < 2 ? found.gl_pathc : (size_t)argc - 1;
    tests = calloc(count * 2, sizeof(*tests));
    all = calloc(count * 2, sizeof(*all));
    if (tests == NULL || all == NULL || !stage_open(&stage))
        return 1;
    for (size_t i = 0; i < count * 2; i++) {
        if (!add(&all[i], argc < 2 ? found.gl_pathv[i / 2] : argv[i / 2 + 1], i % 2 == 1))
            return 1;
        tests[i] = (struct CMUnitTest){
            .name = all[i].name, .test_func = test_script, .initial_state = &all[i]};
    }
    failed = _cmocka_run_group_tests("scripts", tests, count * 2, NULL, NULL);
    stage_close(&stage);
    globfree(&found);
    free(tests);
    free(all);
    return failed;
}
