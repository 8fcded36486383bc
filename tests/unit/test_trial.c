/* SPDX-License-Identifier: BSD-2-Clause */
/* The note that a sign-in leaves where a trial of PAM stacks runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/trial.h"
#include "tests/support/scratch.h"

static bool noted(void **state, const char *service)
{
    int folder = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is = trial_noted(folder, service);

    (void)close(folder);
    return is;
}

static void test_note_is_left_while_a_trial_runs(void **state)
{
    assert_false(trial_note(*state, "sudo"));
    assert_false(noted(state, "sudo"));
    scratch_file(state, TRIAL_NAME, "", 0, 0600);
    assert_true(trial_note(*state, "sudo"));
    assert_true(trial_note(*state, "sudo"));
    assert_true(noted(state, "sudo"));
    assert_false(noted(state, "login"));
}

static void test_note_is_not_left_elsewhere(void **state)
{
    char name[200];

    memset(name, 'x', sizeof(name));
    name[sizeof(name) - 1] = '\0';
    scratch_file(state, TRIAL_NAME, "", 0, 0600);
    scratch_folder(state, TRIAL_NOTE "x", 0755);
    assert_false(trial_note(*state, "x/sudo"));
    assert_false(trial_note(*state, ""));
    assert_false(trial_note(*state, name));
    assert_false(trial_note("/nonexistent", "sudo"));
}

static void test_note_is_not_left_in_a_folder_of_others(void **state)
{
    scratch_folder(state, "open", 0777);
    scratch_file(state, "open/" TRIAL_NAME, "", 0, 0600);
    assert_false(trial_note(scratch_path(state, "open"), "sudo"));
}

static void test_note_does_not_follow_a_link(void **state)
{
    scratch_file(state, TRIAL_NAME, "", 0, 0600);
    assert_int_equal(symlink("elsewhere", scratch_path(state, TRIAL_NOTE "sudo")), 0);
    assert_false(trial_note(*state, "sudo"));
    assert_false(noted(state, "sudo"));
    assert_int_equal(access(scratch_path(state, "elsewhere"), F_OK), -1);
}

/* su and other setuid programs: the real user is the caller, who cannot look into the folder. */
static void test_note_is_left_for_a_caller_who_may_not_look(void **state)
{
    int status = -1;
    pid_t pid;

    scratch_folder(state, "trials", 0700);
    scratch_file(state, "trials/" TRIAL_NAME, "", 0, 0600);
    pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        if (geteuid() == 0 && setreuid(65534, (uid_t)-1) != 0)
            _exit(2);
        _exit(trial_note(scratch_path(state, "trials"), "su") ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_note_is_left_while_a_trial_runs, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_note_is_not_left_elsewhere, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_note_is_not_left_in_a_folder_of_others, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_note_does_not_follow_a_link, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(test_note_is_left_for_a_caller_who_may_not_look,
                                        scratch_setup, scratch_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
