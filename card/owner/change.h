/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The store opened for a change: its lock, its folder of cards, and a TPM that is connected to at
 * the first need. Whoever changes a card holds one of these; sign-ins wait meanwhile.
 */
#ifndef VSC_CARD_OWNER_CHANGE_H
#define VSC_CARD_OWNER_CHANGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "card/tpm/tpm.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define CHANGE_DEADLINE_MS 180000 /* an RSA key takes a hardware TPM up to a minute */

/* To whom the folder keys of a card belongs, and who may read the rest: helpers.card_user. */
struct change_user {
    bool set; /* only when root runs it and there is such a user */
    uid_t uid;
    gid_t gid;
};

struct change {
    const char *store, *tcti; /* borrowed */
    /* The owner hierarchy's password; NULL or empty: it has none. Borrowed; only what defines or
     * removes NV indices needs it. To be set before admin_open(), which may remove some. */
    const struct secret *ownerauth;
    struct change_user user;
    struct tpm tpm;
    int lock, cards; /* descriptors; -1 when closed */
};

#define CHANGE_CLOSED ((struct change){.lock = -1, .cards = -1})

/*
 * Take the lock of a store that is there, waiting until the deadline, which is then the TPM's.
 * VSC_TIMEOUT: another process has it. The struct must not move while it is open, and the process
 * must have no other connection to the TPM (a TPM without a resource manager serves one).
 */
must_check enum vsc_err change_open(struct change *change, const char *store, const char *tcti,
                                    const struct deadline *deadline, struct problem *problem);
void change_close(struct change *change);
#define auto_change __attribute__((cleanup(change_close)))

/* The user that `card_user` names, where root runs this and there is one; else nobody. */
void change_find_user(struct change *change, const char *card_user);
/* Give a file or folder below `folder` to that user. */
must_check enum vsc_err change_give(const struct change *change, int folder, const char *name,
                                    struct problem *problem);
/* Connect to the TPM if that is not done yet. */
must_check enum vsc_err change_tpm(struct change *change, struct problem *problem);
/*
 * The folder of a card and its folder keys; what killed runs left in them is removed. The caller
 * closes both.
 */
must_check enum vsc_err change_card(const struct change *change, const char *id, int *ret_card,
                                    int *ret_keys, struct problem *problem);

#endif
