/* SPDX-License-Identifier: BSD-2-Clause */
/* Which files and folders are trusted. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/io.h"
#include "common/own.h"
#include "tests/support/scratch.h"

static struct problem problem;

/* Open as a file, and close again. */
static enum vsc_err try_file(const char *path)
{
    auto_fd int fd = -1;
    enum vsc_err err;

    problem.text[0] = '\0';
    err = io_open_trusted(path, &fd, &problem);
    assert_int_equal(err == VSC_OK, fd >= 0);
    assert_int_equal(err == VSC_OK, problem.text[0] == '\0');
    return err;
}

static enum vsc_err try_folder(const char *path)
{
    auto_fd int fd = -1;
    enum vsc_err err = io_open_trusted_folder(path, &fd, &problem);

    assert_int_equal(err == VSC_OK, fd >= 0);
    return err;
}

static void assert_says(const char *part)
{
    if (strstr(problem.text, part) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", problem.text, part);
}

static void test_file_is_trusted_when_own_and_not_writable_by_others(void **state)
{
    auto_fd int fd = -1;

    scratch_file(state, "file", "x", 1, 0644);
    assert_int_equal(io_open_trusted(scratch_path(state, "file"), &fd, NULL), VSC_OK);
    assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
    scratch_folder(state, "folder", 0755);
    scratch_file(state, "folder/file", "x", 1, 0600);
    assert_int_equal(try_file(scratch_path(state, "folder/../folder//./file")), VSC_OK);
    assert_int_equal(try_folder(scratch_path(state, "folder")), VSC_OK);
    assert_int_equal(try_folder(scratch_path(state, "folder///")), VSC_OK);
    assert_int_equal(try_folder("/"), VSC_OK);
}

static void test_file_is_refused_when_others_may_write_it(void **state)
{
    scratch_file(state, "group", "x", 1, 0664);
    scratch_file(state, "world", "x", 1, 0646);
    scratch_folder(state, "folder", 0775);
    assert_int_equal(try_file(scratch_path(state, "group")), VSC_UNTRUSTED);
    assert_says("group: it can be written by others (664)");
    assert_int_equal(try_file(scratch_path(state, "world")), VSC_UNTRUSTED);
    assert_int_equal(try_folder(scratch_path(state, "folder")), VSC_UNTRUSTED);
}

static void test_file_is_refused_when_others_may_write_a_folder_above(void **state)
{
    scratch_folder(state, "open", 0777);
    scratch_folder(state, "open/inner", 0755);
    scratch_file(state, "open/inner/file", "x", 1, 0644);
    assert_int_equal(try_file(scratch_path(state, "open/inner/file")), VSC_UNTRUSTED);
    assert_says("open can be written by others (777)");
    assert_int_equal(try_folder(scratch_path(state, "open/inner")), VSC_UNTRUSTED);
    /* Also when the path leads out of it again. */
    scratch_file(state, "file", "x", 1, 0644);
    assert_int_equal(try_file(scratch_path(state, "open/../file")), VSC_UNTRUSTED);
}

static void test_sticky_folder_of_root_counts_as_safe(void **state)
{
    if (geteuid() != 0)
        skip();
    scratch_folder(state, "tmp", 01777);
    scratch_file(state, "tmp/file", "x", 1, 0644);
    assert_int_equal(try_file(scratch_path(state, "tmp/file")), VSC_OK);
    scratch_file(state, "tmp/foreign", "x", 1, 0644);
    assert_int_equal(chown(scratch_path(state, "tmp/foreign"), SCRATCH_NOBODY, 0), 0);
    assert_int_equal(try_file(scratch_path(state, "tmp/foreign")), VSC_UNTRUSTED);
    assert_says("belongs to user 65534");
    /* A sticky folder of somebody else is that user's. */
    assert_int_equal(chown(scratch_path(state, "tmp"), SCRATCH_NOBODY, 0), 0);
    assert_int_equal(try_file(scratch_path(state, "tmp/file")), VSC_UNTRUSTED);
}

static void test_file_is_refused_when_a_folder_above_is_foreign(void **state)
{
    if (geteuid() != 0)
        skip();
    scratch_folder(state, "foreign", 0755);
    scratch_file(state, "foreign/file", "x", 1, 0644);
    assert_int_equal(chown(scratch_path(state, "foreign"), SCRATCH_NOBODY, 0), 0);
    assert_int_equal(try_file(scratch_path(state, "foreign/file")), VSC_UNTRUSTED);
    assert_says("foreign belongs to user 65534");
}

static bool user_trusts_root_and_self_only(void **state)
{
    return try_file(scratch_path(state, "root")) == VSC_OK &&
           try_file(scratch_path(state, "own")) == VSC_OK &&
           try_file(scratch_path(state, "other")) == VSC_UNTRUSTED;
}

static void test_user_trusts_root_and_self_only(void **state)
{
    if (geteuid() != 0)
        skip();
    scratch_file(state, "root", "x", 1, 0644);
    scratch_file(state, "own", "x", 1, 0644);
    scratch_file(state, "other", "x", 1, 0644);
    assert_int_equal(chown(scratch_path(state, "own"), SCRATCH_NOBODY, 0), 0);
    assert_int_equal(chown(scratch_path(state, "other"), 1, 0), 0);
    assert_true(scratch_holds_as(SCRATCH_NOBODY, user_trusts_root_and_self_only, state));
}

/* A setuid program trusts neither who started it nor the user whom it runs as. */
static bool setuid_trusts_root_only(void **state)
{
    return setresuid(SCRATCH_NOBODY, 1, 1) == 0 &&
           try_file(scratch_path(state, "own")) == VSC_UNTRUSTED &&
           try_file(scratch_path(state, "other")) == VSC_UNTRUSTED &&
           try_file(scratch_path(state, "root")) == VSC_OK;
}

static void test_setuid_program_trusts_root_only(void **state)
{
    if (geteuid() != 0)
        skip();
    scratch_file(state, "root", "x", 1, 0644);
    scratch_file(state, "own", "x", 1, 0644);
    scratch_file(state, "other", "x", 1, 0644);
    assert_int_equal(chown(scratch_path(state, "own"), SCRATCH_NOBODY, 0), 0);
    assert_int_equal(chown(scratch_path(state, "other"), 1, 0), 0);
    assert_true(scratch_holds_as(0, setuid_trusts_root_only, state));
}

/* CVE-2010-3430, CVE-2024-22365, CVE-2025-6020. */
static void test_link_is_refused_at_the_end(void **state)
{
    scratch_file(state, "file", "x", 1, 0644);
    scratch_folder(state, "folder", 0755);
    assert_int_equal(symlink("file", scratch_path(state, "link")), 0);
    assert_int_equal(symlink("folder", scratch_path(state, "folder-link")), 0);
    assert_int_equal(try_file(scratch_path(state, "link")), VSC_UNTRUSTED);
    assert_says("a symbolic link");
    assert_int_equal(try_folder(scratch_path(state, "folder-link")), VSC_UNTRUSTED);
    assert_int_equal(try_folder(scratch_path(state, "folder-link/")), VSC_UNTRUSTED);
}

static void test_link_is_followed_on_the_way_when_all_of_it_is_trusted(void **state)
{
    scratch_folder(state, "a", 0755);
    scratch_folder(state, "a/b", 0755);
    scratch_file(state, "a/b/file", "x", 1, 0644);
    assert_int_equal(symlink("a/../a/b", scratch_path(state, "relative")), 0);
    assert_int_equal(symlink(scratch_path(state, "a/b"), scratch_path(state, "absolute")), 0);
    assert_int_equal(symlink("relative/", scratch_path(state, "twice")), 0);
    assert_int_equal(try_file(scratch_path(state, "relative/file")), VSC_OK);
    assert_int_equal(try_file(scratch_path(state, "absolute/file")), VSC_OK);
    assert_int_equal(try_file(scratch_path(state, "twice/file")), VSC_OK);
    assert_int_equal(chmod(scratch_path(state, "a"), 0777), 0);
    assert_int_equal(try_file(scratch_path(state, "relative/file")), VSC_UNTRUSTED);
    assert_int_equal(try_file(scratch_path(state, "absolute/file")), VSC_UNTRUSTED);
}

static void test_link_is_refused_on_the_way_when_it_is_foreign(void **state)
{
    if (geteuid() != 0)
        skip();
    scratch_folder(state, "tmp", 01777);
    scratch_folder(state, "real", 0755);
    scratch_file(state, "real/file", "x", 1, 0644);
    assert_int_equal(symlink("../real", scratch_path(state, "tmp/link")), 0);
    assert_int_equal(try_file(scratch_path(state, "tmp/link/file")), VSC_OK);
    assert_int_equal(lchown(scratch_path(state, "tmp/link"), SCRATCH_NOBODY, 0), 0);
    assert_int_equal(try_file(scratch_path(state, "tmp/link/file")), VSC_UNTRUSTED);
    assert_says("link belongs to user 65534");
}

static void test_links_in_a_circle_end(void **state)
{
    assert_int_equal(symlink("two", scratch_path(state, "one")), 0);
    assert_int_equal(symlink("one", scratch_path(state, "two")), 0);
    assert_int_equal(try_file(scratch_path(state, "one/file")), VSC_INPUT);
    assert_int_equal(errno, ELOOP);
}

static void test_missing_things_are_told_by_errno(void **state)
{
    char path[PATH_MAX + 2];

    scratch_file(state, "file", "x", 1, 0644);
    assert_int_equal(try_file(scratch_path(state, "none")), VSC_INPUT);
    assert_int_equal(errno, ENOENT);
    assert_says("none: No such file or directory");
    assert_int_equal(try_file(scratch_path(state, "none/file")), VSC_INPUT);
    assert_int_equal(errno, ENOENT);
    assert_int_equal(try_file(scratch_path(state, "file/file")), VSC_INPUT);
    assert_int_equal(errno, ENOTDIR);
    assert_int_equal(try_file(""), VSC_INPUT);
    assert_int_equal(errno, ENOENT);
    memset(path, 'x', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    assert_int_equal(try_file(path), VSC_INPUT);
    assert_int_equal(errno, ENAMETOOLONG);
    path[0] = '/';
    path[1000] = '\0';
    assert_int_equal(try_file(path), VSC_INPUT);
    assert_int_equal(errno, ENAMETOOLONG);
}

/* A FIFO must not hold us up: without a writer, opening it to read would block for ever. */
static void test_only_regular_files_are_files(void **state)
{
    assert_int_equal(mkfifo(scratch_path(state, "fifo"), 0600), 0);
    scratch_folder(state, "folder", 0755);
    scratch_file(state, "file", "x", 1, 0644);
    assert_int_equal(try_file(scratch_path(state, "fifo")), VSC_INPUT);
    assert_says("not a regular file");
    assert_int_equal(try_file(scratch_path(state, "folder")), VSC_INPUT);
    assert_int_equal(try_folder(scratch_path(state, "file")), VSC_INPUT);
    assert_int_equal(try_folder(scratch_path(state, "fifo")), VSC_INPUT);
}

static void test_relative_path_begins_at_the_working_folder(void **state)
{
    auto_fd int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    scratch_file(state, "file", "x", 1, 0644);
    assert_int_equal(chdir(*state), 0);
    assert_int_equal(try_file("file"), VSC_OK);
    assert_int_equal(chmod(".", 0777), 0);
    assert_int_equal(try_file("file"), VSC_UNTRUSTED);
    assert_int_equal(fchdir(here), 0);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_file_is_trusted_when_own_and_not_writable_by_others),
        IN_SCRATCH(test_file_is_refused_when_others_may_write_it),
        IN_SCRATCH(test_file_is_refused_when_others_may_write_a_folder_above),
        IN_SCRATCH(test_sticky_folder_of_root_counts_as_safe),
        IN_SCRATCH(test_file_is_refused_when_a_folder_above_is_foreign),
        IN_SCRATCH(test_user_trusts_root_and_self_only),
        IN_SCRATCH(test_setuid_program_trusts_root_only),
        IN_SCRATCH(test_link_is_refused_at_the_end),
        IN_SCRATCH(test_link_is_followed_on_the_way_when_all_of_it_is_trusted),
        IN_SCRATCH(test_link_is_refused_on_the_way_when_it_is_foreign),
        IN_SCRATCH(test_links_in_a_circle_end),
        IN_SCRATCH(test_missing_things_are_told_by_errno),
        IN_SCRATCH(test_only_regular_files_are_files),
        IN_SCRATCH(test_relative_path_begins_at_the_working_folder),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
