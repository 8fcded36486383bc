/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * tests/stacks: each stack's expected verdicts and findings, beside what "vscmgr stacks check" says
 * and what libpam itself does with modules that return each code. A file holds lines "#? service
 * NAME", "#? FACILITY CODE END" (a CODE of "*" for those not named) and "#? find ID", and then the
 * files of the stack, each behind a line "#= NAME".
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scratch.h"
#include "tests/support/told.h"
#include "vscmgr/stacks/report.h"

#define FOLDER    "tests/stacks"
#define LEAST     40
#define EXPECTED  32
#define FILE_SIZE 8192

struct expected {
    char service[STACK_NAME_SIZE];
    char facility[EXPECTED][16], code[EXPECTED][32], end[EXPECTED][16];
    size_t count;
    char find[EXPECTED][32];
    size_t find_count;
};

static struct expected expected;
static struct stack_report report;
static struct stack stack;

static void take_line(const char *line)
{
    if (sscanf(line, "#? service %63s", expected.service) == 1)
        return;
    if (sscanf(line, "#? find %31s", expected.find[expected.find_count]) == 1) {
        expected.find_count++;
        return;
    }
    if (sscanf(line, "#? %15s %31s %15s", expected.facility[expected.count],
               expected.code[expected.count], expected.end[expected.count]) == 3)
        expected.count++;
}

static void take_case(struct told *told, const char *name)
{
    char path[512], text[FILE_SIZE], *files;
    size_t len;
    FILE *stream;

    memset(&expected, 0, sizeof(expected));
    (void)snprintf(path, sizeof(path), FOLDER "/%s", name);
    stream = fopen(path, "r");
    assert_non_null(stream);
    len = fread(text, 1, sizeof(text) - 1, stream);
    (void)fclose(stream);
    text[len] = '\0';
    files = strstr(text, "\n#= ");
    assert_non_null(files);
    for (const char *line = text; line < files; line = strchr(line, '\n') + 1)
        take_line(line);
    for (char *file = files + 4; file != NULL;) {
        char *start = strchr(file, '\n') + 1;
        char *end = strncmp(start, "#= ", 3) == 0 ? start : strstr(start, "\n#= ");

        start[-1] = '\0';
        if (end == NULL) {
            told_file(told, file, start, strlen(start));
            return;
        }
        end += end != start;
        told_file(told, file, start, (size_t)(end - start));
        file = end + 3;
    }
}

static const char *expected_end(const char *facility, const char *code)
{
    const char *end = "none";

    for (size_t i = 0; i < expected.count; i++) {
        if (strcmp(expected.facility[i], facility) != 0)
            continue;
        if (strcmp(expected.code[i], code) == 0)
            return expected.end[i];
        if (strcmp(expected.code[i], "*") == 0)
            end = expected.end[i];
    }
    return end;
}

static void check_findings(const char *name)
{
    for (size_t i = 0; i < report.found_count; i++) {
        bool is_expected = false;

        for (size_t k = 0; k < expected.find_count; k++)
            is_expected = is_expected ||
                          strcmp(expected.find[k], stack_finding_name(report.found[i].id)) == 0;
        if (!is_expected)
            fail_msg("%s: %s was found", name, stack_finding_name(report.found[i].id));
    }
    if (report.found_count != expected.find_count)
        fail_msg("%s: %zu findings, not %zu", name, report.found_count, expected.find_count);
}

static void check_facility(const struct told *told, const char *name, enum stack_facility facility)
{
    const char *facility_name = stack_facility_name(facility);
    const struct stack_folders folders = stack_folders_of(told->plain);
    struct problem problem = {""};

    assert_int_equal(stack_read(&folders, expected.service, facility_name, &stack, &problem),
                     VSC_OK);
    for (size_t i = 0; i < report.verdict_count[facility]; i++) {
        const struct stack_verdict *verdict = &report.verdicts[facility][i];
        const char *code = stack_code_name(verdict->code), *ours = stack_end_name(verdict->end);
        const char *libpams =
            stack_end_name(told_judge(told, expected.service, &stack, facility, verdict->code));

        if (strcmp(libpams, ours) != 0)
            fail_msg("%s: %s %s: %s, and libpam says %s", name, facility_name, code, ours, libpams);
        if (strcmp(expected_end(facility_name, code), ours) != 0)
            fail_msg("%s: %s %s: %s, and %s is expected", name, facility_name, code, ours,
                     expected_end(facility_name, code));
    }
}

/* pam_setcred() after a sign-in by card, and for who asks nobody. */
static void check_setcred(const struct told *told, const char *name)
{
    const struct stack_folders folders = stack_folders_of(told->plain);
    struct stack_world world = {
        .facility = FACILITY_AUTH, .prover = PAM_SUCCESS, .conditions = ~0U, .absent = true};
    struct problem problem = {""};
    struct stack_walk walk;
    bool fails = false;
    int auth = PAM_ABORT, theirs, ours;

    assert_int_equal(stack_read(&folders, expected.service, "auth", &stack, &problem), VSC_OK);
    theirs = told_setcred(told, expected.service, &stack, &world, &auth);
    assert_int_equal(auth, stack_run(&stack, stack_world_returns, &world, &walk));
    world.is_setcred = true;
    ours = stack_run_again(&stack, &walk, stack_world_returns, &world);
    if (ours != theirs)
        fail_msg("%s: setcred %d, and libpam says %d", name, ours, theirs);
    for (size_t i = 0; i < expected.find_count; i++)
        fails = fails || strcmp(expected.find[i], "setcred-fails") == 0;
    if (auth == PAM_SUCCESS && fails != (theirs != PAM_SUCCESS))
        fail_msg("%s: setcred after a sign-in: %d", name, theirs);
    theirs = told_setcred(told, expected.service, &stack, &world, NULL);
    ours = stack_run_again(&stack, NULL, stack_world_returns, &world);
    if (ours != theirs)
        fail_msg("%s: setcred alone %d, and libpam says %d", name, ours, theirs);
}

static void test_corpus_verdicts_are_libpams(void **state)
{
    struct dirent **entries = NULL;
    int count = scandir(FOLDER, &entries, NULL, alphasort);
    bool has_cve = false; /* the one of CVE-2025-24531 is in it */
    unsigned cases = 0;

    for (int i = 0; i < count; i++) {
        void *inner = NULL;
        struct told told;

        if (entries[i]->d_name[0] != '.') {
            assert_int_equal(scratch_setup(&inner), 0);
            told_begin(&told, &inner, PAM_TOLD);
            take_case(&told, entries[i]->d_name);
            assert_int_equal(stack_report_make(&(struct stack_folders){{told.plain, NULL}},
                                               expected.service, &report),
                             VSC_OK);
            check_findings(entries[i]->d_name);
            for (enum stack_facility facility = 0; facility < FACILITY_COUNT; facility++)
                if (report.verdict_count[facility] > 0)
                    check_facility(&told, entries[i]->d_name, facility);
            if (report.verdict_count[FACILITY_AUTH] > 0)
                check_setcred(&told, entries[i]->d_name);
            assert_int_equal(scratch_teardown(&inner), 0);
            has_cve = has_cve || strcmp(entries[i]->d_name, "cve-2025-24531") == 0;
            cases++;
        }
        free(entries[i]);
    }
    free(entries);
    (void)state;
    assert_in_range(cases, LEAST, 1000);
    assert_true(has_cve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_corpus_verdicts_are_libpams),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
