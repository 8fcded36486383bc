/* SPDX-License-Identifier: BSD-2-Clause */
/* Destroys a card. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "card/admin/journal.h"
#include "common/own.h"

enum vsc_err admin_destroy(struct change *change, const char *id, struct problem *problem)
{
    char name[JOURNAL_NAME];
    auto_fd int card = -1;
    enum vsc_err err;

    err = store_open_card(change->store, id, &card, problem);
    if (err == VSC_OK)
        err = change_tpm(change, problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(name, sizeof name, "%s%s", JOURNAL_DEL, id);
    err = journal_discard(change, name, problem);
    if (err != VSC_OK)
        return err;
    if (renameat(change->cards, id, change->cards, name) != 0 || fsync(change->cards) != 0)
        return problem_set(problem, VSC_SYSTEM, "%s: %s", id, strerror(errno));
    return journal_discard(change, name, problem);
}
