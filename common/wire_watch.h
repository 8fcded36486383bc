/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CARD_WATCHED: all that a login screen shows of the cards, in one answer. It is for the eye only:
 * nobody decides by it. The rules of wire_card.h hold here too.
 */
#ifndef VSC_COMMON_WIRE_WATCH_H
#define VSC_COMMON_WIRE_WATCH_H

#include "common/wire_card.h"

#define WATCH_UPN_SIZE 257                   /* with NUL */
#define WATCH_TIME_MAX INT64_C(253402300799) /* the end of the year 9999 */
#define WATCH_POLL_MS  2000 /* no TPM is asked more often, for however many that watch */

struct watch_cert {
    char key[KEY_ID_SIZE];    /* not empty, printable */
    char upn[WATCH_UPN_SIZE]; /* printable; "": none, or one that cannot be shown */
    int64_t not_after;        /* seconds since 1970: 0 to WATCH_TIME_MAX */
};

struct watch_card {
    char id[CARD_ID_SIZE]; /* of no other card of the list */
    char name[CARD_NAME_SIZE];
    enum card_kind kind;
    char owner[TEXT_NAME]; /* for people; safe to show, may be empty */
    bool mine;             /* its owner asks */
    bool blocked;
    uint32_t locked_seconds;        /* as in struct card_state */
    bool details;                   /* the owner's and root's view; else none of what follows */
    bool tries_known;               /* else the next two are 0 */
    uint16_t tries_left, tries_max; /* left <= max */
    struct watch_cert *certs;       /* owned, cert_count of them, at most CARD_KEYS_MAX */
    size_t cert_count;
};

struct watch_list {
    bool announce;            /* login.announce: a login screen may begin with the card */
    uint32_t warn_days;       /* login.warn_days */
    struct watch_card *cards; /* owned, at most CARDS_MAX */
    size_t count;
};

void watch_list_encode(struct buf *body, const struct watch_list *list);
must_check enum vsc_err watch_list_decode(struct reader *reader, struct watch_list *ret_list);
void watch_list_done(struct watch_list *list);
#define auto_watch_list __attribute__((cleanup(watch_list_done)))

#endif
