/* SPDX-License-Identifier: BSD-2-Clause */
/* Programs of the build for tests that run them as other users. */
#ifndef VSC_TESTS_SUPPORT_PROGRAM_H
#define VSC_TESTS_SUPPORT_PROGRAM_H

/*
 * Copy `name` of the build folder ($B, else build) to the path `to`, for all to run: the checkout
 * may lie where only its owner may look, such as /root. 0, or -1.
 */
int program_copy(const char *name, const char *to);

#endif
