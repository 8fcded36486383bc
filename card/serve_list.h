/* SPDX-License-Identifier: BSD-2-Clause */
/* The sources behind vsc-card as one: all their cards in a list, and the one that has a card. */
#ifndef VSC_CARD_SERVE_LIST_H
#define VSC_CARD_SERVE_LIST_H

#include "card/serve.h"

/*
 * All cards of all sources, as the peer may see them. A source that fails is left out, and logged;
 * where nothing is left its error is returned. The caller releases the list.
 */
must_check enum vsc_err serve_list(struct serve *serve, const struct deadline *deadline,
                                   struct card_list *ret_list, struct problem *problem);

/* The same without a thought of the peer: nothing of it goes to one. */
must_check enum vsc_err serve_list_all(struct serve *serve, const struct deadline *deadline,
                                       struct card_list *ret_list, struct problem *problem);

/* The source that a card of this id is of; NULL for none. Whether it is there is not asked. */
const struct serve_source *serve_owner_of(const struct serve *serve, const char *card);

/*
 * The source that has `card`, and what the peer may do with it; ACCESS_FULL or ACCESS_GLANCE.
 * VSC_NO_CARD, or VSC_DENIED: a peer who may not know of others' cards does not learn which exist.
 */
must_check enum vsc_err serve_find(struct serve *serve, const char *card,
                                   const struct deadline *deadline, struct card_source **ret_source,
                                   enum access *ret_access, struct problem *problem);

/*
 * Is this token there now? Asked of the source whose prefix its id has, by a peer that may do
 * everything. Where there is no such source nothing is known of the token: VSC_TOKEN.
 */
must_check enum vsc_err serve_find_token(struct serve *serve, const char *card,
                                         const struct deadline *deadline,
                                         struct card_found *ret_found, struct problem *problem);

#endif
