/* SPDX-License-Identifier: BSD-2-Clause */
/* PAM stacks: how they are read, what libpam makes of return codes, and what the judge says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <security/pam_appl.h>

#include "tests/support/scratch.h"
#include "vscmgr/stacks/services.h"
#include "vscmgr/stacks/stack.h"

#define VSC "auth required pam_vsc.so\n"

static struct stack stack;

static enum vsc_err read_text(void **state, const char *text, struct problem *problem)
{
    const struct stack_folders folders = stack_folders_of(*state);

    scratch_file(state, "service", text, strlen(text), 0644);
    return stack_read(&folders, "service", "auth", &stack, problem);
}

static void test_read_brackets_and_words(void **state)
{
    struct problem problem = {""};

    assert_int_equal(
        read_text(state,
                  "#%PAM-1.0\n"
                  "auth [success=2 authinfo_unavail=ignore default=die] pam_vsc.so a=b # c\n"
                  "account required pam_unix.so\n"
                  "-auth \\\n  sufficient /lib/security/pam_unix.so nullok\n"
                  "auth requisite pam_deny.so\n",
                  &problem),
        VSC_OK);
    assert_int_equal(stack.count, 3);
    assert_string_equal(stack.lines[0].module, "pam_vsc.so");
    assert_int_equal(stack.lines[0].actions[PAM_SUCCESS], 2);
    assert_int_equal(stack.lines[0].actions[PAM_AUTHINFO_UNAVAIL], ACTION_IGNORE);
    assert_int_equal(stack.lines[0].actions[PAM_AUTH_ERR], ACTION_DIE);
    assert_string_equal(stack.lines[1].module, "pam_unix.so");
    assert_int_equal(stack.lines[1].number, 4);
    assert_int_equal(stack.lines[1].actions[PAM_SUCCESS], ACTION_DONE);
    assert_int_equal(stack.lines[1].actions[PAM_AUTH_ERR], ACTION_IGNORE);
    assert_int_equal(stack.lines[2].actions[PAM_AUTH_ERR], ACTION_DIE);
}

static void test_read_code_that_is_not_named_is_bad(void **state)
{
    struct problem problem = {""};

    assert_int_equal(read_text(state, "auth [success=ok] pam_vsc.so\n", &problem), VSC_OK);
    assert_int_equal(stack.lines[0].actions[PAM_AUTH_ERR], ACTION_BAD);
    assert_int_equal(stack.lines[0].actions[PAM_IGNORE], ACTION_BAD);
}

static void test_read_names_file_and_line_of_a_fault(void **state)
{
    static const char *const faults[] = {
        "auth required\n",
        "auth frobnicate pam_vsc.so\n",
        "auth [success=ok pam_vsc.so\n",
        "auth [success] pam_vsc.so\n",
        "auth [success=0] pam_vsc.so\n",
        "auth [success=99999] pam_vsc.so\n",
        "auth [nonsense=ok] pam_vsc.so\n",
        "auth [success=nonsense] pam_vsc.so\n",
        "@include\n",
    };

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        struct problem problem = {""};
        char text[128];

        (void)snprintf(text, sizeof(text), "# a comment\n%s", faults[i]);
        assert_int_equal(read_text(state, text, &problem), VSC_INPUT);
        assert_non_null(strstr(problem.text, "service:2: "));
    }
}

static void test_read_missing_and_endless_files(void **state)
{
    struct problem problem = {""};

    assert_int_equal(read_text(state, "@include no-such-file\n", &problem), VSC_INPUT);
    assert_non_null(strstr(problem.text, "no-such-file"));
    assert_int_equal(read_text(state, "auth include service\n", &problem), VSC_INPUT);
    assert_int_equal(read_text(state, "auth substack service\n", &problem), VSC_INPUT);
    assert_non_null(strstr(problem.text, "too many"));
}

static void test_read_too_many_lines(void **state)
{
    struct problem problem = {""};
    char *text = calloc(STACK_LINES_MAX + 2, sizeof(VSC));

    assert_non_null(text);
    for (size_t i = 0; i <= STACK_LINES_MAX; i++)
        memcpy(text + i * (sizeof(VSC) - 1), VSC, sizeof(VSC));
    assert_int_equal(read_text(state, text, &problem), VSC_INPUT);
    free(text);
}

/* ---- beside libpam itself: pam_debug.so returns what it is told ---------------------------------
 */

#define RANDOM_STACKS 400
#define LINES         5

static const struct {
    const char *name;
    int code;
} told[] = {{"success", PAM_SUCCESS},
            {"auth_err", PAM_AUTH_ERR},
            {"ignore", PAM_IGNORE},
            {"authinfo_unavail", PAM_AUTHINFO_UNAVAIL},
            {"new_authtok_reqd", PAM_NEW_AUTHTOK_REQD},
            {"maxtries", PAM_MAXTRIES}};

