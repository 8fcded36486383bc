/* SPDX-License-Identifier: BSD-2-Clause */
/* A socketpair: our end speaks the wire properly, theirs says whatever a test wants. */
#ifndef VSC_TESTS_SUPPORT_PAIR_H
#define VSC_TESTS_SUPPORT_PAIR_H

#include <stddef.h>
#include <stdint.h>

#define PAIR_TIMEOUT_MS 60000

extern int pair_ours, pair_theirs;

/* cmocka setup and teardown. */
int pair_setup(void **state);
int pair_teardown(void **state);
/* Close their end. */
void pair_hang_up(void);
/* Send from their end. */
void pair_put(const void *bytes, size_t len);
void pair_put_header(uint32_t len, uint16_t type, uint16_t version);
/* Send a whole CARD_STATED from `fd`. */
void pair_send_state(int fd, uint16_t tries);

#endif
