/* SPDX-License-Identifier: BSD-2-Clause */
/* How the helpers are reached. A file of its own, so that tests can put others in their place. */
#include "pam_vsc/peer.h"

#include <errno.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "common/dial.h"

/* execve() takes pointers to char, and changes nothing behind them. */
static char *word(const char *text)
{
    union {
        const char *in;
        char *out;
    } same = {.in = text};

    return same.out;
}

static enum vsc_err start(const struct peer_place *place, const char *name, struct peer *ret_peer)
{
    char *const plain[] = {word(name), NULL};
    char *const configured[] = {word(name), word("-c"), word(place->args->config), NULL};
    struct helper helper = HELPER_NONE;
    struct problem problem = {.text = ""};
    enum vsc_err err =
        helper_start(place->args->helpers, name, place->args->config != NULL ? configured : plain,
                     &helper, &problem);

    if (err != VSC_OK) {
        pam_syslog(place->pamh, LOG_ERR, "%s", problem.text);
        return err;
    }
    *ret_peer = (struct peer){
        .name = name, .helper = helper, .pamh = place->pamh, .deadline = place->deadline};
    return VSC_OK;
}

enum vsc_err peer_open_check(const struct peer_place *place, struct peer *ret_peer)
{
    return start(place, PEER_CHECK, ret_peer);
}

enum vsc_err peer_open_tgt(const struct peer_place *place, struct peer *ret_peer)
{
    return start(place, PEER_TGT, ret_peer);
}

enum vsc_err peer_open_card(const struct peer_place *place, const char *socket,
                            struct peer *ret_peer)
{
    struct helper helper = HELPER_NONE;
    enum vsc_err err;

    if (geteuid() == 0)
        return start(place, PEER_CARD, ret_peer);
    err = dial(socket, place->deadline, &helper.fd);
    if (err != VSC_OK) {
        pam_syslog(place->pamh, LOG_ERR, "%s: %s: %s", PEER_CARD, socket, strerror(errno));
        return err;
    }
    *ret_peer = (struct peer){
        .name = PEER_CARD, .helper = helper, .pamh = place->pamh, .deadline = place->deadline};
    return VSC_OK;
}
