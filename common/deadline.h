/* SPDX-License-Identifier: BSD-2-Clause */
/* One overall deadline on the monotonic clock; what is left of it is handed to every wait. */
#ifndef VSC_COMMON_DEADLINE_H
#define VSC_COMMON_DEADLINE_H

#include <stdint.h>

#include "common/err.h"

struct deadline {
    int64_t at_ms; /* CLOCK_MONOTONIC */
};

struct deadline deadline_in(int64_t ms);
/* Milliseconds left, 0 when it has passed; never more than INT_MAX, so poll() can take it. */
int deadline_left(const struct deadline *deadline);
/* Wait until `fd` has `events` (poll.h): VSC_OK, VSC_TIMEOUT, VSC_SYSTEM. Signals do not end it. */
must_check enum vsc_err deadline_wait(const struct deadline *deadline, int fd, short events);
/* Monotonic milliseconds. */
int64_t clock_ms(void);

#endif
