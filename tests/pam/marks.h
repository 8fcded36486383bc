/* SPDX-License-Identifier: BSD-2-Clause */
/* Takes the place of mark_write() in tests of the module's objects: the machine keeps its own mark.
 */
#ifndef VSC_TESTS_PAM_MARKS_H
#define VSC_TESTS_PAM_MARKS_H

#include <stdbool.h>

/* How often a mark was to be left; each time it fails, which must fail nothing else. */
extern unsigned marks_left;

#endif
