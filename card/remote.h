/* SPDX-License-Identifier: BSD-2-Clause */
/* The client's side of vsc-card: cards behind a channel as a struct card_source. */
#ifndef VSC_CARD_REMOTE_H
#define VSC_CARD_REMOTE_H

#include "card/card.h"

/*
 * A source that asks the vsc-card at the other end of `fd`, which it takes over (also on failure).
 * After a fault of the channel (end of file, deadline, malformed answer) it is dead: the channel is
 * closed, and everything is VSC_HELPER. `name` is for messages and lives as long as the source.
 */
must_check enum vsc_err remote_source_new(int fd, const char *name,
                                          struct card_source **ret_source);

#endif
