/* SPDX-License-Identifier: BSD-2-Clause */
#include "card/access.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "card/card.h"
#include "common/own.h"

#define LOOKUP_MAX (256 * 1024) /* bytes for one passwd entry */

static void look_up_name(struct peer *peer)
{
    auto_free char *room = malloc(LOOKUP_MAX);
    struct passwd entry;
    struct passwd *found = NULL;

    if (room != NULL && getpwuid_r(peer->uid, &entry, room, LOOKUP_MAX, &found) == 0 &&
        found != NULL && strlen(found->pw_name) < sizeof(peer->name))
        memcpy(peer->name, found->pw_name, strlen(found->pw_name) + 1);
}

enum vsc_err peer_find(int fd, uid_t own_uid, struct peer *ret_peer, struct problem *problem)
{
    struct ucred credentials;
    socklen_t len = sizeof(credentials);

    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) != 0 ||
        len != sizeof(credentials) || credentials.uid == (uid_t)-1)
        return problem_set(problem, VSC_USAGE, "descriptor %d is not a connected local socket", fd);
    ret_peer->uid = credentials.uid;
    ret_peer->full = credentials.uid == 0 || credentials.uid == own_uid;
    ret_peer->name[0] = '\0';
    if (!ret_peer->full) /* a sign-in by root waits for no directory */
        look_up_name(ret_peer);
    return VSC_OK;
}

bool access_is_owner(const struct peer *peer, const struct card_info *card)
{
    return card->has_owner && card->owner_uid == peer->uid &&
           (peer->full || strcmp(card->owner, peer->name) == 0);
}

enum access access_to(const struct peer *peer, enum conf_identities identities,
                      const struct card_info *card)
{
    if (peer->full || access_is_owner(peer, card))
        return ACCESS_FULL;
    switch (identities) {
    case IDENTITIES_ALWAYS:
        return ACCESS_GLANCE;
    case IDENTITIES_OWN:
    case IDENTITIES_NEVER:
        return ACCESS_NONE;
    }
    return ACCESS_NONE;
}

/* The shell of the card stays; the certificates and everything else are the owner's. */
static void restrict_card(struct card_info *card)
{
    struct card_info glance = {.kind = card->kind, .restricted = true};

    memcpy(glance.id, card->id, sizeof(glance.id));
    memcpy(glance.name, card->name, sizeof(glance.name));
    memcpy(glance.owner_display, card->owner_display, sizeof(glance.owner_display));
    card_info_done(card);
    *card = glance;
}

void access_filter(const struct peer *peer, enum conf_identities identities, struct card_list *list)
{
    size_t kept = 0;

    for (size_t i = 0; i < list->count; i++) {
        struct card_info *card = &list->cards[i];
        enum access access = access_to(peer, identities, card);

        if (access == ACCESS_NONE) {
            card_info_done(card);
            continue;
        }
        if (access == ACCESS_GLANCE)
            restrict_card(card);
        list->cards[kept++] = *card;
    }
    list->count = kept;
}

struct card_state access_glance(const struct card_state *state)
{
    return (struct card_state){.blocked = state->blocked};
}
