/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens the store for changes: folders, lock, leftovers. */
#include "card/admin/admin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/admin/journal.h"
#include "card/tpm/record.h"
#include "common/own.h"

static enum vsc_err failed(struct problem *problem, const char *path)
{
    return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
}

static enum vsc_err make_folder(const char *path, struct problem *problem)
{
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return failed(problem, path);
    return VSC_OK;
}

static enum vsc_err make_store(const struct change *change, struct problem *problem)
{
    char path[PATH_MAX];
    auto_fd int lock = -1;
    enum vsc_err err;

    err = make_folder(change->store, problem);
    if (err != VSC_OK)
        return err;
    if (snprintf(path, sizeof path, "%s/%s", change->store, STORE_CARDS) >= (int)sizeof path)
        return problem_set(problem, VSC_CONFIG, "card.store: too long");
    err = make_folder(path, problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(path, sizeof path, "%s/%s", change->store, STORE_LOCK);
    lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
    if (lock < 0)
        return failed(problem, path);
    /* vsc-card takes the same lock, as the card's user. */
    if (change->user.set &&
        (fchown(lock, (uid_t)-1, change->user.gid) != 0 || fchmod(lock, 0660) != 0))
        return failed(problem, path);
    return VSC_OK;
}

enum vsc_err admin_open(struct change *change, const char *store, const char *tcti,
                        const char *card_user, struct problem *leftover, struct problem *problem)
{
    const struct secret *ownerauth = change->ownerauth;
    enum vsc_err err;

    *change = CHANGE_CLOSED;
    change->ownerauth = ownerauth;
    change->store = store;
    change->tcti = tcti;
    change->tpm.deadline = deadline_in(CHANGE_DEADLINE_MS);
    change_find_user(change, card_user);
    err = make_store(change, problem);
    if (err == VSC_OK)
        err = store_lock(store, &change->tpm.deadline, &change->lock, problem);
    if (err == VSC_OK)
        err = store_open_cards(store, &change->cards, problem);
    if (err == VSC_OK)
        record_changed(change->lock);
    if (err == VSC_OK)
        journal_recover(change, leftover);
    return err;
}

void admin_tidy(const char *store, const char *tcti, struct problem *leftover)
{
    auto_change struct change change = CHANGE_CLOSED;

    change.store = store;
    change.tcti = tcti;
    if (store_open_cards(store, &change.cards, NULL) != VSC_OK ||
        !journal_has_leftovers(change.cards))
        return;
    change.tpm.deadline = deadline_in(0);
    if (store_lock(store, &change.tpm.deadline, &change.lock, NULL) != VSC_OK)
        return;
    change.tpm.deadline = deadline_in(CHANGE_DEADLINE_MS);
    journal_recover(&change, leftover);
}
