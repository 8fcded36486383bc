/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PIN that is drawn at random and searched for in this process's own memory: in the heap, freed
 * or not, in the stack, in a register that was put aside. All that can be written is searched.
 */
#ifndef VSC_TESTS_PIN_SEARCH_H
#define VSC_TESTS_PIN_SEARCH_H

#include <stddef.h>

#define PIN_SEARCH_LEN 24

/* Draw a PIN; it is kept in a form that the search does not find. */
void pin_search_draw(void);
/* The PIN, without a NUL. The caller wipes it. */
void pin_search_give(char to[PIN_SEARCH_LEN]);
/* Search for these bytes from now on. */
void pin_search_take(const char from[PIN_SEARCH_LEN]);
/* How many pieces of eight bytes of the PIN are in memory. */
size_t pin_search_count(void);

#endif
