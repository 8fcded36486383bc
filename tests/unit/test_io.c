/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading with a cap, and atomic writing. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
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

static int open_folder(void **state)
{
    int fd = open(*state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    assert_true(fd >= 0);
    return fd;
}

static unsigned count_files(void **state)
{
    DIR *folder = opendir(*state);
    unsigned count = 0;

    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(folder);
    return count;
}

static void test_read_trusted_takes_all_up_to_the_cap(void **state)
{
    char big[10000];
    struct problem problem = {""};

    for (size_t i = 0; i < sizeof(big); i++)
        big[i] = (char)i;
    scratch_file(state, "big", big, sizeof(big), 0644);
    for (size_t max = sizeof(big); max < sizeof(big) + 2; max++) {
        auto_buf struct buf content = {0};

        assert_int_equal(io_read_trusted(scratch_path(state, "big"), max, &content, &problem),
                         VSC_OK);
        assert_int_equal(content.len, sizeof(big));
        assert_memory_equal(content.data, big, sizeof(big));
    }
    {
        auto_buf struct buf content = {0};

        assert_int_equal(
            io_read_trusted(scratch_path(state, "big"), sizeof(big) - 1, &content, &problem),
            VSC_INPUT);
        assert_null(content.data);
        assert_non_null(strstr(problem.text, "big: larger than 9999 bytes"));
    }
}

static void test_read_trusted_takes_an_empty_file(void **state)
{
    auto_buf struct buf content = {0};

    scratch_file(state, "empty", "", 0, 0644);
    assert_int_equal(io_read_trusted(scratch_path(state, "empty"), 10, &content, NULL), VSC_OK);
    assert_int_equal(content.len, 0);
    assert_int_equal(io_read_trusted(scratch_path(state, "none"), 10, &content, NULL), VSC_INPUT);
    assert_int_equal(errno, ENOENT);
}

static void test_read_all_reads_a_pipe_and_fails_on_a_closed_descriptor(void **state)
{
    auto_buf struct buf content = {0};
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    (void)close(ends[1]);
    assert_int_equal(io_read_all(ends[0], 3, &content), VSC_OK);
    assert_memory_equal(content.data, "abc", 3);
    (void)close(ends[0]);
    assert_int_equal(io_read_all(ends[0], 3, &content), VSC_INPUT);
    assert_int_equal(errno, EBADF);
}

static void test_read_at_takes_plain_names_of_regular_files_only(void **state)
{
    auto_fd int folder = open_folder(state);
    auto_buf struct buf content = {0};
    static const char *const bad[] = {"link", "fifo", "sub", "none",       "sub/file",
                                      "..",   ".",    "",    "/etc/passwd"};

    scratch_file(state, "file", "abc", 3, 0644);
    scratch_folder(state, "sub", 0755);
    scratch_file(state, "sub/file", "abc", 3, 0644);
    assert_int_equal(symlink("file", scratch_path(state, "link")), 0);
    assert_int_equal(mkfifo(scratch_path(state, "fifo"), 0600), 0);
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(io_read_at(folder, bad[i], 10, &content), VSC_INPUT);
    assert_int_equal(io_read_at(folder, "file", 2, &content), VSC_INPUT);
    assert_int_equal(errno, EFBIG);
    assert_null(content.data);
    assert_int_equal(io_read_at(folder, "file", 3, &content), VSC_OK);
    assert_memory_equal(content.data, "abc", 3);
}

static void assert_file(void **state, const char *name, const char *expected, mode_t mode)
{
    auto_buf struct buf content = {0};
    struct stat status;

    assert_int_equal(io_read_trusted(scratch_path(state, name), 1000, &content, NULL), VSC_OK);
    assert_int_equal(content.len, strlen(expected));
    assert_memory_equal(content.data, expected, content.len);
    assert_int_equal(stat(scratch_path(state, name), &status), 0);
    assert_int_equal(status.st_mode & 07777, mode);
}

/* CVE-2025-54882: a file has its mode from the start, whatever the umask. */
static void test_write_at_puts_the_whole_file_with_its_mode(void **state)
{
    auto_fd int folder = open_folder(state);
    mode_t mask = umask(077);

    assert_int_equal(io_write_at(folder, "file", "first", 5, 0644), VSC_OK);
    assert_file(state, "file", "first", 0644);
    assert_int_equal(io_write_at(folder, "file", "2nd", 3, 0600), VSC_OK);
    assert_file(state, "file", "2nd", 0600);
    assert_int_equal(count_files(state), 1);
    (void)umask(mask);
}

/* CVE-2010-3430, CVE-2024-22365, CVE-2025-6020: root and paths that others have a hand in. */
static void test_write_at_replaces_a_link_instead_of_following_it(void **state)
{
    auto_fd int folder = open_folder(state);

    scratch_file(state, "victim", "safe", 4, 0644);
    assert_int_equal(symlink("victim", scratch_path(state, "link")), 0);
    assert_int_equal(io_write_at(folder, "link", "new", 3, 0644), VSC_OK);
    assert_file(state, "victim", "safe", 0644);
    assert_file(state, "link", "new", 0644);
}

static void test_write_at_leaves_nothing_when_it_fails(void **state)
{
    auto_fd int folder = open_folder(state);
    auto_fd int not_folder = open("/dev/null", O_RDONLY | O_CLOEXEC);

    scratch_folder(state, "taken", 0755); /* a file cannot be renamed onto a folder */
    assert_int_equal(io_write_at(folder, "taken", "x", 1, 0644), VSC_SYSTEM);
    assert_int_equal(errno, EISDIR);
    assert_int_equal(io_write_at(folder, "a/b", "x", 1, 0644), VSC_SYSTEM);
    assert_int_equal(io_write_at(folder, "..", "x", 1, 0644), VSC_SYSTEM);
    assert_int_equal(io_write_at(not_folder, "x", "x", 1, 0644), VSC_SYSTEM);
    assert_int_equal(count_files(state), 1);
}

static void test_write_all_tells_when_the_disk_is_full(void **state)
{
    auto_fd int full = open("/dev/full", O_WRONLY | O_CLOEXEC);

    (void)state;
    assert_int_equal(io_write_all(full, "x", 1), VSC_SYSTEM);
    assert_int_equal(errno, ENOSPC);
    assert_int_equal(io_write_all(full, "", 0), VSC_OK);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_setup, scratch_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(test_read_trusted_takes_all_up_to_the_cap),
        IN_SCRATCH(test_read_trusted_takes_an_empty_file),
        cmocka_unit_test(test_read_all_reads_a_pipe_and_fails_on_a_closed_descriptor),
        IN_SCRATCH(test_read_at_takes_plain_names_of_regular_files_only),
        IN_SCRATCH(test_write_at_puts_the_whole_file_with_its_mode),
        IN_SCRATCH(test_write_at_replaces_a_link_instead_of_following_it),
        IN_SCRATCH(test_write_at_leaves_nothing_when_it_fails),
        cmocka_unit_test(test_write_all_tells_when_the_disk_is_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
