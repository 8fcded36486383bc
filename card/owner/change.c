/* SPDX-License-Identifier: BSD-2-Clause */
/* Opens the store for a change, see the header. */
#include "card/owner/change.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "card/owner/remove.h"
#include "card/tpm/record.h"
#include "card/tpm/store.h"
#include "common/own.h"

#define PASSWD_BUFFER 16384

static enum vsc_err failed(struct problem *problem, const char *path)
{
    return problem_set(problem, VSC_SYSTEM, "%s: %s", path, strerror(errno));
}

/* Not there is no failure: an installation for tests has no such user. */
void change_find_user(struct change *change, const char *card_user)
{
    char buffer[PASSWD_BUFFER];
    struct passwd entry, *found = NULL;

    change->user = (struct change_user){0};
    if (geteuid() != 0 || card_user[0] == '\0')
        return;
    if (getpwnam_r(card_user, &entry, buffer, sizeof buffer, &found) != 0 || found == NULL)
        return;
    change->user = (struct change_user){.set = true, .uid = found->pw_uid, .gid = found->pw_gid};
}

/*
 * The folder is the card user's, who could put something else in the place of what root has just
 * made there: what is looked at is what is given, and a file with a second name is root's
 * elsewhere.
 */
enum vsc_err change_give(const struct change *change, int folder, const char *name,
                         struct problem *problem)
{
    auto_fd int fd = -1;
    struct stat status;

    if (!change->user.set)
        return VSC_OK;
    fd = openat(folder, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0)
        return failed(problem, name);
    if (!S_ISDIR(status.st_mode) && (!S_ISREG(status.st_mode) || status.st_nlink != 1))
        return problem_set(problem, VSC_UNTRUSTED, "%s: another file was put in its place", name);
    if (fchownat(fd, "", change->user.uid, change->user.gid, AT_EMPTY_PATH) != 0)
        return failed(problem, name);
    return VSC_OK;
}

enum vsc_err change_open(struct change *change, const char *store, const char *tcti,
                         const struct deadline *deadline, struct problem *problem)
{
    enum vsc_err err;

    *change = CHANGE_CLOSED;
    change->store = store;
    change->tcti = tcti;
    change->tpm.deadline = *deadline;
    err = store_lock(store, deadline, &change->lock, problem);
    if (err == VSC_OK)
        record_changed(change->lock);
    if (err == VSC_OK)
        err = store_open_cards(store, &change->cards, problem);
    return err;
}

void change_close(struct change *change)
{
    tpm_close(&change->tpm);
    own_close(&change->cards);
    own_close(&change->lock);
    change->cards = -1;
    change->lock = -1;
}

enum vsc_err change_tpm(struct change *change, struct problem *problem)
{
    if (tpm_is_usable(&change->tpm))
        return VSC_OK;
    tpm_close(&change->tpm);
    return tpm_open(&change->tpm, change->tcti, problem);
}

enum vsc_err change_card(const struct change *change, const char *id, int *ret_card, int *ret_keys,
                         struct problem *problem)
{
    auto_fd int card = -1, keys = -1;
    enum vsc_err err = store_open_card(change->store, id, &card, problem);

    if (err != VSC_OK)
        return err;
    keys = openat(card, STORE_KEYS, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (keys < 0)
        return problem_set(problem, VSC_STORE, "%s: %s", STORE_KEYS, strerror(errno));
    remove_temporary(change->cards, id);
    *ret_card = take_fd(card);
    *ret_keys = take_fd(keys);
    return VSC_OK;
}
