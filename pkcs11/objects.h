/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is on a card as PKCS #11 objects: for each key a private and a public key and its
 * certificate, and the certificates of issuers, each once. They are read-only.
 */
#ifndef VSC_PKCS11_OBJECTS_H
#define VSC_PKCS11_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/err.h"
#include "common/wire_card.h"
#include "pkcs11/certificate.h"

struct object {
    unsigned long handle;
    unsigned long class;            /* CKO_... */
    char key[KEY_ID_SIZE];          /* "" for an issuer's certificate */
    struct der_span der;            /* of a certificate; borrowed from the card */
    struct certificate certificate; /* empty spans where the key has none */
    struct public_key public;       /* of a key */
    struct der spki;                /* owned: where no certificate has it */
};

struct objects {
    struct object *list; /* owned */
    size_t count;
};

/*
 * Make the objects of `card`, whose certificates they borrow; `old` may be NULL, and what was there
 * before keeps its handle; new ones count up from *next_handle. Asks vsc-card for public keys that
 * no certificate has. The caller releases (objects_done).
 */
must_check enum vsc_err objects_make(const struct card_info *card, const struct objects *old,
                                     unsigned long *next_handle, struct objects *ret_objects);
void objects_done(struct objects *objects);

/* NULL if there is none with this handle. */
const struct object *objects_find(const struct objects *objects, unsigned long handle);

/* Have both the same keys, as far as both have a key of the same id? */
bool objects_agree(const struct objects *a, const struct objects *b);

#endif
