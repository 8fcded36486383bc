/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The administration of native cards: creation, destruction, keys, certificates. Only vscmgr links
 * it. Every change holds the store's lock; whatever a killed run left behind (NV indices, half-made
 * folders) is removed by the next admin_open().
 */
#ifndef VSC_CARD_ADMIN_ADMIN_H
#define VSC_CARD_ADMIN_ADMIN_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "card/tpm/card_conf.h"
#include "card/tpm/objects.h"
#include "card/tpm/store.h"
#include "card/tpm/tpm.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/secret.h"

#define ADMIN_DEADLINE_MS 180000 /* an RSA key takes a hardware TPM up to a minute */
#define ADMIN_KEY_SIZE    24     /* bytes: Windows' 48 hexadecimal digits */
#define TRIES_MIN         3
#define TRIES_MAX         15
#define TRIES_DEFAULT     5

enum key_type {
    KEY_NONE,
    KEY_RSA2048,
    KEY_RSA3072,
    KEY_P256,
    KEY_P384,
};

/* To whom the folder keys of a card belongs, and who may read the rest: helpers.card_user. */
struct admin_user {
    bool set; /* only when root runs it and there is such a user */
    uid_t uid;
    gid_t gid;
};

struct admin {
    const char *store, *tcti; /* borrowed */
    struct admin_user user;
    struct tpm tpm;
    int lock, cards; /* descriptors; -1 when closed */
};

#define ADMIN_CLOSED ((struct admin){.lock = -1, .cards = -1})

/*
 * Make the store's folders where they are missing, take its lock, and remove what killed runs left
 * behind. The TPM is connected to at the first need. What could not be removed is told in
 * `leftover` (text "" if nothing), and is no failure. `card_user` may be "". The struct must not
 * move while it is open.
 */
must_check enum vsc_err admin_open(struct admin *admin, const char *store, const char *tcti,
                                   const char *card_user, struct problem *leftover,
                                   struct problem *problem);
void admin_close(struct admin *admin);
#define auto_admin __attribute__((cleanup(admin_close)))
/* The same for commands that only read: remove what a killed run left behind, if there is anything
 * and nobody has the lock (a creation that is under way looks the same). */
void admin_tidy(const char *store, const char *tcti, struct problem *leftover);

struct card_new {
    struct card_conf conf; /* `format` is set here */
    const struct secret *pin;
    const struct secret *admin_key; /* ADMIN_KEY_SIZE bytes */
    const struct secret *puk;       /* NULL: none; the PUK's own limit is conf.tries */
    const struct secret *helpdesk;  /* NULL: none; the card's own key of 32 bytes is derived from
                                     * it: HMAC-SHA-256(master, card's serial) */
    enum key_type first_key;
};

/* Create a card wholly or not at all. *ret_fallback: this TPM has no index of type PIN fail. */
must_check enum vsc_err admin_create(struct admin *admin, const struct card_new *new_card,
                                     char ret_id[STORE_CARD_SIZE], bool *ret_fallback,
                                     struct problem *problem);
/* Remove a card: first from sight, then from the TPM, then its files. */
must_check enum vsc_err admin_destroy(struct admin *admin, const char *id, struct problem *problem);
/* Make another key on a card. */
must_check enum vsc_err admin_generate(struct admin *admin, const char *id, enum key_type type,
                                       char ret_key[STORE_KEY_SIZE], struct problem *problem);
/*
 * Store a certificate (PEM or DER, issuers may follow) with the card's key that it is for; that key
 * becomes the default container. VSC_NO_KEY if no key of the card fits.
 */
must_check enum vsc_err admin_import(struct admin *admin, const char *id, const void *bytes,
                                     size_t len, char ret_key[STORE_KEY_SIZE],
                                     struct problem *problem);

/* Give a file or folder below `folder` to the card's user (where there is one). */
must_check enum vsc_err admin_give(const struct admin *admin, int folder, const char *name,
                                   struct problem *problem);

#endif
