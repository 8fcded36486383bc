/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The helper at the other end of a channel: spawned, or reached through the socket. Whoever opens a
 * peer closes it; a spawned helper is then gone and reaped. What goes wrong is logged here, once.
 */
#ifndef VSC_PAM_VSC_PEER_H
#define VSC_PAM_VSC_PEER_H

#include <security/pam_modules.h>

#include "common/deadline.h"
#include "common/err.h"
#include "common/spawn.h"
#include "common/wire.h"
#include "pam_vsc/args.h"

#define PEER_CHECK "vsc-check"
#define PEER_CARD  "vsc-card"
#define PEER_TGT   "vsc-tgt"

struct peer {
    const char *name;                /* one of the above; NULL while it is not open */
    struct helper helper;            /* its fd is the channel; no pid where a socket leads there */
    pam_handle_t *pamh;              /* borrowed, for the log */
    const struct deadline *deadline; /* borrowed: of the whole call */
};

#define PEER_NONE ((struct peer){.helper = HELPER_NONE})
#define auto_peer __attribute__((cleanup(peer_close)))

/* Who asks, until when, and with which arguments. */
struct peer_place {
    pam_handle_t *pamh;
    const struct deadline *deadline;
    const struct args *args;
};

/* Start vsc-check. */
must_check enum vsc_err peer_open_check(const struct peer_place *place, struct peer *ret_peer);
/* Reach vsc-card: spawn it where we are root, else connect to `socket`. */
must_check enum vsc_err peer_open_card(const struct peer_place *place, const char *socket,
                                       struct peer *ret_peer);
/* Start vsc-tgt. */
must_check enum vsc_err peer_open_tgt(const struct peer_place *place, struct peer *ret_peer);
void peer_close(struct peer *peer);

/* The types of the answers that a request may have, ERROR aside; both the same where it is one. */
struct peer_answers {
    enum wire_type one, other;
};

must_check enum vsc_err peer_send(const struct peer *peer, const struct message *request);
/*
 * The answer to a request that was sent. An ERROR becomes its code. The caller releases
 * `ret_answer`, also after a failure.
 */
must_check enum vsc_err peer_receive(const struct peer *peer, struct peer_answers types,
                                     struct message *ret_answer);

#endif
