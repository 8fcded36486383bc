/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * LD_PRELOAD: whoever waits for a long time in poll() waits for a short one, and the monotonic
 * clock says that the long one is over. So a deadline of minutes can be tried in a moment.
 */
#undef _FORTIFY_SOURCE /* its inline poll() would be the one that is defined here */
#include <dlfcn.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#define EXPORT     __attribute__((visibility("default")))
#define REAL(name) ((__typeof__(&name))(uintptr_t)dlsym(RTLD_NEXT, #name))
#define PATIENCE   400 /* milliseconds, in which everything that comes at all has come */

static int64_t skipped_ms;

/* What a fortified poll() becomes. */
int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size);

EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    int ready = REAL(poll)(fds, count, timeout > PATIENCE ? PATIENCE : timeout);

    if (ready == 0 && timeout > PATIENCE)
        skipped_ms += timeout - PATIENCE;
    return ready;
}

EXPORT int __poll_chk(struct pollfd *fds, nfds_t count, int timeout, size_t size)
{
    (void)size;
    return poll(fds, count, timeout);
}

EXPORT int clock_gettime(clockid_t clock, struct timespec *ret_now)
{
    int result = REAL(clock_gettime)(clock, ret_now);

    if (result == 0 && clock == CLOCK_MONOTONIC)
        ret_now->tv_sec += (time_t)(skipped_ms / 1000 + 1) * (skipped_ms != 0);
    return result;
}
