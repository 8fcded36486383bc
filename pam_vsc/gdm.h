/* SPDX-License-Identifier: BSD-2-Clause */
/* GDM's extensions of PAM: whether one is offered, and a message of it with its reply. */
#ifndef VSC_PAM_VSC_GDM_H
#define VSC_PAM_VSC_GDM_H

#include <stdbool.h>

#include "pam_vsc/gdm_wire.h"
#include "pam_vsc/talk.h"

/*
 * Is `name` a whole word of `extensions` (NULL for none)? Then *ret_type is its place, counted from
 * 0, as far as a byte goes.
 */
bool gdm_has_extension(const char *extensions, const char *name, unsigned char *ret_type);
/* Does the worker of GDM's that runs this service offer `name`? In a setuid program nobody does. */
bool gdm_offers(const char *service, const char *name, unsigned char *ret_type);

/*
 * Ask by a choice list, prompt and texts made valid UTF-8 by the caller: the index of the key that
 * was chosen. ENDING_NO_CHOICE for a key that was not offered, ENDING_ABORTED for none,
 * ENDING_CONVERSATION for a reply that is no such structure.
 */
must_check enum ending gdm_choose(struct talk *talk, unsigned char type,
                                  struct gdm_choice_request *request, size_t *ret_index);

/*
 * Send JSON by the protocol "auth-mechanisms", version 1, and receive some: *ret_json, for the
 * caller to wipe and free. ENDING_ABORTED where there is none, ENDING_CONVERSATION for a reply that
 * is no such structure.
 */
must_check enum ending gdm_exchange_json(struct talk *talk, unsigned char type, char *json,
                                         char **ret_json);

#endif
