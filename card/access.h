/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who may do what with a card over the channel (vsc-card.8, "WHO MAY DO WHAT"): the peer is known
 * by SO_PEERCRED, and asked about at every request.
 */
#ifndef VSC_CARD_ACCESS_H
#define VSC_CARD_ACCESS_H

#include "common/problem.h"
#include "conf/conf.h"

struct peer {
    uid_t uid;
    char name[USER_NAME_SIZE]; /* the account's, as NSS has it for the uid; "" where it has none or
                                  `full` */
    bool full; /* everything that the wire offers: root, or the user who started vsc-card himself */
};

enum access {
    ACCESS_NONE,   /* as if the card were not there */
    ACCESS_GLANCE, /* its name, its owner's display name, whether it is blocked */
    ACCESS_FULL,
};

/*
 * Who is at the other end of the socket `fd`. `own_uid` is the user who started this program, root
 * wherever root's rights came with it: another may do everything, for it is all his own.
 */
must_check enum vsc_err peer_find(int fd, uid_t own_uid, struct peer *ret_peer,
                                  struct problem *problem);

/*
 * An owner is who has the uid and the name: a uid is given anew when its account is gone, and the
 * card must not go with it. Of a peer who may do everything the name is not known: the uid tells.
 */
bool access_is_owner(const struct peer *peer, const struct card_info *card);
enum access access_to(const struct peer *peer, enum conf_identities identities,
                      const struct card_info *card);

/* Take out of `list` what `peer` may not see: whole cards, and the details of others. */
void access_filter(const struct peer *peer, enum conf_identities identities,
                   struct card_list *list);

/* What a glance at a state shows. */
struct card_state access_glance(const struct card_state *state);

#endif
