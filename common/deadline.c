/* SPDX-License-Identifier: BSD-2-Clause */
#include "common/deadline.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

int64_t clock_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct deadline deadline_in(int64_t ms)
{
    return (struct deadline){.at_ms = clock_ms() + ms};
}

int deadline_left(const struct deadline *deadline)
{
    int64_t left = deadline->at_ms - clock_ms();

    if (left <= 0)
        return 0;
    return left > INT_MAX ? INT_MAX : (int)left;
}

enum vsc_err deadline_wait(const struct deadline *deadline, int fd, short events)
{
    struct pollfd pollfd = {.fd = fd, .events = events};

    for (;;) {
        int left = deadline_left(deadline);
        int ready = left > 0 ? poll(&pollfd, 1, left) : 0;

        if (ready > 0)
            return VSC_OK;
        if (ready == 0)
            return VSC_TIMEOUT;
        if (errno != EINTR)
            return VSC_SYSTEM;
    }
}