static const char *const controls[] = {
    "required",
    "requisite",
    "sufficient",
    "optional",
    "[success=1 default=ignore]",
    "[success=2 default=bad]",
    "[success=ok authinfo_unavail=ignore default=die]",
    "[success=done new_authtok_reqd=ok default=reset]",
    "[auth_err=1 default=ok]",
    "[default=ignore]",
    "[ignore=ok success=ok]",
};

struct written {
    int codes[2][LINES + 2], creds[2][LINES + 2]; /* of "service" and "part", by line */
};

static int as_told(void *arg, const struct stack_line *line)
{
    const struct written *written = arg;

    const char *name = strrchr(line->file, '/') + 1;

    return written->codes[name[0] == 'p'][line->number];
}

static int as_told_for_setcred(void *arg, const struct stack_line *line)
{
    const struct written *written = arg;
    const char *name = strrchr(line->file, '/') + 1;

    return written->creds[name[0] == 'p'][line->number];
}

static void write_random(void **state, struct written *written, const char *name)
{
    char text[2048] = "";
    bool is_part = name[0] == 'p';

    for (unsigned line = 1; line <= LINES; line++) {
        size_t code = (size_t)rand() % (sizeof(told) / sizeof(told[0]));
        size_t control = (size_t)rand() % (sizeof(controls) / sizeof(controls[0]));
        size_t cred = (size_t)rand() % (sizeof(told) / sizeof(told[0]));
        size_t len = strlen(text);

        written->creds[is_part][line] = told[cred].code;
        written->codes[is_part][line] = told[code].code;
        if (!is_part && rand() % 4 == 0)
            (void)snprintf(text + len, sizeof(text) - len, "auth %s %s/part\n",
                           rand() % 2 == 0 ? "include" : "substack", (const char *)*state);
        else
            (void)snprintf(text + len, sizeof(text) - len, "auth %s pam_debug.so auth=%s cred=%s\n",
                           controls[control], told[code].name, told[cred].name);
    }
    scratch_file(state, name, text, strlen(text), 0644);
}

static int silent(int count, const struct pam_message **messages, struct pam_response **responses,
                  void *arg)
{
    (void)messages;
    (void)arg;
    *responses = calloc((size_t)count, sizeof(**responses));
    return *responses != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static int ask_libpam(const char *folder)
{
    const struct pam_conv conversation = {silent, NULL};
    pam_handle_t *handle = NULL;
    int result;

    assert_int_equal(pam_start_confdir("service", "root", &conversation, folder, &handle),
                     PAM_SUCCESS);
    result = pam_authenticate(handle, PAM_SILENT | PAM_DISALLOW_NULL_AUTHTOK);
    (void)pam_end(handle, result);
    return result;
}

static void test_run_gives_what_libpam_gives(void **state)
{
    unsigned good = 0;

    srand(20260701);
    for (unsigned i = 0; i < RANDOM_STACKS; i++) {
        const struct stack_folders folders = stack_folders_of(*state);
        struct written written = {.codes = {{0}}};
        struct problem problem = {""};
        int ours, theirs;

        write_random(state, &written, "service");
        write_random(state, &written, "part");
        assert_int_equal(stack_read(&folders, "service", "auth", &stack, &problem), VSC_OK);
        ours = stack_run(&stack, as_told, &written, NULL);
        theirs = ask_libpam(*state);
        good += theirs == PAM_SUCCESS;
        if (ours != theirs)
            fail_msg("stack %u: %d, libpam says %d", i, ours, theirs);
    }
    assert_in_range(good, RANDOM_STACKS / 40, RANDOM_STACKS);
}

/* What pam_setcred() makes of the chain that authenticate has left. */
static void test_run_again_gives_what_libpam_gives(void **state)
{
    srand(20261125);
    for (unsigned i = 0; i < RANDOM_STACKS; i++) {
        const struct pam_conv conversation = {silent, NULL};
        const struct stack_folders folders = stack_folders_of(*state);
        struct written written = {.codes = {{0}}};
        struct stack_walk walk;
        struct problem problem = {""};
        pam_handle_t *handle = NULL;
        bool alone = i % 4 == 0; /* without an authenticate before it */
        int ours, theirs;

        write_random(state, &written, "service");
        write_random(state, &written, "part");
        assert_int_equal(stack_read(&folders, "service", "auth", &stack, &problem), VSC_OK);
        (void)stack_run(&stack, as_told, &written, &walk);
        ours = stack_run_again(&stack, alone ? NULL : &walk, as_told_for_setcred, &written);
        assert_int_equal(pam_start_confdir("service", "root", &conversation, *state, &handle),
                         PAM_SUCCESS);
        if (!alone)
            (void)pam_authenticate(handle, PAM_SILENT);
        theirs = pam_setcred(handle, PAM_ESTABLISH_CRED | PAM_SILENT);
        (void)pam_end(handle, theirs);
        if (ours != theirs)
            fail_msg("stack %u: %d, libpam says %d", i, ours, theirs);
    }
}

static void test_read_puts_lines_together_as_libpam(void **state)
{
    struct problem problem = {""};

    /* A comment does not go on, whatever ends it; blanks may follow a backslash, and a comment may
     * stand in the middle. */
    assert_int_equal(read_text(state,
                               "# a comment \\\n"
                               "auth sufficient pam_permit.so # another \\\n"
                               "auth optional pam_env.so \\# a third\n"
                               "auth required \\ \t\n"
                               "# between\n"
                               "\n"
                               "  pam_unix.so\n",
                               &problem),
                     VSC_OK);
    assert_int_equal(stack.count, 3);
    assert_string_equal(stack.lines[0].module, "pam_permit.so");
    assert_int_equal(stack.lines[0].number, 2);
    assert_string_equal(stack.lines[1].module, "pam_env.so");
    assert_string_equal(stack.lines[2].module, "pam_unix.so");
    assert_int_equal(stack.lines[2].number, 4);
}

static void test_read_refuses_what_libpam_reads_otherwise(void **state)
{
    static const char *const faults[] = {
        "auth required pam_unix.so\r\n",  /* a module of that name is not there */
        "atuh required pam_unix.so\n",    /* becomes a line that fails */
        "auth required pam_unix.so \\\n", /* the file ends in the line */
    };
    char text[2048];
    struct problem problem = {""};

    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        problem.text[0] = '\0';
        assert_int_equal(read_text(state, faults[i], &problem), VSC_INPUT);
        assert_non_null(strstr(problem.text, "service:1: "));
    }
    (void)snprintf(text, sizeof(text), "auth required pam_unix.so %0*d\n", 1100, 0);
    assert_int_equal(read_text(state, text, &problem), VSC_INPUT);
    assert_non_null(strstr(problem.text, "too long"));
    scratch_file(state, "service", "auth required pam_unix.so\n\0auth", 31, 0644);
    assert_int_equal(
        stack_read(&(struct stack_folders){{*state, NULL}}, "service", "auth", &stack, &problem),
        VSC_INPUT);
    assert_non_null(strstr(problem.text, "no text"));
}

