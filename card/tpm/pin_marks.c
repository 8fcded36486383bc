/* SPDX-License-Identifier: BSD-2-Clause */
/* Marks on a card whose PIN is not its owner's choice, see the header. */
#include "card/tpm/pin_marks.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "card/tpm/store.h"
#include "common/io.h"

static bool is_set(int keys, const char *mark)
{
    return faccessat(keys, mark, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum vsc_err set(int keys, const char *mark, struct problem *problem)
{
    enum vsc_err err = io_write_at(keys, mark, "", 0, 0640);

    return err == VSC_OK ? err : problem_set(problem, err, "%s: %s", mark, strerror(errno));
}

static void clear(int keys, const char *mark)
{
    if (unlinkat(keys, mark, 0) == 0)
        (void)fsync(keys);
}

bool must_change_is_set(int keys)
{
    return is_set(keys, STORE_MUST_CHANGE);
}

enum vsc_err must_change_set(int keys, struct problem *problem)
{
    return set(keys, STORE_MUST_CHANGE, problem);
}

void must_change_clear(int keys)
{
    clear(keys, STORE_MUST_CHANGE);
}

bool default_pin_is_set(int keys)
{
    return is_set(keys, STORE_DEFAULT_PIN);
}

enum vsc_err default_pin_set(int keys, struct problem *problem)
{
    return set(keys, STORE_DEFAULT_PIN, problem);
}

void default_pin_clear(int keys)
{
    clear(keys, STORE_DEFAULT_PIN);
}
