/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens the store for changes: folders, lock, leftovers. */
#include "card/admin/admin.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/admin/journal.h"
#include "common/own.h"

#define PASSWD_BUFFER 16384

static enum vsc_err failed(struct problem *problem, const char *path)
{
    return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
}

/* Not there is no failure: an installation for tests has no such user. */
static void find_user(struct admin_user *user, const char *name)
{
    char buffer[PASSWD_BUFFER];
    struct passwd entry, *found = NULL;

    *user = (struct admin_user){0};
    if (geteuid() != 0 || name[0] == '\0')
        return;
    if (getpwnam_r(name, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return;
    *user = (struct admin_user){.set = true, .uid = found->pw_uid, .gid = found->pw_gid};
}

/*
 * The folder is the card user's, who could put something else in the place of what root has just
 * made there: what is looked at is what is given, and a file with a second name is root's
 * elsewhere.
 */
enum vsc_err admin_give(const struct admin *admin, int folder, const char *name,
                        struct problem *problem)
{
    auto_fd int fd = -1;
    struct stat status;

    if (!admin->user.set)
        return VSC_OK;
    fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        return failed(problem, name);
    if (!S_ISDIR(status.st_mode) && (!S_ISREG(status.st_mode) || status.st_nlink != 1))
        return problem_set(problem, VSC_UNTRUSTED, "%s: another file was put in its place", name);
    if (fchownat(fd, "", admin->user.uid, admin->user.gid, AT_EMPTY_PATH) != 0)
        return failed(problem, name);
    return VSC_OK;
}

static enum vsc_err make_folder(const char *path, struct problem *problem)
{
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return failed(problem, path);
    return VSC_OK;
}

static enum vsc_err make_store(const struct admin *admin, struct problem *problem)
{
    char path[PATH_MAX];
    auto_fd int lock = -1;
    enum vsc_err err;

    err = make_folder(admin->store, problem);
    if (err != VSC_OK)
        return err;
    if (snprintf(path, sizeof path, "%s/%s", admin->store, STORE_CARDS) >= (int)sizeof path)
        return problem_set(problem, VSC_CONFIG, "card.store: too long");
    err = make_folder(path, problem);
    if (err != VSC_OK)
        return err;
    (void)snprintf(path, sizeof path, "%s/%s", admin->store, STORE_LOCK);
    lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
    if (lock < 0)
        return failed(problem, path);
    /* vsc-card takes the same lock, as the card's user. */
    if (admin->user.set &&
        (fchown(lock, (uid_t)-1, admin->user.gid) != 0 || fchmod(lock, 0660) != 0))
        return failed(problem, path);
    return VSC_OK;
}

enum vsc_err admin_open(struct admin *admin, const char *store, const char *tcti,
                        const char *card_user, struct problem *leftover, struct problem *problem)
{
    enum vsc_err err;

    *admin = ADMIN_CLOSED;
    admin->store = store;
    admin->tcti = tcti;
    admin->tpm.deadline = deadline_in(ADMIN_DEADLINE_MS);
    find_user(&admin->user, card_user);
    err = make_store(admin, problem);
    if (err == VSC_OK)
        err = store_lock(store, &admin->tpm.deadline, &admin->lock, problem);
    if (err == VSC_OK)
        err = store_open_cards(store, &admin->cards, problem);
    if (err == VSC_OK)
        journal_recover(admin, leftover);
    return err;
}

void admin_close(struct admin *admin)
{
    tpm_close(&admin->tpm);
    own_close(&admin->cards);
    own_close(&admin->lock);
    admin->cards = -1;
    admin->lock = -1;
}

void admin_tidy(const char *store, const char *tcti, struct problem *leftover)
{
    auto_admin struct admin admin = ADMIN_CLOSED;

    admin.store = store;
    admin.tcti = tcti;
    if (store_open_cards(store, &admin.cards, NULL) != VSC_OK ||
        !journal_has_leftovers(admin.cards))
        return;
    admin.tpm.deadline = deadline_in(0);
    if (store_lock(store, &admin.tpm.deadline, &admin.lock, NULL) != VSC_OK)
        return;
    admin.tpm.deadline = deadline_in(ADMIN_DEADLINE_MS);
    journal_recover(&admin, leftover);
}