static void test_read_takes_other_and_the_first_folder_that_has_it(void **state)
{
    char first[256], second[256];
    struct stack_folders folders = {{first, second, NULL}};
    struct problem problem = {""};

    scratch_folder(state, "first", 0755);
    scratch_folder(state, "second", 0755);
    (void)snprintf(first, sizeof(first), "%s", scratch_path(state, "first"));
    (void)snprintf(second, sizeof(second), "%s", scratch_path(state, "second"));
    scratch_file(state, "first/other", "auth required pam_deny.so\n", 26, 0644);
    scratch_file(state, "second/other", "auth required pam_permit.so\n", 28, 0644);
    scratch_file(state, "second/service", "account required pam_unix.so\n", 29, 0644);
    assert_int_equal(stack_read(&folders, "service", "auth", &stack, &problem), VSC_OK);
    assert_int_equal(stack.count, 1);
    assert_string_equal(stack.lines[0].module, "pam_deny.so");
    assert_int_equal(stack_read(&folders, "service", "account", &stack, &problem), VSC_OK);
    assert_string_equal(stack.lines[0].module, "pam_unix.so");
    assert_string_equal(stack.lines[0].file + strlen(second), "/service");
}

static void test_services_are_listed_once(void **state)
{
    static struct stack_services services;
    const struct stack_folders folders = stack_folders_of(*state);

    scratch_file(state, "sudo", "", 0, 0644);
    scratch_file(state, "common-auth", "", 0, 0644);
    scratch_file(state, "sudo.before-vsc~", "", 0, 0644);
    scratch_file(state, ".hidden", "", 0, 0644);
    scratch_file(state, "login", "", 0, 0644);
    stack_services_list(&folders, &services);
    assert_int_equal(services.count, 2);
    assert_string_equal(services.names[0], "login");
    assert_string_equal(services.names[1], "sudo");
    assert_false(stack_is_service_name("../shadow"));
    assert_false(stack_is_service_name("-x"));
    assert_false(stack_is_service_name(""));
    assert_true(stack_is_service_name("gdm-smartcard"));
}

static void test_codes_have_their_names(void **state)
{
    (void)state;
    for (int code = 0; code < STACK_CODES; code++)
        assert_int_equal(stack_code_of(stack_code_name(code)), code);
    assert_int_equal(stack_code_of("nonsense"), -1);
    assert_string_equal(stack_code_name(99), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_read_brackets_and_words, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_read_code_that_is_not_named_is_bad, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_read_names_file_and_line_of_a_fault, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_read_missing_and_endless_files, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_read_too_many_lines, scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_run_gives_what_libpam_gives, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_run_again_gives_what_libpam_gives, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_read_puts_lines_together_as_libpam, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_read_refuses_what_libpam_reads_otherwise,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_read_takes_other_and_the_first_folder_that_has_it,
                                        scratch_setup, scratch_teardown),
        cmocka_unit_test_setup_teardown(test_services_are_listed_once, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test(test_codes_have_their_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
