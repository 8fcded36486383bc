/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The administration of native cards, for root: creation, destruction, owner, administrator key.
 * Only vscmgr links it; what a card's owner may do as well is in card/owner. Every change holds the
 * store's lock; whatever a killed run left behind (NV indices, half-made folders) is removed by the
 * next admin_open().
 */
#ifndef VSC_CARD_ADMIN_ADMIN_H
#define VSC_CARD_ADMIN_ADMIN_H

#include <stdbool.h>

#include "card/owner/owner.h"
#include "card/tpm/card_conf.h"
#include "card/tpm/store.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define ADMIN_KEY_SIZE 24 /* bytes: Windows' 48 hexadecimal digits */
#define TRIES_MIN      3
#define TRIES_MAX      15
#define TRIES_DEFAULT  5

enum attestation_kind {
    ATTESTATION_NONE,
    ATTESTATION_AIK_ONLY,     /* an attestation key */
    ATTESTATION_AIK_AND_CERT, /* and the TPM's endorsement certificate, kept with the card */
};

/*
 * Make the store's folders where they are missing, take its lock, and remove what killed runs left
 * behind. The TPM is connected to at the first need. What could not be removed is told in
 * `leftover` (text "" if nothing), and is no failure. `card_user` may be "". The struct must not
 * move while it is open.
 */
must_check enum vsc_err admin_open(struct change *change, const char *store, const char *tcti,
                                   const char *card_user, struct problem *leftover,
                                   struct problem *problem);
/* The same for commands that only read: remove what a killed run left behind, if there is anything
 * and nobody has the lock (a creation that is under way looks the same). */
void admin_tidy(const char *store, const char *tcti, struct problem *leftover);

struct card_new {
    struct card_conf conf; /* `format` is set here */
    const struct secret *pin;
    const struct secret *admin_key;    /* ADMIN_KEY_SIZE bytes */
    const struct secret *puk;          /* NULL: none; the PUK's own limit is conf.tries */
    const struct secret *helpdesk;     /* NULL: none; the card's own key of 32 bytes is derived from
                                        * it: HMAC-SHA-256(master, card's serial) */
    const struct secret *helpdesk_key; /* instead of that: the card's own key, for this serial */
    const unsigned char *serial;       /* SERIAL_SIZE bytes; NULL: random ones */
    enum key_type first_key;
    bool default_pin;             /* `pin` is the one that everybody knows: a mark for the doctor */
    bool must_change;             /* the PIN has to be changed before the card signs in */
    const struct secret *lockout; /* NULL: leave it. A password for the lockout hierarchy, which
                                   * must have none so far */
    enum attestation_kind attestation;
};

/* Create a card wholly or not at all. *ret_fallback: this TPM has no index of type PIN fail. */
must_check enum vsc_err admin_create(struct change *change, const struct card_new *new_card,
                                     char ret_id[STORE_CARD_SIZE], bool *ret_fallback,
                                     struct problem *problem);
/* Remove a card: first from sight, then from the TPM, then its files. */
must_check enum vsc_err admin_destroy(struct change *change, const char *id,
                                      struct problem *problem);

struct admin_unblock {
    const struct secret *admin_key; /* ADMIN_KEY_SIZE bytes */
    const struct secret *new_pin;
    bool must_change; /* its owner has to change it; else a mark that is there stays */
};

/*
 * A new PIN by the administrator key, and a full count again; order and results as
 * owner_unblock(), with VSC_ADMIN_KEY for a wrong key. The TPM does not count those.
 */
must_check enum vsc_err admin_unblock(struct change *change, const char *id,
                                      const struct admin_unblock *unblock,
                                      struct card_outcome *ret_outcome, struct problem *problem);
/*
 * Another administrator key, one atomic TPM command: the old one is dead at once, also with old
 * copies of the files. *ret_result: VSC_OK, VSC_ADMIN_KEY or VSC_CARD_GONE.
 */
must_check enum vsc_err admin_rotate_key(struct change *change, const char *id,
                                         const struct secret *old_key, const struct secret *new_key,
                                         enum vsc_err *ret_result, struct problem *problem);
/* Give a card to the account `user` (NULL: to nobody). VSC_INPUT if there is no such account. */
must_check enum vsc_err admin_set_owner(struct change *change, const char *id, const char *user,
                                        struct problem *problem);
/* The owner's fields of `conf` from the account `user` (NULL: none). */
must_check enum vsc_err admin_find_owner(const char *user, struct card_conf *conf,
                                         struct problem *problem);

#endif
