/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What root gives to the card user in a folder that is the card user's already: only what root has
 * made there (CVE-2024-22365, CVE-2025-6020: root in folders that others can change).
 */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "card/owner/change.h"
#include "common/own.h"

#define CARD_USER 65534

static const struct change change = {.user = {.set = true, .uid = CARD_USER, .gid = CARD_USER}};
static char path[] = "/tmp/vsc-give-XXXXXX";
static int folder = -1;

static void make(const char *name)
{
    auto_fd int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
}

static uid_t owner_of(const char *name)
{
    struct stat status;

    assert_int_equal(fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW), 0);
    return status.st_uid;
}

static void test_files_and_folders_are_given(void **state)
{
    (void)state;
    make("file");
    assert_int_equal(mkdirat(folder, "key", 0700), 0);
    assert_int_equal(change_give(&change, folder, "file", NULL), VSC_OK);
    assert_int_equal(change_give(&change, folder, "key", NULL), VSC_OK);
    assert_int_equal(owner_of("file"), CARD_USER);
    assert_int_equal(owner_of("key"), CARD_USER);
}

static void test_a_file_of_root_that_is_linked_here_is_not_given(void **state)
{
    (void)state;
    make("shadow");
    assert_int_equal(linkat(folder, "shadow", folder, "cert.pem", 0), 0);
    assert_int_not_equal(change_give(&change, folder, "cert.pem", NULL), VSC_OK);
    assert_int_equal(owner_of("shadow"), 0);
}

static void test_a_symbolic_link_is_neither_followed_nor_given(void **state)
{
    (void)state;
    make("target");
    assert_int_equal(symlinkat("target", folder, "link"), 0);
    assert_int_not_equal(change_give(&change, folder, "link", NULL), VSC_OK);
    assert_int_equal(owner_of("target"), 0);
    assert_int_equal(owner_of("link"), 0);
}

static int set_up(void **state)
{
    (void)state;
    if (mkdtemp(path) == NULL)
        return -1;
    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return folder >= 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    static const char *const names[] = {"file", "shadow", "cert.pem", "target", "link"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        (void)unlinkat(folder, names[i], 0);
    (void)unlinkat(folder, "key", AT_REMOVEDIR);
    (void)close(folder);
    return rmdir(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_and_folders_are_given),
        cmocka_unit_test(test_a_file_of_root_that_is_linked_here_is_not_given),
        cmocka_unit_test(test_a_symbolic_link_is_neither_followed_nor_given),
    };

    if (geteuid() != 0) {
        (void)puts("1..0 # SKIP needs root to give files away");
        return 0;
    }
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
