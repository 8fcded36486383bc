/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is asked of vsc-card, each time on a connection of its own: so a helper that was killed or
 * started anew costs one call, nothing is inherited by a fork, and no place of the socket is kept.
 */
#ifndef VSC_PKCS11_CHANNEL_H
#define VSC_PKCS11_CHANNEL_H

#include "common/wire_owner.h"
#include "common/wire_use.h"

#define CHANNEL_SOCKET   "/run/pam_vsc/card.sock"
#define CHANNEL_VARIABLE "VSC_PKCS11_SOCKET" /* names another; not in setuid programs */

/* All: an error of vsc-card's, VSC_HELPER where it cannot be reached, VSC_TIMEOUT, VSC_PROTOCOL. */
must_check enum vsc_err channel_list(struct card_list *ret_list); /* the caller releases it */
must_check enum vsc_err channel_state(const char *card, struct card_state *ret_state);
must_check enum vsc_err channel_public(const struct card_which *which, struct card_made *ret_made);
must_check enum vsc_err channel_verify(const struct card_verify *verify,
                                       struct card_outcome *ret_outcome);
must_check enum vsc_err channel_sign(const struct card_sign_as *sign,
                                     struct card_outcome *ret_outcome);
must_check enum vsc_err channel_change_pin(const struct card_change_pin *change,
                                           struct card_outcome *ret_outcome);

#endif
