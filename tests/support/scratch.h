/* SPDX-License-Identifier: BSD-2-Clause */
/* A folder of its own for one test, below TMPDIR or /tmp, and files in it. */
#ifndef VSC_TESTS_SUPPORT_SCRATCH_H
#define VSC_TESTS_SUPPORT_SCRATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define SCRATCH_NOBODY 65534

/* cmocka setup and teardown: *state becomes the folder's path. */
int scratch_setup(void **state);
int scratch_teardown(void **state);
/* "FOLDER/NAME", in one of a few static buffers used in turn. */
const char *scratch_path(void **state, const char *name);
/* Write a file, or make a folder; with exactly this mode. */
void scratch_file(void **state, const char *name, const void *content, size_t len, mode_t mode);
void scratch_folder(void **state, const char *name, mode_t mode);
/* Run `claim` in a child as user `uid` (skips the test when not root): what it returns. */
bool scratch_holds_as(uid_t uid, bool (*claim)(void **state), void **state);

#endif
