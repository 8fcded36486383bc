/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owners of this machine's cards that are accounts of a directory, and their SIDs, from winbind
 * and SSSD. An owner is who has the uid and the name that the card's file gives, and stands in no
 * /etc/passwd: an account that was made anew under the name, or has the uid now, is somebody else.
 */
#ifndef VSC_CERTCHECK_REFRESH_OWNERS_H
#define VSC_CERTCHECK_REFRESH_OWNERS_H

#include <stdbool.h>
#include <stddef.h>

#include "certcheck/accounts.h"
#include "certcheck/refresh/cards.h"
#include "common/err.h"
#include "conf/conf.h"

struct owner {
    struct account account;
    char sid[SID_SIZE]; /* "": see `flaw` */
    const char *flaw;   /* static: why its SID is not known; NULL */
    bool is_failure;    /* who knows it did not say */
};

struct owners {
    struct owner *items; /* owned; no two with one uid */
    size_t count;
};

/* The owner that a card.conf names. False for one that names none, or none that can be one. */
bool owner_read(const struct buf *card_conf, uid_t *ret_uid, char name[USER_NAME_SIZE]);

/* Ask for all of them, before a sandbox is closed. Only memory fails. The caller calls
 * owners_done(). */
must_check enum vsc_err owners_find(const struct conf *conf, const struct cards *cards,
                                    struct owners *ret_owners);
/* The same by this source. */
must_check enum vsc_err owners_find_by(const struct account_source *source, unsigned min_uid,
                                       const struct cards *cards, struct owners *ret_owners);
void owners_done(struct owners *owners);

#endif
