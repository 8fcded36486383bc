/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where native cards live: STORE/cards/NNNN/ with card.conf, objects and keys/ID/{key.pub,key.priv,
 * creation,cert.pem,chain.pem}, keys/default (the id of the default container), and STORE/lock.
 * A folder whose name begins with a dot is a creation or destruction that has not ended; readers
 * do not see it, and they take no lock.
 */
#ifndef VSC_CARD_TPM_STORE_H
#define VSC_CARD_TPM_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <tss2/tss2_tpm2_types.h>

#include "card/tpm/card_conf.h"
#include "card/tpm/objects.h"
#include "common/deadline.h"
#include "common/err.h"
#include "common/problem.h"
#include "common/wire_card.h"

#define STORE_NEW         ".new-"  /* before a name: not ready yet */
#define STORE_DEL         ".del-"  /* before a name: not gone yet */
#define STORE_INTENT      "intent" /* of a creation: its NV indices, see card/admin/journal.h */
#define STORE_MUST_CHANGE "must-change" /* in keys: see pin_marks.h */
#define STORE_DEFAULT_PIN "default-pin" /* likewise */
#define STORE_LOCK        "lock"
#define STORE_CARDS       "cards"
#define STORE_KEYS        "keys"
#define STORE_DEFAULT     "default"
#define STORE_KEY_PUB     "key.pub"
#define STORE_KEY_PRIV    "key.priv"
#define STORE_CREATION    "creation"
#define STORE_CERT        "cert.pem"
#define STORE_CHAIN       "chain.pem"
#define STORE_PIN_PRIV    "pin.priv" /* in keys: the fallback's object, new at each PIN change */
#define STORE_CARD_DIGITS 4          /* "0000" */
#define STORE_KEY_DIGITS  2          /* "00" */
#define STORE_CARD_SIZE   (STORE_CARD_DIGITS + 1)
#define STORE_KEY_SIZE    (STORE_KEY_DIGITS + 1)
#define STORE_BLOB_MAX    4096
#define STORE_PEM_MAX     (CHAIN_MAX * CERT_MAX * 2)

/* Exactly so many decimal digits. */
bool store_is_card_id(const char *id);
bool store_is_key_id(const char *id);

/* STORE/cards, to read. VSC_NO_CARD if there is none; the caller closes. */
must_check enum vsc_err store_open_cards(const char *store, int *ret_fd, struct problem *problem);
/* The folder of a card. */
must_check enum vsc_err store_open_card(const char *store, const char *id, int *ret_fd,
                                        struct problem *problem);
/* The folder keys of a card. */
must_check enum vsc_err store_open_keys(const char *store, const char *id, int *ret_fd);
/* The folder of a key of an open card. */
must_check enum vsc_err store_open_key(int card, const char *key, int *ret_fd,
                                       struct problem *problem);

/*
 * Names in an open folder that are ids of the wanted kind, in order. *ret_ids is an array of
 * `*ret_count` strings of STORE_CARD_SIZE bytes each, at most `max`; the caller frees it.
 */
must_check enum vsc_err store_ids(int folder, bool (*is_id)(const char *), size_t max,
                                  char (**ret_ids)[STORE_CARD_SIZE], size_t *ret_count);

must_check enum vsc_err store_read_conf(int card, struct card_conf *ret_conf,
                                        struct problem *problem);
must_check enum vsc_err store_read_objects(int card, struct objects *ret_objects,
                                           struct problem *problem);
must_check enum vsc_err store_read_key(int key, TPM2B_PUBLIC *ret_public,
                                       TPM2B_PRIVATE *ret_private, struct problem *problem);
/* The id in keys/default, "" if there is none. */
void store_read_default(int card, char ret_key[STORE_KEY_SIZE]);
/* cert.pem and chain.pem as DER; *ret_count 0 without a certificate. The caller frees each. */
must_check enum vsc_err store_read_chain(int key, struct der ret_chain[CHAIN_MAX],
                                         size_t *ret_count, struct problem *problem);

/*
 * The lock that serialises the use of the TPM and all writing: exclusive, waited for until the
 * deadline, released by closing *ret_fd. Made where it is missing and may be made.
 */
must_check enum vsc_err store_lock(const char *store, const struct deadline *deadline, int *ret_fd,
                                   struct problem *problem);

#endif
