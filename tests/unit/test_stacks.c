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
#include "vscmgr/stacks/judge.h"

#define VSC "auth required pam_vsc.so\n"

static struct stack stack;

static enum vsc_err read_text(void **state, const char *text, struct problem *problem)
{
    scratch_file(state, "service", text, strlen(text), 0644);
    return stack_read(*state, "service", "auth", &stack, problem);
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
    int codes[2][LINES + 2]; /* of "service" and "part", by line */
};

static int as_told(void *arg, const struct stack_line *line)
{
    const struct written *written = arg;

    return written->codes[line->file[0] == 'p'][line->number];
}

static void write_random(void **state, struct written *written, const char *name)
{
    char text[2048] = "";
    bool is_part = name[0] == 'p';

    for (unsigned line = 1; line <= LINES; line++) {
        size_t code = (size_t)rand() % (sizeof(told) / sizeof(told[0]));
        size_t control = (size_t)rand() % (sizeof(controls) / sizeof(controls[0]));
        size_t len = strlen(text);

        written->codes[is_part][line] = told[code].code;
        if (!is_part && rand() % 4 == 0)
            (void)snprintf(text + len, sizeof(text) - len, "auth %s %s/part\n",
                           rand() % 2 == 0 ? "include" : "substack", (const char *)*state);
        else
            (void)snprintf(text + len, sizeof(text) - len, "auth %s pam_debug.so auth=%s\n",
                           controls[control], told[code].name);
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
        struct written written = {{{0}}};
        struct problem problem = {""};
        int ours, theirs;

        write_random(state, &written, "service");
        write_random(state, &written, "part");
        assert_int_equal(stack_read(*state, "service", "auth", &stack, &problem), VSC_OK);
        ours = stack_run(&stack, as_told, &written);
        theirs = ask_libpam(*state);
        good += theirs == PAM_SUCCESS;
        if (ours != theirs)
            fail_msg("stack %u: %d, libpam says %d", i, ours, theirs);
    }
    assert_in_range(good, RANDOM_STACKS / 40, RANDOM_STACKS);
}

static void test_judge_table(void **state)
{
    static const struct {
        const char *text;
        bool lets_in, locks_out;
    } cases[] = {
        /* README's and pam_vsc(8)'s. */
        {"auth [success=done auth_err=die maxtries=die default=ignore] pam_vsc.so\n"
         "auth required pam_unix.so\n",
         false, false},
        {"auth [success=2 authinfo_unavail=ignore default=die] pam_vsc.so\n"
         "auth [success=1 default=ignore] pam_unix.so\nauth requisite pam_deny.so\n"
         "auth required pam_permit.so\n",
         false, false},
        {"auth required pam_vsc.so\n", false, true},
        {"auth sufficient pam_vsc.so\nauth required pam_deny.so\n", false, true},
        /* CVE-2025-24531's stack: a failure that is ignored, and pam_permit after it. */
        {"auth [success=ok default=ignore] pam_vsc.so\nauth optional pam_permit.so\n", true, false},
        {"auth optional pam_vsc.so\nauth required pam_env.so\n", true, false},
        {"auth sufficient pam_vsc.so\nauth required pam_permit.so\n", true, false},
        /* The password is asked for, and its refusal ignored. */
        {"auth sufficient pam_vsc.so\nauth sufficient pam_unix.so\nauth required pam_env.so\n",
         true, false},
        /* One code only is let through. */
        {"auth [success=ok maxtries=ignore default=die] pam_vsc.so\nauth required pam_env.so\n",
         true, true},
        /* An administrator's own rule is not pam_vsc's fault. */
        {"auth sufficient pam_rootok.so\nauth required pam_vsc.so\n", false, true},
        {"auth required pam_env.so\nauth required pam_vsc.so\nauth required pam_unix.so\n", false,
         true},
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct problem problem = {""};
        int code = PAM_SUCCESS;
        bool lets_in;

        assert_int_equal(read_text(state, cases[i].text, &problem), VSC_OK);
        assert_true(stack_has(&stack, STACK_MODULE));
        lets_in = stack_lets_failure_through(&stack, &code);
        if (lets_in != cases[i].lets_in || stack_locks_out(&stack) != cases[i].locks_out)
            fail_msg("case %zu", i);
        assert_int_equal(lets_in, code != PAM_SUCCESS);
        if (lets_in)
            assert_string_not_equal(stack_code_name(code), "unknown");
    }
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
        cmocka_unit_test_setup_teardown(test_judge_table, scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
