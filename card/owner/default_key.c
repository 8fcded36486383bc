/* SPDX-License-Identifier: BSD-2-Clause */
/* Writes keys/default, see the header. */
#include "card/owner/default_key.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/tpm/store.h"
#include "common/io.h"

enum vsc_err default_key_set(const struct change *change, int keys, const char *key,
                             struct problem *problem)
{
    char line[STORE_KEY_SIZE + 1];
    enum vsc_err err;

    if (key[0] == '\0') {
        if ((unlinkat(keys, STORE_DEFAULT, 0) != 0 && errno != ENOENT) || fsync(keys) != 0)
            return problem_set(problem, VSC_SYSTEM, "%s: %s", STORE_DEFAULT, strerror(errno));
        return VSC_OK;
    }
    (void)snprintf(line, sizeof line, "%.2s\n", key);
    err = io_write_at(keys, STORE_DEFAULT, line, strlen(line), 0640);
    if (err != VSC_OK)
        return problem_set(problem, err, "%s: %s", STORE_DEFAULT, strerror(errno));
    return change_give(change, keys, STORE_DEFAULT, problem);
}
