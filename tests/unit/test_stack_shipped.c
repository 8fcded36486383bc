/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each stack that is shipped (conf/pam.d), with Debian's common-* beside it, run by libpam with
 * modules that return each code that pam_vsc(8) names: only success lets in, only authinfo_unavail
 * goes on to the password, and pam_setcred succeeds on the way that the sign-in went.
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

#define FOLDER    "conf/pam.d"
#define FEDORAS   "conf/authselect"
#define FILE_SIZE 8192

static const char *const parts[][2] = {
    {"common-auth", "auth [success=1 default=ignore] pam_unix.so nullok\n"
                    "auth requisite pam_deny.so\n"
                    "auth required pam_permit.so\n"
                    "auth optional pam_cap.so\n"},
    {"common-account", "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
                       "account requisite pam_deny.so\n"
                       "account required pam_permit.so\n"},
    {"common-password", "password [success=1 default=ignore] pam_unix.so obscure yescrypt\n"
                        "password requisite pam_deny.so\n"
                        "password required pam_permit.so\n"},
    {"common-session", "session required pam_unix.so\n"},
    {"common-session-noninteractive", "session required pam_unix.so\n"},
};

static struct stack_report report;
static struct stack stack;

static void take_files(const struct told *told, const char *folder)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, NULL, alphasort);

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        told_file(told, parts[i][0], parts[i][1], strlen(parts[i][1]));
    for (int i = 0; i < count; i++) {
        char path[512], text[FILE_SIZE];
        FILE *stream;

        (void)snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
        stream = entries[i]->d_name[0] != '.' ? fopen(path, "r") : NULL;
        if (stream != NULL) {
            told_file(told, entries[i]->d_name, text, fread(text, 1, sizeof(text), stream));
            (void)fclose(stream);
        }
        free(entries[i]);
    }
    free(entries);
}

/* What each code has to lead to. */
static enum stack_end wanted(enum stack_facility facility, int code)
{
    if (facility == FACILITY_ACCOUNT) /* a check that is added, and takes none away */
        return code == PAM_SUCCESS || code == PAM_IGNORE ? END_OTHERS : END_REFUSED;
    if (code == PAM_SUCCESS)
        return END_LET_IN;
    return code == PAM_AUTHINFO_UNAVAIL ? END_OTHERS : END_REFUSED;
}

static void check_service(const struct told *told, const char *service)
{
    const struct stack_folders folders = stack_folders_of(told->plain);

    assert_int_equal(stack_report_make(&folders, service, &report), VSC_OK);
    if (report.found_count > 0)
        fail_msg("%s: %s", service, stack_finding_name(report.found[0].id));
    assert_true(stack_report_loads(&report));
    for (enum stack_facility facility = 0; facility < FACILITY_COUNT; facility++) {
        struct problem problem = {""};

        assert_int_equal(
            stack_read(&folders, service, stack_facility_name(facility), &stack, &problem), VSC_OK);
        for (size_t i = 0; i < report.verdict_count[facility]; i++) {
            int code = report.verdicts[facility][i].code;
            enum stack_end end = told_judge(told, service, &stack, facility, code);

            if (end != wanted(facility, code))
                fail_msg("%s: %s %s: %s", service, stack_facility_name(facility),
                         stack_code_name(code), stack_end_name(end));
        }
    }
}

static void check_setcred(const struct told *told, const char *service)
{
    const struct stack_folders folders = stack_folders_of(told->plain);
    struct stack_world card = {.facility = FACILITY_AUTH,
                               .ours = PAM_SUCCESS,
                               .prover = PAM_AUTH_ERR,
                               .conditions = ~0U,
                               .absent = true};
    struct stack_world password = {.facility = FACILITY_AUTH,
                                   .ours = PAM_AUTHINFO_UNAVAIL,
                                   .prover = PAM_SUCCESS,
                                   .conditions = ~0U,
                                   .absent = true};
    struct problem problem = {""};
    int auth = PAM_ABORT;

    assert_int_equal(stack_read(&folders, service, "auth", &stack, &problem), VSC_OK);
    assert_int_equal(told_setcred(told, service, &stack, &card, &auth), PAM_SUCCESS);
    assert_int_equal(auth, PAM_SUCCESS);
    assert_int_equal(told_setcred(told, service, &stack, &password, &auth), PAM_SUCCESS);
    assert_int_equal(auth, PAM_SUCCESS);
    assert_int_equal(told_setcred(told, service, &stack, &card, NULL), PAM_SUCCESS);
}

static void test_shipped_stacks_do_what_they_should(void **state)
{
    struct dirent **entries = NULL;
    int count = scandir(FOLDER, &entries, NULL, alphasort);
    struct told told;
    unsigned services = 0;

    told_begin(&told, state, PAM_TOLD);
    take_files(&told, FOLDER);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            check_service(&told, entries[i]->d_name);
            if (report.loads[FACILITY_AUTH])
                check_setcred(&told, entries[i]->d_name);
            services++;
        }
        free(entries[i]);
    }
    free(entries);
    assert_in_range(services, 14, 100);
}

static void test_stacks_for_authselect_do_what_they_should(void **state)
{
    static const char *const names[] = {"system-auth", "password-auth", "smartcard-auth"};
    struct told told;

    told_begin(&told, state, PAM_TOLD);
    take_files(&told, FEDORAS);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        check_service(&told, names[i]);
        check_setcred(&told, names[i]);
    }
}

/* A module that cannot be loaded locks nobody out. */
static void test_shipped_stacks_go_on_without_the_module(void **state)
{
    struct dirent **entries = NULL;
    int count = scandir(FOLDER, &entries, NULL, alphasort);
    struct told told;

    told_begin(&told, state, PAM_TOLD);
    take_files(&told, FOLDER);
    for (int i = 0; i < count; i++) {
        const struct stack_folders folders = stack_folders_of(told.plain);

        for (enum stack_facility facility = 0; facility < FACILITY_COUNT; facility++) {
            struct problem problem = {""};

            if (entries[i]->d_name[0] == '.')
                continue;
            assert_int_equal(stack_read(&folders, entries[i]->d_name, stack_facility_name(facility),
                                        &stack, &problem),
                             VSC_OK);
            if (stack_has(&stack, STACK_MODULE))
                assert_int_equal(
                    told_judge(&told, entries[i]->d_name, &stack, facility, PAM_MODULE_UNKNOWN),
                    END_OTHERS);
        }
        free(entries[i]);
    }
    free(entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_shipped_stacks_do_what_they_should, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_stacks_for_authselect_do_what_they_should,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_shipped_stacks_go_on_without_the_module, scratch_setup,
                                        scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
