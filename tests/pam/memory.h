/* SPDX-License-Identifier: BSD-2-Clause */
/* A PIN that this process holds only masked, and a search for copies of it in its memory. */
#ifndef VSC_TESTS_MEMORY_H
#define VSC_TESTS_MEMORY_H

#include <stdbool.h>

/* The PIN in the clear, on the heap: whoever gets it wipes and frees it. */
char *memory_secret(void);
/* Is a copy of it, or of eight bytes of it in a row, in a writable page? */
bool memory_has_secret(void);

#endif
