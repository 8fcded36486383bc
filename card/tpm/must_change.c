/* SPDX-License-Identifier: BSD-2-Clause */
/* The mark "the PIN must be changed", see the header. */
#include "card/tpm/must_change.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "card/tpm/store.h"
#include "common/io.h"

bool must_change_is_set(int keys)
{
    return faccessat(keys, STORE_MUST_CHANGE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

enum vsc_err must_change_set(int keys, struct problem *problem)
{
    enum vsc_err err = io_write_at(keys, STORE_MUST_CHANGE, "", 0, 0640);

    return err == VSC_OK ? err
                         : problem_set(problem, err, "%s: %s", STORE_MUST_CHANGE, strerror(errno));
}

void must_change_clear(int keys)
{
    if (unlinkat(keys, STORE_MUST_CHANGE, 0) == 0)
        (void)fsync(keys);
}
